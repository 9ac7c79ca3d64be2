"""A Bot API server on this machine: real HTTP, real long polling and webhooks, as strict as Telegram, no Telegram.

server = BotApiServer()
root = await server.start()          # Bot(token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot")
ana = server.person("Ana")
ana.says("/start")
reply = await ana.receives()
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import unquote

from aiohttp import web

from bot.demo.calls import Call, CallLog, Violation
from bot.demo.chats import Json
from bot.demo.control import Control
from bot.demo.faults import Faults
from bot.demo.flood import Flood
from bot.demo.gate import Gate
from bot.demo.messenger import Messenger, utc_now
from bot.demo.page import Page
from bot.demo.panel import Panel
from bot.demo.people import Group, Person

DEMO_TOKEN = "1000:demo"  # noqa: S105 - opens nothing


class BotApiServer:
    """The look-alike: a Messenger, the gate through which the bot reaches it, and the page for people.

    `token`, `name`: the bot's, as given by whoever registered it. `now`: the clock for message dates and age limits
    (aware; the real one by default). `panel`: what the chat page offers beside the chats. `keep_calls`,
    `keep_messages`: how many calls, and messages of each chat, are remembered; None for all, 0 calls for benchmarks.
    """

    def __init__(
        self,
        token: str = DEMO_TOKEN,
        *,
        name: str = "Demo bot",
        now: Callable[[], datetime] | None = None,
        panel: Panel | None = None,
        keep_calls: int | None = None,
        keep_messages: int | None = None,
    ) -> None:
        self.token = token
        self.messenger = Messenger(token, name, now or utc_now, keep_messages)
        self.faults = Faults()
        self.flood = Flood()
        self.log = CallLog(keep_calls)
        self.gate = Gate(self.messenger, self.faults, self.flood, self.log)
        self.page = Page(self.messenger, self.log, self.faults, panel)
        self.control: Control | None = None
        """Set to let another process drive the server (bot.demo.control)."""
        self.root = ""
        self._runner: web.ServerRunner | None = None

    # Life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listens (on a free port by default) and returns the root URL, such as http://127.0.0.1:40123."""
        handler = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(handler, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        self.root = f"http://{bound[0]}:{bound[1]}"
        return self.root

    async def stop(self) -> None:
        """Closes everything; polls and hanging calls are ended."""
        await self.gate.close()
        await self.page.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> BotApiServer:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = unquote(request.raw_path) if "%" in request.raw_path else request.raw_path
        if path.startswith("/bot"):
            return await self.gate.answer(request, path)
        if path.startswith("/file/bot"):
            return self.gate.download(path)
        if path.startswith("/control/") and self.control is not None:
            return await self.control.handle(request, path.removeprefix("/control/").partition("?")[0])
        return await self.page.handle(request)

    # People

    def person(
        self,
        first_name: str = "Ana",
        language_code: str = "en",
        *,
        id: int | None = None,
        last_name: str = "",
        username: str = "",
        started: bool = False,
    ) -> Person:
        """A new person with a private chat. `started`: as if they had pressed Start before."""
        return Person.join(
            self.messenger, first_name, language_code, id=id, last_name=last_name, username=username, started=started
        )

    @property
    def people(self) -> list[Person]:
        """Everyone, in the order they came."""
        return [account for account in self.messenger.accounts.values() if isinstance(account, Person)]

    def group(self, title: str, members: list[Person]) -> Group:
        """A new group with these people and the bot in it. The bot gets the update that it was added."""
        return Group.found(self.messenger, title, members)

    def raw(self, update: Json) -> int:
        """Queues any update as it is (an `update_id` is added if missing). Returns its id."""
        return self.messenger.updates.add_raw(update)

    # What the bot did

    @property
    def calls(self) -> list[Call]:
        """Every call but getUpdates, oldest first."""
        return list(self.log.calls)

    def calls_of(self, method: str, chat_id: int | None = None) -> list[Call]:
        """The calls of one method, of one chat if given."""
        return [c for c in self.log.calls if c.method == method and chat_id in (None, c.chat_id)]

    def on_call(self, listener: Callable[[Call], None]) -> Callable[[], None]:
        """Calls `listener` after each call ended. Returns how to stop that."""
        self.log.listeners.append(listener)
        return lambda: self.log.listeners.remove(listener)

    @property
    def polls(self) -> int:
        """How many getUpdates there were; they are not among `calls`."""
        return self.gate.polls

    @property
    def violations(self) -> list[Violation]:
        """The calls that no state of Telegram would accept."""
        return self.gate.violations

    @property
    def unanswered(self) -> list[str]:
        """Ids of taps that the bot has not answered: buttons that still spin."""
        return list(self.messenger.open_queries)

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self.messenger.updates.pending)

    async def settled(self, quiet: float = 0.05, within: float = 10.0) -> None:
        """Returns once every update is confirmed, every tap answered, no call under way, for `quiet` seconds.

        Raises TimeoutError, saying what is still open, when that was not so `within` seconds."""
        deadline = time.monotonic() + within
        while (wait := self._unsettled(quiet)) > 0:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(self._open())
            await self.messenger.changes.wait(min(wait, left))

    def _unsettled(self, quiet: float) -> float:
        if self.pending or self.gate.in_flight or self.messenger.open_queries:
            return 60.0
        return self.gate.last_activity + quiet - time.monotonic()

    def _open(self) -> str:
        return (
            f"not settled: {self.pending} updates unconfirmed, {self.gate.in_flight} calls under way,"
            f" {len(self.messenger.open_queries)} taps unanswered"
        )
