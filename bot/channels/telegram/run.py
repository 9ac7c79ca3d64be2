"""Receiving from Telegram, and putting each update where it belongs: the help lane first, then the person's own lane.

An update is confirmed only when it has been handled, so that a process that dies loses none. Telegram then sends it again,
and the database knows which updates were handled before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from bot.channels.telegram.help_lane import Heard, HelpLane
from bot.channels.telegram.intake import ALLOWED_UPDATES, is_private, understand
from bot.channels.telegram.lanes import Lanes
from bot.crisis import answer as crisis
from bot.i18n.texts import languages, texts_for
from bot.messages import ChatRef, Incoming

log = logging.getLogger(__name__)

LONG_POLL = 25
"""Seconds for which Telegram holds a poll open when nothing comes in."""
HAND_OVER = 3.0
"""Seconds between two looks at whose turn it is to poll: with ten until a vanished machine is noticed, well within fifteen."""
STANDING_BY = "standing by"
LOOK_AGAIN, SELDOM = 0.01, 0.1
"""Seconds between two polls while updates are being answered, as Telegram then holds none open: at first, and in the end, when nothing
new comes and nothing is done. Who calls for help meanwhile waits for so long before anybody knows of it."""
UNCONFIRMED = 60
"""Updates left unconfirmed at most: Telegram shows a poll no more than 100, and new ones must stay visible behind stuck ones."""

Handle = Callable[[Incoming], Awaitable[None]]
OurTurn = Callable[[], Awaitable[bool]]


async def _always() -> bool:
    return True


class Polling(Bot):
    """A bot that polls for raw updates, so that one with an unexpected shape cannot spoil the whole batch."""

    async def poll(self, offset: int | None, wait: int) -> list[dict[str, Any]]:
        """The updates from `offset` on, as Telegram sent them."""
        data = {"offset": offset, "timeout": wait, "limit": 100, "allowed_updates": ALLOWED_UPDATES}
        found: list[dict[str, Any]] = await self._post("getUpdates", data, read_timeout=wait + 10)
        return found


class Intake:
    """Where every raw update arrives, from polling or from a webhook."""

    def __init__(
        self, help_lane: HelpLane, lanes: Lanes, handle: Handle, busy: Handle, now: Callable[[], datetime]
    ) -> None:
        self._help = help_lane
        self._lanes = lanes
        self._handle = handle
        self._busy = busy
        self._now = now
        self._last_aside: dict[ChatRef, asyncio.Event] = {}
        help_lane.line_up = self._line_up

    def take(self, update: Any) -> asyncio.Future[None]:
        """Puts an update where it belongs. The future is done when it has been handled."""
        try:
            incoming, private = understand(update), is_private(update)
        except (AttributeError, TypeError, ValueError) as error:
            # A shape that the Bot API does not know. Confirmed, or it would come again for ever.
            log.warning(
                "an update has an impossible shape: %s", type(error).__name__, extra={"action": "update_malformed"}
            )
            return _done()
        if incoming is None:
            return _done()
        if self._help.asks(incoming):
            return self._help.take(incoming, self._now(), private=private)
        if not private:
            return _done()  # in a group only help is answered: lessons are between one person and the course
        behind = self._last_aside.get(incoming.chat)
        if behind is None and self._help.reads.is_set() and self._help.at_hand(incoming):
            return self._answer(incoming, self._help.read(incoming))
        lined_up = self._last_aside[incoming.chat] = asyncio.Event()
        return asyncio.create_task(self._read_aside(incoming, behind, lined_up))

    async def _read_aside(self, incoming: Incoming, behind: asyncio.Event | None, lined_up: asyncio.Event) -> None:
        # A fifth of a second for the longest message, and a hundredth for the first in a language: nobody else waits for it. What
        # the same person writes next does, unless it calls for help: their words are answered in their order.
        try:
            await self._help.reads.wait()
            heard = await asyncio.to_thread(self._help.read, incoming)
            if behind is not None and not heard.mine:
                await behind.wait()
            answered = self._answer(incoming, heard)
        finally:
            lined_up.set()
            if self._last_aside.get(incoming.chat) is lined_up:
                del self._last_aside[incoming.chat]
        await answered

    def _answer(self, incoming: Incoming, heard: Heard) -> asyncio.Future[None]:
        if heard.mine:
            return self._help.take(incoming, self._now(), private=True, need=heard.need)
        answered = self._line_up(incoming)
        return self._help.take_softly(incoming, answered, self._now()) if heard.softly else answered

    def _line_up(self, incoming: Incoming) -> asyncio.Future[None]:
        handled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            try:
                await self._handle(incoming)
            finally:
                if not handled.done():
                    handled.set_result(None)

        if not self._lanes.put(incoming.chat, work):
            return asyncio.create_task(_ignoring_result(self._busy(incoming)))
        return handled


async def _ignoring_result(work: Awaitable[None]) -> None:
    await work


def _done() -> asyncio.Future[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


class Receiver:
    """Long polling. `state` says in a word how it goes, for health checks; `listening` is set once what had come in before is taken.
    `our_turn` tells whether this process is to poll, where there are several."""

    def __init__(self, bot: Polling, intake: Intake, our_turn: OurTurn = _always) -> None:
        self._bot = bot
        self._intake = intake
        self._our_turn = our_turn
        self._ours, self._looked = asyncio.Event(), asyncio.Event()
        self._unconfirmed: dict[int, asyncio.Future[None]] = {}
        self._next: int | None = None
        self._pause = LOOK_AGAIN
        self.state = "starting"
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Polls until it is cancelled. Trouble is told once, and tried again for as long as it lasts."""
        looking = asyncio.create_task(self._look_whose_turn())
        try:
            await self._receive()
        finally:
            looking.cancel()

    async def _receive(self) -> None:
        wait = 0.5
        while True:
            try:
                await self._until_it_is_our_turn()
                await self._poll_once()
                wait = 0.5
            except Conflict:
                self._trouble("another process receives with this token, or a webhook is set")
                await self._leave_webhook()
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)
            except InvalidToken:
                self._trouble("Telegram does not know this token. Check BOT_TOKEN with @BotFather")
                await asyncio.sleep(30)
            except NetworkError as error:
                self._trouble(f"cannot reach the Bot API ({type(error).__name__})")
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)
            except TelegramError as error:
                self._trouble(f"the Bot API refused a poll ({type(error).__name__})")
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)
            except Exception as error:
                # Whatever it is, receiving must go on: /help hangs on this loop.
                log.error("polling failed: %s", type(error).__name__, extra={"action": "poll_failed"})
                self.state = "failing"
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)

    async def _look_whose_turn(self) -> None:
        # Beside the polling, not before it: a database that hangs must keep no call for help waiting.
        while True:
            if await self._our_turn():
                self._ours.set()
            else:
                self._ours.clear()
            self._looked.set()
            await asyncio.sleep(HAND_OVER)

    async def _until_it_is_our_turn(self) -> None:
        """Waits while another process polls. What it has not confirmed when it dies comes to us."""
        if self.state == "starting":
            await self._looked.wait()
        if self._ours.is_set():
            return
        log.info("another process polls; standing by", extra={"action": "standing_by"})
        self.state, self._next = STANDING_BY, None
        await self._ours.wait()

    async def _leave_webhook(self) -> None:
        try:
            if (await self._bot.get_webhook_info()).url:
                await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError:
            return

    def _trouble(self, what: str) -> None:
        if self.state != what:
            log.warning("%s; trying again", what, extra={"action": "poll_trouble"})
        self.state = what

    async def _poll_once(self) -> None:
        updates = await self._bot.poll(
            self._offset(), LONG_POLL if self.state == "receiving" and not self._unconfirmed else 0
        )
        if self.state != "receiving":
            log.info("receiving updates", extra={"action": "receiving"})
            self.state = "receiving"
        for update in updates:
            self._take(update)
        await self._settle()
        self.listening.set()

    def _take(self, update: dict[str, Any]) -> None:
        number = update.get("update_id")
        if (
            not isinstance(number, int)
            or number in self._unconfirmed
            or (self._next is not None and number < self._next)
        ):
            return
        self._unconfirmed[number] = self._intake.take(update)
        self._next = number + 1
        self._pause = LOOK_AGAIN

    def _offset(self) -> int | None:
        self._forget_handled()
        while len(self._unconfirmed) > UNCONFIRMED:
            # So many behind a stuck one means that the database is away, or that its chat floods. Telegram shows no more than a hundred:
            # who calls for help must be among them. What is older is still in its lane and will be answered.
            del self._unconfirmed[min(self._unconfirmed)]
        return min(self._unconfirmed, default=self._next)

    def _forget_handled(self) -> None:
        # What is handled behind one that is not stays here: Telegram shows it again, and it counts towards the hundred that it shows.
        for number in list(self._unconfirmed):
            if not self._unconfirmed[number].done():
                return
            del self._unconfirmed[number]

    async def _settle(self) -> None:
        waiting = [one for one in self._unconfirmed.values() if not one.done()]
        if waiting:
            pause, self._pause = self._pause, min(2 * self._pause, SELDOM)
            await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if any(one.done() for one in waiting):
                self._pause = LOOK_AGAIN
                await asyncio.sleep(0.005)

    async def confirm(self) -> None:
        """Tells Telegram, as the last thing, what has been handled."""
        if self.state == STANDING_BY:
            return
        self._forget_handled()
        offset = self._offset()
        if offset is not None:
            try:
                async with asyncio.timeout(2):
                    await self._bot.poll(offset, 0)
            except (TelegramError, TimeoutError):
                return


async def introduce(bot: Bot, menu: tuple[str, ...]) -> str | None:
    """Registers the command menu and the profile texts, per language. The essentials of help stand in the profile, where they
    show even when this process is dead. Answers the link that opens help in a private chat."""
    for language in languages():
        texts = texts_for(language)
        code = "" if language == languages()[0] else language
        commands = [BotCommand(name, texts(f"command-{name}")) for name in menu]
        await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code=code or None)
        description = f"{texts('profile')}\n\n{crisis.essentials(language)}"
        await bot.set_my_description(description[:512], language_code=code or None)
        await bot.set_my_short_description(crisis.short_description(language)[:120], language_code=code or None)
    me = await bot.get_me()
    return f"https://t.me/{me.username}?start=help" if me.username else None
