"""Why a database cannot be used, in words that lead to the cause. Looks only: it makes no file and changes nothing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

PATIENCE = 4
"""Seconds within which a database has to answer."""
LONGEST_LOOK = 10.0
"""Seconds that the search for faults in an SQLite file may take; a very large file is looked at in part."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and what to do. Holds no address and no password."""

    says: str
    do: str


async def trouble_with(url: str, *, search: bool = True) -> Trouble | None:
    """What keeps this database from being used; None when it answers, or when an SQLite file is not there yet but can be made.
    With `search` an SQLite file is searched for damage, which keeps the disk busy for up to LONGEST_LOOK."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_trouble_with_file, Path(address.database or ""), search)
    return await _trouble_with_server(parameters_of(url))


def parameters_of(url: str) -> dict[str, str]:
    """The parameters with which PostgreSQL's own library connects to this address, by its names for them."""
    address = make_url(url)
    given = address.translate_connect_args(username="user", database="dbname")
    more = {name: value if isinstance(value, str) else ",".join(value) for name, value in address.query.items()}
    return {name: str(value) for name, value in {**given, **more}.items()}


# -- SQLite ------------------------------------------------------------------------------------------------------------


def _trouble_with_file(file: Path, search: bool) -> Trouble | None:
    if file.is_dir():
        return Trouble("the database is a folder, not a file", "Give the name of a file in DATABASE_URL.")
    if not file.exists():
        return _trouble_with_place(file.parent)
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)) as db:
            db.isolation_level = None
            found = _faults(db) if search else None
            if found is None:
                _try_to_write(db)
            return found
    except sqlite3.OperationalError as error:
        return _refusal(error)
    except sqlite3.DatabaseError:
        return _damaged("is not an SQLite database, or its beginning is damaged")
    except OSError as error:
        return Trouble(f"the database cannot be opened ({error.strerror})", "Check who owns the file and its folder.")


def _trouble_with_place(folder: Path) -> Trouble | None:
    place = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    if not place.is_dir():
        return Trouble("DATA_DIR is a file, not a folder", "Set DATA_DIR to a folder of its own.")
    if not os.access(place, os.W_OK | os.X_OK):
        return Trouble(
            "the database cannot be made: its folder may not be written to",
            "Give the folder to the account of the bot.",
        )
    return None


def _faults(db: sqlite3.Connection) -> Trouble | None:
    end = time.monotonic() + LONGEST_LOOK
    db.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)
    try:
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            return _damaged("is damaged")
    except sqlite3.OperationalError as error:
        if _name(error) != "SQLITE_INTERRUPT":
            raise
    db.set_progress_handler(None, 0)
    return None


def _try_to_write(db: sqlite3.Connection) -> None:
    """Nothing, once it could have been written to. Raises sqlite3.Error."""
    db.execute("BEGIN IMMEDIATE")
    db.execute("ROLLBACK")


def _damaged(what: str) -> Trouble:
    return Trouble(f"the database file {what}", "Stop the bot and bring back a backup: kindling db restore FILE.")


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


def _refusal(error: sqlite3.OperationalError) -> Trouble:
    match _name(error).split("_")[1:2]:
        case ["BUSY"]:
            return Trouble(
                "another program holds the database and does not let go", "Find what has the file open, and end it."
            )
        case ["READONLY"]:
            return Trouble(
                "the database may be read but not written", "Give the file and its folder to the account of the bot."
            )
        case ["CANTOPEN"]:
            return Trouble("the database cannot be opened", "Check who owns the file and its folder.")
        case ["FULL"]:
            return Trouble("the disk is full", "Make room on the disk of DATA_DIR.")
        case ["IOERR"]:
            return Trouble("the disk reports errors", "Check the disk, then bring back a backup on a good one.")
        case _:
            return Trouble(f"the database refuses to work ({_name(error)})", "Stop the bot and bring back a backup.")


# -- PostgreSQL --------------------------------------------------------------------------------------------------------

CHECK_URL = "Check DATABASE_URL"
_TOO_SLOW = Trouble(
    "the database server does not answer in time", "Look at the server: it may hang, or a firewall stands between."
)
_SIGNS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("password authentication failed", "no password supplied"), "the database server does not take this name and password",
     f"{CHECK_URL}: user and password."),
    (("does not exist",), "the database server has no such database or user", "Make it (createdb, createuser), or correct DATABASE_URL."),
    (("pg_hba",), "the database server does not let this machine in", "Add this machine to pg_hba.conf on the server."),
    (("too many clients", "remaining connection slots"), "the database server has no connection left",
     "Raise max_connections, or end what holds them."),
    (("starting up", "shutting down", "recovery"), "the database server is starting or stopping", "Wait a little, then look again."),
    (("ssl", "certificate"), "no secure connection to the database server can be made", f"{CHECK_URL}: sslmode, and the certificates."),
    (("resolve host", "translate host", "name or service not known", "name resolution"), "the name of the database server is not known",
     f"{CHECK_URL}: the host; and whether name resolution works here."),
    (("refused",), "nothing answers at the database server's address", f"Start PostgreSQL, or correct host and port. {CHECK_URL}."),
    (("closed the connection", "reset by peer", "invalid response", "expected authentication"),
     "what answers at the database server's address breaks off, or is no PostgreSQL", f"{CHECK_URL}: host and port."),
    (("unreachable", "no route"), "the database server cannot be reached over the network", "Check the network between here and there."),
)  # fmt: skip


async def _trouble_with_server(parameters: dict[str, str]) -> Trouble | None:
    import psycopg  # takes a tenth of a second, and most installations have no use for it

    given: dict[str, Any] = {**parameters, "connect_timeout": PATIENCE}
    try:
        async with asyncio.timeout(PATIENCE), await psycopg.AsyncConnection.connect(**given) as db:
            read_only = await (await db.execute("SHOW transaction_read_only")).fetchone()
    except TimeoutError:
        return _TOO_SLOW
    except psycopg.Error as error:
        return _named(error)
    if read_only == ("on",):
        return Trouble("the database server is a copy that only reads", f"{CHECK_URL}: it must be the primary server.")
    return None


def _named(error: Exception) -> Trouble:
    said = str(error).lower()
    if any(sign in said for sign in ("timeout", "timed out", "expired")):
        return _TOO_SLOW
    for signs, says, do in _SIGNS:
        if any(sign in said for sign in signs):
            return Trouble(says, do)
    return Trouble(f"the database server refuses ({type(error).__name__})", f"{CHECK_URL} with psql.")
