"""Opening what a command works on: settings, keys, database. Every trouble becomes a line that says what to do."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, TypeVar

import typer
from sqlalchemy.engine import make_url

from bot.cli.printing import errors, stop_with
from bot.cli.run import checked_settings
from bot.content.finding import CourseError
from bot.content.read import lessons_dir, load_course
from bot.course.lesson import Course
from bot.service.ports import StoreUnavailable
from bot.settings import Settings
from bot.storage.backup import BackupError
from bot.storage.database import Database
from bot.storage.diagnosis import trouble_with
from bot.storage.migrate import up_to_date as fits
from bot.storage.sealing import BadKey, KeyMissing, Keyring, read_keys

T = TypeVar("T")

KEY_FILE = "secret.key"
PATIENCE = 30.0
"""Seconds that a command waits for the database: nobody in a chat is waiting for it."""
YES = typer.Option(False, "--yes", help="Do not ask.")


class NotReady(Exception):  # noqa: N818  it names a state, not a mistake
    """The command has nothing to work on; the text says what to do."""


def given_keys(settings: Settings) -> Keyring:
    """The operator's keys. Unlike the bot's start this never makes one. Raises KeyMissing, BadKey."""
    if settings.secret_key is not None:
        return Keyring(read_keys(settings.secret_key.get_secret_value()))
    try:
        return Keyring(read_keys((settings.data_dir / KEY_FILE).read_text(encoding="utf-8").strip()))
    except FileNotFoundError:
        raise KeyMissing(f"there is no key: neither SECRET_KEY nor {settings.data_dir / KEY_FILE}") from None
    except OSError as error:
        raise KeyMissing(f"{settings.data_dir / KEY_FILE} cannot be read ({error.strerror})") from None


def sqlite_file(settings: Settings) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    address = make_url(settings.database)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


async def try_file(settings: Settings) -> None:
    """Opens an SQLite file once by hand, before the engine does: a connection that fails to open leaves its thread behind, which
    would then complain. Raises NotReady, StoreUnavailable."""
    file = sqlite_file(settings)
    if file is not None and file.exists():
        await asyncio.to_thread(_try_file, file)
    elif file is not None and (trouble := await trouble_with(settings.database)) is not None:
        raise NotReady(f"{trouble.says}. {trouble.do}")


def _try_file(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)) as db:
            db.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise StoreUnavailable(type(error).__name__) from None


@asynccontextmanager
async def opened(settings: Settings, *, up_to_date: bool = True) -> AsyncIterator[Database]:
    """The database as it is: it is neither made nor changed here. Raises NotReady, StoreUnavailable."""
    file = sqlite_file(settings)
    if file is not None and not file.is_file():
        raise NotReady(
            "there is no database yet. `kindling run` makes it; DATA_DIR and DATABASE_URL say where it is looked for"
        )
    await try_file(settings)
    database = Database(settings.database, patience=PATIENCE)
    try:
        if up_to_date:
            async with database.read() as db:
                fitting = await fits(db)
            if not fitting:
                raise NotReady("the tables are not up to date with this version. Run: kindling db upgrade")
        yield database
    finally:
        await database.close()


def done(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """What the work answers; or an end (exit code 1) that says what is wrong and what to do."""
    os.umask(0o077)  # what a command writes is for its owner alone
    try:
        return asyncio.run(work)
    except StoreUnavailable as error:
        trouble = asyncio.run(trouble_with(settings.database))
        stop_with([f"{trouble.says}. {trouble.do}" if trouble else f"the database cannot be used just now: {error}"], 1)
    except KeyMissing as error:
        stop_with(
            [f"{error}. Give the right SECRET_KEY, or list it after the newer one; `kindling keys check` tells more"], 1
        )
    except (NotReady, BackupError, BadKey) as error:
        stop_with([str(error)], 1)
    except OSError as error:
        stop_with([f"{error.strerror or type(error).__name__}: {error.filename or 'a file'}"], 1)


def settings_at_hand() -> Settings:
    """The settings, or an end with every problem told."""
    return checked_settings()


def course_at_hand(settings: Settings) -> Course:
    """The lessons, or an end with their faults."""
    try:
        return load_course(lessons_dir(settings.lessons_dir))
    except CourseError as error:
        stop_with(["the lessons cannot be used; `kindling lessons check` tells all", *str(error).splitlines()[:5]], 1)


def keys_at_hand(settings: Settings) -> Keyring:
    """The keys, or an end that says what is missing."""
    try:
        return given_keys(settings)
    except (KeyMissing, BadKey) as error:
        stop_with([str(error)], 1)


def sure(question: str, yes: bool) -> None:
    """Asks, unless told not to. Ends the command when the answer is no (1), or when nobody is there to answer (2)."""
    if yes:
        return
    errors.print(f"{question} [y/N]", soft_wrap=True, markup=False)
    answer = sys.stdin.readline()
    if not answer:
        stop_with(["nobody is there to answer. Add --yes if you are sure"])
    if answer.strip().casefold() not in ("y", "yes"):
        errors.print("Nothing was changed.")
        raise typer.Exit(1)
