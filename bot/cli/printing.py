"""What the commands print: for people, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

JSON = typer.Option(False, "--json", help="Print JSON.")
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def as_json(value: Any) -> None:
    """Prints a value as JSON."""
    plain = (
        [asdict(one) if is_dataclass(one) and not isinstance(one, type) else one for one in value]
        if isinstance(value, Sequence)
        else value
    )
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2, default=str))


def stop_with(problems: Sequence[str], code: int = 2) -> NoReturn:
    """Says what is wrong, a line each, and ends."""
    for problem in problems:
        errors.print(f"[red]•[/red] {escape(problem)}", soft_wrap=True)
    raise typer.Exit(code)
