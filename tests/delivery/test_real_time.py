"""The real clock: the metronome in a running bot, and a real process that is told to stop while lessons go out."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.app import App, system_clock
from bot.demo import BotApiServer
from bot.settings import read_settings
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.crowd import crowd
from tests.delivery.calendar import DID_NOT_REACH, LESSON
from tests.world import KEY, TOKEN

LATE_HOUR = 23
"""Whoever chose an hour in the night is sent lessons at any time: these tests run at any."""
PEOPLE = 100


def environment(root: str, folder: Path, rate: str = "1000") -> dict[str, str]:
    return {"BOT_TOKEN": TOKEN, "BOT_API_URL": root, "DATA_DIR": str(folder), "SECRET_KEY": KEY, "HTTP_LISTEN": "",
            "SEND_RATE": rate, "LOG_LEVEL": "warning"}  # fmt: skip


async def test_the_metronome_sends_within_half_a_minute_even_when_the_loop_was_busy(tmp_path: Path) -> None:
    """4b case 6: something keeps the loop busy over the very second of the tick. It comes late, and it comes."""
    async with BotApiServer(TOKEN) as server:
        ana = server.person("Ana", started=True)
        app = App(read_settings(environment(server.root, tmp_path)), system_clock)
        running = asyncio.create_task(app.run())
        try:
            await asyncio.wait_for(app.opened.wait(), 60)
            due = datetime.now(UTC) + timedelta(seconds=1)
            await crowd(app.store.database, Keyring(read_keys(KEY)), [ana.id], due, zones=("UTC",), hour=LATE_HOUR)
            # A tick comes at every tenth second; APScheduler drops one that is a second late unless it is told not to.
            await asyncio.sleep((9.9 - datetime.now(UTC).timestamp() % 10) % 10)
            time.sleep(1.5)  # on purpose
            lesson = await ana.receives(LESSON, within=9)
            assert due <= datetime.now(UTC) < due + timedelta(seconds=30)
            assert LESSON in lesson.text
        finally:
            app.stop()
            await asyncio.wait_for(running, 60)


async def test_told_to_stop_in_the_middle_nothing_is_half_sent_and_the_rest_comes_later(tmp_path: Path) -> None:
    """4b case 7: SIGTERM to a real process."""
    async with BotApiServer(TOKEN) as server:
        people = [server.person(f"P{number}", started=True) for number in range(PEOPLE)]
        settings = environment(server.root, tmp_path, rate="60")
        database = Database(read_settings(settings).database)
        store = SqlStore(database, Keyring(read_keys(KEY)))
        try:
            await store.ready()
            due = datetime.now(UTC) - timedelta(minutes=1)
            await crowd(
                database, Keyring(read_keys(KEY)), [one.id for one in people], due, zones=("UTC",), hour=LATE_HOUR
            )
            first = await _start(settings)
            await _sent(server, 20)
            assert await _stop(first) < 10
            taken = [person for person in people if person.sees(LESSON)]
            assert 20 <= len(taken) < PEOPLE
            assert (await _ledger(database))["sent"] == len(taken)
            assert (await _ledger(database))["sending"] == 0
            second = await _start(settings)
            await _sent(server, PEOPLE)
            await _stop(second)
            assert await _ledger(database) == Counter({"sent": PEOPLE})
        finally:
            await store.close()
        for person in people:
            assert sum(LESSON in one.text for one in person.chat.from_bot) == 1
            assert person.sees(DID_NOT_REACH) is None
        assert server.violations == []


async def _start(settings: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env={**os.environ, **settings})


async def _stop(process: asyncio.subprocess.Process) -> float:
    """Seconds that it took to end."""
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 60) == 0
    return time.monotonic() - asked


async def _sent(server: BotApiServer, number: int) -> None:
    reached = asyncio.Event()
    stop = server.on_call(lambda _call: reached.set() if len(server.calls_of("sendMessage")) >= number else None)
    try:
        await asyncio.wait_for(reached.wait(), 120)
    finally:
        stop()


async def _ledger(database: Database) -> Counter[str]:
    async with database.read() as db:
        return Counter((await db.execute(select(t.deliveries.c.status))).scalars())
