"""Lessons end to end (claim, open, render, send, record), and how much of the allowed rate is used.

The baseline of the same run is python-telegram-bot over the same aiohttp request class, sending such lessons and doing nothing else.
Both send to a server in a process of its own; runs alternate, and the median counts. BENCH_LESSONS: how many lessons a run sends.
BENCH_RUNS: how many runs. BENCH_DATABASES: sqlite, postgresql or both. BENCH_SECONDS: how long each rate is kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.door import Door
from bot.channels.telegram.pace import OwnBudget, Pace
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sender import TelegramSender
from bot.channels.telegram.wire import Wire
from bot.content.read import lessons_dir, load_course
from bot.i18n.texts import texts_for
from bot.loop import settle_down
from bot.messages import ChatRef, Say
from bot.service.delivery import Delivery
from bot.storage.sealing import Keyring, read_keys
from tests.benchmarks.machine import ROOT, TOKEN, watched
from tests.benchmarks.planning import DATABASES, FIRST, RUNS, ZONES, database, store_on
from tests.crowd import crowd
from tests.world import KEY

LESSONS = int(os.environ.get("BENCH_LESSONS", "5000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "20"))
IN_FLIGHT = 32
RATES = (30, 1000)


async def run() -> dict[str, Any]:
    """All of it."""
    settle_down()  # as `kindling run` does; the baseline has it, too
    bare, ours = [], {kind: [] for kind in DATABASES}
    for _ in range(RUNS):
        bare.append(await library())
        for kind, found in ours.items():
            found.append(await end_to_end(kind))
    baseline = _median(bare)
    return {
        **{kind: _beside(_median(found), baseline) for kind, found in ours.items()},
        "baseline_library": baseline,
        "goal": "at least half of the library, and 2,000 a second on two cores",
        "rate": [await share_of_rate(rate) for rate in RATES],
        "goal_rate": "at least 0.97, none refused",
    }


def _median(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in runs), 1) for name in runs[0]}


def _beside(ours: dict[str, float], bare: dict[str, float]) -> dict[str, Any]:
    return ours | {
        "ratio": {
            "of_library": round(ours["per_second"] / bare["per_second"], 2),
            "cpu_of_library": round(ours["cpu_us_each"] / bare["cpu_us_each"], 2),
        }
    }


@asynccontextmanager
async def wire(rate: int | None = None) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """The root of the server that answers, in a process of its own."""
    limit = [] if rate is None else [str(rate)]
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.wire", *limit,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert server.stdout is not None
    yield f"http://127.0.0.1:{int(await server.stdout.readline())}/bot{TOKEN}", server
    if server.returncode is None:
        server.terminate()
    await server.wait()


async def end_to_end(kind: str) -> dict[str, float]:
    """Claim, open, render, send, record: everything that the product does for a lesson."""
    texts_for("en")
    async with wire() as (root, _):
        with database(kind) as (url, _):
            async with store_on(url) as store:
                chats = range(FIRST, FIRST + LESSONS)
                due = datetime.now(UTC) - timedelta(minutes=1)
                await crowd(store.database, Keyring(read_keys(KEY)), chats, due, zones=ZONES, hour=23, passed=5)
                request = Wire(f"{root}/sendMessage")
                sender = TelegramSender(_bot(root), Door(request), Pace(1_000_000, OwnBudget(), 1000))
                delivery = Delivery(store, sender, load_course(lessons_dir(None)))
                async with watched() as stall:
                    cpu, began = time.process_time(), time.perf_counter()
                    counts = await delivery.send_due(lambda: datetime.now(UTC))
                    cpu, wall = time.process_time() - cpu, time.perf_counter() - began
                await request.shutdown()
                assert counts["sent"] == LESSONS
                return {
                    "per_second": LESSONS / wall,
                    "cpu_us_each": cpu / LESSONS * 1e6,
                    "longest_stall_ms": stall.longest * 1000,
                }


def _bot(root: str, request: AiohttpRequest | None = None) -> Bot:
    request = request or AiohttpRequest(4)
    return Bot(TOKEN, root.removesuffix(TOKEN), request=request, get_updates_request=AiohttpRequest(1))


async def library() -> dict[str, float]:
    """The baseline: python-telegram-bot over the same request class, sending such a lesson to one chat after the other."""
    buttons = [[InlineKeyboardButton(name, callback_data=name) for name in row] for row in ("ab", "cd", "ef")]
    async with wire() as (root, _):
        request = AiohttpRequest(256)
        bot = _bot(root, request)
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
    return {"per_second": LESSONS / wall, "cpu_us_each": cpu / LESSONS * 1e6}


async def share_of_rate(rate: int) -> dict[str, Any]:
    """How much of the allowed rate is used, and how often the server refuses what is too much. As the server sees it."""
    number = rate * SECONDS
    async with wire(rate) as (root, server):
        request = Wire(f"{root}/sendMessage")
        sender = TelegramSender(_bot(root), Door(request), Pace(rate, OwnBudget(), 1000))
        sent = 0
        going: set[asyncio.Task[Any]] = set()
        cpu = time.process_time()
        while sent < number:
            for _ in range(min(await sender.window(128), number - sent)):
                task = asyncio.create_task(sender.lesson(ChatRef("telegram", str(FIRST + sent)), Say("A lesson")))
                going.add(task)
                task.add_done_callback(going.discard)
                sent += 1
        await asyncio.gather(*going)
        cpu = time.process_time() - cpu
        await request.shutdown()
        saw = json.loads((await server.communicate(b""))[0])
    return {
        "rate": rate,
        "used": round(saw["taken_per_second"] / rate, 3),
        "refused": saw["refused"],
        "most_in_a_second": saw["most_in_a_second"],
        "cpu_us_each": round(cpu / number * 1e6),
    }
