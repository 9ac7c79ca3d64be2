"""What the operator watches: health, metrics and the page, over what the rooms tell. Nothing here is needed for a lesson to go out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot import __version__, health
from bot.channels.telegram.run import STANDING_BY
from bot.course.lesson import Course
from bot.crisis.answer import DEFAULT
from bot.metrics import LogCount, Metrics
from bot.operator.board import Board
from bot.operator.door import Door, kept_token
from bot.service import upkeep
from bot.service.figures import Counted, figures
from bot.service.overview import Dependency, Finding, Long, Now, long_view
from bot.service.ports import StoreUnavailable
from bot.settings import Settings
from bot.storage.sealing import KeyMissing

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.storage.database import Database
    from bot.storage.store import SqlStore

# What asks the database is imported where it is used: health is served, and help given, before all that is loaded.

DAYS = 14
PAST_KEPT = timedelta(minutes=10)
API_TROUBLE = "Check BOT_TOKEN and the network: `kindling doctor` tells which of them it is."
LESSONS_TROUBLE = "Check LESSONS_DIR. Every finding with its place: `kindling lessons check`."
REVIEW_RULES = ("review-due", "gave-way")


@dataclass(frozen=True)
class Watched:
    """What there is to watch. `receiving` says in a word how that goes. Store and course are None before they are there, the store
    first; `trouble` then says why."""

    settings: Settings
    clock: Callable[[], datetime]
    receiving: Callable[[], str]
    store: Callable[[], SqlStore | None]
    course: Callable[[], Course | None]
    trouble: Callable[[], str]


@dataclass
class Watch:
    """See the module."""

    of: Watched
    metrics: Metrics = field(default_factory=lambda: Metrics(__version__))
    _started_at: datetime | None = None
    _past: tuple[datetime, Counted] | None = None

    async def serve(self) -> web.AppRunner:
        """Starts the server. Raises OSError when it cannot listen."""
        self._started_at = self.of.clock()
        logging.getLogger().addHandler(self._log_count)
        metrics = health.metrics_route(self.metrics, self._checks, self._count)
        pages = [metrics, *self._door.routes()]
        return await health.serve(self.of.settings.http_listen, self._checks, pages, {"audit": self._audit})

    def stopwatch(self) -> Stopwatch:
        """A stopwatch that runs."""
        return Stopwatch()

    async def close(self) -> None:
        """Ends what is under way for the page."""
        logging.getLogger().removeHandler(self._log_count)
        await self._board.close()

    @cached_property
    def _log_count(self) -> LogCount:
        return LogCount(self.metrics)

    @cached_property
    def _board(self) -> Board:
        return Board(self._now, self._long, self._looks, self.of.clock)

    @cached_property
    def _door(self) -> Door:
        return Door(self._token, self._board, self.of.clock)

    def _token(self) -> str | None:
        given = self.of.settings.operator_token
        return given.get_secret_value() if given is not None else kept_token(self.of.settings.data_dir)

    def _database(self) -> Database | None:
        store = self._opened()
        return store.database if store is not None else None

    def _opened(self) -> SqlStore | None:
        """The store, once its tables are known to fit and lessons are read."""
        return self.of.store() if self.of.course() is not None else None

    # -- what readiness tells ------------------------------------------------------------------------------------------

    @property
    def _checks(self) -> Mapping[str, health.Check]:
        return {"database": self._database_state, "bot_api": self._api_state, "lessons": self._lessons_state}

    async def _database_state(self) -> str:
        store = self.of.store()
        if store is None:
            return self.of.trouble()
        try:
            await store.ready()
        except (StoreUnavailable, KeyMissing) as error:
            return str(error)
        return "ok"

    async def _api_state(self) -> str:
        return "ok" if self.of.receiving() in ("receiving", STANDING_BY) else self.of.receiving()

    async def _lessons_state(self) -> str:
        # They are read once the database is there: what keeps them from it may be told twice.
        return "ok" if self.of.course() is not None else self.of.trouble()

    async def _audit(self) -> dict[str, Any] | None:
        """What the last night's look found; None before the first, and while nobody can say."""
        from bot.storage.looking import SqlLedger

        store = self._opened()
        if store is None:
            return None
        try:
            found = await upkeep.last_audit(SqlLedger(store))
        except (StoreUnavailable, KeyMissing):
            return None
        return upkeep.told(found) if found is not None else None

    # -- what /metrics counts ------------------------------------------------------------------------------------------

    async def _count(self) -> None:
        now = self.of.clock()
        database = self._database()
        try:
            if database is None:
                raise StoreUnavailable("not open")
            from bot.storage.figures import count

            async with database.read() as db:
                found = await count(db, (now.date(),), now)
        except StoreUnavailable:
            self.metrics.uncounted()
            return
        await self._audited(database)
        states = {state.value: number for state, number in found.states.items()}
        self.metrics.counted(states, found.backlog.late(now), self._reviews_due(now))

    async def _audited(self, database: Database) -> None:
        from bot.storage.looking import note_in

        noted = await note_in(database, upkeep.AUDIT)
        if noted is not None:
            found = upkeep.audit_of(noted)
            self.metrics.audited(found.people, datetime.fromisoformat(found.at))

    def _reviews_due(self, now: datetime) -> int:
        from bot.doctor.people import checked_on  # loaded when somebody looks, as a start must not wait for it

        return sum(one.rule in REVIEW_RULES for one in checked_on(now.date()))

    # -- what the page shows -------------------------------------------------------------------------------------------

    async def _now(self) -> Now:
        now = self.of.clock()
        days = tuple(now.date() - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
        shown, database = None, self._database()
        dependencies = await self._dependencies()
        if database is not None and dependencies[0].fine:
            try:
                async with database.read() as db:
                    shown = figures(await self._count_days(db, days, now), days, now)
            except StoreUnavailable as error:
                dependencies = (Dependency("database", False, str(error), 0.0), *dependencies[1:])
        return Now(
            now, __version__, _schema(), self._started_at or now, dependencies, shown, dict(self.metrics.events),
            self._reviews_due(now), DEFAULT.book.review_by.isoformat(),
        )  # fmt: skip

    async def _count_days(self, db: AsyncConnection, days: tuple[date, ...], now: datetime) -> Counted:
        """Today as it is; the days before, which hardly change any more, as they were a few minutes ago."""
        from bot.storage.figures import count

        if self._past is None or now - self._past[0] > PAST_KEPT or self._past[0].date() != now.date():
            self._past = (now, await count(db, days[:-1], now))
        past, today = self._past[1], await count(db, days[-1:], now)
        cards = {**past.help_cards, **today.help_cards}
        return replace(today, outcomes=(*past.outcomes, *today.outcomes), help_cards=cards)

    async def _dependencies(self) -> tuple[Dependency, ...]:
        answers = await health.ask(self._checks)
        found = [await self._explained(name, answer) for name, answer in answers.items()]
        return tuple(found)

    async def _explained(self, name: str, answer: health.Answer) -> Dependency:
        if answer.fine:
            return Dependency(name, True, "answers", answer.seconds)
        if name == "lessons":
            return Dependency(name, False, answer.state, answer.seconds, LESSONS_TROUBLE)
        if name != "database":
            return Dependency(name, False, answer.state, answer.seconds, API_TROUBLE)
        from bot.storage.diagnosis import trouble_with

        trouble = await trouble_with(self.of.settings.database)
        if trouble is not None:
            return Dependency(name, False, trouble.says, answer.seconds, trouble.do)
        return Dependency(
            name, False, self.of.trouble() or answer.state, answer.seconds, "`kindling doctor` tells more."
        )

    async def _looks(self) -> tuple[Finding, ...]:
        """What the doctor finds, in the parts that need no long work."""
        from bot.doctor import look_around
        from bot.doctor.look import Patient

        looks = await look_around(Patient(self.of.settings, self.of.clock(), hurried=True))
        return tuple(Finding(one.id, one.state == "error", one.says, one.do) for one in looks if not one.fine)

    async def _long(self) -> Long | None:
        store, course = self._opened(), self.of.course()
        if store is None or course is None:
            return None
        from bot.service.steps import STEPS
        from bot.storage.overview import count_long

        now = self.of.clock()
        return long_view(await count_long(store.database, store.keyring, now), course, tuple(STEPS), now)


@lru_cache(maxsize=1)
def _schema() -> str:
    from bot.storage.migrate import newest_revision

    return newest_revision()


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.perf_counter() - self._start
