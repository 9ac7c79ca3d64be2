"""Backup and restore of a PostgreSQL database, by PostgreSQL's own programs pg_dump, pg_restore and psql."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import tables as t
from bot.storage import tombstones
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
from bot.storage.database import Database
from bot.storage.diagnosis import parameters_of
from bot.storage.migrate import VERSION_TABLE, revision_of
from bot.storage.presence import CLASS
from bot.storage.sealing import Keyring
from bot.storage.tombstones import PREFIX, Tombstones

LOOK_EVERY = 0.1
"""Seconds between two looks at how far a copy has come."""
CHUNK = 1 << 16
LONGEST_LINE = 1 << 26
TABLES = (*(table.name for table in t.metadata.sorted_tables), VERSION_TABLE)
_COPY = re.compile(r"COPY \S+ \((?P<columns>.*)\) FROM stdin;")
_PSQL = (
    "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--single-transaction", "--no-password", "--file=-",
    "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate",
)  # fmt: skip


async def back_up(url: str, target: Path, progress: Progress) -> BackedUp:
    """Writes a backup in pg_dump's custom format, of one moment, while others read and write.

    Raises BackupError, OSError, StoreUnavailable.
    """
    database = Database(url, patience=30)
    try:
        async with database.read() as db:
            revision = await revision_of(db)
            if revision is None:
                raise BackupError("there are no tables yet; `kindling run` makes them")
            learners = int((await db.execute(select(func.count()).select_from(t.learners))).scalar_one())
    finally:
        await database.close()
    with written_whole(target) as part:
        tables = [f"--table={name}" for name in TABLES]
        options = ("--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--file={part}", *tables)
        async with _running("pg_dump", *options, url=url) as process:
            ending = asyncio.create_task(process.communicate())
            while not ending.done():
                progress("copying", size_of(part), 0)
                await asyncio.wait([ending], timeout=LOOK_EVERY)
            _check_end("pg_dump", process, ending.result()[1])
    return finished(target, learners, revision)


async def restore(
    source: Path, url: str, keyring: Keyring, now: datetime, progress: Progress, *, without_tombstones: bool
) -> Restored:
    """Puts a backup in the place of our tables, in one transaction that leaves out the forgotten, too. Other tables of the database
    are not touched. Raises BackupError, KeyMissing, OSError, StoreUnavailable."""
    progress("checking", 0, 0)
    revision = await _look_at(source, keyring)
    marks = await _tombstones_in(url, without_tombstones)
    left_out = await _replace_tables(source, url, marks, progress)
    progress("checking", 0, 0)
    learners, more = await make_fit(url, keyring, marks, now)
    return Restored(learners, left_out + more, revision)


async def _look_at(source: Path, keyring: Keyring) -> str:
    """The revision of a backup whose every key is given. Raises BackupError, KeyMissing."""
    revisions = [row["version_num"] async for row in _rows(source, VERSION_TABLE)]
    tried: set[str] = set()
    async with aclosing(_rows(source, t.learners.name)) as rows:
        async for row in rows:
            if row["key_id"] not in tried:
                keyring.open_data_key(row["key_id"], bytes.fromhex(row["wrapped_key"].removeprefix("\\\\x")))
                tried.add(row["key_id"])
    return check_revision(next(iter(revisions), None))


async def _rows(source: Path, table: str) -> AsyncGenerator[dict[str, str]]:
    """The rows of one table in a backup, as text. Raises BackupError when the file is no backup."""
    async with _running("pg_restore", "--data-only", f"--table={table}", "--file=-", str(source)) as process:
        assert process.stdout is not None
        columns: list[str] | None = None
        async for line in process.stdout:
            said = line.decode().rstrip("\n")
            if columns is None:
                head = _COPY.fullmatch(said)
                columns = [name.strip(' "') for name in head["columns"].split(",")] if head else None
            elif said == "\\.":
                columns = None
            else:
                yield dict(zip(columns, said.split("\t"), strict=True))
        _, trouble = await process.communicate()
        _check_end("pg_restore", process, trouble)


async def _tombstones_in(url: str, without: bool) -> Tombstones:
    """Those who were forgotten, from the present database. Raises BackupError while a bot uses it."""
    database = Database(url, patience=30)
    try:
        async with database.read() as db:
            await _check_alone(db)
            there = await db.run_sync(lambda sync: sync.dialect.has_table(sync, t.tombstones.name))
            return await tombstones.tombstones(db) if there and not without else {}
    finally:
        await database.close()


async def _check_alone(db: AsyncConnection) -> None:
    # Every bot holds an advisory lock for as long as it lives (bot/storage/presence.py).
    locks = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = :class"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    number = int((await db.execute(locks, {"class": CLASS >> 32})).scalar_one())
    if number:
        raise BackupError(
            f"the bot is running ({number} process{'es' * (number > 1)}). Stop it first, restore, then start it again"
        )


async def _replace_tables(source: Path, url: str, marks: Tombstones, progress: Progress) -> int:
    """Runs the restore as one script in one transaction: if anything fails, everything stays as it was. Answers how many learners
    were left out."""
    script = ("--no-owner", "--no-privileges", "--no-comments", "--file=-", str(source))
    async with _running("pg_restore", *script) as reading, _running("psql", *_PSQL, url=url, fed=True) as writing:
        assert writing.stdout is not None
        assert writing.stderr is not None
        said, trouble, _ = await asyncio.gather(
            writing.stdout.read(), writing.stderr.read(), _feed(reading, writing, marks, progress)
        )
        await writing.wait()
        _check_end("psql", writing, trouble)
    return int(said.split()[-1])


async def _feed(reading: Process, writing: Process, marks: Tombstones, progress: Progress) -> None:
    assert reading.stdout is not None
    assert writing.stdin is not None
    done = 0
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # psql has stopped: its own end tells why
        writing.stdin.write("".join(f"DROP TABLE IF EXISTS {name} CASCADE;\n" for name in TABLES).encode())
        while chunk := await reading.stdout.read(CHUNK):
            writing.stdin.write(chunk)
            await writing.stdin.drain()
            done += len(chunk)
            progress("restoring", done, 0)
        _, trouble = await reading.communicate()
        if reading.returncode != 0:
            writing.kill()  # nothing may be kept of half a backup
        _check_end("pg_restore", reading, trouble)
        writing.stdin.write(_leave_out(marks).encode())
        await writing.stdin.drain()
        writing.stdin.close()


_LEAVE_OUT = """
RESET search_path;
WITH named (mark, at) AS (VALUES {named}), gone AS (
    DELETE FROM learners USING named
    WHERE named.mark = sha256('{prefix}'::bytea || address_index) AND created_at <= named.at
    RETURNING 1
)
SELECT count(*) FROM gone;
DO $$ BEGIN
    IF to_regclass('tombstones') IS NOT NULL THEN  -- the oldest backups have no such table
        INSERT INTO tombstones (mark, forgotten_at)
        SELECT mark, at FROM (VALUES {named}) AS named (mark, at) WHERE mark IS NOT NULL
        ON CONFLICT (mark) DO UPDATE SET forgotten_at = greatest(tombstones.forgotten_at, excluded.forgotten_at);
    END IF;
