"""The port `Announcements`, and what the operator's commands need of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, func, insert, literal, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.announcing import KINDS, PREFIX, Announcement, reaches
from bot.service.learners import DeliveryKind, DeliveryStatus, Learner, State
from bot.storage import tables as t
from bot.storage.batch import ledger_row
from bot.storage.database import Database
from bot.storage.rows import open_learner
from bot.storage.sealing import KeyMissing, Keyring

WAITING = (DeliveryStatus.CLAIMED.value, DeliveryStatus.RETRY.value)
CALLED_OFF = "called_off"
ANNOUNCED = t.deliveries.c.next_at.is_not(None) & t.deliveries.c.kind.in_(
    [literal_column(f"'{kind.value}'") for kind in KINDS]
)
"""Announcements that wait, in the words of their index."""


class SqlAnnouncements:
    """See the port."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def going_on(self) -> tuple[Announcement, ...]:
        one = t.announcements.c
        under_way = select(t.deliveries.c.id).where(
            t.deliveries.c.lesson_id == literal(PREFIX) + cast(one.number, String), ANNOUNCED
        )
        mine = one.stopped_at.is_(None) & (one.listed_at.is_(None) | under_way.exists())
        async with self._database.read() as db:
            rows = await db.execute(select(t.announcements).where(mine).order_by(one.number))
            return tuple(announcement_of(row) for row in rows)

    async def list_some(
        self, one: Announcement, take: int, now: datetime, when: Callable[[Learner], datetime | None]
    ) -> int:
        mine = t.announcements.c.number == one.number
        async with self._database.write() as db:
            open_still = select(t.announcements.c.reached).where(mine, t.announcements.c.stopped_at.is_(None))
            found = (await db.execute(open_still.with_for_update(skip_locked=True))).one_or_none()
            if found is None:
                return 0
            people = select(t.learners).where(t.learners.c.id > found.reached).order_by(t.learners.c.id).limit(take)
            rows = (await db.execute(people)).all()
            if entries := [entry for row in rows if (entry := self._entry(one, row, now, when))]:
                await db.execute(insert(t.deliveries), entries)
            ended = {} if len(rows) == take else {"listed_at": now}
            reached = {"reached": rows[-1].id} if rows else {}
            if changes := {**reached, **ended}:
                await db.execute(update(t.announcements).where(mine).values(changes))
            return len(rows)

    def _entry(
        self, one: Announcement, row: Row[Any], now: datetime, when: Callable[[Learner], datetime | None]
    ) -> dict[str, Any] | None:
        if not reaches(one.kind, State(row.state)):
            return None
        try:
            at = when(open_learner(row, self._keyring).learner)
        except (KeyMissing, ValueError, KeyError, TypeError):
            return None  # one row that does not open must not stop the others
        entry = ledger_row(row.id, one.kind, now.date(), one.name, now)
        return entry | {"number": one.number, "next_at": at} if at is not None else None


def announcement_of(row: Row[Any]) -> Announcement:
    """An announcement of its row."""
    return Announcement(
        row.number, DeliveryKind(row.kind), row.text, row.a_minute, row.made_at, row.last_day, row.listed_at, row.stopped_at
    )  # fmt: skip


async def begin(db: AsyncConnection, one: Announcement) -> Announcement:
    """Writes an announcement down, under the next number."""
    newest = (await db.execute(select(func.max(t.announcements.c.number)))).scalar()
    number = int(newest or 0) + 1
    values = {
        "number": number, "kind": one.kind.value, "text": one.text, "last_day": one.last_day, "a_minute": one.a_minute,
        "made_at": one.made_at,
    }  # fmt: skip
    await db.execute(insert(t.announcements).values(values))
    return Announcement(number, one.kind, one.text, one.a_minute, one.made_at, one.last_day)


async def call_off(db: AsyncConnection, number: int, now: datetime) -> bool:
    """Stops an announcement: what waits is not sent. False when there is none of that number, or it was stopped before."""
    mine = (t.announcements.c.number == number) & t.announcements.c.stopped_at.is_(None)
    if not (await db.execute(update(t.announcements).where(mine).values(stopped_at=now))).rowcount:
        return False
    waits = ANNOUNCED & (t.deliveries.c.lesson_id == f"{PREFIX}{number}") & t.deliveries.c.status.in_(WAITING)
    off = {"status": DeliveryStatus.NOT_SENT.value, "reason": CALLED_OFF, "next_at": None, "updated_at": now}
    await db.execute(update(t.deliveries).where(waits).values(off))
    return True


async def all_of_them(db: AsyncConnection) -> tuple[Announcement, ...]:
    """Every announcement there was, newest first."""
    rows = await db.execute(select(t.announcements).order_by(t.announcements.c.number.desc()))
    return tuple(announcement_of(row) for row in rows)


async def how_far(db: AsyncConnection, number: int) -> dict[str, int]:
    """Outcome → people, of one announcement. Not to be shown as it is."""
    one = t.deliveries.c
    groups = select(one.status, func.count()).where(one.lesson_id == f"{PREFIX}{number}").group_by(one.status)
    return {status: int(people) for status, people in await db.execute(groups)}


async def count_reached(db: AsyncConnection, kind: DeliveryKind) -> int:
    """How many people would hear of it, as it is now."""
    states = [state.value for state in State if reaches(kind, state)]
    people = select(func.count()).where(t.learners.c.state.in_(states), t.learners.c.consent_version.is_not(None))
    return int((await db.execute(people)).scalar_one())
