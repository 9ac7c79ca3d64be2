"""The command line: for operators and authors. Exit codes: 0 fine, 1 findings, 2 wrong usage."""

from __future__ import annotations

import sys
from traceback import extract_tb

import typer

from bot import __version__
from bot.cli import announce, crisis, database, demo, doctor, keys, learners, lessons, run, stats

cli = typer.Typer(
    name="kindling",
    help="A course in a messenger, one small lesson a day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
cli.command("run")(run.run)
cli.command("demo")(demo.demo)
cli.command("doctor")(doctor.doctor)
cli.command("stats")(stats.stats)
cli.add_typer(announce.group, name="announce")
cli.command("sunset")(announce.sunset)
cli.add_typer(learners.group, name="learners")
cli.add_typer(lessons.group, name="lessons")
cli.add_typer(crisis.group, name="crisis")
cli.add_typer(keys.group, name="keys")
cli.add_typer(database.group, name="db")


@cli.command()
def version() -> None:
    """Prints the version."""
    typer.echo(__version__)


def main() -> None:
    """The entry point of the console script. A fault of ours is told by its place: its text could hold what somebody wrote."""
    try:
        cli()
    except Exception as error:
        frames = "\n".join(f"  {one.filename}:{one.lineno} {one.name}" for one in extract_tb(error.__traceback__))
        sys.stderr.write(f"This is a fault of Kindling, please report it: {type(error).__name__}\n{frames}\n")
        sys.exit(1)
