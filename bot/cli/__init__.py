"""The command line: for operators and authors. Exit codes: 0 fine, 1 findings, 2 wrong usage."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from traceback import extract_tb
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from bot import __version__
from bot.loop import seldom_look_for_garbage

PLACES = {
    "run": "run",
    "demo": "demo",
    "doctor": "doctor",
    "stats": "stats",
    "sunset": "announce:sunset",
    "version": ":version",
    "announce": "announce:group",
    "learners": "learners:group",
    "lessons": "lessons:group",
    "crisis": "crisis:group",
    "keys": "keys:group",
    "db": "database:group",
}
"""Each command, and where it is: a module of this package, and what in it where that has another name."""


class Commands(TyperGroup):
    """Loads a command when it is asked for: the bot must not start later for what only `doctor` needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help text."""
        return list(PLACES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them, or None."""
        return _loaded(cmd_name) if cmd_name in PLACES else None

    @property
    def commands(self) -> dict[str, Any]:
        """All of them, for whoever wants to know them all."""
        return {name: _loaded(name) for name in PLACES}

    @commands.setter
    def commands(self, given: object) -> None:
        """There is nothing to keep."""


@cache
def _loaded(name: str) -> Any:
    module, _, attribute = PLACES[name].partition(":")
    found = getattr(import_module(f"bot.cli.{module}".rstrip(".")), attribute or name)
    if isinstance(found, typer.Typer):
        command: Any = get_group(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        command = get_command(alone)
    command.name = name
    return command


cli = typer.Typer(
    name="kindling",
    cls=Commands,
    help="A course in a messenger, one small lesson a day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@cli.callback()
def _kindling() -> None:
    """A course in a messenger, one small lesson a day."""


def version() -> None:
    """Prints the version."""
    typer.echo(__version__)


def main() -> None:
    """The entry point of the console script. A fault of ours is told by its place: its text could hold what somebody wrote."""
    seldom_look_for_garbage()
    try:
        cli()
    except Exception as error:
        frames = "\n".join(f"  {one.filename}:{one.lineno} {one.name}" for one in extract_tb(error.__traceback__))
        sys.stderr.write(f"This is a fault of Kindling, please report it: {type(error).__name__}\n{frames}\n")
        sys.exit(1)
