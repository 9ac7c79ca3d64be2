"""Three processes, one budget: everybody is served in order, never faster than allowed, whoever of them dies."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from bot.demo import BotApiServer
from bot.settings import read_settings
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.crash.broadcast import ANNOUNCED, FIRST_CHAT, LESSON, Seen, stuck
from tests.crowd import crowd
from tests.replicas.replica import Replica, environment, replica
from tests.world import KEY, TOKEN

LEARNERS = int(os.environ.get("REPLICA_LEARNERS", "480"))
RATE = int(os.environ.get("REPLICA_RATE", "40"))
GROUPS = 6

pytestmark = pytest.mark.postgres


async def prepared(database: Database, chats: list[int]) -> None:
    """In six groups, one due longer than the next."""
    keyring = Keyring(read_keys(KEY))
    store = SqlStore(database, keyring)
    await store.ready()
    size, now = -(-len(chats) // GROUPS), datetime.now(UTC)
    for group in range(GROUPS):
        due = now - timedelta(minutes=GROUPS - group)
        await crowd(database, keyring, chats[group * size : (group + 1) * size], due, zones=("UTC",), hour=23)
    await store.close()


async def reached(seen: Seen, people: int, patience: float = 200) -> None:
    """Waits until so many have heard something. However slow the machine is, somebody new does within some minutes: a process may keep
    a delivery to itself for two."""
    until, before = time.monotonic() + patience, 0
    while (now := len(seen.texts)) < people:
        if now > before:
            until, before = time.monotonic() + patience, now
        assert time.monotonic() < until, f"{now} of {people}, and nobody new for {patience} seconds"
        await asyncio.sleep(0.05)


class Scene(NamedTuple):
    """What is there while replicas send."""

    server: BotApiServer
    seen: Seen
    known: dict[str, str]
    database: Database


@asynccontextmanager
async def sending(postgres_url: str, chats: list[int], rate: int) -> AsyncIterator[Scene]:
    """A server, and a database in which all of these chats have a lesson due."""
    async with BotApiServer(TOKEN, keep_calls=0, keep_messages=4) as server:
        for chat in chats:
            server.person(f"P{chat}", id=chat, started=True)
        known = environment(server, postgres_url, SEND_RATE=str(rate), LOG_LEVEL="warning")
        database = Database(read_settings(known).database)
        await prepared(database, chats)
        yield Scene(server, Seen(server), known, database)
        await database.close()


async def test_three_processes_two_of_which_die(postgres_url: str) -> None:
    chats = list(range(FIRST_CHAT, FIRST_CHAT + LEARNERS))
    async with sending(postgres_url, chats, RATE) as there, AsyncExitStack() as stack:
        seen, order = there.seen, dict[int, float]()
        there.server.on_call(
            lambda call: order.setdefault(call.chat_id or 0, time.monotonic()) if LESSON in call.text else None
        )
        running: list[Replica] = [await stack.enter_async_context(replica(there.known)) for _ in range(3)]
        for share, one in ((0.2, running[0]), (0.5, running[1])):
            await reached(seen, int(LEARNERS * share))
            await one.dies()
        await reached(seen, LEARNERS)
        assert await running[2].stops() == 0
        lessons = Counter(chat for chat, texts in seen.texts.items() for text in texts if LESSON in text)
        announced = {chat for chat, texts in seen.texts.items() if any(ANNOUNCED in text for text in texts)}
        assert [chat for chat in chats if not lessons[chat] and chat not in announced] == [], "somebody was lost"
        assert [chat for chat, number in lessons.items() if number > 1 and chat not in announced] == [], "twice"
        assert there.server.flood.peak <= RATE, "faster than allowed"
        async with there.database.read() as db:
            assert await stuck(db) == 0
        assert in_order(chats, order) > 2 / 3


async def test_processes_that_stand_still_make_up_for_nothing_afterwards(postgres_url: str) -> None:
    chats = list(range(FIRST_CHAT, FIRST_CHAT + 900))
    chance = random.Random(1)
    async with sending(postgres_url, chats, rate=100) as there, AsyncExitStack() as stack:
        running = [await stack.enter_async_context(replica(there.known)) for _ in range(3)]
        await reached(there.seen, 1)
        for seconds in (0.18, 0.15, 0.18, 3.0, 0.18, 0.15, 0.18):
            await asyncio.sleep(chance.uniform(0.5, 0.7))
            await asyncio.gather(*(one.stands_still(seconds) for one in running[: 1 if seconds > 1 else 3]))
        await reached(there.seen, len(chats))
        assert {len(texts) for texts in there.seen.texts.values()} == {1}
        assert there.server.flood.peak <= 100


def in_order(chats: list[int], order: dict[int, float]) -> float:
    """Those due longest come first. Answers which part of the first fifth belongs to the half due longest, before any process died:
    what that one had taken comes later. Three processes take some at once, so it is not all; without an order it is half."""
    first = sorted(order, key=order.__getitem__)[: len(chats) // 5]
    return len(set(first) & set(chats[: len(chats) // 2])) / len(first)


async def test_the_rate_is_used_and_never_exceeded(postgres_url: str) -> None:
    """By two processes together, at a server that refuses what is too much."""
    chats = list(range(FIRST_CHAT, FIRST_CHAT + 120))
    async with sending(postgres_url, chats, rate=30) as there, AsyncExitStack() as stack:
        there.server.flood.overall = 30
        sent: list[float] = []
        there.server.on_call(lambda call: sent.append(time.monotonic()) if LESSON in call.text else None)
        for _ in range(2):
            await stack.enter_async_context(replica(there.known))
        await reached(there.seen, len(chats))
        assert there.server.flood.refused == 0
        # What a calm machine uses of the rate is measured by the benchmark; this one may be busy, and then leaves more.
        assert (len(sent) - 1) / (sent[-1] - sent[0]) > 0.6 * 30
