"""Opening a database and its keys as they are, for whoever only looks or works beside the bot: nothing is made here."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.service.ports import StoreUnavailable
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.diagnosis import trouble_with
from bot.storage.migrate import up_to_date as fits
from bot.storage.sealing import KeyMissing, Keyring, read_keys

KEY_FILE = "secret.key"
PATIENCE = 30.0
"""Seconds that a command waits for the database: nobody in a chat is waiting for it."""


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
async def opened(settings: Settings, *, up_to_date: bool = True, patience: float = PATIENCE) -> AsyncIterator[Database]:
    """The database as it is: it is neither made nor changed here. Raises NotReady, StoreUnavailable."""
    file = sqlite_file(settings)
    if file is not None and not file.is_file():
        raise NotReady(
            "there is no database yet. `kindling run` makes it; DATA_DIR and DATABASE_URL say where it is looked for"
        )
    await try_file(settings)
    database = Database(settings.database, patience=patience)
    try:
        if up_to_date:
            async with database.read() as db:
                fitting = await fits(db)
            if not fitting:
                raise NotReady("the tables are not up to date with this version. Run: kindling db upgrade")
        yield database
    finally:
        await database.close()
