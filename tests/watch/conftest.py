"""A whole bot with its health server on, a crowd in its database, and somebody who reads its pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import insert, select, update

from bot.storage import tables as t
from bot.storage.rows import new_id
from tests.cli.people import ring
from tests.crowd import crowd
from tests.world import KEY, World, world

TOKEN = "a-token-of-the-operator"
LOOKS_AGAIN = 'http-equiv="refresh"'
"""What a page has in its head as long as a part of it is still being counted."""


@dataclass
class Visitor:
    """A browser without scripts."""

    root: str
    session: aiohttp.ClientSession

    async def reads(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page. One that looks again by itself is looked at again, as a browser does, until it is whole."""
        async with asyncio.timeout(60):
            while LOOKS_AGAIN in (found := await self.glances(path, **headers))[1]:
                await asyncio.sleep(0.05)
        return found

    async def glances(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page as it is at once."""
        async with self.session.get(self.root + path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def signs_in(self, token: str) -> int:
        """The status of the page after signing in."""
        async with self.session.post(f"{self.root}/operator/sign-in", data={"token": token}) as answer:
            return answer.status


def watched(folder: Path, port: int) -> AbstractAsyncContextManager[World]:
    """A world that an operator looks at."""
    return world(folder, HTTP_LISTEN=f"127.0.0.1:{port}", OPERATOR_TOKEN=TOKEN)


@asynccontextmanager
async def visiting(there: World) -> AsyncIterator[Visitor]:
    """Somebody who looks at it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Visitor(f"http://{there.settings['HTTP_LISTEN']}", session)


@pytest.fixture
async def there(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[World]:
    async with watched(tmp_path, unused_tcp_port) as found:
        yield found


@pytest.fixture
async def visitor(there: World) -> AsyncIterator[Visitor]:
    async with visiting(there) as found:
        yield found


async def town(there: World, now: datetime) -> None:
    """47 people: 25 active, 12 paused, 10 signing up (all at the hour); a lesson went out to 20 today, which 12 of them answered."""
    database = there.app.store.database
    await crowd(database, ring(KEY), list(range(90_000, 90_047)), now + timedelta(hours=5))
    async with database.write() as db:
        ids = (await db.execute(select(t.learners.c.id).order_by(t.learners.c.id))).scalars().all()
        here = t.learners.c.id
        await db.execute(update(t.learners).where(here.in_(ids[:12])).values(state="paused", due_at=None))
        await db.execute(update(t.learners).where(here.in_(ids[12:22])).values(state="new", step="hour", due_at=None))
        readers = ids[22:44]
        row = {"kind": "lesson", "slot": now.date(), "created_at": now, "updated_at": now, "lesson_id": "stress-1"}
        sent = [{**row, "id": new_id(), "learner_id": one, "status": "sent"} for one in readers]
        await db.execute(insert(t.deliveries), sent)
        passed = [{"learner_id": one, "lesson_id": "stress-1", "how": "sent", "at": now} for one in readers]
        await db.execute(insert(t.passages), passed)
        wrote = [
            {"id": new_id(), "learner_id": one, "lesson_id": "stress-1", "sealed_text": b"?", "written_at": now}
            for one in readers[:11]
        ]
        await db.execute(insert(t.reflections), wrote)
        cards = [{"day": now.date(), "name": "help_cards", "count": 14}]
        await db.execute(insert(t.daily_counts), cards)
