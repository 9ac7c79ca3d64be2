"""A server that answers every call with the same message, as fast as a server in Python can: what is measured is the sender.

With a number as its argument it takes so many messages a second, counted over any one second as the look-alike does, and refuses the
rest. When its input ends it says what it saw.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bot.demo.flood import Flood

MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private", "first_name": "A"}, "text": "x" * 900}
BODY = json.dumps({"ok": True, "result": MESSAGE}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
TOO_MANY = json.dumps({"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1",
                       "parameters": {"retry_after": 1}}).encode()  # fmt: skip
REFUSED = b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(TOO_MANY), TOO_MANY,
)  # fmt: skip
FLOOD = Flood()
TIMES: list[float] = []
END, LENGTH = b"\r\n\r\n", b"content-length:"


class Reader(asyncio.Protocol):
    """Reads requests by their length, and hands each on."""

    def asked(self, line: bytes, body: bytes) -> None:
        """A request: its first line, and what it brings."""
        raise NotImplementedError

    def say(self, answer: bytes) -> None:
        """Answers the request that waits longest."""
        self.transport.write(answer)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a TCP connection has no other
        self.read = b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        while (end := self.read.find(END)) >= 0:
            head = self.read[:end]
            length = _length(head.lower())
            if len(self.read) < end + len(END) + length:
                return
            body = self.read[end + len(END) : end + len(END) + length]
            self.read = self.read[end + len(END) + length :]
            self.asked(head.partition(b"\r\n")[0], body)


def _length(head: bytes) -> int:
    place = head.find(LENGTH)
    return int(head[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0


class Always(Reader):
    """Answers every call with the same message."""

    def asked(self, line: bytes, body: bytes) -> None:
        refused = FLOOD.overall is not None and FLOOD.check("sendMessage", 1) is not None
        if not refused:
            TIMES.append(time.monotonic())
        self.say(REFUSED if refused else ANSWER)


async def main() -> None:
    FLOOD.overall = int(sys.argv[1]) if len(sys.argv) > 1 else None
    server = await asyncio.get_running_loop().create_server(Always, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    taken = (len(TIMES) - 1) / (TIMES[-1] - TIMES[0]) if len(TIMES) > 1 else 0.0
    print(json.dumps({"taken_per_second": taken, "refused": FLOOD.refused, "most_in_a_second": FLOOD.peak}), flush=True)
    server.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
