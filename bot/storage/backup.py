"""Backups: a whole copy of the database while the bot runs, and the way back, which never brings a forgotten learner along.

What learners told stays sealed in a backup, so it is worth nothing without SECRET_KEY; keep the two apart.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.learners import DeliveryKind, DeliveryStatus, Passage
from bot.storage import tables as t
from bot.storage import tombstones
from bot.storage.database import Database
from bot.storage.migrate import is_known, migrate
from bot.storage.rotation import try_keys
from bot.storage.sealing import Keyring
from bot.storage.tombstones import Tombstones

Progress = Callable[[str, int, int], None]
"""Is told what is being done, and how much of it (of how much; 0 where that is not known)."""
RESTORED = "restored"
"""The reason kept with deliveries that a backup caught half done."""
LESSONS = (DeliveryKind.LESSON.value, DeliveryKind.EXTRA.value)
PATIENCE = 600.0


class BackupError(Exception):
    """A backup cannot be made or used: the operator's to mend; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup: its size in bytes, how many learners it holds, and the revision of its tables."""

    file: Path
    size: int
    learners: int
    revision: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back: learners, those left out because they were forgotten since, the revision of the backup."""

    learners: int
    left_out: int
    revision: str


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A file beside `target`, mode 0600, that takes its place when the block ends well and is gone when it does not."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def finished(target: Path, learners: int, revision: str) -> BackedUp:
    """What to say of a backup that was just written."""
    return BackedUp(target, size_of(target), learners, revision)


def size_of(file: Path) -> int:
    """Its size in bytes."""
    return file.stat().st_size


def check_revision(revision: str | None) -> str:
    """The revision of a backup, if this version can read it. Raises BackupError."""
    if revision is None:
        raise BackupError("this file holds no Kindling database")
    if not is_known(revision):
        raise BackupError(
            f"this backup was made by a newer version of Kindling (revision {revision}). Install that version, then restore"
        )
    return revision


async def make_fit(url: str, keyring: Keyring, marks: Tombstones, now: datetime) -> tuple[int, int]:
    """Makes what was restored fit to be used: tables up to date, forgotten learners out, nothing half done.

    Answers how many learners there are, and how many were left out. Raises KeyMissing when the keys do not fit.
    """
    database = Database(url, patience=PATIENCE)
    try:
        await migrate(database)
        async with database.unhurried(PATIENCE) as db:
            await try_keys(db, keyring)
            await tombstones.keep(db, marks)
            left_out = await tombstones.bury(db, keyring)
            await _settle(db, now)
            return int((await db.execute(select(func.count()).select_from(t.learners))).scalar_one()), left_out
    finally:
        await database.close()


async def _settle(db: AsyncConnection, now: datetime) -> None:
    """What was under way when the backup was made happened long ago: it is neither sent again nor asked about."""
    one = t.deliveries.c
    cut_off = (one.status == DeliveryStatus.SENDING.value) & one.lesson_id.is_not(None) & one.kind.in_(LESSONS)
    passed = select(t.passages.c.lesson_id).where(
        t.passages.c.learner_id == one.learner_id, t.passages.c.lesson_id == one.lesson_id
    )
    columns = (one.learner_id, one.lesson_id, literal(Passage.SENT.value), literal(now, t.passages.c.at.type))
    lost = select(*columns).where(cut_off, ~passed.exists()).distinct()
    await db.execute(insert(t.passages).from_select(["learner_id", "lesson_id", "how", "at"], lost))
    ended = {"reason": RESTORED, "next_at": None, "held_by": None, "updated_at": now}
    sending = update(t.deliveries).where(one.status == DeliveryStatus.SENDING.value)
    await db.execute(sending.values(status=DeliveryStatus.UNCERTAIN.value, **ended))
    waiting = update(t.deliveries).where(one.status.in_((DeliveryStatus.CLAIMED.value, DeliveryStatus.RETRY.value)))
    await db.execute(waiting.values(status=DeliveryStatus.NOT_SENT.value, **ended))
    await db.execute(update(t.inbox).values(sealed_replies=None, sending=False, held_by=None))
