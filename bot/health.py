"""Health over HTTP: alive (the process runs) and ready (what it needs answers), which are different questions; and /metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from bot.metrics import OPEN, PLAIN, Metrics

Check = Callable[[], Awaitable[str]]
"""Answers a word for the state of one dependency, "ok" when it is fine."""


Fact = Callable[[], Awaitable[object]]
"""Answers something worth knowing that makes nobody ready or not, as JSON can say it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a dependency answered, and how long that took in seconds."""

    state: str
    seconds: float

    @property
    def fine(self) -> bool:
        """True when there is nothing to mend."""
        return self.state == "ok"


async def serve(
    listen: str,
    checks: Mapping[str, Check],
    more: Iterable[web.AbstractRouteDef] = (),
    facts: Mapping[str, Fact] | None = None,
) -> web.AppRunner:
    """Starts the health server at "host:port", with more pages beside it."""
    application = web.Application()
    application.router.add_get("/livez", _alive)
    application.router.add_get("/readyz", partial(_ready, checks, facts or {}))
    application.add_routes(more)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    await web.TCPSite(runner, host, int(port)).start()
    return runner


async def ask(checks: Mapping[str, Check]) -> dict[str, Answer]:
    """Asks every dependency how it is."""
    found = {}
    for name, check in checks.items():
        start = time.perf_counter()
        state = await check()
        found[name] = Answer(state, time.perf_counter() - start)
    return found


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


async def _ready(checks: Mapping[str, Check], facts: Mapping[str, Fact], _request: web.Request) -> web.Response:
    found = await ask(checks)
    ready = all(one.fine for one in found.values())
    told = {name: {"state": one.state, "milliseconds": round(one.seconds * 1000, 1)} for name, one in found.items()}
    known = {name: await fact() for name, fact in facts.items()}
    return web.json_response({"ready": ready, **told, **known}, status=200 if ready else 503)


def metrics_route(
    metrics: Metrics, checks: Mapping[str, Check], count: Callable[[], Awaitable[None]]
) -> web.AbstractRouteDef:
    """/metrics: what was counted, with the dependencies and the database's figures (`count`) as they are at that moment."""

    async def read(request: web.Request) -> web.Response:
        for name, answer in (await ask(checks)).items():
            metrics.depends(name, answer.fine, answer.seconds)
        await count()
        wants_open = "application/openmetrics-text" in request.headers.get("Accept", "")
        body = metrics.text(open_metrics=wants_open)
        return web.Response(body=body, headers={"Content-Type": OPEN if wants_open else PLAIN})

    return web.get("/metrics", read)
