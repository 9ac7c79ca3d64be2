"""Bringing the schema up to date when the bot starts: Alembic's migrations, shipped in the package, run under a lock."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.storage.database import Database

MIGRATION_LOCK = 0x6B696E64  # "kind" in ASCII: any number will do, as long as every version uses the same
LONGEST = 600.0
"""Seconds that a migration may take before it counts as stuck."""


def alembic_config() -> Config:
    """Alembic's settings for the migrations in this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(database: Database) -> None:
    """Runs the migrations that are missing. Raises StoreUnavailable when the database cannot be reached."""
    async with database.unhurried(LONGEST) as connection:
        if database.dialect == "postgresql":
            # A second process waits here until the first is done. On SQLite the writing transaction is the lock.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest_revision() -> str:
    """The revision that this version of the code expects."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise AssertionError("there are no migrations")
    return head
