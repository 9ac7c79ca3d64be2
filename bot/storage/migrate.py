"""Bringing the schema up to date when the bot starts: Alembic's migrations, shipped in the package, run under a lock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic takes a while to load. Most starts find the tables as they should be, and need none of it.

MIGRATION_LOCK = 0x6B696E64  # "kind" in ASCII: any number will do, as long as every version uses the same
VERSION_TABLE = "alembic_version"
VERSIONS = Path(__file__).parent / "migrations" / "versions"
LONGEST = 600.0
"""Seconds that a migration may take before it counts as stuck."""


def alembic_config() -> Config:
    """Alembic's settings for the migrations in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(database: Database) -> None:
    """Runs the migrations that are missing. Raises StoreUnavailable when the database cannot be reached."""
    async with database.read() as connection:
        if await revision_of(connection) == newest_revision():
            return
    async with database.unhurried(LONGEST) as connection:
        if database.dialect == "postgresql":
            # A second process waits here until the first is done. On SQLite the writing transaction is the lock.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest_revision() -> str:
    """The revision that this version of the code expects: migrations are numbered, and their files begin with the number."""
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py"))


async def revision_of(db: AsyncConnection) -> str | None:
    """The revision of the tables in this database; None where there are none."""
    there = await db.run_sync(lambda sync: sync.dialect.has_table(sync, VERSION_TABLE))
    if not there:
        return None
    found: str | None = (await db.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))).scalar_one_or_none()  # noqa: S608
    return found
