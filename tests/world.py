"""The world of the end-to-end tests: the Bot API look-alike over real HTTP, the whole bot against it, and a clock to travel with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, event, func, select

from bot.app import App
from bot.demo import BotApiServer, Message, Person
from bot.messages import ChatRef
from bot.service.learners import Learner
from bot.service.ports import StoreUnavailable
from bot.settings import read_settings
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.migrate import migrate
from tests.quick_place import quick_place

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday noon, four weeks before Europe's clocks go forward."""
KEY = "S2luZGxpbmctdGVzdC1rZXktb2YtMzItYnl0ZXMhISE="
TOKEN = "1000:demo"
TICK = timedelta(seconds=10)
PATIENT = 60.0
"""Seconds that a world waits for its database. Three, as a bot does, are few on a machine that is busy with many worlds; tests that
want an outage are less patient."""


class TravelClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """Everything that a conversation test needs."""

    server: BotApiServer
    app: App
    clock: TravelClock
    running: asyncio.Task[None]
    settings: dict[str, str]
    patience: float = PATIENT

    def person(self, name: str = "Ana", language: str = "en") -> Person:
        """Somebody with a phone."""
        return self.server.person(name, language)

    async def learner(self, person: Person) -> Learner | None:
        """The person as the database has them; None for a stranger."""
        return await self.app.store.learner(ChatRef("telegram", str(person.id)))

    async def settled(self) -> None:
        """Waits until the bot has nothing left to do: an update is confirmed only when all its answers are out."""
        await self.server.settled(quiet=0, within=120)
        assert self.server.violations == []

    async def at(self, moment: datetime) -> None:
        """Travels to a moment, stopping wherever something is due on the way, as the metronome would."""
        assert moment >= self.clock.now, "there is no way back"
        while (due := await self._next_due()) is not None and due < moment:
            await self._tick_at(max(due, self.clock.now + TICK))
        await self._tick_at(max(moment, self.clock.now))

    async def later(self, **span: float) -> None:
        """Travels on by some time."""
        await self.at(self.clock.now + timedelta(**span))

    async def asleep_until(self, moment: datetime) -> None:
        """Travels to a moment without doing anything on the way, as a machine that was switched off."""
        assert moment >= self.clock.now, "there is no way back"
        await self._tick_at(moment)

    async def _tick_at(self, moment: datetime) -> None:
        self.clock.now = moment
        with contextlib.suppress(StoreUnavailable):
            await self.app.tick()
        await self.settled()

    async def _next_due(self) -> datetime | None:
        with contextlib.suppress(StoreUnavailable):
            async with self.app.store.database.read() as db:
                found = [
                    await db.scalar(select(func.min(column)))
                    for column in (tables.learners.c.due_at, tables.deliveries.c.next_at)
                ]
                return min((due for due in found if due is not None), default=None)
        return None

    async def crash(self) -> None:
        """Ends the bot as a power cut would: nothing it had begun goes on. Then starts another on the same database."""
        doomed = {self.running, *self.app.tasks, *self.app.lanes._tasks, *self.app.help_lane._tasks}
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        for request in self.app.requests:
            await request.shutdown()
        await self.app.pace.close()
        await self.app.store.close()
        await self.start()

    async def let_go_of_the_database(self) -> None:
        """Closes the connections to the database, once none of them is in use."""
        engine = self.app.store.database.engine
        while engine.pool.checkedout():  # type: ignore[attr-defined]  # every pool in use here counts
            await asyncio.sleep(0.01)
        await engine.dispose()

    async def start(self) -> None:
        """Starts a bot."""
        self.app = App(read_settings(self.settings), self.clock, self.patience)
        self.running = asyncio.create_task(self.app.run(ticking=False))
        await asyncio.wait_for(self.app.opened.wait(), 60)

    async def stop(self) -> None:
        """Stops it as an operator would."""
        self.app.stop()
        await asyncio.wait_for(self.running, 60)


@cache
def _empty_database() -> bytes:
    """A file that has its tables and nothing in them: copying it is quicker than making it again for every world."""

    async def make(place: Path) -> None:
        database = Database(f"sqlite+aiosqlite:///{place}")
        await migrate(database)
        await database.close()

    with TemporaryDirectory(dir=quick_place()) as folder:
        place = Path(folder, "kindling.sqlite3")
        asyncio.run(make(place))
        return place.read_bytes()


@asynccontextmanager
async def world(
    folder: Path, start: datetime = START, patience: float = PATIENT, **settings: str
) -> AsyncIterator[World]:
    """A fresh world, with its database in `folder` unless DATABASE_URL says otherwise."""
    file = folder / "kindling.sqlite3"
    if "DATABASE_URL" not in settings and not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(0o600)
        file.write_bytes(await asyncio.to_thread(_empty_database))
    clock = TravelClock(start)
    server = BotApiServer(TOKEN, now=clock)
    root = await server.start()
    environment = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": root,
        "DATA_DIR": str(folder),
        "SECRET_KEY": KEY,
        "HTTP_LISTEN": "",
        "SEND_RATE": "1000",
        "CHAT_RATE": "1000",
        **settings,
    }
    app = App(read_settings(environment), clock, patience)
    running = asyncio.create_task(app.run(ticking=False))
    there = World(server, app, clock, running, environment, patience)
    try:
        await asyncio.wait_for(app.opened.wait(), 60)
        yield there
    finally:
        await there.stop()
        await server.stop()


async def onboard(
    there: World,
    person: Person,
    *,
    hour: str = "8:00 AM",
    topics: tuple[str, ...] = ("Calm in small steps",),
    country: str = "Germany",
    form: str = "Just me",
) -> Message:
    """A new person, with the fewest taps there are."""
    person.says("/start")
    await person.receives("all right with you")
    person.taps("I am 18 or older, and I agree")
    await person.receives("Which country")
    person.says(country)
    await person.receives("When would a lesson suit you")
    person.taps(hour)
    await person.receives("On which days")
    person.taps("That’s it")
    await person.receives("What would you like to read about")
    for topic in topics:
        person.taps(topic)
        await there.settled()
    person.taps("That’s it")
    question = await person.receives()
    while "For whom" not in question.text:
        if "closeness" in question.text.casefold() and "Wanted, and safe" in question.labels:
            person.taps("Wanted, and safe")
        question = await person.receives()
    person.taps(form)
    return await person.receives("This is what you chose")


@contextmanager
def disk_full(there: World) -> Iterator[None]:
    """The file cannot grow any more."""
    engines = there.app.store.database.engines
    pages = 1

    # One listener to the end: connections that are just opening go through the list of listeners.
    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    for engine in engines:
        event.listen(engine, "begin", limit)
    try:
        yield
    finally:
        pages = 1_000_000