END $$;
"""


def _leave_out(marks: Tombstones) -> str:
    """SQL that deletes everyone whom a mark names, answers how many, and keeps the marks."""
    named = [f"('\\x{mark.hex()}'::bytea, '{moment.isoformat()}'::timestamptz)" for mark, moment in marks.items()]
    return _LEAVE_OUT.format(named=", ".join(named or ["(NULL::bytea, NULL::timestamptz)"]), prefix=PREFIX.decode())


# -- PostgreSQL's programs ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def _running(program: str, *options: str, url: str | None = None, fed: bool = False) -> AsyncIterator[Process]:
    """One of PostgreSQL's programs, gone at the end of the block. The password never stands on a command line, where all can see it."""
    environment = dict(os.environ)
    if url is not None:
        from psycopg.conninfo import make_conninfo  # takes a tenth of a second: not for everyone

        parts = parameters_of(url)
        environment["PGPASSWORD"] = parts.pop("password", os.environ.get("PGPASSWORD", ""))
        options = (*options, f"--dbname={make_conninfo('', **parts)}")
    process = await asyncio.create_subprocess_exec(
        _found(program),
        *options,
        stdin=PIPE if fed else DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env=environment,
        limit=LONGEST_LINE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def _found(program: str) -> str:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: path.parts[4].zfill(3))
    place = str(debian[-1]) if debian else shutil.which(program)
    if place is None:
        raise BackupError(
            f"{program} is needed and not installed here. On Debian and Ubuntu: apt install postgresql-client; or run this where it is"
        )
    return place


def _check_end(program: str, process: Process, trouble: bytes) -> None:
    """Raises BackupError when a program failed. What it printed could hold rows, so only known words of it are passed on."""
    if process.returncode == 0:
        return
    said = trouble.decode(errors="replace")
    if program == "pg_restore":
        raise BackupError(
            "this file is damaged, or not a backup of a PostgreSQL database made by `kindling db backup`, or made by a newer pg_dump"
        )
    if "version mismatch" in said:
        raise BackupError(f"{program} here is older than the server. Install the server's version of it")
    state = re.search(r"ERROR:\s+([0-9A-Z]{5})\b", said)
    code = f" (SQLSTATE {state[1]})" if state else ""
    raise BackupError(f"{program} failed{code}; nothing was changed. Check DATABASE_URL and what its user may do")
