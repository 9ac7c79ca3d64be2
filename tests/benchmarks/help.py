"""How long a call for help waits for its card: idle, during a broadcast at full rate, and with the database locked by someone else.

Measured by the messenger, a process of its own, from the moment it has the update ready to the moment the card has come in. Whoever
calls is a stranger each time, so that their country is looked up. The baseline is the idle bot.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.settings import read_settings
from bot.storage.database import Database
from tests.benchmarks.machine import ROOT, TOKEN, in_short, process
from tests.benchmarks.planning import DATABASES, database
from tests.crash.broadcast import prepare
from tests.world import KEY

CALLS = int(os.environ.get("BENCH_CALLS", "120"))
EVERY = 0.05
"""Seconds between two calls."""
AT_THE_START = 30
"""Calls while lessons are still being loaded, which takes a second or two."""
FIRST = 700_000
LEARNERS = 8_000


class Messenger:
    """The process between the bot and those who call."""

    def __init__(self, running: asyncio.subprocess.Process, port: int) -> None:
        self._running = running
        self.root = f"http://127.0.0.1:{port}"

    async def _ask(self, **asked: float) -> dict[str, Any]:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(asked).encode() + b"\n")
        found: dict[str, Any] = json.loads(await self._running.stdout.readline())
        return found

    async def calls(self, number: int = CALLS) -> dict[str, Any]:
        """So many people call: their waits in short, and what the messenger knows of the time."""
        found = await self._ask(calls=number, every=EVERY)
        late = round(found["late"] * 1000, 1)
        return in_short(found["waited"]) | {"lessons_meanwhile": found["messages"], "messenger_late_ms": late}

    async def messages(self) -> int:
        """How many have come in."""
        return int((await self._ask())["messages"])


@asynccontextmanager
async def messenger() -> AsyncIterator[Messenger]:
    """A messenger, ended at the end."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.caller",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT, limit=2**20,
    )  # fmt: skip
    assert running.stdout is not None
    try:
        yield Messenger(running, int(await running.stdout.readline()))
    finally:
        await running.communicate(b"")


async def run() -> dict[str, Any]:
    """On every database: just started (lessons are still being loaded), idle, in a broadcast, locked; and how much longer each takes
    than idle."""
    return {kind: await _on(kind) for kind in DATABASES}


async def _on(kind: str) -> dict[str, Any]:
    with database(kind) as (url, folder):
        async with messenger() as there:
            known = {"BOT_TOKEN": TOKEN, "BOT_API_URL": there.root, "DATA_DIR": str(folder), "DATABASE_URL": url, "SECRET_KEY": KEY,
                     "HTTP_LISTEN": "", "SEND_RATE": "1000", "LOG_LEVEL": "error"}  # fmt: skip
            found = await _quiet(there, known) | await _busy(there, known, folder if kind == "sqlite" else None)
    over = {name: round(one["p99_ms"] - found["idle"]["p99_ms"], 1) for name, one in found.items() if name != "idle"}
    return {**found, "baseline": "idle", "p99_over_idle_ms": over, "goal": "under 100 over idle"}


async def _quiet(there: Messenger, known: dict[str, str]) -> dict[str, Any]:
    async with process("-m", "bot", "run", **known):
        await there.calls(1)
        started = await there.calls(AT_THE_START)
        await asyncio.sleep(2)  # not a wait for anything: idle is what is measured
        return {"just_started": started, "idle": await there.calls()}


async def _busy(there: Messenger, known: dict[str, str], folder: Path | None) -> dict[str, Any]:
    base = Database(read_settings(known).database)
    await prepare(base, list(range(FIRST, FIRST + LEARNERS)))
    await base.close()
    before = await there.messages()
    async with process("-m", "bot", "run", **known):
        while await there.messages() < before + 50:
            await asyncio.sleep(0.02)
        found = {"during_broadcast": await there.calls()}
        if folder is not None:
            found["database_locked"] = await _while_locked(folder, there)
    return found


async def _while_locked(folder: Path, there: Messenger) -> dict[str, Any]:
    holder = sqlite3.connect(folder / "kindling.sqlite3", isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    try:
        return await there.calls()
    finally:
        holder.execute("ROLLBACK")
        holder.close()
