"""Which messages have stood in a chat for long enough: the port `Tidying`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, union, update

from bot.service.tidying import Old
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.rows import messages_of, open_learner
from bot.storage.sealing import Keyring


class SqlTidying:
    """See the port."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def old(self, now: datetime, take: int) -> tuple[Old, ...]:
        """The messages whose time in their chat is over, newest first; of so many chats at most."""
        in_inbox, in_ledger = t.inbox.c.tidy_at <= now, t.deliveries.c.tidy_at <= now
        whose = union(select(t.inbox.c.learner_id).where(in_inbox), select(t.deliveries.c.learner_id).where(in_ledger))
        async with self._database.read() as db:
            people = (await db.execute(select(t.learners).where(t.learners.c.id.in_(whose)).limit(take))).all()
            old: dict[str, set[int]] = {row.id: set() for row in people}
            said = select(t.inbox).where(in_inbox, t.inbox.c.learner_id.in_(old))
            for row in await db.execute(said):
                old[row.learner_id] |= messages_of(row)
            sent = select(t.deliveries).where(in_ledger, t.deliveries.c.learner_id.in_(old))
            for row in await db.execute(sent.where(t.deliveries.c.message.is_not(None))):
                old[row.learner_id].add(row.message)
        return tuple(
            Old(row.id, open_learner(row, self._keyring).learner.chat, tuple(sorted(old[row.id], reverse=True)))
            for row in people
        )

    async def tidied(self, learners: Sequence[str], now: datetime) -> None:
        """Keeps that what was old at that moment is gone from the chats of these learners."""
        async with self._database.write() as db:
            for table in (t.inbox, t.deliveries):
                mine = (table.c.tidy_at <= now) & table.c.learner_id.in_(learners)
                await db.execute(update(table).where(mine).values(tidy_at=None))
