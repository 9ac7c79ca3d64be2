"""Bot API servers for a command that runs its own event loop: each in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp import web

from bot.demo import BotApiServer

T = TypeVar("T")


class Elsewhere:
    """An event loop in another thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs some work there, and waits for what it answers."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def end(self) -> None:
        """Ends the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextmanager
def look_alike(token: str) -> Iterator[tuple[BotApiServer, str, Elsewhere]]:
    """The Bot API look-alike, its address, and the place where it runs."""
    elsewhere = Elsewhere()
    server = BotApiServer(token)
    try:
        root = elsewhere.do(server.start())
        yield server, root, elsewhere
        elsewhere.do(server.stop())
    finally:
        elsewhere.end()


Answering = Callable[[str], web.Response]


@contextmanager
def answering(answer: Answering) -> Iterator[str]:
    """A web server that answers every request with `answer(method)`, and its address."""
    elsewhere = Elsewhere()

    async def handle(request: web.Request) -> web.Response:
        return answer(request.path.rpartition("/")[2])

    async def start() -> tuple[web.AppRunner, str]:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", handle)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        return runner, f"http://{host}:{port}"

    try:
        runner, root = elsewhere.do(start())
        yield root
        elsewhere.do(runner.cleanup())
    finally:
        elsewhere.end()
