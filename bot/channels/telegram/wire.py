"""The wire for lessons: the same call again and again over connections kept open, with nothing done twice.

A full HTTP client spends more on a call than all the rest of a lesson takes. Here the head is written once, the answer is read
by httptools, and one look a second finds the calls that nobody answers. What comes back is as from `AiohttpRequest`.
"""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.request import AnswerLostError, refuse

IDLE = 15.0
"""Seconds after which a connection that nobody uses is closed, well before the other end would: a call that meets a closing
connection may have been done or not."""
LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes. What is longer is no answer of the Bot API."""


class Wire:
    """Calls of one method at `url`, which holds the token: no error that leaves here may carry it. Times are seconds."""

    def __init__(self, url: str, *, read_timeout: float = 20.0, connect_timeout: float = 5.0) -> None:
        parts = urlsplit(url)
        self._host, self._secure = parts.hostname or "", parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\nUser-Agent: kindling\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode("ascii")
        self._read_timeout, self._connect_timeout = read_timeout, connect_timeout
        self._trust: ssl.SSLContext | None = None
        self._all: set[Connection] = set()
        self._free: list[Connection] = []
        self._look: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._all)

    async def call(self, payload: bytes) -> bytes:
        """Makes the call with these parameters, as JSON. Answers what a yes looks like, unread; raises telegram.error's errors."""
        connection = self._ready() or await self._connect()
        try:
            status, answer = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(payload), payload))
        except BaseException:
            connection.close()  # what comes on it later would be taken for the answer to another call
            raise
        if connection.open:
            self._free.append(connection)
        if status != 200:
            await refuse(status, answer)
        return answer

    async def shutdown(self) -> None:
        """Closes every connection."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        for connection in tuple(self._all):
            connection.close()
        self._free.clear()
        await asyncio.sleep(0)

    def _ready(self) -> Connection | None:
        while self._free:
            connection = self._free.pop()  # the one used last: those that are not needed fall idle and are closed
            if connection.open:
                return connection
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            if self._secure and self._trust is None:
                self._trust = await asyncio.to_thread(ssl.create_default_context)
            async with asyncio.timeout(self._connect_timeout):
                _, connection = await loop.create_connection(
                    lambda: Connection(loop, self._all),
                    self._host,
                    self._port,
                    ssl=self._trust if self._secure else None,
                )
        except (OSError, TimeoutError) as error:
            raise NetworkError(f"cannot connect: {type(error).__name__}") from None
        if self._look is None:
            self._look = loop.call_later(self._every, self._look_after)
        return connection

    @property
    def _every(self) -> float:
        return min(1.0, self._read_timeout / 4)

    def _look_after(self) -> None:
        """Gives up on calls that were not answered in time, and closes what nobody uses."""
        now = asyncio.get_running_loop().time()
        for connection in tuple(self._all):
            if now - connection.since > (self._read_timeout if connection.busy else IDLE):
                connection.fail(TimedOut("no answer in time"))
        self._free = [one for one in self._free if one.open]
        self._look = asyncio.get_running_loop().call_later(self._every, self._look_after) if self._all else None


class Connection(asyncio.Protocol):
    """One connection: a call, its answer, the next call. `since` is when the latest of these began, on the loop's clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop, others: set[Connection]) -> None:
        self.open = True
        self.since = loop.time()
        self._loop = loop
        self._others = others
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser = HttpResponseParser(self)
        self._read = b""

    @property
    def busy(self) -> bool:
        """True while a call is under way."""
        return self._waiting is not None

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Sends a request. The future holds the answer's status and body, or AnswerLostError, or TimedOut."""
        self.since = self._loop.time()
        self._waiting = waiting = self._loop.create_future()
        self._transport.write(request)
        return waiting

    def close(self) -> None:
        """Lets the connection go; who waits for its answer is told that it is lost."""
        self.fail(AnswerLostError("connection closed"))

    def fail(self, error: Exception) -> None:
        """Ends with that error for whoever waits."""
        self.open = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
        self._transport.abort()

    # -- what asyncio calls --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream has no other
        self._others.add(self)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self.fail(AnswerLostError(f"the answer is no HTTP: {type(error).__name__}"))

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio."""
        self._others.discard(self)
        self.fail(AnswerLostError(f"connection broke: {type(error).__name__}"))

    # -- what httptools calls ------------------------------------------------------------------------------------------

    def on_body(self, data: bytes) -> None:
        """A piece of the answer."""
        self._read += data
        if len(self._read) > LONGEST_ANSWER:
            self.fail(AnswerLostError("the answer is too long"))

    def on_message_complete(self) -> None:
        """The answer is whole."""
        read, self._read = self._read, b""
        status = self._parser.get_status_code()
        if status < 200:
            return  # "go on": the answer proper is still to come
        self.since = self._loop.time()
        waiting, self._waiting = self._waiting, None
        if waiting is None or not self._parser.should_keep_alive():
            self.open = False
            self._transport.close()
        if waiting is not None and not waiting.done():
            waiting.set_result((status, read))
