"""Everything held about one learner: read out whole, or gone for good."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, Table, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import ChatRef
from bot.service.learners import Passage
from bot.service.records import Attempt, ChosenTrack, Consent, Forgotten, LedgerRow, LessonPassed, Record, SafetyPlan
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.passport import bring_in
from bot.storage.rows import Sealed, address_of, delivery_of, new_id, new_learner, open_learner_of, reflection_of
from bot.storage.sealing import Keyring
from bot.storage.shelf import rating_of, tool_of
from bot.storage.tombstones import put_up, take_down

OWNED: tuple[Table, ...] = tuple(
    table for table in t.metadata.sorted_tables if table is not t.learners and "learner_id" in table.c
)
"""Every table whose rows belong to one learner. Their rows go when the learner's row goes (ON DELETE CASCADE)."""

WRITTEN_ANEW = 32 * 1024 * 1024
"""Bytes of a PostgreSQL table that may be written anew while people wait: some tenths of a second."""


class SqlRecords:
    """The port `Records`. Every method is a transaction of its own; inside another one use `read_record` and `forget`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def record(self, chat: ChatRef) -> Record | None:
        """Everything held about the learner of this chat. Raises StoreUnavailable or KeyMissing."""
        async with self._database.read() as db:
            return await read_record(db, self._keyring, chat)

    async def bring_in(self, record: Record) -> bool:
        """Makes a learner of a record from elsewhere, exactly as it says. False, and nothing done, when their chat has one here."""
        chat = record.learner.chat
        async with self._database.write() as db:
            if (await db.execute(_found(self._keyring, chat))).first() is not None:
                return False
            await take_down(db, self._keyring.indexes(address_of(chat)))
            sealed, values = new_learner(replace(record.learner, id=new_id()), self._keyring)
            await db.execute(insert(t.learners).values(values))
            await bring_in(db, sealed, record)
        return True

    async def forget(self, chat: ChatRef, now: datetime) -> Forgotten | None:
        """Deletes the learner of this chat with all that is theirs, and clears what the files still hold of it, where possible."""
        async with self._database.write() as db:
            forgotten = await forget(db, self._keyring, chat, now)
        if forgotten is None:
            return None
        return replace(forgotten, swept=await sweep(self._database))


async def read_record(db: AsyncConnection, keyring: Keyring, chat: ChatRef) -> Record | None:
    """Everything held about the learner of this chat, or None. Raises KeyMissing."""
    rows = (await db.execute(_found(keyring, chat))).all()
    return await record_of(db, open_learner_of(rows[-1], keyring, chat)) if rows else None


async def record_of(db: AsyncConnection, sealed: Sealed) -> Record:
    """Everything held about this learner."""
    me = sealed.learner.id
    return Record(
        sealed.learner,
        tuple(Consent(r.version, r.given_at, r.withdrawn_at) for r in await _mine(db, t.consents, me, "given_at")),
        tuple(
            ChosenTrack(r.track, r.position, r.chosen_at, r.left_at)
            for r in await _mine(db, t.enrolments, me, "position")
        ),
        tuple(LessonPassed(r.lesson_id, Passage(r.how), r.at) for r in await _mine(db, t.passages, me, "at")),
        tuple(reflection_of(row, sealed.key) for row in await _mine(db, t.reflections, me, "written_at")),
        await _ledger(db, me),
        await _plan(db, sealed),
        tuple(rating_of(row, sealed.key) for row in await _mine(db, t.ratings, me, "at")),
        tuple(tool_of(row, sealed.key) for row in await _mine(db, t.tools, me, "saved_at")),
    )


async def _mine(db: AsyncConnection, table: Table, learner: str, order: str) -> Sequence[Row[Any]]:
    mine = select(table).where(table.c.learner_id == learner)
    return (await db.execute(mine.order_by(table.c[order], *table.primary_key.columns))).all()


def _found(keyring: Keyring, chat: ChatRef) -> Select[Any]:
    # After a change of keys gone wrong a person may have a row under each key: the one seen last is the one in use.
    mine = t.learners.c.address_index.in_(keyring.indexes(address_of(chat)))
    return select(t.learners).where(mine).order_by(t.learners.c.seen_at)


async def _ledger(db: AsyncConnection, me: str) -> tuple[LedgerRow, ...]:
    failed: dict[str, list[Attempt]] = {}
    for row in await _mine(db, t.attempts, me, "at"):
        failed.setdefault(row.delivery_id, []).append(Attempt(row.at, row.outcome, row.reason))
    return tuple(
        LedgerRow(delivery_of(row), row.created_at, row.updated_at, tuple(failed.get(row.id, ())))
        for row in await _mine(db, t.deliveries, me, "created_at")
    )


async def _plan(db: AsyncConnection, sealed: Sealed) -> SafetyPlan | None:
    me = sealed.learner.id
    row = (await db.execute(select(t.plans).where(t.plans.c.learner_id == me))).one_or_none()
    if row is None:
        return None
    parts: Any = sealed.key.open(row.sealed_parts, "plans", "sealed_parts", me)
    return SafetyPlan(dict(parts), row.written_at)


async def forget(db: AsyncConnection, keyring: Keyring, chat: ChatRef, now: datetime) -> Forgotten | None:
    """Deletes the learner of this chat with their data key and every row of theirs, and puts up a tombstone, so that no backup
    brings them back. None if there is no such learner. To be followed by `sweep` once the transaction is kept."""
    ids = [row.id for row in await db.execute(_found(keyring, chat).with_for_update())]
    if not ids:
        return None
    rows = {"learners": len(ids)}
    for table in OWNED:
        mine = select(func.count()).select_from(table).where(table.c.learner_id.in_(ids))
        rows[table.name] = int((await db.execute(mine)).scalar_one())
    await db.execute(delete(t.learners).where(t.learners.c.id.in_(ids)))
    await put_up(db, keyring.indexes(address_of(chat)), now)
    return Forgotten(now, rows)


async def sweep(database: Database, *, thorough: bool = False) -> bool:
    """Clears what deleted rows leave behind in the files, as far as that goes while others use the database. True when it went.

    SQLite overwrites deleted rows (secure_delete) but its log holds them until it is emptied. PostgreSQL keeps dead rows until a
    vacuum, and their bytes until the space is used again. Thorough work writes its smaller tables anew, which holds everybody up
    for a moment; its own log keeps what was deleted until it uses that space again, so there this never counts as done.
    """
    if database.dialect == "sqlite":
        return await asyncio.to_thread(_empty_log, Path(database.engine.url.database or ""))
    try:
        async with database.engine.connect() as connection:
            db = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await db.execute(text("SET statement_timeout = 0"))
            await db.execute(text("SET lock_timeout = '1s'"))
            for table in (t.learners, *OWNED):
                size = select(func.pg_total_relation_size(table.name))
                small = thorough and (await db.execute(size)).scalar_one() < WRITTEN_ANEW
                await db.execute(text(f"VACUUM {'(FULL) ' if small else ''}{table.name}"))
            await db.invalidate()  # without its timeout it must not go back to the pool
    except (SQLAlchemyError, OSError):
        return False
    return False


def _empty_log(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=2.0)) as db:
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except (sqlite3.Error, OSError):
        return False
    return bool(busy == 0)
