"""How long a call for help waits for its card while fifty pictures are drawn in the same process. The baseline is the idle bot."""

from __future__ import annotations

import asyncio
import tempfile
from typing import Any

from bot.app import App, system_clock
from bot.demo import BotApiServer
from bot.settings import read_settings
from tests.benchmarks.machine import TOKEN, in_short
from tests.benchmarks.replies import PROBES, Ear, probe
from tests.drawing.shapes import SHAPES
from tests.world import KEY

PICTURES = 50
LONGEST = 45.0
"""Seconds after which the rest of them is left undrawn."""


async def run() -> dict[str, Any]:
    """Idle, drawing, how many pictures were drawn meanwhile, and how long one takes."""
    with tempfile.TemporaryDirectory() as folder:
        server, ear = BotApiServer(TOKEN, keep_calls=0, keep_messages=2), Ear()
        root = await server.start()
        server.on_call(ear)
        askers = [server.person(f"A{n}", started=True) for n in range(PROBES)]
        settings = {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": root,
            "DATA_DIR": folder,
            "SECRET_KEY": KEY,
            "HTTP_LISTEN": "",
            "LOG_LEVEL": "error",
        }
        app = App(read_settings(settings), system_clock)
        running = asyncio.create_task(app.run(ticking=False))
        try:
            await asyncio.wait_for(app.opened.wait(), 20)
            await app.artist.draw(SHAPES["one"])  # loads the drawing library
            await ear.answer_to(askers[0], lambda: askers[0].says("/help"))
            idle = await probe(ear, askers)
            loop = asyncio.get_running_loop()
            began = loop.time()
            drawing = [asyncio.create_task(app.artist.draw(SHAPES["all"])) for _ in range(PICTURES)]
            busy = await probe(ear, askers)
            while not all(task.done() for task in drawing) and loop.time() - began < LONGEST:
                busy += await probe(ear, askers)
            drawn = sum(task.done() for task in drawing)
            each = (loop.time() - began) / max(1, drawn)
            for task in drawing:
                task.cancel()
            await asyncio.gather(*drawing, return_exceptions=True)
        finally:
            app.stop()
            await asyncio.wait_for(running, 30)
            await server.stop()
    found = {"idle": in_short(idle), "while_drawing": in_short(busy)}
    ratio = {"while_drawing_p99": round(found["while_drawing"]["p99_ms"] / found["idle"]["p99_ms"], 2)}
    return {**found, "pictures_asked_for": PICTURES, "drawn_meanwhile": drawn, "seconds_each": round(each, 2),
            "baseline": "idle", "ratio": ratio}  # fmt: skip
