"""`kindling doctor`: looks at everything the bot needs, and says what to do about what it finds."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.markup import escape

from bot import __version__
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.cli.progress import progress
from bot.doctor import CHECKS, looked
from bot.doctor.look import Look, Patient
from bot.settings import Settings, SettingsError, read_settings

ONLY = typer.Option(
    [], "--only", help=f"Look at this part only; may be repeated: {', '.join(name for name, _ in CHECKS)}."
)


def doctor(only: list[str] = ONLY, json: bool = JSON) -> None:
    """Looks at settings, token, Bot API, clock, files, key, database, sending, lessons and helplines. Changes nothing."""
    if unknown := set(only) - {name for name, _ in CHECKS}:
        stop_with(
            [
                f"there is no part {one}; the parts are {', '.join(name for name, _ in CHECKS)}"
                for one in sorted(unknown)
            ]
        )
    patient, looks = _settings(dict(os.environ))
    looks += asyncio.run(_look_at_all(patient, only))
    if json:
        as_json(_as_json(looks))
    else:
        _print(looks)
    raise typer.Exit(1 if any(not one.fine for one in looks) else 0)


def _settings(environment: dict[str, str]) -> tuple[Patient, list[Look]]:
    """The settings as far as they can be used, and what is wrong with the others."""
    now = datetime.now(UTC)
    try:
        return Patient(read_settings(environment), now), [Look("settings", "ok", "can all be read")]
    except SettingsError as error:
        looks = [
            Look("settings", "error", one, "Correct it; docs/configuration.md has them all.") for one in error.problems
        ]
        return Patient(_usable(environment, error.problems), now), looks


def _usable(environment: dict[str, str], problems: list[str]) -> Settings:
    for problem in problems:
        name = problem.replace(":", " ").split()[0].removesuffix("_FILE")
        environment.pop(name, None)
        environment.pop(f"{name}_FILE", None)
    try:
        return read_settings(environment)
    except SettingsError:
        return read_settings({})


async def _look_at_all(patient: Patient, only: Sequence[str]) -> list[Look]:
    looks: list[Look] = []
    checks = [(name, check) for name, check in CHECKS if not only or name in only]
    with progress() as told:
        for number, (name, check) in enumerate(checks):
            told(f"looking at {name}", number, len(checks))
            looks += await looked(name, check, patient)
    return looks


def _as_json(looks: list[Look]) -> dict[str, Any]:
    findings = [one for one in looks if not one.fine]
    return {
        "version": __version__,
        "python": platform.python_version(),
        "findings": [
            {"number": number, "id": one.id, "level": one.state, "says": one.says, "do": one.do}
            for number, one in enumerate(findings, start=1)
        ],
        "fine": [{"id": one.id, "says": one.says} for one in looks if one.fine],
    }


_MARKS = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "error": "[red]✗[/red]"}


def _print(looks: list[Look]) -> None:
    console.print(f"Kindling {__version__}, Python {platform.python_version()}")
    number = 0
    for one in looks:
        number += not one.fine
        place = f"{number}." if not one.fine else ""
        console.print(f"{_MARKS[one.state]} {place:<3} [bold]{one.id}[/bold]: {escape(one.says)}", soft_wrap=True)
        if one.do:
            console.print(f"      {escape(one.do)}", soft_wrap=True)
    errors = sum(one.state == "error" for one in looks)
    console.print(
        f"{number} findings, {errors} of them keep something from working" if number else "Everything is fine."
    )
