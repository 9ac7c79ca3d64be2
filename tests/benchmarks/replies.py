"""How fast an ordinary reply is, how many a second, how much memory, and how long a cold start takes; each beside the baseline.

The bot under test does its whole job: it opens the learner, decides, seals, commits with fsync, and answers. The baseline only echoes.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.demo import BotApiServer, Call, Person
from bot.settings import read_settings
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.benchmarks.machine import TOKEN, in_short, process, resident
from tests.crowd import crowd
from tests.world import KEY

PEOPLE = 64
ONE_BY_ONE = 200
EACH = 6
PROBES = 80
EVERY = 0.05


@dataclass
class Ear:
    """Hears every message that the bot sends, and wakes whoever waits for one in that chat."""

    waiting: dict[int, asyncio.Future[float]] = field(default_factory=dict)
    heard: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    total: int = 0

    def __call__(self, call: Call) -> None:
        if call.method == "sendMessage" and call.chat_id is not None:
            self.total += 1
            self.heard[call.chat_id] += 1
            future = self.waiting.pop(call.chat_id, None)
            if future is not None and not future.done():
                future.set_result(time.perf_counter())

    async def answer_to(self, person: Person, act: Callable[[], object], within: float = 30) -> float:
        """Seconds from the act to the bot's next message in that chat."""
        future = self.waiting[person.id] = asyncio.get_running_loop().create_future()
        start = time.perf_counter()
        act()
        return await asyncio.wait_for(future, within) - start


async def probe(ear: Ear, askers: list[Person]) -> list[float]:
    """Seconds until each of them had their card, one call for help every EVERY seconds."""

    async def one(asker: Person, wait: float) -> float:
        await asyncio.sleep(wait)
        return await ear.answer_to(asker, lambda: asker.says("/help"))

    return list(await asyncio.gather(*(one(asker, number * EVERY) for number, asker in enumerate(askers))))


async def measure(arguments: tuple[str, ...], folder: Path, *, prepared: bool) -> dict[str, Any]:
    """The figures of one bot."""
    server, ear = BotApiServer(TOKEN, keep_calls=0, keep_messages=4), Ear()
    root = await server.start()
    server.on_call(ear)
    people = [server.person(f"P{n}", id=9_000_000 + n, started=True) for n in range(PEOPLE)]
    environment = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": root,
        "DATA_DIR": str(folder),
        "SECRET_KEY": KEY,
        "HTTP_LISTEN": "",
        "LOG_LEVEL": "error",
    }
    if prepared:
        await _sign_up(environment, [person.id for person in people])
    try:
        first = people[0]
        future = ear.waiting[first.id] = asyncio.get_running_loop().create_future()
        first.says("/when")
        start = time.perf_counter()
        async with process(*arguments, **environment) as running:
            cold = await asyncio.wait_for(future, 30) - start
            await asyncio.sleep(2)  # not a wait for anything: idle is what is measured
            idle = resident(running.pid)
            singles = [await ear.answer_to(first, lambda: first.says("/when")) for _ in range(ONE_BY_ONE)]
            before, start = ear.total, time.perf_counter()
            await asyncio.gather(*(_chat(ear, person) for person in people))
            span = time.perf_counter() - start
            return {
                "cold_start_s": round(cold, 2),
                "idle_memory_mb": round(idle, 1),
                "reply": in_short(singles),
                "replies_per_second": round((ear.total - before) / span, 1),
                "memory_after_mb": round(resident(running.pid), 1),
            }
    finally:
        await server.stop()


async def _chat(ear: Ear, person: Person) -> None:
    for _ in range(EACH):
        await ear.answer_to(person, lambda: person.says("/when"))


async def _sign_up(environment: dict[str, str], chats: list[int]) -> None:
    database, keyring = Database(read_settings(environment).database), Keyring(read_keys(KEY))
    store = SqlStore(database, keyring)
    await store.ready()
    await crowd(database, keyring, chats, datetime.now(UTC) + timedelta(days=1))
    await store.close()


async def run() -> dict[str, Any]:
    """Both bots, in the same run, and the ratio between them."""
    with tempfile.TemporaryDirectory() as folder:
        ours = await measure(("-m", "bot", "run"), Path(folder), prepared=True)
    with tempfile.TemporaryDirectory() as folder:
        echo = await measure(("-m", "tests.benchmarks.echo_bot"), Path(folder), prepared=False)
    ratio = {
        "cold_start": ours["cold_start_s"] / echo["cold_start_s"],
        "idle_memory": ours["idle_memory_mb"] / echo["idle_memory_mb"],
        "reply_p50": ours["reply"]["p50_ms"] / echo["reply"]["p50_ms"],
        "reply_p99": ours["reply"]["p99_ms"] / echo["reply"]["p99_ms"],
        "replies_per_second": ours["replies_per_second"] / echo["replies_per_second"],
    }
    return {"kindling": ours, "baseline": echo, "ratio": {name: round(value, 2) for name, value in ratio.items()}}
