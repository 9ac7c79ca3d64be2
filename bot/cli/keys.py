"""`kindling keys`: the operator's key, and changing it while the bot runs."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

import typer

from bot.cli.opening import YES, done, keys_at_hand, settings_at_hand, sure
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.cli.progress import progress
from bot.settings import Settings
from bot.storage.backup import written_whole
from bot.storage.opening import KEY_FILE, opened
from bot.storage.rotation import KeyUse, Rotated, key_uses, known_keys, rotate, try_keys
from bot.storage.sealing import Keyring, new_key, read_keys

group = typer.Typer(help="The key that seals what learners tell.", no_args_is_help=True)

ADD = typer.Option(False, "--add", help=f"Put it in front of the key in DATA_DIR/{KEY_FILE} instead of printing it.")


@group.command()
def new(add: bool = ADD, json: bool = JSON) -> None:
    """Prints a fresh SECRET_KEY: 32 random bytes in base64."""
    key = new_key()
    name = Keyring(read_keys(key)).newest
    if add:
        _put_in_front(key)
    if json:
        as_json({"id": name} if add else {"id": name, "key": key})
    elif add:
        console.print(f"The new key {name} stands first now. Restart the bot, then run: kindling keys rotate")
    else:
        typer.echo(key)


def _put_in_front(key: str) -> None:
    settings = settings_at_hand()
    file = settings.data_dir / KEY_FILE
    if settings.secret_key is not None:
        stop_with(["SECRET_KEY is set, so the file is not used. Put the new key in front of it, with a comma between"])
    keys_at_hand(settings)
    try:
        os.umask(0o077)
        with written_whole(file) as part:
            part.write_text(f"{key},{file.read_text(encoding='utf-8').strip()}\n", encoding="utf-8")
    except OSError as error:
        stop_with([f"{file} cannot be written ({error.strerror})"], 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to say about the keys."""

    id: str
    says: str
    do: str


@group.command()
def check(json: bool = JSON) -> None:
    """Says which keys are in use, which may go, and whether one is missing."""
    settings = settings_at_hand()
    keyring = keys_at_hand(settings)
    uses = done(settings, _uses(settings, keyring))
    found = findings(uses, keyring)
    if json:
        keys = [{"id": one.id, "given": one.given, "in_use": one.learners > 0} for one in uses]
        as_json({"newest": keyring.newest, "keys": keys, "findings": [asdict(one) for one in found]})
    else:
        for one in uses:
            place = "newest" if one.id == keyring.newest else "older" if one.given else "[red]not given[/red]"
            console.print(f"{one.id}  {place}, {'in use' if one.learners else 'not in use'}")
        for finding in found:
            console.print(f"{finding.says} {finding.do}", soft_wrap=True, markup=False)
        if not found:
            console.print("Every key that is needed is given, and opens what it sealed.")
    raise typer.Exit(1 if found else 0)


async def _uses(settings: Settings, keyring: Keyring) -> tuple[KeyUse, ...]:
    async with opened(settings) as database, database.read() as db:
        uses = await key_uses(db, keyring)
        if all(one.given for one in uses):
            await try_keys(db, keyring)
        return uses


def findings(uses: tuple[KeyUse, ...], keyring: Keyring) -> list[Finding]:
    """Keys that are missing, keys still in use beside the newest, and keys that may go."""
    missing = [one.id for one in uses if not one.given]
    older = [one.id for one in uses if one.given and one.learners and one.id != keyring.newest]
    idle = [one.id for one in uses if one.given and not one.learners and one.id != keyring.newest]
    found = []
    if missing:
        says = f"Some learners can be opened only with a key that was not given: {', '.join(missing)}."
        found.append(Finding("missing", says, "Add it to SECRET_KEY, after the others."))
    if older:
        says = f"Not everyone is sealed with the newest key yet: {', '.join(older)} is still needed."
        found.append(Finding("rotation-unfinished", says, "Run: kindling keys rotate"))
    if idle:
        says = f"Nothing needs {', '.join(idle)} any more."
        found.append(
            Finding("not-needed", says, "Take it out of SECRET_KEY, and keep it as long as backups sealed with it.")
        )
    return found


@group.command("rotate")
def rotate_(yes: bool = YES, json: bool = JSON) -> None:
    """Moves every learner to the newest key while the bot runs. It may be interrupted, and run again."""
    settings = settings_at_hand()
    keyring = keys_at_hand(settings)
    if not done(settings, _known(settings, keyring)):
        sure(
            "No bot has been started with the newest key yet. One that still runs with only the older key could not read those who "
            "are moved. Restart every bot with the new key in front first. Is no bot running with only the older key?",
            yes,
        )
    rotated = done(settings, _rotate(settings, keyring))
    if json:
        as_json({"newest": keyring.newest, "changed": rotated.changed, "doubled": rotated.doubled})
    else:
        console.print(f"Everyone is sealed with the key {keyring.newest} now." if not rotated.doubled else DOUBLED)
        console.print("Keep the older key for as long as you keep backups made before today.")
        if not rotated.doubled:
            console.print("You may take it out of SECRET_KEY and restart the bot; `kindling keys check` says so, too.")
    raise typer.Exit(1 if rotated.doubled else 0)


DOUBLED = (
    "Some people have two rows, one under each key: a bot ran for a while without the older key. Their older rows were left as they "
    "are, with the older key. Keep that key."
)


async def _known(settings: Settings, keyring: Keyring) -> bool:
    async with opened(settings) as database, database.read() as db:
        return keyring.newest in await known_keys(db)


async def _rotate(settings: Settings, keyring: Keyring) -> Rotated:
    async with opened(settings) as database:
        with progress() as told:
            return await rotate(database, keyring, lambda number, of: told("wrapping keys", number, of))
