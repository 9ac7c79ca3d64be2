"""Backup and restore of an SQLite file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.storage.backup import (
    BackedUp,
    BackupError,
    Progress,
    Restored,
    check_revision,
    finished,
    make_fit,
    size_of,
    written_whole,
)
from bot.storage.sealing import Keyring
from bot.storage.tombstones import Tombstones

CHUNK = 1 << 20
LOOK_EVERY = 0.1
"""Seconds between two looks at how far a copy has come."""
BEGINNING = b"SQLite format 3\x00"


async def back_up(source: Path, target: Path, progress: Progress) -> BackedUp:
    """Copies the database as it is at this moment, while others read and write it. Raises BackupError, OSError."""
    size = await asyncio.to_thread(_size_of_database, source)
    with written_whole(target) as part:
        copying = asyncio.create_task(asyncio.to_thread(_copy_out, source, part))
        while not copying.done():
            progress("copying", size_of(part), size)
            await asyncio.wait([copying], timeout=LOOK_EVERY)
        copying.result()
        progress("checking", 0, 0)
        revision, learners = await asyncio.to_thread(_look_at, part)
    return finished(target, learners, revision)


def _size_of_database(source: Path) -> int:
    if not source.is_file():
        raise BackupError("there is no database yet; `kindling run` makes it")
    return size_of(source)


def _copy_out(source: Path, target: Path) -> None:
    # VACUUM INTO reads one moment's state, and what was deleted before leaves nothing behind in the copy.
    try:
        with closing(_opened(source, "rw")) as db:
            db.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise BackupError(f"the database could not be copied ({_words(error)})") from None


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True, timeout=5.0, isolation_level=None)


def _words(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)


def _look_at(file: Path) -> tuple[str, int]:
    """The revision and the number of learners of a backup that is whole. Raises BackupError."""
    with file.open("rb") as raw:
        if raw.read(len(BEGINNING)) != BEGINNING:
            raise BackupError("this file is not a backup of an SQLite database")
    try:
        with closing(_opened(file, "ro")) as db:
            if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise BackupError("this backup is damaged: SQLite finds faults in it. Use another one")
            revision = db.execute("SELECT version_num FROM alembic_version").fetchone()
            learners = db.execute("SELECT count(*) FROM learners").fetchone()
    except sqlite3.OperationalError:
        raise BackupError("this file holds no Kindling database") from None
    except sqlite3.DatabaseError:
        raise BackupError("this backup is damaged: SQLite cannot read it. Use another one") from None
    return check_revision(revision[0] if revision else None), int(learners[0])


async def restore(
    source: Path,
    target: Path,
    keyring: Keyring,
    now: datetime,
    progress: Progress,
    *,
    without_tombstones: bool,
) -> Restored:
    """Puts a backup in the place of the database `target`, all at once at the end. Raises BackupError, KeyMissing, OSError."""
    revision, _ = await asyncio.to_thread(_look_at, source)
    await asyncio.to_thread(stop_others, target)
    marks: Tombstones = {} if without_tombstones else await asyncio.to_thread(_tombstones_in, target)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written_whole(target) as part:
        await asyncio.to_thread(_copy_in, source, part, progress)
        progress("checking", 0, 0)
        learners, left_out = await make_fit(f"sqlite+aiosqlite:///{part.resolve()}", keyring, marks, now)
        await asyncio.to_thread(_close_up, part)
        _remove_log(target)
    return Restored(learners, left_out, revision)


def stop_others(file: Path) -> None:
    """Raises BackupError while another process has the database open: replacing the file under it would ruin both."""
    if not file.is_file():
        return
    try:
        with closing(_opened(file, "rw")) as db:
            db.execute("PRAGMA journal_mode=DELETE")  # goes only for the one who is alone with the file
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupError("the bot is running. Stop it first, restore, then start it again") from None
    except sqlite3.DatabaseError:
        return  # too damaged to ask: that is why it is restored


def _tombstones_in(file: Path) -> Tombstones:
    if not file.is_file():
        return {}
    try:
        with closing(_opened(file, "rw")) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'tombstones'").fetchone():
                return {}
            rows = db.execute("SELECT mark, forgotten_at FROM tombstones").fetchall()
    except sqlite3.Error:
        raise BackupError(
            "the present database is too damaged to tell who was forgotten since the backup was made. If you accept that they come "
            "back, add --without-tombstones; then forget them again: kindling learners forget"
        ) from None
    return {mark: datetime.fromisoformat(moment).replace(tzinfo=UTC) for mark, moment in rows}


def _copy_in(source: Path, target: Path, progress: Progress) -> None:
    size, done = size_of(source), 0
    with source.open("rb") as incoming, target.open("wb") as outgoing:
        while chunk := incoming.read(CHUNK):
            outgoing.write(chunk)
            done += len(chunk)
            progress("copying", done, size)


def _close_up(file: Path) -> None:
    with closing(_opened(file, "rw")) as db:
        db.execute("PRAGMA journal_mode=DELETE")
    _remove_log(file)


def _remove_log(file: Path) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
