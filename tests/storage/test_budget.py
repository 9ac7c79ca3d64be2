"""The budget that processes share: time given out once, known well enough, and how much of the rate all of them leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.ports import CALMS_DOWN, MOST_LEFT
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.world import KEY

pytestmark = pytest.mark.postgres


@asynccontextmanager
async def store_on(postgres_url: str) -> AsyncIterator[SqlStore]:
    database = Database(postgres_url)
    store = SqlStore(database, Keyring(read_keys(KEY)))
    await store.ready()
    yield store
    store.database = database
    await store.close()


async def free_from(store: SqlStore) -> float:
    """From when on there is free time, by this process's clock: the database is on the same machine."""
    async with store.database.read() as db:
        row = await db.execute(text("SELECT extract(epoch FROM next_at) FROM budget WHERE name = 'messages'"))
    return float(row.scalar_one()) - time.time() + time.monotonic()


async def test_no_time_is_given_out_twice(postgres_url: str) -> None:
    async with store_on(postgres_url) as one, store_on(postgres_url) as other:
        stretches = [await store.reserve(0.3, 0.0) for store in (one, other, one, other)]
        stretches += await asyncio.gather(*(store.reserve(0.3, 0.0) for store in (one, other)))
        stretches.sort(key=lambda stretch: stretch.begins)
        for earlier, later in pairwise(stretches):
            assert later.begins >= earlier.begins - earlier.unsure + 0.3


class StandingStill(Database):
    """A process that stands still right after it asked, and right after it heard."""

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[AsyncConnection]:
        async with super().at_once() as db:
            asyncio.get_running_loop().call_soon(time.sleep, 0.1)
            yield db
            time.sleep(0.1)


async def test_a_stretch_that_is_heard_of_late_begins_when_it_began(postgres_url: str) -> None:
    """Otherwise it would lie in time that is somebody else's."""
    async with store_on(postgres_url) as store:
        store.database = StandingStill(postgres_url)
        stretch = await store.reserve(0.05, 0.0)
        assert stretch.begins < time.monotonic() - 0.09
        truly = await free_from(store) - 0.05
        assert truly - 0.001 <= stretch.begins <= truly + stretch.unsure + 0.001
        assert stretch.unsure > 0.09
        await store.database.close()


async def test_what_one_leaves_all_leave_and_less_with_time(postgres_url: str) -> None:
    async with store_on(postgres_url) as one, store_on(postgres_url) as other:
        assert (await one.reserve(0.1, 0.025)).left == pytest.approx(0.025)
        assert (await one.reserve(0.1, 0.15)).left == pytest.approx(0.15)
        before = await free_from(other)
        assert (await other.reserve(0.1, 0.025)).left == pytest.approx(0.15, abs=0.01)
        assert await free_from(other) - before == pytest.approx(0.1 / 0.85, abs=0.005), "so messages lie further apart"
        await calmer(other, seconds=10)
        assert (await other.reserve(0.1, 0.025)).left == pytest.approx(0.15 - 10 * CALMS_DOWN, abs=0.01)
        await calmer(other, seconds=1000)
        assert (await one.reserve(0.1, 0.025)).left == pytest.approx(0.025)


async def test_a_clock_that_was_set_back_stops_nobody_for_long(postgres_url: str) -> None:
    async with store_on(postgres_url) as store:
        await store.reserve(0.1, 0.1)
        await calmer(store, seconds=-86400)
        stretch = await store.reserve(0.1, 0.1)
        assert stretch.left == pytest.approx(MOST_LEFT)
        assert stretch.begins - time.monotonic() < 61


async def calmer(store: SqlStore, seconds: float) -> None:
    """As if so much time had passed."""
    async with store.database.write() as db:
        await db.execute(text("UPDATE budget SET next_at = next_at - :n * interval '1 second'"), {"n": seconds})


async def test_one_that_stands_still_right_after_it_reserved_locks_nobody_out(postgres_url: str) -> None:
    async with store_on(postgres_url) as one, store_on(postgres_url) as other:
        await one.reserve(0.1, 0.0)
        async with one.database.at_once() as db:
            await db.execute(text("UPDATE budget SET next_at = next_at"))
            await asyncio.wait_for(other.reserve(0.1, 0.0), 2)
