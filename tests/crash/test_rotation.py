"""`keys rotate` killed at random points, again and again: whoever is looked up can be found and read, before, between and after."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.messages import ChatRef
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.rows import open_learner
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.crowd import crowd
from tests.postgres import with_driver
from tests.world import KEY, START

NEWER = base64.b64encode(b"a-newer-key-that-has-32-bytes!!!").decode()
BOTH = f"{NEWER},{KEY}"
PEOPLE = int(os.environ.get("ROTATED", "1000"))
KILLS = int(os.environ.get("KILLS", "2"))


async def keys_of_everybody(url: str) -> Counter[str]:
    """Opens every learner, finds every tenth by their chat, and answers how many each key wraps. Fails when one does not open."""
    database, keyring = Database(url), Keyring(read_keys(BOTH))
    store = SqlStore(database, keyring)
    try:
        async with database.read() as db:
            rows = (await db.execute(select(t.learners))).all()
        people = [open_learner(row, keyring).learner for row in rows]
        assert {person.chat.address for person in people} == {str(number) for number in range(1, PEOPLE + 1)}
        await store.ready()
        for number in range(1, PEOPLE, PEOPLE // 10):
            assert await store.learner(ChatRef("telegram", str(number))) is not None
        return Counter(row.key_id for row in rows)
    finally:
        await store.close()


async def rotation(url: str) -> asyncio.subprocess.Process:
    """A process of its own that rotates."""
    address = url.replace("+aiosqlite", "").replace("+psycopg", "")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "keys", "rotate", "--yes", env={**os.environ, "DATABASE_URL": address, "SECRET_KEY": BOTH},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def is_under_way(url: str, newest: str) -> None:
    """Waits until somebody more has been moved: a program takes a while to start."""
    database = Database(url)
    moved = select(func.count()).select_from(t.learners).where(t.learners.c.key_id == newest)
    try:
        async with database.read() as db:
            before = (await db.execute(moved)).scalar_one()
        async with asyncio.timeout(120):
            while True:
                async with database.read() as db:
                    if (await db.execute(moved)).scalar_one() != before:
                        return
                await asyncio.sleep(0.01)
    finally:
        await database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return with_driver(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/kindling.sqlite3"


async def test_killed_at_random_points_everybody_can_be_read(url: str) -> None:
    chance = random.Random(5)
    database = Database(url)
    await migrate(database)
    await crowd(database, Keyring(read_keys(KEY)), range(1, PEOPLE + 1), START)
    await database.close()
    newest, older = (Keyring(read_keys(key)).newest for key in (NEWER, KEY))
    between = 0
    for _ in range(KILLS):
        under_way = asyncio.create_task(is_under_way(url, newest))
        ended = await killed_soon(url, under_way, chance.uniform(0, 0.03))
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)
        counts = await keys_of_everybody(url)
        assert counts.total() == PEOPLE
        between += 0 < counts[newest] < PEOPLE
        if ended is not None:
            break
    assert between, "no kill came in the middle: nothing was tried"
    assert await (await rotation(url)).wait() == 0
    assert await keys_of_everybody(url) == {newest: PEOPLE}
    assert older != newest


async def killed_soon(url: str, under_way: asyncio.Task[None], wait: float) -> int | None:
    """A rotation that is killed a moment after it has begun to move people. Answers its exit code if it was quicker."""
    process = await rotation(url)
    ending = asyncio.create_task(process.wait())
    await asyncio.wait([ending, under_way], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(wait)
    if process.returncode is not None:
        return await ending
    process.kill()
    await ending
    return None
