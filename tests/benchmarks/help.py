"""How long a call for help waits for its card: idle, during a broadcast at full rate, and with the database locked by someone else.

Measured from the moment the look-alike has the update ready to the moment it has accepted the card. The baseline is the idle bot.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from bot.demo import BotApiServer, Person
from bot.settings import read_settings
from bot.storage.database import Database
from tests.benchmarks.machine import TOKEN, in_short, process
from tests.benchmarks.replies import Ear
from tests.crash.broadcast import prepare
from tests.world import KEY

PROBES = 80
EVERY = 0.05
LEARNERS = 6_000


async def run() -> dict[str, Any]:
    """Just started (lessons are still being loaded), idle, in a broadcast, locked; and how much longer each takes than idle."""
    with tempfile.TemporaryDirectory() as folder:
        server, ear = BotApiServer(TOKEN, keep_calls=0, keep_messages=2), Ear()
        root = await server.start()
        server.on_call(ear)
        chats = list(range(700_000, 700_000 + LEARNERS))
        for chat in chats:
            server.person(f"P{chat}", id=chat, started=True)
        askers = [server.person(f"A{n}", started=True) for n in range(PROBES)]
        environment = {"BOT_TOKEN": TOKEN, "BOT_API_URL": root, "DATA_DIR": folder, "SECRET_KEY": KEY, "HTTP_LISTEN": "",
                       "SEND_RATE": "1000", "LOG_LEVEL": "error"}  # fmt: skip
        database = Database(read_settings(environment).database)
        try:
            async with process("-m", "bot", "run", **environment):
                await ear.answer_to(askers[0], lambda: askers[0].says("/help"))
                started = await probe(ear, askers)
                idle = await probe(ear, askers)
            await prepare(database, chats)
            before = ear.total
            async with process("-m", "bot", "run", **environment):
                while ear.total < before + 50:
                    await asyncio.sleep(0.02)
                start = ear.total
                busy = await probe(ear, askers)
                sent = ear.total - start - 2 * PROBES
                locked = await _while_locked(Path(folder), ear, askers)
        finally:
            await database.close()
            await server.stop()
    found = {
        "just_started": in_short(started),
        "idle": in_short(idle),
        "during_broadcast": in_short(busy) | {"lessons_meanwhile": sent},
        "database_locked": in_short(locked),
    }
    ratio = {
        f"{name}_p99": round(found[name]["p99_ms"] / found["idle"]["p99_ms"], 2)
        for name in ("just_started", "during_broadcast", "database_locked")
    }
    return {**found, "baseline": "idle", "ratio": ratio}


async def probe(ear: Ear, askers: list[Person]) -> list[float]:
    """Milliseconds until each of them had their card, one call every EVERY seconds."""

    async def one(asker: Person, wait: float) -> float:
        await asyncio.sleep(wait)
        return await ear.answer_to(asker, lambda: asker.says("/help"))

    return list(await asyncio.gather(*(one(asker, number * EVERY) for number, asker in enumerate(askers))))


async def _while_locked(folder: Path, ear: Ear, askers: list[Person]) -> list[float]:
    holder = sqlite3.connect(folder / "kindling.sqlite3", isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    try:
        return await probe(ear, askers)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
