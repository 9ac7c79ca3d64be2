"""`kindling stats`: how many, never who."""

from __future__ import annotations

import csv
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.opening import course_at_hand, done, settings_at_hand
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.service.figures import Counted, Figure, figures, span
from bot.service.hiding import FEWEST
from bot.service.overview import LongCounted, long_figures, long_view
from bot.service.steps import STEPS
from bot.settings import Settings
from bot.storage.figures import count
from bot.storage.opening import given_keys, opened
from bot.storage.overview import count_long
from bot.storage.sealing import BadKey, KeyMissing, Keyring

DAYS = Annotated[
    int, typer.Option("--days", min=1, max=366, help="How many days are looked back on, today among them.")
]
CSV = typer.Option(False, "--csv", help="Print CSV: section, name, day, number; no number where it is hidden.")
HIDDEN = f"<{FEWEST}"
QUICK = ("learners", "deliveries", "backlog", "help cards")


def stats(days: DAYS = 14, csv: bool = CSV, json: bool = JSON) -> None:
    """Prints what the operator's page shows: learners, deliveries, backlog, help cards, signing up, places and replies. Groups under 10
    people are hidden."""
    if csv and json:
        stop_with(["choose one: --csv or --json"])
    settings, now = settings_at_hand(), datetime.now(UTC)
    looked = tuple(now.date() - timedelta(days=back) for back in range(days - 1, -1, -1))
    counted, slowly = done(settings, _count(settings, looked, now))
    long = long_view(slowly, course_at_hand(settings), tuple(STEPS), now)
    found = (*figures(counted, looked, now), *long_figures(long))
    if json:
        as_json(
            {
                "made_at": now.isoformat(timespec="seconds"),
                "hidden_under": FEWEST,
                "figures": [_plain(one) for one in found],
            }
        )
    elif csv:
        _print_csv(found)
    else:
        _print(found, looked)


async def _count(settings: Settings, days: tuple[date, ...], now: datetime) -> tuple[Counted, LongCounted]:
    async with opened(settings) as database:
        async with database.read() as db:
            counted = await count(db, days, now)
        return counted, await count_long(database, _keys(settings), now)


def _keys(settings: Settings) -> Keyring | None:
    """The keys, where they are at hand: without them, what is sealed is left out."""
    with suppress(KeyMissing, BadKey):
        return given_keys(settings)
    return None


def _plain(one: Figure) -> dict[str, str | int | None]:
    day = {"day": one.day.isoformat()} if one.day else {}
    return {"section": one.section, "name": one.name, **day, "number": one.number}


def _print_csv(found: tuple[Figure, ...]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("section", "name", "day", "number"))
    for one in found:
        writer.writerow((one.section, one.name, one.day or "", "" if one.number is None else one.number))


def _print(found: tuple[Figure, ...], days: tuple[date, ...]) -> None:
    learners = [one for one in found if one.section == "learners"]
    console.print("[bold]Learners[/bold]")
    for one in learners:
        console.print(f"  {one.name:<9} {_said(one.number)}")
    console.print("\n[bold]Deliveries by outcome, help cards by day[/bold]")
    console.print(_by_day(found, days))
    waiting, oldest = (one.number for one in found if one.section == "backlog")
    late = f", the oldest for {span(timedelta(seconds=oldest or 0))}" if waiting != 0 else ""
    console.print(f"\n[bold]Backlog[/bold]  {_said(waiting)} due or waiting{late}")
    _print_long(found)
    console.print(f"\n{HIDDEN}: fewer than {FEWEST} people, or none. No person is ever shown.")


def _print_long(found: tuple[Figure, ...]) -> None:
    """What takes longer to count, without the lines that are hidden."""
    sections = dict.fromkeys(one.section for one in found if one.section not in QUICK)
    for section in sections:
        lines = [one for one in found if one.section == section and one.number is not None]
        if lines:
            console.print(f"\n[bold]{section.capitalize()}[/bold]")
        for one in lines:
            console.print(f"  {one.name:<16} {one.number}")


def _by_day(found: tuple[Figure, ...], days: tuple[date, ...]) -> Table | str:
    numbers = {(one.day, one.section, one.name): one.number for one in found if one.day}
    # A column in which every day is hidden would only take room.
    names = dict.fromkeys((one.section, one.name) for one in found if one.day)
    shown = [name for name in names if any(numbers[(day, *name)] is not None for day in days)]
    if not shown:
        return f"  {HIDDEN} on each of these days"
    table = Table(box=None, pad_edge=False)
    table.add_column("day")
    for section, name in shown:
        table.add_column("help cards" if section == "help cards" else name.replace("_", " "), justify="right")
    for day in days:
        table.add_row(str(day), *(_said(numbers[(day, *name)]) for name in shown))
    return table


def _said(number: int | None) -> str:
    return HIDDEN if number is None else str(number)
