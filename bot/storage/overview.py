"""The operator's slower counts. What comes from here is not yet fit to be shown: bot/service/overview.py hides what could name someone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Integer, cast, distinct, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.course.measures import Kind, Rating
from bot.service.hiding import Share
from bot.service.learners import DRAFT, DeliveryKind, DeliveryStatus, Learner, State
from bot.service.overview import LongCounted
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.rows import open_learner
from bot.storage.sealing import KeyMissing, Keyring
from bot.storage.shelf import rating_of

PAGE, AT_ONCE = 100, 5
"""Learners fetched, and opened, before whoever waits for an answer gets a turn."""
APART = timedelta(days=21)
"""Between a first and a last check-in, for a change to be looked at."""
WEEKS = timedelta(weeks=4)
"""How far back it is looked who writes."""
SLOW = 60.0
"""Seconds that one of these counts may take; nobody waits for it."""


async def count_long(database: Database, keyring: Keyring | None, now: datetime) -> LongCounted:
    """Every slow count, each in a short transaction of its own. Without keys, what is sealed is not counted. Raises StoreUnavailable."""
    async with database.unhurried_read(SLOW) as db:
        steps = await _open_steps(db)
    async with database.unhurried_read(SLOW) as db:
        passed = await _passed(db)
    async with database.unhurried_read(SLOW) as db:
        replied = await _replied(db)
    async with database.unhurried_read(SLOW) as db:
        everyone, came = await _came(db)
    async with database.unhurried_read(SLOW) as db:
        wrote = await _wrote(db, now)
    within = _Within(wrote)
    if keyring is not None:
        await _look_within(database, keyring, within)
    hours = {hour: Share(part, whole) for hour, (part, whole) in within.hours.items()}
    return LongCounted(
        steps, passed, replied, hours, came, everyone, within.changes, Share(within.harmed, within.asked)
    )  # fmt: skip


async def _open_steps(db: AsyncConnection) -> dict[str, int]:
    one = t.learners.c
    met = select(one.step, one.consent_version.is_(None), func.count()).where(one.state == State.NEW.value)
    found: dict[str, int] = {}
    for step, unasked, number in await db.execute(met.group_by(one.step, one.consent_version.is_(None))):
        name = step or ("met" if unasked else "left in between")
        found[name] = found.get(name, 0) + int(number)
    return found


async def _passed(db: AsyncConnection) -> dict[str, int]:
    one = t.passages.c
    return {lesson: int(number) for lesson, number in await db.execute(
        select(one.lesson_id, func.count()).group_by(one.lesson_id)
    )}  # fmt: skip


async def _replied(db: AsyncConnection) -> dict[str, int]:
    one = t.reflections.c
    people = select(one.lesson_id, func.count(distinct(one.learner_id)))
    mine = people.where(one.lesson_id.is_not(None), one.lesson_id != DRAFT).group_by(one.lesson_id)
    return {lesson: int(number) for lesson, number in await db.execute(mine)}


async def _came(db: AsyncConnection) -> tuple[int, dict[str, int]]:
    """Everybody, and how many of them came how far."""
    one = t.learners.c
    had = exists().where(t.passages.c.learner_id == one.id)
    wrote = exists().where(t.reflections.c.learner_id == one.id, t.reflections.c.lesson_id.is_not(None))
    far = {
        "agreed": one.consent_version.is_not(None), "are set up": one.state != State.NEW.value, "had a lesson": had, "wrote once": wrote,
    }  # fmt: skip
    counts = [func.coalesce(func.sum(cast(true, Integer)), 0) for true in far.values()]
    row = (await db.execute(select(func.count(), *counts).select_from(t.learners))).one()
    return int(row[0]), {name: int(number) for name, number in zip(far, row[1:], strict=True)}


async def _wrote(db: AsyncConnection, now: datetime) -> dict[str, bool]:
    """Who was sent lessons over the last weeks, and whether they wrote to one of them."""
    one, wrote = t.deliveries.c, t.reflections.c
    answered = exists().where(wrote.learner_id == one.learner_id, wrote.lesson_id == one.lesson_id)
    sent = (
        (one.slot >= (now - WEEKS).date())
        & (one.kind == DeliveryKind.LESSON.value)
        & (one.status == DeliveryStatus.SENT.value)
    )
    # People, not messages: somebody who is sent four lessons and answers them all is one who writes.
    people = select(one.learner_id, func.max(cast(answered, Integer))).where(sent).group_by(one.learner_id)
    found = {}
    for number, (learner, answered_one) in enumerate(await db.execute(people)):
        found[learner] = bool(answered_one)
        if number % PAGE == 0:
            await asyncio.sleep(0)
    return found


# -- what is sealed ----------------------------------------------------------------------------------------------------


@dataclass
class _Within:
    """What is added up of that which is sealed: opened for a moment, in memory, and never kept of one person."""

    wrote: Mapping[str, bool]
    hours: dict[int, tuple[int, int]] = field(default_factory=dict)
    changes: dict[str, list[float]] = field(default_factory=dict)
    asked: int = 0
    harmed: int = 0

    def meet(self, learner: Learner) -> None:
        """The hour that somebody chose, in their own time."""
        hour = learner.profile.hour
        if learner.id in self.wrote and hour is not None:
            part, whole = self.hours.get(hour, (0, 0))
            self.hours[hour] = part + self.wrote[learner.id], whole + 1

    def hear(self, ratings: Sequence[Rating]) -> None:
        """The check-ins of somebody who let them be added up, oldest first."""
        weeks = [one for one in ratings if one.kind is Kind.WEEK and one.done]
        course = [
            one.answers["harm"] for one in ratings if one.kind is Kind.COURSE and one.answers.get("harm") is not None
        ]
        self.asked += bool(course)
        self.harmed += any(course)
        if len(weeks) < 2 or weeks[-1].at - weeks[0].at < APART:
            return
        for question, last in weeks[-1].answers.items():
            first = weeks[0].answers.get(question)
            if first is not None and last is not None:
                self.changes.setdefault(question, []).append(last - first)


async def _look_within(database: Database, keyring: Keyring, within: _Within) -> None:
    after = ""
    while True:
        async with database.unhurried_read(SLOW) as db:
            rows = (
                await db.execute(
                    select(t.learners).where(t.learners.c.id > after).order_by(t.learners.c.id).limit(PAGE)
                )
            ).all()
            if not rows:
                return
            people = {}
            for number, row in enumerate(rows):
                with suppress(KeyMissing):  # the doctor says so; here they are not counted
                    people[row.id] = open_learner(row, keyring)
                    within.meet(people[row.id].learner)
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)  # a call for help may be waiting for its turn
            theirs = [one for one, sealed in people.items() if sealed.learner.profile.counted]
            heard: dict[str, list[Rating]] = {}
            mine = select(t.ratings).where(t.ratings.c.learner_id.in_(theirs)).order_by(t.ratings.c.at, t.ratings.c.id)
            for number, row in enumerate(await db.execute(mine)):
                with suppress(KeyMissing):
                    heard.setdefault(row.learner_id, []).append(rating_of(row, people[row.learner_id].key))
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
        for ratings in heard.values():
            within.hear(ratings)
        after = rows[-1].id
