"""What gets old in the database: the port `Ageing`."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime

from sqlalchemy import delete, select, update

from bot.course.pace import slot_of
from bot.service import retention
from bot.service.learners import DRAFT, DeliveryKind, Learner
from bot.service.retention import LAST_CALL
from bot.storage import tables as t
from bot.storage.batch import ledger_row
from bot.storage.database import Database
from bot.storage.records import sweep
from bot.storage.rows import address_of, open_learner
from bot.storage.sealing import KeyMissing, Keyring
from bot.storage.tombstones import put_up

PATIENCE = 600.0
"""Seconds that clearing away one kind of old rows may take: in the night, nobody waits for it."""

log = logging.getLogger(__name__)


class SqlAgeing:
    """See the port."""

    def __init__(self, database: Database, keyring: Keyring, patience: float = PATIENCE) -> None:
        self._database = database
        self._keyring = keyring
        self._patience = patience

    async def purge(self, now: datetime) -> Counter[str]:
        """Deletes what has had its time."""
        handled = (t.inbox.c.at < now - retention.HANDLED) & t.inbox.c.sealed_replies.is_(None)
        drafts = (t.reflections.c.lesson_id == DRAFT) & (t.reflections.c.written_at < now - retention.DRAFTS)
        decided = (t.deliveries.c.created_at < now - retention.DECISIONS) & t.deliveries.c.next_at.is_(None)
        counts = t.daily_counts.c.day < (now - retention.COUNTS).date()
        marks = t.tombstones.c.forgotten_at < now - retention.TOMBSTONES
        never = t.learners.c.consent_version.is_(None) & (t.learners.c.seen_at < now - retention.NEVER_AGREED)
        never &= ~t.learners.c.id.in_(select(t.consents.c.learner_id))
        old = {
            "handled": delete(t.inbox).where(handled),
            "drafts": delete(t.reflections).where(drafts),
            "decisions": delete(t.deliveries).where(decided),
            "counts": delete(t.daily_counts).where(counts),
            "check_ins": delete(t.ratings).where(t.ratings.c.expires_at < now),
            "tombstones": delete(t.tombstones).where(marks),
            "never_agreed": delete(t.learners).where(never),
        }
        purged: Counter[str] = Counter()
        for name, statement in old.items():
            async with self._database.unhurried(self._patience) as db:
                purged[name] = (await db.execute(statement)).rowcount
        return purged

    async def away_since(self, since: datetime, take: int) -> tuple[Learner, ...]:
        """Learners who were last here before that, and have not been asked. One whose row does not open is forgotten unasked."""
        away = (t.learners.c.seen_at < since) & t.learners.c.leaves_at.is_(None)
        async with self._database.write() as db:
            rows = (
                await db.execute(select(t.learners).where(away).limit(take).with_for_update(skip_locked=True))
            ).all()
            people = []
            for row in rows:
                try:
                    people.append(open_learner(row, self._keyring).learner)
                except KeyMissing:
                    log.error("a learner's row does not open", extra={"action": "poison", "learner": row.id})
                    leaves = update(t.learners).where(t.learners.c.id == row.id)
                    await db.execute(leaves.values(leaves_at=row.seen_at + retention.AWAY + LAST_CALL))
            return tuple(people)

    async def ask(self, learner: Learner, at: datetime | None, leaves_at: datetime, now: datetime) -> None:
        """Keeps when they will be forgotten, and asks at that moment."""
        async with self._database.write() as db:
            still = (t.learners.c.id == learner.id) & (t.learners.c.seen_at == learner.seen_at)
            changed = await db.execute(update(t.learners).where(still).values(leaves_at=leaves_at))
            if at is None or not changed.rowcount:
                return
            slot = slot_of(learner.rule, at) if learner.rule else at.date()
            row = ledger_row(learner.id, DeliveryKind.LAST_CALL, slot, None, now)
            await db.execute(t.deliveries.insert().values(row | {"next_at": at}))

    async def forget_some(self, now: datetime, take: int) -> int:
        """Forgets learners whose time is up."""
        over = t.learners.c.leaves_at <= now
        async with self._database.write() as db:
            rows = (
                await db.execute(select(t.learners).where(over).limit(take).with_for_update(skip_locked=True))
            ).all()
            for row in rows:
                try:
                    address = address_of(open_learner(row, self._keyring).learner.chat)
                    indexes = self._keyring.indexes(address)
                except KeyMissing:
                    indexes = [row.address_index]
                await put_up(db, indexes, now)
            await db.execute(delete(t.learners).where(t.learners.c.id.in_([row.id for row in rows])))
        return len(rows)

    async def sweep(self, *, thorough: bool) -> bool:
        """Clears what deleted rows leave in the files."""
        return await sweep(self._database, thorough=thorough)
