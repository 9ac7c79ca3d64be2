"""The program as a process of its own, and what every command owes to whoever runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot import __version__
from bot.cli import cli
from tests.cli.conftest import KEY, OTHER_KEY, Shell, json_of
from tests.cli.people import ANA, Cast

BREAKING_FAULT = "import bot.cli; bot.cli.cli = lambda: int('marker-of-a-fault'); bot.cli.main()"


def kindling(shell: Shell, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the program in a process of its own."""
    env = {**shell.process_environment(), **environment}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env=env, capture_output=True, text=True, check=False
    )


def test_a_process_prints_json_alone_and_ends_with_the_code_that_was_promised(
    sqlite_shell: Shell, sqlite_cast: Cast
) -> None:
    done = kindling(sqlite_shell, "learners", "show", ANA.chat_id, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["learner"]["state"] == "active"
    assert done.stderr == ""


def test_version(sqlite_shell: Shell) -> None:
    assert sqlite_shell.run("version").stdout.strip() == __version__


def test_a_fault_of_ours_is_told_by_its_place_and_not_by_its_text(sqlite_shell: Shell) -> None:
    env = sqlite_shell.process_environment()
    done = subprocess.run([sys.executable, "-c", BREAKING_FAULT], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert "bot/cli/__init__.py" in done.stderr
    assert "marker-of-a-fault" not in done.stderr


# -- every command -----------------------------------------------------------------------------------------------------


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(cli)))
SILENT = {("run",), ("demo",), ("version",), ("lessons", "play"), ("lessons", "preview"), ("crisis", "review")}
SILENT |= {("announce", "send"), ("announce", "stop"), ("sunset",)}
"""Commands that report nothing a program would read; what became of an announcement `announce status` tells."""


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_every_command_and_every_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    assert ALL[path].help
    unexplained = [one.name for one in ALL[path].params if not (one.help or one.name == "help")]
    assert unexplained == []


@pytest.mark.parametrize("path", sorted(set(ALL) - SILENT), ids=" ".join)
def test_every_command_that_reports_takes_json(path: tuple[str, ...]) -> None:
    assert "--json" in [name for one in ALL[path].params for name in one.opts]


def test_the_commands_of_the_contract_are_there() -> None:
    wanted = """run; demo; doctor; stats; lessons check; lessons play; lessons new; lessons transcript; crisis check;
        crisis try; crisis evaluate; crisis review; learners show; learners export; learners forget; keys new; keys rotate;
        keys check; db upgrade; db backup; db restore"""
    assert {tuple(one.split()) for one in wanted.split(";")} <= set(ALL)


# -- nothing leaks -----------------------------------------------------------------------------------------------------

PASSWORD = "hush-hush-password"
TOKEN = "1000:a-token-that-nobody-may-see"
TROUBLES = {
    "no database": {"DATA_DIR": "/dev/null/data"},
    "server away": {"DATABASE_URL": f"postgresql://kindling:{PASSWORD}@127.0.0.1:9/kindling"},
    "wrong key": {"SECRET_KEY": OTHER_KEY},
    "no such driver": {"DATABASE_URL": f"oracle://kindling:{PASSWORD}@host/db"},
    "broken key": {"SECRET_KEY": f"{KEY}x,{KEY}"},
    "no lessons": {"LESSONS_DIR": "/nowhere"},
}
WORK = (
    ("learners", "show", ANA.chat_id),
    ("learners", "export", ANA.chat_id, "--to", "out"),
    ("learners", "forget", ANA.chat_id, "--yes"),
    ("keys", "check"),
    ("keys", "rotate", "--yes"),
    ("stats",),
    ("db", "upgrade"),
    ("db", "backup", "copy"),
)


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
@pytest.mark.parametrize("work", WORK, ids=lambda work: " ".join(work[:2]))
def test_no_trouble_makes_a_command_tell_a_secret(
    sqlite_shell: Shell,
    sqlite_cast: Cast,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: tuple[str, ...],
    trouble: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    told = sqlite_shell.run(*work, code=None, BOT_TOKEN=TOKEN, **TROUBLES[trouble])
    secrets = (*sqlite_cast.secrets(), PASSWORD, TOKEN, KEY, OTHER_KEY)
    assert not [one for one in secrets if one in told.output]
    assert told.exit_code in (0, 1, 2)
    if told.exit_code:
        assert told.stderr.startswith("•") or told.stdout, "an error says what is wrong, in a line"


def test_every_report_is_json_when_asked(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    for work in (
        ("keys", "new"),
        ("stats",),
        ("db", "upgrade"),
        ("learners", "show", ANA.chat_id),
        ("lessons", "transcript", "sleep-1"),
    ):
        json_of(sqlite_shell.run(*work, "--json"))
