"""`kindling crisis`: helplines and the words that call for help."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.printing import JSON, as_json, console, errors, stop_with
from bot.cli.progress import progress
from bot.crisis import check as checking
from bot.crisis import detect
from bot.crisis import evaluate as evaluation
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


@group.command("try")
def try_(
    text: Annotated[str, typer.Argument(help="What somebody might write; - reads it from standard input.")] = "-",
    language: Annotated[
        str | None, typer.Option(help="The language they chose, such as de; it only breaks ties.")
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Read {"text", "lang"} lines from standard input, and answer each with a line of JSON.'
        ),
    ] = False,
    json: bool = JSON,
) -> None:
    """Says how a message would be read: as what, how grave, how it would be answered, and why. Nothing is kept or sent."""
    _must_read()
    if jsonl:
        raise typer.Exit(1 if evaluation.read_lines(sys.stdin, sys.stdout) else 0)
    if text == "-" and sys.stdin.isatty():
        errors.print("Write a message, then press Ctrl+D.")
    said = sys.stdin.read() if text == "-" else text
    reading = detect.read(said, language)
    if json:
        as_json(asdict(reading))
        return
    verdict, *reasons = evaluation.why(said, language)
    for line in (f"{reading.tier}: {ANSWERS[reading.tier]}", verdict, *(f"  {reason}" for reason in reasons)):
        console.print(line, soft_wrap=True, markup=False)


def _must_read() -> None:
    if (trouble := detect.problem()) is not None:
        stop_with([trouble], 1)


@group.command()
def evaluate(
    file: Annotated[
        Path, typer.Argument(help='Labelled messages: JSON lines with "text", "lang", "label", "severity", "kind".')
    ],
    json: bool = JSON,
) -> None:
    """Reads labelled messages, and says how many cries for help were found, how many false alarms there were, and what was mistaken."""
    _must_read()
    try:
        with file.open(encoding="utf-8") as lines:
            report = evaluation.evaluate(_counted(evaluation.rows_of(lines)))
    except OSError as error:
        stop_with([f"{file} cannot be read ({error.strerror})"])
    except ValueError as error:
        stop_with([f"{file}: {'it is not UTF-8' if isinstance(error, UnicodeError) else error}"])
    if json:
        as_json(report.as_json())
        return
    for line in evaluation.lines(report):
        typer.echo(line)


def _counted(rows: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    with progress() as told:
        for number, row in enumerate(rows, start=1):
            told("reading messages", number, 0)
            yield row


ANSWERS = {
    "strong": "help is shown at once",
    "soft": "the ordinary answer gets one line about help",
    "none": "the ordinary answer",
}


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
