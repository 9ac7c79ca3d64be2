"""The operator's slower counts. What comes from here is not yet fit to be shown: bot/service/overview.py hides what could name someone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Integer, cast, distinct, exists, extract, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.hiding import Share
from bot.service.learners import DRAFT, DeliveryKind, DeliveryStatus, State
from bot.service.overview import LongCounted
from bot.storage import tables as t
from bot.storage.database import Database

WEEKS = timedelta(weeks=4)
"""How far back the hours of sending are looked at."""
SLOW = 60.0
"""Seconds that one of these counts may take; nobody waits for it."""


async def count_long(database: Database, now: datetime) -> LongCounted:
    """Every slow count, each in a short transaction of its own. Raises StoreUnavailable."""
    async with database.unhurried_read(SLOW) as db:
        steps = await _open_steps(db)
    async with database.unhurried_read(SLOW) as db:
        passed = await _passed(db)
    async with database.unhurried_read(SLOW) as db:
        replied = await _replied(db)
    async with database.unhurried_read(SLOW) as db:
        return LongCounted(steps, passed, replied, await _hours(db, now))


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


async def _hours(db: AsyncConnection, now: datetime) -> dict[int, Share]:
    one, wrote = t.deliveries.c, t.reflections.c
    moment = func.timezone("UTC", one.updated_at) if db.dialect.name == "postgresql" else one.updated_at
    hour = cast(extract("hour", moment), Integer)
    answered = exists().where(wrote.learner_id == one.learner_id, wrote.lesson_id == one.lesson_id)
    sent = (
        (one.slot >= (now - WEEKS).date())
        & (one.kind == DeliveryKind.LESSON.value)
        & (one.status == DeliveryStatus.SENT.value)
    )
    # People, not messages: somebody who is sent four lessons and answers them all is one who writes.
    reached = select(hour, one.learner_id, func.max(cast(answered, Integer)).label("wrote")).where(sent)
    people = reached.group_by(hour, one.learner_id).subquery()
    by_hour = select(people.c[0], func.sum(people.c.wrote), func.count()).group_by(people.c[0])
    return {int(at): Share(int(part), int(whole)) for at, part, whole in await db.execute(by_hour)}
