"""`kindling keys`: the operator's key."""

from __future__ import annotations

import typer

from bot.storage.sealing import new_key

group = typer.Typer(help="The key that seals what learners tell.", no_args_is_help=True)


@group.callback()
def _keys() -> None:
    """Keeps `new` a command of its own."""


@group.command()
def new() -> None:
    """Prints a fresh SECRET_KEY: 32 random bytes in base64."""
    typer.echo(new_key())
