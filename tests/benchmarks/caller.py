"""People who call for help, and the messenger between them and the bot, in a process of its own with a clock of its own.

What is measured is the bot: this answers a lesson in a fiftieth of what a look-alike takes that checks all that Telegram would, and
neither its people nor whoever started it share its event loop. A line of its input, such as `{"calls": 80, "every": 0.05}`, makes so
many strangers call, one every so many seconds; it answers with a line: how long each waited from the moment when their update could
be had until their card had come in, in seconds, how many other messages came in meanwhile, and by how much its own event loop was
late at most. `{}` answers how many messages have come in.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import OrderedDict
from itertools import count
from typing import Any

from bot import loop
from tests.benchmarks.wire import Reader

FIRST_STRANGER = 90_000_000
CHAT = re.compile(rb'"chat_id": ?(\d+)')
ME = {"id": 1000, "is_bot": True, "first_name": "K", "username": "kindling_bot"}


def _answer(result: Any) -> bytes:
    body = json.dumps({"ok": True, "result": result}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


class Messenger:
    """What has not been confirmed, who polls, and who waits for a card."""

    def __init__(self) -> None:
        self.pending: OrderedDict[int, Any] = OrderedDict()
        self.poller: Connection | None = None
        self.waiting: dict[int, asyncio.Future[float]] = {}
        self.messages = 0
        self._numbers, self._strangers = count(1), count(FIRST_STRANGER)

    async def call(self) -> float:
        """Seconds that a stranger waits for help."""
        chat = next(self._strangers)
        person = {"id": chat, "first_name": "A"}
        words = {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}
        message = {"message_id": 1, "date": int(time.time()), "chat": person | {"type": "private"}, **words}
        number = next(self._numbers)
        heard = self.waiting[chat] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        sender = person | {"is_bot": False, "language_code": "en"}
        self.pending[number] = {"update_id": number, "message": message | {"from": sender}}
        self.give()
        return await asyncio.wait_for(heard, 60) - began

    def poll(self, connection: Connection, offset: int, seconds: float) -> None:
        """A poll: what is there, or later whatever comes first."""
        for number in [number for number in self.pending if number < offset]:
            del self.pending[number]
        if self.pending or seconds <= 0:
            connection.say(_answer(list(self.pending.values())))
            return
        self.poller = connection
        asyncio.get_running_loop().call_later(seconds, self.give, connection)

    def give(self, late: Connection | None = None) -> None:
        """Ends the poll that is held open; at the end of its time only if it is still that one."""
        poller = self.poller
        if poller is not None and late in (None, poller):
            self.poller = None
            poller.say(_answer(list(self.pending.values())))

    def sent(self, chat: int) -> int:
        """A message has come in. Answers its number."""
        self.messages += 1
        heard = self.waiting.pop(chat, None)
        if heard is not None:
            heard.set_result(time.perf_counter())
        return self.messages


class Connection(Reader):
    """One connection of the bot."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    def asked(self, line: bytes, body: bytes) -> None:
        if line.endswith(b"/sendMessage HTTP/1.1"):
            found = CHAT.search(body)
            chat = int(found[1]) if found else 0
            private = {"id": chat, "type": "private", "first_name": "A"}
            self.say(_answer({"message_id": self._messenger.sent(chat), "date": 1, "chat": private, "text": "x"}))
        elif line.endswith(b"/getUpdates HTTP/1.1"):
            asked = json.loads(body)
            self._messenger.poll(self, asked.get("offset") or 0, asked.get("timeout") or 0)
        else:
            self.say(_answer(ME if line.endswith(b"/getMe HTTP/1.1") else True))

    def connection_lost(self, error: Exception | None) -> None:
        if self._messenger.poller is self:
            self._messenger.poller = None


async def _calls(messenger: Messenger, calls: int, every: float) -> dict[str, Any]:
    async def one(wait: float) -> float:
        await asyncio.sleep(wait)
        return await messenger.call()

    late = asyncio.create_task(_late(calls * every))
    before = messenger.messages
    waited = await asyncio.gather(*(one(number * every) for number in range(calls)))
    return {"waited": waited, "messages": messenger.messages - before - 2 * calls, "late": await late}


async def _late(seconds: float) -> float:
    longest, end = 0.0, time.perf_counter() + seconds
    while (before := time.perf_counter()) < end:
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - before - 0.001)
    return longest


async def main() -> None:
    """Does what its input says until that ends."""
    messenger = Messenger()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(messenger), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.settle_down()
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        found = await _calls(messenger, **asked) if asked else {"messages": messenger.messages}
        print(json.dumps(found), flush=True)
    server.close()


if __name__ == "__main__":
    sys.exit(loop.run(main()))
