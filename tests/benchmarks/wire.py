"""A server that answers every call with the same message, as fast as a server in Python can: what is measured is the sender."""

from __future__ import annotations

import asyncio
import json
import sys

MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private", "first_name": "A"}, "text": "x" * 900}
BODY = json.dumps({"ok": True, "result": MESSAGE}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
END, LENGTH = b"\r\n\r\n", b"content-length:"


class Always(asyncio.Protocol):
    """Reads requests by their length, and answers each."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.read = transport, b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        while (end := self.read.find(END)) >= 0:
            head = self.read[:end].lower()
            place = head.find(LENGTH)
            length = int(head[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self.read) < end + len(END) + length:
                return
            self.read = self.read[end + len(END) + length :]
            self.transport.write(ANSWER)  # type: ignore[attr-defined]  # a TCP transport


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Always, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
