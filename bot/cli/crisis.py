"""`kindling crisis`: helplines and the words that call for help."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.printing import JSON, as_json, console, stop_with
from bot.crisis import check as checking
from bot.crisis.review import UnknownEntryError, review_sheet, stamp, ticked

group = typer.Typer(help="Crisis help: check it, try it, review it.", no_args_is_help=True)


@group.command()
def check(json: bool = JSON) -> None:
    """Prints every finding about helplines and safety texts, with the source to open."""
    found = checking.check(datetime.now(UTC).date())
    if json:
        as_json(checking.as_json(found))
    else:
        for one in found:
            typer.echo(f"{one.where}: [{one.rule}] {one.says} {one.fix} {one.source}".rstrip())
        errors = sum(one.is_error for one in found)
        typer.echo(f"{len(found)} findings, {errors} of them mistakes")
    raise typer.Exit(1 if found else 0)


@group.command()
def review(
    html: Annotated[Path | None, typer.Option("--html", help="Write the review page to this file.")] = None,
    stamp_file: Annotated[
        Path | None, typer.Option("--stamp", help="Take in the file that the review page saved.")
    ] = None,
) -> None:
    """Makes the page on which a person ticks helplines off, or writes the dates it saved into the data."""
    if stamp_file is not None:
        _stamp(stamp_file)
    elif html is not None:
        html.write_text(review_sheet(datetime.now(UTC).date()), encoding="utf-8")
        console.print(
            f"Wrote {html}. Open it, check each line at its source, save, and run: kindling crisis review --stamp FILE"
        )
    else:
        stop_with(["give --html FILE to make the page, or --stamp FILE to take in what it saved"])


def _stamp(file: Path) -> None:
    try:
        ids, day, who = ticked(file.read_text(encoding="utf-8"))
        console.print(f"Stamped {stamp(ids, day, who)} entries with {day}.")
    except (OSError, ValueError, UnknownEntryError) as error:
        stop_with([f"{file}: {error}"])
