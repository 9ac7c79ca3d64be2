"""Planning and claiming: what it costs to find who is due, to reckon rules and zones, and to write decisions down; at ten thousand to a
million learners, on SQLite and PostgreSQL. Also how much memory a whole process takes at each size, and how soon it answers.

The baseline of the same run is one APScheduler job for each learner, with a cron trigger in their zone: kept in the same kind of
database (SQLAlchemyJobStore), so that a restart loses none of them, and, for comparison, in memory, where a restart loses them all.
A job does nothing: opening what is sealed, the course, the ledger and the claim are on our side alone. Runs alternate, and the
cost is processor time of this process, its threads included, as the machine may be shared; the median counts. What a job costs does
not depend on how many there are, and adding a million would take an hour: there are a few hundred.

BENCH_SIZES: numbers of learners. BENCH_DUE: how many of them are due in each run. BENCH_RUNS: how many runs. BENCH_JOBS: jobs in a
database. BENCH_DATABASES: sqlite, postgresql or both.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.base import BaseJobStore
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import text

from bot.content.read import lessons_dir, load_course
from bot.demo import BotApiServer
from bot.i18n.texts import texts_for
from bot.loop import settle_down
from bot.service.delivery import Delivery
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.benchmarks.machine import TOKEN, Nowhere, process, resident, watched
from tests.benchmarks.replies import Ear
from tests.crowd import crowd
from tests.postgres import Cluster, programs, with_driver
from tests.world import KEY

SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(","))
DUE = int(os.environ.get("BENCH_DUE", "2000"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
JOBS = int(os.environ.get("BENCH_JOBS", "800"))
DATABASES = os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(",")
ROUNDS = 5
"""How often planning is done in each run, so that it takes about as long as the baseline's: a shared machine is at times half as quick
for a second."""
FIRST = 900_000
PARTS = 20
ZONES = (
    "UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "America/Sao_Paulo", "Europe/London", "Australia/Sydney",
    "Africa/Lagos", "Asia/Tokyo", "America/Mexico_City", "Europe/Kyiv", "Asia/Kathmandu",
)  # fmt: skip
TRACKS = tuple(load_course(lessons_dir(None)).tracks)
# Two topics and a place, by turns: more than a thousand different cases, with the zones.
ROADS = tuple(((TRACKS[n % len(TRACKS)], TRACKS[(n + 1 + n // 14) % len(TRACKS)]), n % 7) for n in range(97))
# People who are not due: only their number matters, so they share their sealed parts.
FILL = {
    "sqlite": """
    INSERT INTO learners (id, address_index, key_id, wrapped_key, sealed_address, sealed_profile, language, state,
                          consent_version, due_at, created_at, seen_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)
    SELECT lower(hex(randomblob(16))), randomblob(32), key_id, wrapped_key, sealed_address, sealed_profile, 'en', 'active',
           consent_version, strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '+' || (86400 + i % 80000) || ' seconds'), created_at, seen_at
    FROM n, (SELECT * FROM learners LIMIT 1)
    """,
    "postgresql": """
    INSERT INTO learners (id, address_index, key_id, wrapped_key, sealed_address, sealed_profile, language, state,
                          consent_version, due_at, created_at, seen_at)
    SELECT md5(random()::text || i), sha256((random()::text || i)::bytea), key_id, wrapped_key, sealed_address,
           sealed_profile, 'en', 'active',
           consent_version, now() + (86400 + i % 80000) * interval '1 second', created_at, seen_at
    FROM generate_series(1, :number) AS n(i), (SELECT * FROM learners LIMIT 1) AS one
    """,
}


async def run() -> dict[str, Any]:
    """Every database, every size."""
    found: dict[str, Any] = {}
    for kind in DATABASES:
        found[kind] = await _on(kind)
    return found


async def _on(kind: str) -> dict[str, Any]:
    sizes = []
    for size in SIZES:
        with database(kind) as (url, folder):
            await fill(url, size)
            sizes.append({"learners": size} | await _one_size(url, folder))
        print(json.dumps(sizes[-1]), file=sys.stderr, flush=True)  # the next size may take minutes
    return {
        "sizes": sizes,
        "ratio": {
            "flat": round(sizes[-1]["ours"]["cpu_us_per_due"] / sizes[0]["ours"]["cpu_us_per_due"], 2),
            "cheaper_than_a_job_in_the_database": [
                round(one["baseline_job_in_database"]["cpu_us_per_due"] / one["ours"]["cpu_us_per_due"], 1)
                for one in sizes
            ],
            "cheaper_than_a_job_in_memory": [
                round(one["baseline_job_in_memory"]["cpu_us_per_due"] / one["ours"]["cpu_us_per_due"], 2)
                for one in sizes
            ],
            "goal": "flat within 1.5, 25 times cheaper, no stall above 20 ms",
        },
    }


@contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """The address of an empty database, and a folder for its process."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite+aiosqlite:///{folder}/kindling.sqlite3", Path(folder)
            return
        binaries = programs()
        if binaries is None:
            raise SystemExit("PostgreSQL is not installed: set BENCH_DATABASES=sqlite")
        cluster = Cluster(binaries)
        try:
            yield with_driver(cluster.url(cluster.create_database())), Path(folder)
        finally:
            cluster.remove()


