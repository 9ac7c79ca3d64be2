"""Bringing the schema up to date when the bot starts: Alembic's migrations, shipped in the package, run under a lock.

Versions run side by side while an operator upgrades, so a program may find tables newer than it knows. Migrations add and take
nothing away; each says with `programs_from` if programs must know at least a certain revision to go on, and the database keeps
the highest such mark, because an older program cannot read the newer one's files.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.ports import StoreUnavailable
from bot.storage import tables as t
from bot.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic takes a while to load. Most starts find the tables as they should be, and need none of it.

MIGRATION_LOCK = 0x6B696E64  # "kind" in ASCII: any number will do, as long as every version uses the same
VERSION_TABLE = "alembic_version"
VERSIONS = Path(__file__).parent / "migrations" / "versions"
LONGEST = 600.0
"""Seconds that a migration may take before it counts as stuck."""
MARK = "programs_from"
"""The name, in migrations and in the database, of the oldest revision that a program must know to run on these tables."""
FIRST_TO_ASK = "0010"
"""Programs that know less than this never look at the mark."""


class NewerTables(StoreUnavailable):
    """The tables were made by a newer version, and this one does not understand them any more. Nothing was changed."""

    def __init__(self) -> None:
        super().__init__("the tables were made by a newer version of Kindling. Install that version again")


def alembic_config() -> Config:
    """Alembic's settings for the migrations in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(database: Database) -> None:
    """Runs the migrations that are missing; leaves newer tables as they are when this version can still use them.

    Raises NewerTables when it cannot, StoreUnavailable when the database cannot be reached.
    """
    async with database.read() as connection:
        if await revision_of(connection) == newest_revision():
            return
    # It takes a tenth of a second, in which nobody else would have a turn.
    await asyncio.to_thread(_load_alembic)
    async with database.unhurried(LONGEST) as connection:
        if database.dialect == "postgresql":
            # A second process waits here until the first is done. On SQLite the writing transaction is the lock.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
        if not await usable(connection):
            raise NewerTables
        if is_known(await revision_of(connection)):
            await connection.run_sync(_upgrade)


def _load_alembic() -> None:
    for name in ("alembic.command", "alembic.config"):
        import_module(name)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _mark(connection)


def _mark(connection: Connection) -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    asked = max(getattr(one.module, MARK, FIRST_TO_ASK) for one in scripts)
    if _marked(connection) != asked:
        connection.execute(delete(t.installation).where(t.installation.c.name == MARK))
        connection.execute(insert(t.installation).values(name=MARK, value=asked.encode()))


def _marked(connection: Connection) -> str | None:
    mark = connection.scalar(select(t.installation.c.value).where(t.installation.c.name == MARK))
    return mark.decode() if mark is not None else None


def newest_revision() -> str:
    """The revision that this version of the code expects."""
    return max(_known())


def is_known(revision: str | None) -> bool:
    """Whether this version knows the revision. None, of a database without tables, is known."""
    return revision is None or revision in _known()


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    # Migrations are numbered, and their files begin with the number.
    return frozenset(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py"))


async def revision_of(db: AsyncConnection) -> str | None:
    """The revision of the tables in this database; None where there are none."""
    there = await db.run_sync(lambda sync: sync.dialect.has_table(sync, VERSION_TABLE))
    if not there:
        return None
    found: str | None = (await db.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))).scalar_one_or_none()  # noqa: S608
    return found


async def usable(db: AsyncConnection) -> bool:
    """Whether this version can use the tables: older ones after an upgrade, its own, and newer ones that say so."""
    if is_known(await revision_of(db)):
        return True
    mark = await db.run_sync(_marked)
    return mark is not None and mark <= newest_revision()


async def up_to_date(db: AsyncConnection) -> bool:
    """Whether this version can use the tables as they are, without an upgrade."""
    revision = await revision_of(db)
    return revision == newest_revision() or (not is_known(revision) and await usable(db))
