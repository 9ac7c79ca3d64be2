"""Changing the operator's key while the bot runs: every learner's data key is wrapped anew, and found by a new blind index.

What learners told is sealed with their data keys, which stay the same; so this is quick, and every row is readable before and
after its own change. It can be broken off at any moment and begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import tables as t
from bot.storage.database import Database, inserting
from bot.storage.rows import address_of, open_learner
from bot.storage.sealing import KeyMissing, Keyring

BATCH = 200
"""Learners changed in one transaction: few enough that a person who writes meanwhile waits some hundredths of a second."""
TRIED = 5
"""Learners whose data key is tried for each operator's key."""
KNOWN = "key:"
"""Begins the names under which the installation knows its keys."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One operator key: how many learners' data keys it wraps, and whether it was given. The newest given key comes first."""

    id: str
    learners: int
    given: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """How far a rotation came: learners changed, and those left out because they have a second row under the newest key."""

    changed: int
    doubled: int


async def key_uses(db: AsyncConnection, keyring: Keyring) -> tuple[KeyUse, ...]:
    """The keys given and the keys in use, in the order given; keys that are in use but were not given come last."""
    rows = await db.execute(select(t.learners.c.key_id, func.count()).group_by(t.learners.c.key_id))
    counts = {str(key_id): int(number) for key_id, number in rows}
    missing = sorted(counts.keys() - set(keyring.ids))
    given = [KeyUse(key_id, counts.get(key_id, 0), True) for key_id in keyring.ids]
    return (*given, *(KeyUse(key_id, counts[key_id], False) for key_id in missing))


async def known_keys(db: AsyncConnection) -> set[str]:
    """The ids of the keys that a bot has been started with on this database."""
    names = await db.execute(select(t.installation.c.name).where(t.installation.c.name.startswith(KNOWN)))
    return {name.removeprefix(KNOWN) for name in names.scalars()}


async def keys_in_use(db: AsyncConnection) -> tuple[str, ...]:
    """The ids of the keys that wrap somebody's data key. Leaps from one to the next, so its cost does not grow with the learners."""
    found: list[str] = []
    lowest = select(func.min(t.learners.c.key_id))
    while True:
        rest = lowest.where(t.learners.c.key_id > found[-1]) if found else lowest
        name = (await db.execute(rest)).scalar_one()
        if name is None:
            return tuple(found)
        found.append(name)


async def try_keys(db: AsyncConnection, keyring: Keyring) -> None:
    """Opens the data key of a learner for each key that is in use. Raises KeyMissing when one is not given, or opens none.

    One row that was damaged says nothing about the key: of a few, one must open.
    """
    for name in await keys_in_use(db):
        if name not in keyring.ids:
            raise KeyMissing(f"there are learners sealed with the key {name}, which was not given in SECRET_KEY")
        some = select(t.learners.c.wrapped_key).where(t.learners.c.key_id == name).limit(TRIED)
        wrapped = (await db.execute(some)).scalars().all()
        if not any(_opens(keyring, name, bytes(one)) for one in wrapped):
            raise KeyMissing(f"what the key {name} should open does not open")


def _opens(keyring: Keyring, name: str, wrapped: bytes) -> bool:
    try:
        keyring.open_data_key(name, wrapped)
    except KeyMissing:
        return False
    return True


async def rotate(database: Database, keyring: Keyring, progress: Callable[[int, int], None]) -> Rotated:
    """Moves every learner to the newest key. `progress` is told how many are done, of how many.

    Raises KeyMissing before anything is changed when a key in use was not given, StoreUnavailable when the database goes away;
    what was changed by then stays changed.
    """
    async with database.read() as db:
        await try_keys(db, keyring)
        total = sum(one.learners for one in await key_uses(db, keyring) if one.id != keyring.newest)
    changed, doubled, after = 0, 0, ""
    progress(0, total)
    while True:
        async with database.write() as db:
            rows = await _next_rows(db, keyring, after)
            if not rows:
                break
            moved = await _move(db, keyring, rows)
        changed, doubled, after = changed + moved, doubled + len(rows) - moved, rows[-1].id
        progress(changed + doubled, total)
    await _retire(database, keyring)
    return Rotated(changed, doubled)


async def _next_rows(db: AsyncConnection, keyring: Keyring, after: str) -> Sequence[Row[Any]]:
    older = (t.learners.c.key_id != keyring.newest) & (t.learners.c.id > after)
    return (
        await db.execute(select(t.learners).where(older).order_by(t.learners.c.id).limit(BATCH).with_for_update())
    ).all()


async def _move(db: AsyncConnection, keyring: Keyring, rows: Sequence[Row[Any]]) -> int:
    indexes = {row.id: keyring.indexes(address_of(open_learner(row, keyring).learner.chat))[0] for row in rows}
    taken = select(t.learners.c.address_index).where(t.learners.c.address_index.in_(indexes.values()))
    there = set((await db.execute(taken)).scalars())
    values = []
    for row in rows:
        if (index := indexes[row.id]) not in there:
            there.add(index)
            values.append({"row": row.id, "index": index, "wrapped": keyring.rewrap(row.key_id, row.wrapped_key)})
    change = update(t.learners).where(t.learners.c.id == bindparam("row"))
    if values:
        new = {"key_id": keyring.newest, "wrapped_key": bindparam("wrapped"), "address_index": bindparam("index")}
        # The older key is to open nothing any more. Planning seals them again when it comes to them.
        await db.execute(change.values(new | {"sealed_wishes": None}), values)
    return len(values)


async def _retire(database: Database, keyring: Keyring) -> None:
    """Makes the database know the newest key, and no key that wraps nothing any more: started with only an old one, a bot refuses."""
    async with database.write() as db:
        used = {one.id for one in await key_uses(db, keyring) if one.learners} | {keyring.newest}
        idle = [f"{KNOWN}{key_id}" for key_id in await known_keys(db) - used]
        await db.execute(delete(t.installation).where(t.installation.c.name.in_(idle)))
        new = inserting(database.dialect)(t.installation).values(name=f"{KNOWN}{keyring.newest}", value=b"")
        await db.execute(new.on_conflict_do_nothing())
