"""`kindling announce` and `kindling sunset`: a word to everyone, and the last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from bot.channels.telegram.render import as_plain
from bot.cli.opening import YES, done, settings_at_hand, sure
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.i18n.texts import texts_for
from bot.service.announcing import LONGEST, Announcement, message, takes
from bot.service.figures import span
from bot.service.hiding import FEWEST, shown
from bot.service.learners import DeliveryKind, DeliveryStatus
from bot.settings import Settings
from bot.storage.announcing import all_of_them, begin, call_off, count_reached, how_far
from bot.storage.opening import opened

group = typer.Typer(help="A word to everyone who takes lessons.", no_args_is_help=True)
A_MINUTE = Annotated[int, typer.Option("--a-minute", min=6, max=60_000, help="How many people at most in a minute.")]
FILE = Annotated[
    Path | None, typer.Option("--file", dir_okay=False, exists=True, help="Read the words from this file.")
]
SOON = timedelta(days=7)


@group.command()
def send(
    text: Annotated[str, typer.Argument(help="The words, unless --file gives them.")] = "",
    file: FILE = None,
    a_minute: A_MINUTE = 600,
    yes: bool = YES,
) -> None:
    """Shows the words as they will arrive, counts who gets them, asks, and hands them to the bot. Paused people get none, and in
    quiet hours it waits."""
    words = (file.read_text(encoding="utf-8") if file else text).strip()
    if not words or len(words) > LONGEST:
        stop_with([f"give between 1 and {LONGEST} characters; these are {len(words)}"])
    _ask_and_begin(_new(DeliveryKind.ANNOUNCEMENT, words, a_minute), yes)


def sunset(
    last_day: Annotated[str, typer.Option("--last-day", help="The last day of the service, YYYY-MM-DD.")],
    text: Annotated[str, typer.Argument(help="Words of your own below the news.")] = "",
    a_minute: A_MINUTE = 600,
    yes: bool = YES,
) -> None:
    """Tells everyone, in a pause too, on which day the service ends. Each can take a copy of their data and the rest of the course."""
    try:
        day = date.fromisoformat(last_day)
    except ValueError:
        stop_with(["write the day as YYYY-MM-DD"])
    if day < (datetime.now(UTC) + SOON).date():
        stop_with([f"people need time to take their copy: choose a day {SOON.days} days from now, or later"])
    if len(text) > LONGEST // 2:
        stop_with([f"your own words may have {LONGEST // 2} characters; these are {len(text)}"])
    _ask_and_begin(_new(DeliveryKind.SUNSET, text.strip(), a_minute, day), yes)


@group.command()
def status(json: bool = JSON) -> None:
    """Says how far each announcement has come. Groups under 10 people are hidden."""
    settings = settings_at_hand()
    found = done(settings, _all(settings))
    if json:
        as_json([{**_plain(one), "people": people} for one, people in found])
        return
    for one, people in found:
        console.print(f"[bold]{one.number}[/bold] {one.kind.value} of {one.made_at:%Y-%m-%d %H:%M} UTC: {_state(one)}")
        for outcome, number in people.items():
            console.print(f"  {outcome.replace('_', ' '):<10} {f'<{FEWEST}' if number is None else number}")
    if not found:
        console.print("There was none yet.")


@group.command()
def stop(number: Annotated[int, typer.Argument(help="Its number, as `kindling announce status` says it.")]) -> None:
    """Calls an announcement off. Who got it has it; nobody else gets it."""
    settings = settings_at_hand()
    if not done(settings, _stop(settings, number)):
        stop_with([f"there is no announcement {number} that goes on"], 1)
    console.print(f"Announcement {number} goes to nobody any more.")


def _new(kind: DeliveryKind, words: str, a_minute: int, last_day: date | None = None) -> Announcement:
    return Announcement(0, kind, words, a_minute, datetime.now(UTC), last_day)


def _ask_and_begin(one: Announcement, yes: bool) -> None:
    settings = settings_at_hand()
    preview = message({one.name: one}, one.name, texts_for("en"), None)
    assert preview is not None
    console.print(escape(as_plain(preview.text)), soft_wrap=True)
    for row in preview.rows:
        console.print(escape("".join(f"[ {button.label} ]" for button in row)))
    people = done(settings, _count(settings, one.kind))
    many = shown(people)
    how_many = "fewer than ten people" if many is None else f"{many} people"
    console.print(f"\nThis goes to {how_many}, within {span(takes(people, one.a_minute))}, apart from quiet hours.")
    sure("Send it?", yes)
    begun = done(settings, _begin(settings, one))
    console.print(f"Announcement {begun.number} is with the bot, which sends it while it runs.")
    console.print(f"How far it is: kindling announce status. To call it off: kindling announce stop {begun.number}")


async def _count(settings: Settings, kind: DeliveryKind) -> int:
    async with opened(settings) as database, database.read() as db:
        return await count_reached(db, kind)


async def _begin(settings: Settings, one: Announcement) -> Announcement:
    async with opened(settings) as database, database.write() as db:
        return await begin(db, one)


async def _stop(settings: Settings, number: int) -> bool:
    async with opened(settings) as database, database.write() as db:
        return await call_off(db, number, datetime.now(UTC))


async def _all(settings: Settings) -> list[tuple[Announcement, Mapping[str, int | None]]]:
    async with opened(settings) as database, database.read() as db:
        found = await all_of_them(db)
        return [(one, _shown(await how_far(db, one.number))) for one in found]


def _shown(people: Mapping[str, int]) -> dict[str, int | None]:
    return {status.value: shown(people.get(status.value, 0)) for status in DeliveryStatus}


def _state(one: Announcement) -> str:
    if one.stopped_at is not None:
        return "called off"
    return "on its way" if one.listed_at is None else "everybody is listed; who is in quiet hours gets it afterwards"


def _plain(one: Announcement) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind.value,
        "made_at": one.made_at.isoformat(timespec="seconds"),
        "last_day": one.last_day and one.last_day.isoformat(),
        "state": "stopped" if one.stopped_at else "listed" if one.listed_at else "going on",
    }
