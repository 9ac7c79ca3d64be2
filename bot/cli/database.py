"""`kindling db`: tables, backups, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opening import YES, done, keys_at_hand, settings_at_hand, sure
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.cli.progress import progress
from bot.settings import Settings
from bot.storage import postgres_dump, sqlite_copy
from bot.storage.backup import BackedUp, Restored
from bot.storage.database import Database
from bot.storage.migrate import is_known, migrate, newest_revision, revision_of
from bot.storage.opening import sqlite_file, try_file
from bot.storage.sealing import Keyring

group = typer.Typer(help="The database: tables, backups, restoring.", no_args_is_help=True)

TO = Annotated[Path, typer.Argument(help="Where to write it; in a folder it gets a name with the date.")]
FROM = Annotated[Path, typer.Argument(help="A file made by `kindling db backup` with the same kind of database.")]
WITHOUT = typer.Option(
    False,
    "--without-tombstones",
    help="Restore even if the present database cannot tell who was forgotten since the backup was made: they come back.",
)


@group.command()
def upgrade(json: bool = JSON) -> None:
    """Brings the tables up to date. `run` does this by itself when it starts."""
    settings = settings_at_hand()
    before = done(settings, _upgrade(settings))
    if json:
        as_json({"before": before, "revision": newest_revision() if is_known(before) else before})
    elif not is_known(before):
        console.print(f"The tables are of a newer version, and this one can use them (revision {before}).")
    elif before == newest_revision():
        console.print(f"The tables were up to date (revision {before}).")
    else:
        console.print(f"The tables are up to date now (revision {newest_revision()}, before: {before or 'none'}).")


async def _upgrade(settings: Settings) -> str | None:
    await try_file(settings)
    database = Database(settings.database)
    try:
        async with database.read() as db:
            before = await revision_of(db)
        with progress() as told:
            told("bringing the tables up to date", 0, 0)
            await migrate(database)
    finally:
        await database.close()
    return before


@group.command()
def backup(file: TO, yes: bool = YES, json: bool = JSON) -> None:
    """Makes a backup while the bot runs. What learners told stays sealed in it: keep SECRET_KEY somewhere else, and safe."""
    settings, now = settings_at_hand(), datetime.now(UTC)
    target = _place_for(file, settings, now)
    if target.exists():
        sure(f"{target} is there already. Overwrite it?", yes)
    made = done(settings, _back_up(settings, target))
    if json:
        as_json({"file": str(made.file), "bytes": made.size, "revision": made.revision, "made_at": now.isoformat()})
    else:
        console.print(f"Wrote {made.file} ({_megabytes(made.size)}).", soft_wrap=True, markup=False)
        console.print(
            "It opens only with the SECRET_KEY of today. Keep that key as long as this file, in another place."
        )


KEEP_THE_KEY = "It opens only with the SECRET_KEY of today. Keep that key as long as this file, in another place."


def _place_for(file: Path, settings: Settings, now: datetime) -> Path:
    if file.is_dir():
        ending = "sqlite3" if sqlite_file(settings) else "dump"
        return file / f"kindling-{now:%Y-%m-%dT%H%M%SZ}.{ending}"
    if not file.parent.is_dir():
        stop_with([f"there is no folder {file.parent}. Make it first, for its owner alone: mkdir -m 700 {file.parent}"])
    return file


async def _back_up(settings: Settings, target: Path) -> BackedUp:
    source = sqlite_file(settings)
    with progress() as told:
        if source is not None:
            return await sqlite_copy.back_up(source, target, told)
        return await postgres_dump.back_up(settings.database, target, told)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


@group.command()
def restore(file: FROM, yes: bool = YES, without_tombstones: bool = WITHOUT, json: bool = JSON) -> None:
    """Puts a backup in the place of the database. Stop the bot first. Those who were forgotten since stay forgotten."""
    settings = settings_at_hand()
    if not file.is_file():
        stop_with([f"there is no file {file}"])
    keyring = keys_at_hand(settings)
    present = sqlite_file(settings)
    if present is None or present.exists():
        sure("This replaces the whole database: all since the backup is lost. Are you sure?", yes)
    restored = done(settings, _restore(settings, file, keyring, without_tombstones))
    if json:
        as_json({"revision": restored.revision, "forgotten_left_out": restored.left_out > 0})
        return
    console.print(
        "Restored. Start the bot again; everyone goes on at the place they had when the backup was made.",
        soft_wrap=True,
    )
    if restored.left_out:
        console.print("Those who were forgotten since then were left out.")


async def _restore(settings: Settings, file: Path, keyring: Keyring, without: bool) -> Restored:
    present, now = sqlite_file(settings), datetime.now(UTC)
    with progress() as told:
        if present is not None:
            return await sqlite_copy.restore(file, present, keyring, now, told, without_tombstones=without)
        return await postgres_dump.restore(file, settings.database, keyring, now, told, without_tombstones=without)
