"""`kindling db`: the database."""

from __future__ import annotations

import asyncio

import typer

from bot.cli.printing import console, stop_with
from bot.cli.run import checked_settings
from bot.service.ports import StoreUnavailable
from bot.storage.database import Database
from bot.storage.migrate import migrate, newest_revision

group = typer.Typer(help="The database.", no_args_is_help=True)


@group.callback()
def _database() -> None:
    """Keeps `upgrade` a command of its own."""


@group.command()
def upgrade() -> None:
    """Brings the tables up to date. `run` does this by itself when it starts."""
    settings = checked_settings()

    async def work() -> None:
        database = Database(settings.database)
        try:
            await migrate(database)
        finally:
            await database.close()

    try:
        asyncio.run(work())
    except StoreUnavailable as error:
        stop_with([f"the database cannot be reached ({error}). Check DATABASE_URL, or that DATA_DIR can be written"], 1)
    console.print(f"The tables are up to date (revision {newest_revision()}).")
