"""How a start loads: one thing after the other, beside the event loop, once those who wait for help have been answered."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.clock import metronome
from bot.loading import Loading
from bot.polling_turn import Leads, PollingTurn
from bot.service.ports import StoreUnavailable
from tests.world import KEY, TOKEN, world

REPOSITORY = Path(__file__).parents[1]
LATER = "migrations/"
"""What is read there all the same: migrations, once in the life of a database."""
# Everything that the thread of the event loop opens, from the start to the first tick and the first answer after it.
WATCHED_START = f"""
import asyncio, sys, threading
SIGNS_UP = ("/start", "all right with you"), ("yes", "Which country"), ("kenya", "When would"), ("halb acht", "On which days")
from bot import loop
from bot.app import App
from bot.demo import BotApiServer
from bot.settings import read_settings

opened, watching = set(), []

def note(event, arguments):
    if watching and event == "open" and threading.current_thread() is threading.main_thread():
        opened.add(str(arguments[0]))

async def start():
    async with BotApiServer("{TOKEN}") as server:
        known = {{"BOT_TOKEN": "{TOKEN}", "BOT_API_URL": server.root, "DATA_DIR": sys.argv[1], "SECRET_KEY": "{KEY}", "HTTP_LISTEN": ""}}
        app, ana = App(read_settings(known)), server.person("Ana")
        watching.append(True)
        running = asyncio.create_task(app.run())
        await app.opened.wait()
        await app.help_lane.reads.wait()
        while app.help_lane.private_link is None or app._scheduler is None:
            await asyncio.sleep(0.01)
        for says, hears in SIGNS_UP:
            ana.says(says)
            await ana.receives(hears, within=20)
        ana.says("Bonjour à tous, comment allez-vous")
        await ana.receives("", within=20)
        watching.clear()
        app.stop()
        await running

loop.seldom_look_for_garbage()
sys.addaudithook(note)
loop.run(start())
print(*sorted(opened), sep="\\n")
"""


def test_nothing_is_loaded_in_the_thread_of_the_event_loop(tmp_path: Path) -> None:
    """Whatever it loads keeps a call for help waiting."""
    command = [sys.executable, "-c", WATCHED_START, str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    heavy = (
        "bot/",
        "lessons/",
        "sqlalchemy",
        "alembic",
        "apscheduler/triggers",
        "apscheduler/schedulers",
        "babel",
        "fluent",
    )
    loaded = [one for one in done.stdout.splitlines() if any(part in one for part in heavy)]
    assert [one for one in loaded if LATER not in one] == []


async def test_what_is_loaded_waits_for_listening_and_for_its_turn() -> None:
    listening, order = asyncio.Event(), []
    loading = Loading(listening)
    release = threading.Event()

    def slow() -> None:
        order.append("slow begins")
        release.wait(10)
        order.append("slow ends")

    waiting = asyncio.create_task(loading.load(order.append, "waited for listening"))
    first = asyncio.create_task(loading.load(slow, at_once=True))
    second = asyncio.create_task(loading.load(order.append, "second", at_once=True))
    while not order:
        await asyncio.sleep(0.001)
    assert order == ["slow begins"]
    release.set()
    await asyncio.gather(first, second)
    assert order == ["slow begins", "slow ends", "second"]
    listening.set()
    await waiting
    assert order[-1] == "waited for listening"


async def test_where_nothing_listens_loading_begins_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.loading.HEAD_START", 0.01)
    assert await asyncio.wait_for(Loading(asyncio.Event()).load(str, 7), 10) == "7"


async def _leads() -> bool:
    return True


async def _follows() -> bool:
    return False


async def _cannot_say() -> bool:
    raise StoreUnavailable("gone")


async def test_alone_it_is_always_our_turn_to_poll() -> None:
    assert await PollingTurn(several=False).is_ours()


@pytest.mark.parametrize(("leads", "ours"), [(_leads, True), (_follows, False), (_cannot_say, True), (None, True)])
async def test_of_several_the_one_polls_whose_turn_it_is_or_who_cannot_ask(leads: Leads | None, ours: bool) -> None:
    turn = PollingTurn(several=True)
    asking = asyncio.create_task(turn.is_ours())
    await asyncio.sleep(0)
    assert not asking.done(), "what it takes to ask is not loaded yet"
    turn.ask(leads)
    assert await asking is ours


async def test_a_job_that_a_stop_cuts_off_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with world(tmp_path) as there:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def lasting() -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        job = partial(there.app._as_task, lasting)
        scheduler = metronome(job, job, job, datetime.now(UTC))
        scheduler.start()
        await asyncio.wait_for(begun.wait(), 30)
        scheduler.shutdown(wait=False)
        await asyncio.wait_for(ended.wait(), 30)
        for _ in range(10):
            await asyncio.sleep(0)
        assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
