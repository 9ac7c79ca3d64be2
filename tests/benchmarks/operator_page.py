"""How long each view of the operator's page takes with 10,000 learners and a year of lessons, beside an empty database.

The year: everybody has had every lesson of the shipped course once, one a day, and answered every second. Warm: as somebody sees it
who has just looked. First: the slow part has to be counted, and the page says so until it is there. And how long /help waits, when
nobody looks and while somebody looks at one view after the other, with the slow part counted anew all the time.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.content.read import lessons_dir, load_course
from bot.storage.database import Database
from bot.storage.overview import count_long
from tests.benchmarks.machine import in_short
from tests.benchmarks.replies import PROBES, Ear, probe
from tests.cli.people import ring
from tests.crowd import crowd
from tests.world import KEY, World, world

LEARNERS = 10_000
VIEWS = ("/operator", "/operator/people", "/operator/lessons")
TOKEN = "a-token-of-the-operator"
LOOKS = 12
PORT = 18_765


FILL = """
    INSERT INTO deliveries (id, learner_id, kind, slot, lesson_id, status, created_at, updated_at)
    SELECT printf('%s-%03d', substr(l.id, 1, 24), y.number), l.id, 'lesson', substr(y.at, 1, 10), y.lesson, 'sent', y.at, y.at
    FROM learners l CROSS JOIN year y ORDER BY l.id, y.number;
    INSERT INTO passages (learner_id, lesson_id, how, at)
    SELECT l.id, y.lesson, 'sent', y.at FROM learners l CROSS JOIN year y ORDER BY l.id, y.lesson;
    INSERT INTO reflections (id, learner_id, lesson_id, sealed_text, written_at)
    SELECT printf('%s-%03d', substr(l.id, 1, 24), y.number), l.id, y.lesson, zeroblob(80), y.at
    FROM learners l CROSS JOIN year y WHERE (l.rowid + y.number) % 2 ORDER BY l.id, y.number;
"""
"""In the order of the learners, so that the tables grow at their ends."""


async def run() -> dict[str, Any]:
    """Milliseconds of each view, empty and full, and their ratio."""
    found = {"empty": await _measure(0), "full": await _measure(LEARNERS)}
    ratio = {view: round(found["full"][view]["median_ms"] / found["empty"][view]["median_ms"], 2) for view in VIEWS}
    return {**found, "learners": LEARNERS, "baseline": "empty", "ratio": ratio}


async def _measure(learners: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        listen = f"127.0.0.1:{PORT + bool(learners)}"
        now = datetime.now(UTC).replace(microsecond=0)
        async with world(Path(folder), now, HTTP_LISTEN=listen, OPERATOR_TOKEN=TOKEN) as there:
            rows = await _a_year(there.app.store.database, learners, now) if learners else 0
            found = {"deliveries": rows, **await _look(there, f"http://{listen}")}
            return {**found, "help": await _help(there, f"http://{listen}")} if learners else found


async def _look(there: World, root: str) -> dict[str, Any]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await session.post(f"{root}/operator/sign-in", data={"token": TOKEN})
        first = await _milliseconds(session, f"{root}/operator/lessons")
        start = time.perf_counter()
        await count_long(there.app.store.database, there.app.store.keyring, there.clock.now)
        counting = round((time.perf_counter() - start) * 1000)
        await asyncio.sleep(1)
        found: dict[str, Any] = {"first_ms": first, "counting_ms": counting}
        for view in VIEWS:
            times = [await _milliseconds(session, root + view) for _ in range(LOOKS)]
            found[view] = {"median_ms": round(statistics.median(times), 1), "worst_ms": max(times)}
    return found


async def _help(there: World, root: str) -> dict[str, Any]:
    ear = Ear()
    there.server.on_call(ear)
    askers = [there.server.person(f"A{n}", started=True) for n in range(PROBES)]
    await ear.answer_to(askers[0], lambda: askers[0].says("/help"))
    idle = await probe(ear, askers)
    looking = asyncio.create_task(_keep_looking(there, root))
    busy = await probe(ear, askers)
    assert not looking.done(), "somebody looked all the time"
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    found: dict[str, Any] = {"idle": in_short(idle), "while_looked_at": in_short(busy)}
    return {**found, "ratio_p99": round(found["while_looked_at"]["p99_ms"] / found["idle"]["p99_ms"], 2)}


async def _keep_looking(there: World, root: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await session.post(f"{root}/operator/sign-in", data={"token": TOKEN})
        while True:
            for view in VIEWS:
                await _milliseconds(session, root + view)
            there.clock.now += timedelta(minutes=11)  # what was counted is too old now


async def _milliseconds(session: aiohttp.ClientSession, address: str) -> float:
    start = time.perf_counter()
    async with session.get(address) as answer:
        await answer.read()
        assert answer.status == 200
    return round((time.perf_counter() - start) * 1000, 1)


async def _a_year(database: Database, learners: int, now: datetime) -> int:
    lessons = [one for track in load_course(lessons_dir()).tracks.values() for one in track.order]
    await crowd(database, ring(KEY), list(range(700_000, 700_000 + learners)), now + timedelta(hours=5))
    await asyncio.to_thread(_fill, Path(str(database.engine.url.database)), lessons, now)
    return learners * len(lessons)


def _fill(file: Path, lessons: list[str], now: datetime) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as db:
        db.executescript(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -300000; CREATE TEMP TABLE year (number, lesson, at);"
        )
        days = [(number, one, now - timedelta(days=len(lessons) - 1 - number)) for number, one in enumerate(lessons)]
        rows = [(number, one, f"{day:%Y-%m-%d %H:%M:%S}.000000") for number, one, day in days]
        db.executemany("INSERT INTO year VALUES (?, ?, ?)", rows)
        db.executescript(f"BEGIN; {FILL} COMMIT;")
