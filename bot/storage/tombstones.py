"""Who was forgotten: a mark for each, so that no backup brings them back.

A mark is made of a blind index, but is not one: in the database files nothing of a forgotten learner's row is left, and without
the operator's key a mark tells nothing. One is kept for every key there was when the learner was forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import tables as t
from bot.storage.database import inserting
from bot.storage.rows import address_of, open_learner
from bot.storage.sealing import Keyring

PREFIX = b"kindling:forgotten:"
CHUNK = 500
"""Rows deleted by one statement; SQLite takes no more than some thousand values in one."""

Tombstones = Mapping[bytes, datetime]
"""Mark → when that learner was forgotten."""


def mark_of(index: bytes) -> bytes:
    """The mark that stands for a blind index: 32 bytes."""
    return hashlib.sha256(PREFIX + index).digest()


async def put_up(db: AsyncConnection, indexes: Sequence[bytes], now: datetime) -> None:
    """Keeps that whoever is found by these blind indexes was forgotten now."""
    await keep(db, {mark_of(index): now for index in indexes})


async def take_down(db: AsyncConnection, indexes: Sequence[bytes]) -> None:
    """Forgets that whoever is found by these blind indexes was forgotten: they came back and brought their own record, which is
    older than the tombstone."""
    await db.execute(delete(t.tombstones).where(t.tombstones.c.mark.in_([mark_of(index) for index in indexes])))


async def tombstones(db: AsyncConnection) -> Tombstones:
    """All of them."""
    return {row.mark: row.forgotten_at for row in await db.execute(select(t.tombstones))}


async def keep(db: AsyncConnection, marks: Tombstones) -> None:
    """Adds tombstones to those there are. Where a mark is there already, the later time holds."""
    if not marks:
        return
    new = inserting(db.dialect.name)(t.tombstones)
    later = new.excluded.forgotten_at
    change = new.on_conflict_do_update(
        index_elements=["mark"], set_={"forgotten_at": later}, where=later > t.tombstones.c.forgotten_at
    )
    await db.execute(change, [{"mark": mark, "forgotten_at": moment} for mark, moment in marks.items()])


async def bury(db: AsyncConnection, keyring: Keyring) -> int:
    """Deletes every learner whom a tombstone names, and answers how many. One who came back after being forgotten stays.

    Looks under every key of the ring, as a backup may have been sealed with an older one than the tombstone.
    Raises KeyMissing when a learner cannot be opened.
    """
    marks = await tombstones(db)
    if not marks:
        return 0
    rows = (await db.execute(select(t.learners))).all()
    named = [row.id for row in rows if _is_named(row, marks, keyring)]
    for start in range(0, len(named), CHUNK):
        await db.execute(delete(t.learners).where(t.learners.c.id.in_(named[start : start + CHUNK])))
    return len(named)


def _is_named(row: Row[Any], marks: Tombstones, keyring: Keyring) -> bool:
    address = address_of(open_learner(row, keyring).learner.chat)
    found = (marks.get(mark_of(index)) for index in (row.address_index, *keyring.indexes(address)))
    return any(moment is not None and row.created_at <= moment for moment in found)


async def count(db: AsyncConnection) -> int:
    """How many marks there are."""
    return int((await db.execute(select(func.count()).select_from(t.tombstones))).scalar_one())
