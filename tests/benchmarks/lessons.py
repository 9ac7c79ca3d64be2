"""The fast path: planning and claiming, lessons per second end to end, memory and start at a million learners, the share of the rate.

Each figure stands beside its baseline from the same run: one APScheduler job per learner, and python-telegram-bot sending the
same requests over a bare aiohttp request class. BENCH_SIZES gives the numbers of learners, BENCH_LESSONS how many are due.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import text
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.door import Door
from bot.channels.telegram.pace import OwnBudget, Pace
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sender import TelegramSender
from bot.content.read import lessons_dir, load_course
from bot.demo import BotApiServer
from bot.messages import ChatRef, Say
from bot.service.delivery import Delivery
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.benchmarks.machine import TOKEN, process, resident
from tests.crowd import crowd
from tests.world import KEY

SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(","))
LESSONS = int(os.environ.get("BENCH_LESSONS", "2000"))
JOBS = 10_000
IN_FLIGHT = 32
FIRST = 900_000
# People who are not due: only their number matters, so they share their sealed parts.
FILL = """
    INSERT INTO learners (id, address_index, key_id, wrapped_key, sealed_address, sealed_profile, language, state,
                          consent_version, due_at, created_at, seen_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)
    SELECT lower(hex(randomblob(16))), randomblob(32), key_id, wrapped_key, sealed_address, sealed_profile, 'en', 'active',
           consent_version, :later, created_at, seen_at FROM n, (SELECT * FROM learners LIMIT 1)
"""


async def run() -> dict[str, Any]:
    """All of it; the database is SQLite, with every commit synced."""
    planned = [await planning(size) for size in SIZES]
    jobs = await one_job_each()
    sending, bare = await end_to_end(), await library()
    return {
        "planning": planned,
        "baseline_job_each": jobs,
        "sending": sending,
        "baseline_library": bare,
        "rate": [await share_of_rate(rate, seconds) for rate, seconds in ((30, 10), (1000, 5))],
        "ratio": {
            "flat": round(planned[-1]["cpu_us_per_due"] / planned[0]["cpu_us_per_due"], 2),
            "cheaper_than_a_job": round(jobs["cpu_us_per_due"] / planned[0]["cpu_us_per_due"], 2),
            "of_library": round(sending["lessons_per_second"] / bare["per_second"], 2),
            "cpu_of_library": round(sending["cpu_us_per_lesson"] / bare["cpu_us_per_message"], 2),
        },
    }


@asynccontextmanager
async def learners(size: int, due: int) -> AsyncIterator[tuple[SqlStore, Path]]:
    """A database of so many learners, some of whom are due."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/kindling.sqlite3")
        keyring = Keyring(read_keys(KEY))
        store = SqlStore(database, keyring)
        await store.ready()
        now = datetime.now(UTC)
        zones = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York")
        await crowd(database, keyring, range(FIRST, FIRST + due), now - timedelta(minutes=1), zones=zones, hour=23)
        later = (now + timedelta(days=1)).replace(tzinfo=None)
        async with database.unhurried(600) as db:
            await db.execute(text(FILL), {"number": max(0, size - due), "later": str(later)})
        yield store, Path(folder)
        await store.close()


class Stall:
    """The longest time for which the event loop did nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - before - 0.001)


@asynccontextmanager
async def watched() -> AsyncIterator[Stall]:
    stall = Stall()
    watching = asyncio.create_task(stall.watch())
    yield stall
    watching.cancel()


async def planning(size: int) -> dict[str, Any]:
    """Claiming and deciding alone: rules and zones reckoned, rows and next due times written."""
    async with learners(size, LESSONS) as (store, folder):
        delivery = Delivery(store, Nowhere(), load_course(lessons_dir(None)))
        idle = time.perf_counter()
        async with store.due_batch(datetime(2000, 1, 1, tzinfo=UTC), 200, timedelta(minutes=2)):
            idle = time.perf_counter() - idle
        async with watched() as stall:
            cpu, began = time.process_time(), time.perf_counter()
            while await delivery._decide_some(datetime.now(UTC), Counter()) is not None:
                pass
            cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        await store.close()
        memory = await memory_and_start(folder)
        return {
            "learners": size,
            "cpu_us_per_due": round(cpu / LESSONS * 1e6, 1),
            "due_per_second": round(LESSONS / wall),
            "longest_stall_ms": round(stall.longest * 1000, 1),
            "nothing_due_ms": round(idle * 1000, 2),
        } | memory


async def memory_and_start(folder: Path) -> dict[str, Any]:
    """Of a whole process on that database: until it polls, and what it holds then."""
    async with BotApiServer(TOKEN, keep_calls=0) as server:
        known = {"BOT_TOKEN": TOKEN, "BOT_API_URL": server.root, "DATA_DIR": str(folder), "SECRET_KEY": KEY,
                 "HTTP_LISTEN": "", "LOG_LEVEL": "error"}  # fmt: skip
        began = time.perf_counter()
        async with process("-m", "bot", "run", **known) as running:
            while not server.polls:
                await asyncio.sleep(0.01)
            start = time.perf_counter() - began
            await asyncio.sleep(3)  # the course and what reading needs are loaded after the first poll
            return {"start_s": round(start, 2), "memory_mb": round(resident(running.pid), 1)}


async def one_job_each() -> dict[str, Any]:
    """The baseline: one APScheduler job per learner in memory, a fifth of them due at once."""
    ran = 0

    async def job() -> None:
        nonlocal ran
        ran += 1

    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
    scheduler.start(paused=True)
    cpu = time.process_time()
    at = datetime.now(UTC)
    for number in range(JOBS):
        due = at if number < LESSONS else at + timedelta(days=1)
        scheduler.add_job(job, "date", run_date=due)
    adding = time.process_time() - cpu
    async with watched() as stall:
        cpu = time.process_time()
        scheduler.resume()
        while ran < LESSONS:
            await asyncio.sleep(0.005)
        running = time.process_time() - cpu
    scheduler.shutdown(wait=False)
    return {
        "jobs": JOBS,
        "cpu_us_per_due": round((running / LESSONS + adding / JOBS) * 1e6, 1),
        "longest_stall_ms": round(stall.longest * 1000, 1),
    }


class Nowhere:
    """A sender that sends nothing."""

    async def window(self, most: int) -> int:
        return most

    async def reply(self, *_: Any) -> Any:
        raise AssertionError

    async def lesson(self, *_: Any) -> Any:
        raise AssertionError


@asynccontextmanager
async def wire() -> AsyncIterator[str]:
    """The root of the server that always answers, in a process of its own."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.wire", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    yield f"http://127.0.0.1:{int(await server.stdout.readline())}/bot{TOKEN}"
    server.terminate()
    await server.wait()


