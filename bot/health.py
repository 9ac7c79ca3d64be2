"""Health over HTTP: alive (the process runs) and ready (what it needs answers), which are different questions."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

Check = Callable[[], Awaitable[str]]
"""Answers a word for the state of one dependency, "ok" when it is fine."""


Fact = Callable[[], Awaitable[object]]
"""Answers something worth knowing that makes nobody ready or not, as JSON can say it."""


async def serve(listen: str, checks: dict[str, Check], facts: dict[str, Fact] | None = None) -> web.AppRunner:
    """Starts the health server at "host:port"."""
    application = web.Application()
    application.router.add_get("/livez", _alive)
    application.router.add_get("/readyz", partial(_ready, checks, facts or {}))
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    await web.TCPSite(runner, host, int(port)).start()
    return runner


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


async def _ready(checks: dict[str, Check], facts: dict[str, Fact], _request: web.Request) -> web.Response:
    found = {}
    for name, check in checks.items():
        start = time.perf_counter()
        state = await check()
        found[name] = {"state": state, "milliseconds": round((time.perf_counter() - start) * 1000, 1)}
    ready = all(one["state"] == "ok" for one in found.values())
    known = {name: await fact() for name, fact in facts.items()}
    return web.json_response({"ready": ready, **found, **known}, status=200 if ready else 503)
