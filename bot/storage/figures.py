"""Counting for the operator. What comes from here is not yet fit to be shown: bot/service/figures.py hides what could name someone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.figures import Backlog, Counted, Group
from bot.service.learners import DeliveryStatus, State
from bot.storage import tables as t

GRACE = timedelta(seconds=30)
"""What is due for less than this is on its way: the metronome ticks every ten seconds."""
WAITING = (DeliveryStatus.CLAIMED.value, DeliveryStatus.SENDING.value, DeliveryStatus.RETRY.value)


async def count(db: AsyncConnection, days: tuple[date, ...], now: datetime) -> Counted:
    """Learners by state, deliveries by outcome and help cards on these days, and the backlog."""
    return Counted(await _states(db), await _outcomes(db, days), await backlog(db, now), await _help_cards(db, days))


async def _states(db: AsyncConnection) -> dict[State, int]:
    rows = await db.execute(select(t.learners.c.state, func.count()).group_by(t.learners.c.state))
    return {State(state): int(number) for state, number in rows}


async def _outcomes(db: AsyncConnection, days: tuple[date, ...]) -> tuple[Group, ...]:
    one = t.deliveries.c
    mine = select(one.slot, one.status, one.learner_id).where(one.slot.between(min(days), max(days)))
    # Each half has its own index: few wait.
    some = union_all(mine.where(one.next_at.is_(None)), mine.where(one.next_at.is_not(None))).subquery().c
    groups = select(some.slot, some.status, func.count(), func.count(some.learner_id.distinct()))
    rows = await db.execute(groups.group_by(some.slot, some.status))
    return tuple(Group(day, DeliveryStatus(status), int(number), int(people)) for day, status, number, people in rows)


async def backlog(db: AsyncConnection, now: datetime) -> Backlog:
    """Who is due and what waits for longer than a moment, and since when."""
    before = now - GRACE
    due, waiting = t.learners.c.due_at, t.deliveries.c.next_at
    late_learners = (await db.execute(select(func.count(), func.min(due)).where(due < before))).one()
    late_sends = select(func.count(), func.min(waiting)).where(waiting < before, t.deliveries.c.status.in_(WAITING))
    late_deliveries = (await db.execute(late_sends)).one()
    oldest = [moment for moment in (late_learners[1], late_deliveries[1]) if moment is not None]
    return Backlog(int(late_learners[0]), int(late_deliveries[0]), min(oldest, default=None))


async def _help_cards(db: AsyncConnection, days: tuple[date, ...]) -> dict[date, int]:
    one = t.daily_counts.c
    rows = select(one.day, one.count).where(one.name == "help_cards", one.day.between(min(days), max(days)))
    return {day: int(number) for day, number in await db.execute(rows)}