async def end_to_end() -> dict[str, Any]:
    """Claim, open, render, send, record."""
    async with wire() as root, learners(LESSONS, LESSONS) as (store, _):
        request = AiohttpRequest(256)
        pace = Pace(1_000_000, OwnBudget(), 1000)
        bot = Bot(TOKEN, root.removesuffix(TOKEN), request=AiohttpRequest(4), get_updates_request=AiohttpRequest(1))
        delivery = Delivery(store, TelegramSender(bot, Door(request, root), pace), load_course(lessons_dir(None)))
        async with watched() as stall:
            cpu, began = time.process_time(), time.perf_counter()
            counts = await delivery.send_due(lambda: datetime.now(UTC))
            cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        await request.shutdown()
        assert counts["sent"] == LESSONS
        return {
            "lessons_per_second": round(LESSONS / wall),
            "cpu_us_per_lesson": round(cpu / LESSONS * 1e6),
            "longest_stall_ms": round(stall.longest * 1000, 1),
        }


async def library() -> dict[str, Any]:
    """The baseline: python-telegram-bot over the same request class, sending such a lesson to one chat after the other."""
    buttons = [[InlineKeyboardButton(name, callback_data=name) for name in row] for row in ("ab", "cd", "ef")]
    async with wire() as root:
        request = AiohttpRequest(256)
        bot = Bot(TOKEN, root.removesuffix(TOKEN), request=request, get_updates_request=AiohttpRequest(1))
        chats = iter(range(LESSONS))

        async def send() -> None:
            for chat in chats:
                await bot.send_message(
                    chat, "<b>A lesson</b> " + "x" * 900, parse_mode="HTML", reply_markup=InlineKeyboardMarkup(buttons)
                )

        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(send() for _ in range(IN_FLIGHT)))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        await request.shutdown()
    return {"per_second": round(LESSONS / wall), "cpu_us_per_message": round(cpu / LESSONS * 1e6)}


async def share_of_rate(rate: int, seconds: int) -> dict[str, Any]:
    """How much of the allowed rate is used, and how often the server refuses what is too much."""
    async with BotApiServer(TOKEN, keep_calls=0, keep_messages=1) as server:
        server.flood.overall = rate
        for chat in range(rate * seconds):
            server.person(f"P{chat}", id=FIRST + chat, started=True)
        request = AiohttpRequest(256)
        pace = Pace(rate, OwnBudget(), 1000)
        bot = Bot(TOKEN, f"{server.root}/bot", request=AiohttpRequest(4), get_updates_request=AiohttpRequest(1))
        sender = TelegramSender(bot, Door(request, f"{server.root}/bot{TOKEN}"), pace)
        sent, began = 0, time.perf_counter()
        going: set[asyncio.Task[Any]] = set()
        while sent < rate * seconds:
            for _ in range(min(await sender.window(128), rate * seconds - sent)):
                chat = ChatRef("telegram", str(FIRST + sent))
                going.add(asyncio.create_task(sender.lesson(chat, Say("A lesson"))))
                sent += 1
        await asyncio.gather(*going)
        wall = time.perf_counter() - began
        await request.shutdown()
        return {
            "rate": rate,
            "used": round((sent - server.flood.refused) / wall / rate, 3),
            "refused": server.flood.refused,
            "most_in_a_second": server.flood.peak,
        }