@asynccontextmanager
async def store_on(url: str) -> AsyncIterator[SqlStore]:
    """A store on that database."""
    store = SqlStore(Database(url), Keyring(read_keys(KEY)))
    try:
        await store.ready()
        yield store
    finally:
        await store.close()


async def fill(url: str, number: int) -> None:
    """So many learners; those who will be due are scattered among them."""
    base = Database(url)
    due_at, some = datetime.now(UTC) - timedelta(minutes=1), DUE // PARTS
    try:
        await migrate(base)
        for part in range(PARTS):
            await _crowd(base, range(FIRST + part * some, FIRST + (part + 1) * some), due_at)
            async with base.unhurried(900) as db:
                if base.dialect == "sqlite":
                    await db.execute(text("PRAGMA cache_size = -300000"))  # ids are random: all of the index is in use
                await db.execute(text(FILL[base.dialect]), {"number": max(0, number // PARTS - some)})
        if base.dialect == "postgresql":
            # As a server is that has had its rows for a while: what a million new ones leave to be done is not planning's.
            async with base.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as db:
                for statement in ("SET statement_timeout = 0", "VACUUM ANALYZE", "CHECKPOINT"):
                    await db.execute(text(statement))
    finally:
        await base.close()


async def _crowd(base: Database, chats: range, due_at: datetime) -> None:
    await crowd(base, Keyring(read_keys(KEY)), chats, due_at, zones=ZONES, hour=23, roads=ROADS)


async def _one_size(url: str, folder: Path) -> dict[str, Any]:
    ours, in_memory, in_database = [], [], []
    for _ in range(RUNS):
        ours.append(await _plan(url))
        in_memory.append(await _jobs(MemoryJobStore(), DUE * 5, DUE))
        in_database.append(await _jobs_in_database(url, folder))
    return {
        "ours": _median(ours),
        "baseline_job_in_database": _median(in_database),
        "baseline_job_in_memory": _median(in_memory),
        **await memory_and_start(url, folder),
    }


def _median(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in runs), 2) for name in runs[0]}


async def _plan(url: str) -> dict[str, float]:
    """Several times in one process, as in one that has been running for a while; the first time it is watched for stalls."""
    async with store_on(url) as store:
        delivery = Delivery(store, Nowhere(), load_course(lessons_dir(None)))
        settle_down()
        async with watched() as stall:
            await _decide_all(delivery)
        idle = time.perf_counter()
        async with store.due_batch(datetime(2000, 1, 1, tzinfo=UTC), 200, timedelta(minutes=2)):
            idle = time.perf_counter() - idle
        rounds = [await _decide_all(delivery) for _ in range(ROUNDS)]
        cpu, wall = (sum(seconds) / ROUNDS for seconds in zip(*rounds, strict=True))
        return {
            "cpu_us_per_due": cpu / DUE * 1e6,
            "wall_us_per_due": wall / DUE * 1e6,
            "longest_stall_ms": stall.longest * 1000,
            "nothing_due_ms": idle * 1000,
        }


async def _decide_all(delivery: Delivery) -> tuple[float, float]:
    """Seconds of processor and of the clock that it took."""
    base = delivery.store.database
    before = datetime.now(UTC) - timedelta(minutes=1)
    async with base.unhurried(60) as db:
        await db.execute(text("DELETE FROM deliveries"))
        again = text(
            "UPDATE learners SET due_at = :due, last_slot = NULL WHERE id IN (SELECT learner_id FROM enrolments)"
        )
        await db.execute(again, {"due": before if base.dialect == "postgresql" else before.isoformat(" ")[:26]})
    counts: Counter[str] = Counter()
    cpu, began = time.process_time(), time.perf_counter()
    while await delivery._decide_some(datetime.now(UTC), counts, delivery.batch) is not None:
        pass
    cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    assert counts["decided"] == DUE
    return cpu, wall


async def _jobs_in_database(url: str, folder: Path) -> dict[str, float]:
    file = folder / "jobs.sqlite3"
    address = f"sqlite:///{file}" if url.startswith("sqlite") else url
    try:
        return await _jobs(SQLAlchemyJobStore(url=address), JOBS, JOBS // 2)
    finally:
        file.unlink(missing_ok=True)


async def job() -> None:
    """What is done for each: nothing."""
    RAN.append(1)


RAN: list[int] = []


async def _jobs(kept: BaseJobStore, number: int, due: int) -> dict[str, float]:
    RAN.clear()
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
    scheduler.add_jobstore(kept)
    scheduler.start(paused=True)
    scheduler.remove_all_jobs()
    at = datetime.now(UTC)
    cpu = time.process_time()
    for one in range(number):
        trigger = CronTrigger(hour=at.hour, minute=one % 60, timezone=ZONES[one % len(ZONES)])
        scheduler.add_job(job, trigger, next_run_time=at if one < due else at + timedelta(days=1))
    adding = time.process_time() - cpu
    async with watched() as stall:
        cpu, began = time.process_time(), time.perf_counter()
        scheduler.resume()
        while len(RAN) < due:
            await asyncio.sleep(0.005)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    scheduler.remove_all_jobs()
    scheduler.shutdown(wait=False)
    return {
        "cpu_us_per_due": cpu / due * 1e6,
        "wall_us_per_due": wall / due * 1e6,
        "longest_stall_ms": stall.longest * 1000,
        "cpu_us_to_add_one": adding / number * 1e6,
    }


async def memory_and_start(url: str, folder: Path) -> dict[str, Any]:
    """Of a whole process on that database: until help is there, until lessons can go out, and what it holds then."""
    async with BotApiServer(TOKEN, keep_calls=0) as server:
        ear, asker = Ear(), server.person("A", started=True)
        said: list[str] = []
        server.on_call(ear)
        server.on_call(lambda call: said.append(str(call.params.get("text"))))
        known = {"BOT_TOKEN": TOKEN, "BOT_API_URL": server.root, "DATA_DIR": str(folder), "SECRET_KEY": KEY,
                 "DATABASE_URL": url, "HTTP_LISTEN": "", "LOG_LEVEL": "error"}  # fmt: skip
        began = time.perf_counter()
        async with process("-m", "bot", "run", **known) as running:
            await ear.answer_to(asker, lambda: asker.says("/help"))
            first = time.perf_counter() - began
            cpu_first = _cpu_of(running.pid)
            unable = texts_for("en")("trouble")
            other = server.person("B", started=True)
            while await ear.answer_to(other, lambda: other.says("/when")) and said[-1] == unable:
                await asyncio.sleep(0.01)
            ready, cpu_ready = time.perf_counter() - began, _cpu_of(running.pid)
            await asyncio.sleep(5)  # the reader of messages, and what else comes after the first answers
            return {
                "start": {
                    "first_answer_s": round(first, 2),
                    "first_answer_cpu_s": cpu_first,
                    "first_from_database_s": round(ready, 2),
                    "first_from_database_cpu_s": cpu_ready,
                    "goal_s": 2,
                },
                "memory": {"resident_mb": round(resident(running.pid), 1), "goal_mb": 150},
            }


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return round(sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK"), 2)
