"""Real processes, killed at random moments while lessons go out, again and again until everything is done."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.demo import BotApiServer, Call
from bot.service.ports import StoreUnavailable
from bot.settings import read_settings
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.crowd import crowd
from tests.world import KEY, TOKEN

FIRST_CHAT = 500_000
LESSON = "Think about:"
ANNOUNCED = "did not reach you"


@dataclass
class Report:
    """What a round came to. `lost` and `repeated` count people, `stuck` rows of the ledger."""

    seed: int
    kills: int
    lost: int
    repeated: int
    announced: int
    stuck: int

    @property
    def fine(self) -> bool:
        """Nobody lost, nobody given a lesson twice, nothing stuck."""
        return self.lost == self.repeated == self.stuck == 0


class Seen:
    """What every person got, as the server saw it."""

    def __init__(self, server: BotApiServer) -> None:
        self.server = server
        self.texts: dict[int, list[str]] = defaultdict(list)
        self.total = 0
        server.on_call(self._note)

    def _note(self, call: Call) -> None:
        if call.method == "sendMessage" and call.result is not None and call.chat_id is not None:
            self.texts[call.chat_id].append(call.text)
            self.total += 1


Trouble = Callable[[BotApiServer], object]
"""Begins some trouble between the bot and the server."""
OnTheWay = Callable[[Seen], Awaitable[None]]
"""Something that happens while the last process sends."""


async def kill_round(
    learners: int,
    seed: int,
    folder: Path,
    database_url: str | None = None,
    *,
    kills: int = 6,
    rate: int = 1000,
    trouble: Trouble | None = None,
    on_the_way: OnTheWay | None = None,
) -> Report:
    """Sends one lesson to each of so many learners, killing the bot with SIGKILL `kills` times on the way."""
    chance = random.Random(seed)
    server = BotApiServer(TOKEN, keep_calls=0, keep_messages=4)
    root = await server.start()
    chats = list(range(FIRST_CHAT, FIRST_CHAT + learners))
    for chat in chats:
        server.person(f"P{chat}", id=chat, started=True)
    environment = {"BOT_TOKEN": TOKEN, "BOT_API_URL": root, "DATA_DIR": str(folder), "SECRET_KEY": KEY, "HTTP_LISTEN": "",
                   "SEND_RATE": str(rate), "LOG_LEVEL": "warning"}  # fmt: skip
    if database_url:
        environment["DATABASE_URL"] = database_url
    database = Database(read_settings(environment).database)
    try:
        await prepare(database, chats)
        seen = Seen(server)
        if trouble is not None:
            trouble(server)
        killed = await _send_with_kills(seen, environment, database, chats, chance, kills, on_the_way)
        return await _report(seen, database, chats, seed, killed)
    finally:
        await database.close()
        await server.stop()


async def prepare(database: Database, chats: list[int]) -> None:
    """A migrated database in which every one of these chats has a lesson due since a minute ago."""
    keyring = Keyring(read_keys(KEY))
    store = SqlStore(database, keyring)
    await store.ready()
    now = datetime.now(UTC)
    # Late by a little: still kind, and due at once. An hour of their own inside quiet hours: so they hold at no time of day.
    await crowd(database, keyring, chats, now - timedelta(minutes=1), zones=("UTC",), hour=23)
    await store.close()


async def _send_with_kills(
    seen: Seen,
    environment: dict[str, str],
    database: Database,
    chats: list[int],
    chance: random.Random,
    kills: int,
    on_the_way: OnTheWay | None,
) -> int:
    killed = 0
    while True:
        polls = seen.server.polls
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **environment}
        )
        if killed >= kills or len(seen.texts) >= len(chats):
            break
        await _until_sending(seen, process)
        await asyncio.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        killed += 1
    try:
        await asyncio.wait_for(_until_receiving(seen, polls), 180)
        if on_the_way is not None:
            await _until_sending(seen, process)
            await on_the_way(seen)
        await asyncio.wait_for(_until_done(seen, database, len(chats)), max(120.0, len(chats) / 5))
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    return killed


async def _until_receiving(seen: Seen, polls: int) -> None:
    # Until it polls it is still starting, and a SIGTERM would meet Python's own imports.
    while seen.server.polls == polls:
        await asyncio.sleep(0.05)


async def _until_sending(seen: Seen, process: asyncio.subprocess.Process) -> None:
    before, until = seen.total, time.monotonic() + 180
    while seen.total == before:
        assert process.returncode is None, "the bot ended by itself"
        assert time.monotonic() < until, "the bot sent nothing for three minutes"
        await asyncio.sleep(0.01)


async def _until_done(seen: Seen, database: Database, people: int) -> None:
    while len(seen.texts) < people or await _open_ends(database):
        await asyncio.sleep(0.2)


async def _open_ends(database: Database) -> int:
    """Learners who are still due, and rows of the ledger that have not come to an end; a database that is away counts as one."""
    due = select(func.count()).select_from(t.learners).where(t.learners.c.due_at <= datetime.now(UTC))
    try:
        async with database.read() as db:
            return int((await db.execute(due)).scalar_one()) + await stuck(db)
    except StoreUnavailable:
        return 1


async def stuck(db: AsyncConnection) -> int:
    """Rows of the ledger that have not come to an end."""
    ended = ("sent", "uncertain", "not_sent", "refused")
    rows = select(func.count()).select_from(t.deliveries).where(t.deliveries.c.status.not_in(ended))
    return int((await db.execute(rows)).scalar_one())


async def _report(seen: Seen, database: Database, chats: list[int], seed: int, kills: int) -> Report:
    lost = repeated = announced = 0
    for chat in chats:
        lessons = sum(LESSON in text for text in seen.texts[chat])
        asked = sum(ANNOUNCED in text for text in seen.texts[chat])
        announced += bool(asked)
        lost += not lessons and not asked
        repeated += lessons > 1
    async with database.read() as db:
        return Report(seed, kills, lost, repeated, announced, await stuck(db))
