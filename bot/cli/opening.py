"""Opening what a command works on: settings, keys, database. Every trouble becomes a line that says what to do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

from bot.cli.printing import errors, stop_with
from bot.cli.run import checked_settings
from bot.content.finding import CourseError
from bot.content.read import lessons_dir, load_course
from bot.course.lesson import Course
from bot.service.ports import StoreUnavailable
from bot.settings import Settings
from bot.storage.backup import BackupError
from bot.storage.diagnosis import trouble_with
from bot.storage.opening import NotReady, given_keys
from bot.storage.sealing import BadKey, KeyMissing, Keyring

T = TypeVar("T")

YES = typer.Option(False, "--yes", help="Do not ask.")


def done(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """What the work answers; or an end (exit code 1) that says what is wrong and what to do."""
    os.umask(0o077)  # what a command writes is for its owner alone
    try:
        return asyncio.run(work)
    except StoreUnavailable as error:
        trouble = asyncio.run(trouble_with(settings.database))
        stop_with([f"{trouble.says}. {trouble.do}" if trouble else f"the database cannot be used just now: {error}"], 1)
    except KeyMissing as error:
        stop_with(
            [f"{error}. Give the right SECRET_KEY, or list it after the newer one; `kindling keys check` tells more"], 1
        )
    except (NotReady, BackupError, BadKey) as error:
        stop_with([str(error)], 1)
    except OSError as error:
        stop_with([f"{error.strerror or type(error).__name__}: {error.filename or 'a file'}"], 1)


def settings_at_hand() -> Settings:
    """The settings, or an end with every problem told."""
    return checked_settings()


def course_at_hand(settings: Settings) -> Course:
    """The lessons, or an end with their faults."""
    try:
        return load_course(lessons_dir(settings.lessons_dir))
    except CourseError as error:
        stop_with(["the lessons cannot be used; `kindling lessons check` tells all", *str(error).splitlines()[:5]], 1)


def keys_at_hand(settings: Settings) -> Keyring:
    """The keys, or an end that says what is missing."""
    try:
        return given_keys(settings)
    except (KeyMissing, BadKey) as error:
        stop_with([str(error)], 1)


def sure(question: str, yes: bool) -> None:
    """Asks, unless told not to. Ends the command when the answer is no (1), or when nobody is there to answer (2)."""
    if yes:
        return
    errors.print(f"{question} [y/N]", soft_wrap=True, markup=False)
    answer = sys.stdin.readline()
    if not answer:
        stop_with(["nobody is there to answer. Add --yes if you are sure"])
    if answer.strip().casefold() not in ("y", "yes"):
        errors.print("Nothing was changed.")
        raise typer.Exit(1)
