"""Looking through everybody, page by page, without holding anything: the port `Ledger` of bot/service/upkeep.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.behind import LOOKED_BACK
from bot.service.learners import Learner, Passage, State
from bot.service.records import ChosenTrack, LedgerRow, LessonPassed, Record
from bot.storage import tables as t
from bot.storage.batch import KNOWN
from bot.storage.database import Database
from bot.storage.rows import delivery_of
from bot.storage.store import SqlStore


async def noted_in(db: AsyncConnection, name: str) -> str | None:
    """What was noted for the whole installation under that name; None for nothing."""
    value = await db.scalar(select(t.installation.c.value).where(t.installation.c.name == name))
    return bytes(value).decode() if value is not None else None


class SqlLedger:
    """See the port."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def page(self, after: str, take: int, now: datetime) -> Sequence[Record]:
        """See the port."""
        wanted = (t.learners.c.id > after) & (t.learners.c.state == State.ACTIVE.value)
        since = now.date() - timedelta(days=LOOKED_BACK + 2)
        tracks, lessons, rows = defaultdict(list), defaultdict(list), defaultdict(list)
        async with self._store.database.read() as db:
            found = (await db.execute(select(t.learners).where(wanted).order_by(t.learners.c.id).limit(take))).all()
            people = await self._store.opened_rows(found)
            mine = t.enrolments.c.learner_id.in_(people)
            for row in await db.execute(select(t.enrolments).where(mine)):
                tracks[row.learner_id].append(ChosenTrack(row.track, row.position, row.chosen_at, row.left_at))
            for row in await db.execute(select(t.passages).where(t.passages.c.learner_id.in_(people))):
                lessons[row.learner_id].append(LessonPassed(row.lesson_id, Passage(row.how), row.at))
            theirs = t.deliveries.c.learner_id.in_(people) & (t.deliveries.c.slot >= since)
            for row in await db.execute(
                select(t.deliveries).where(theirs, t.deliveries.c.kind.in_(KNOWN)).order_by(t.deliveries.c.created_at)
            ):
                rows[row.learner_id].append(LedgerRow(delivery_of(row), row.created_at, row.updated_at))
        return tuple(
            Record(one.learner, (), tuple(tracks[learner]), tuple(lessons[learner]), (), tuple(rows[learner]))
            for learner, one in people.items()
        )

    async def move_due(self, moved: Sequence[tuple[Learner, datetime]]) -> None:
        """See the port."""
        if not moved:
            return
        same = (t.learners.c.id == bindparam("row")) & (t.learners.c.due_at == bindparam("was"))
        change = update(t.learners).where(same).values(due_at=bindparam("due"))
        async with self._store.database.write() as db:
            await db.execute(change, [{"row": who.id, "was": who.due_at, "due": due} for who, due in moved])

    async def noted(self, name: str) -> str | None:
        """See the port."""
        return await note_in(self._store.database, name)

    async def note(self, name: str, value: str) -> None:
        """See the port."""
        row = self._store.insert(t.installation).values(name=name, value=value.encode())
        fresh = row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value})
        async with self._store.database.write() as db:
            await db.execute(fresh)


async def note_in(database: Database, name: str) -> str | None:
    """What was noted for the whole installation under that name. Raises StoreUnavailable."""
    async with database.read() as db:
        return await noted_in(db, name)
