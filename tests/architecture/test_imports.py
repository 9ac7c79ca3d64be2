"""Rooms import in one direction: the contracts hold, and each of them bites."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

ONE_WAY = "Rooms import in one direction"
PURE = "The course is pure"
ALONE = "Crisis help stands alone"
DEMO = "The demo server knows nothing of ours"
FLOWS = "The flows know no messenger, database or scheduler"
FROM_ABOVE = "Crisis help and the demo are used from above only"

BROKEN = [
    ("bot/app.py", "import bot.cli.run", ONE_WAY),
    ("bot/clock.py", "import bot.app", ONE_WAY),
    ("bot/clock.py", "import bot.storage.store", ONE_WAY),
    ("bot/channels/telegram/sender.py", "from bot.storage import tables", ONE_WAY),
    ("bot/storage/rows.py", "from bot.channels.telegram import sender", ONE_WAY),
    ("bot/service/places.py", "from bot.storage.store import SqlStore", ONE_WAY),
    ("bot/service/talk.py", "import bot.clock", ONE_WAY),
    ("bot/content/read.py", "from bot.service import ports", ONE_WAY),
    ("bot/course/lesson.py", "from bot.content import read", ONE_WAY),
    ("bot/settings.py", "from bot.course import pace", ONE_WAY),
    ("bot/messages.py", "from bot.course.lesson import Lesson", ONE_WAY),
    ("bot/course/pace.py", "from bot.messages import ChatRef", PURE),
    ("bot/course/journey.py", "from bot.i18n.texts import texts_for", PURE),
    ("bot/course/hours.py", "import random", PURE),
    ("bot/course/pace.py", "import time", PURE),
    ("bot/course/journey.py", "import sqlalchemy", PURE),
    ("bot/crisis/answer.py", "from bot.messages import Say", ALONE),
    ("bot/crisis/texts.py", "from bot.i18n import texts", ALONE),
    ("bot/crisis/helplines.py", "import pydantic", ALONE),
    ("bot/crisis/calls.py", "import aiohttp", ALONE),
    ("bot/demo/server.py", "from bot.settings import Settings", DEMO),
    ("bot/demo/people.py", "import telegram", DEMO),
    ("bot/service/talk.py", "from telegram import Update", FLOWS),
    ("bot/service/ports.py", "from sqlalchemy import select", FLOWS),
    ("bot/service/delivery.py", "import apscheduler", FLOWS),
    ("bot/service/conversation.py", "import bot.demo", FLOWS),
    ("bot/storage/store.py", "from bot.crisis import answer", FROM_ABOVE),
    ("bot/content/check.py", "import bot.demo", FROM_ABOVE),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_are_kept() -> None:
    done = lint(REPOSITORY)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def test_every_contract_is_tried_below() -> None:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    names = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}
    assert names == {contract for _, _, contract in BROKEN}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's code and the contracts, to be broken."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    only_code = shutil.ignore_patterns("__pycache__", "data", "site", "methods", "*.tsv", "*.ftl")
    shutil.copytree(REPOSITORY / "bot", folder / "bot", ignore=only_code)
    return folder


@contextmanager
def broken(path: Path, line: str) -> Iterator[None]:
    good = path.read_text()
    path.write_text(f"{good}\n{line}\n")
    try:
        yield
    finally:
        path.write_text(good)


def test_the_copy_keeps_them_too(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize(("file", "line", "contract"), BROKEN)
def test_a_broken_import_is_caught(copy: Path, file: str, line: str, contract: str) -> None:
    with broken(copy / file, line):
        done = lint(copy)
    assert done.returncode == 1, done.stdout
    assert f"{contract} BROKEN" in done.stdout
    assert file.removesuffix(".py").replace("/", ".") in done.stdout.partition("Broken contracts")[2]


WITHOUT_ANYTHING = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import date
from bot.crisis import answer
assert answer.is_call_for_help("/help")
reply = answer.open("en", "IE", date(2026, 3, 2))
print(reply.cards[0].paragraphs)
outside = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"bot", "__main__"}
assert not outside, outside
"""


def test_help_answers_where_no_other_package_is_installed(tmp_path: Path) -> None:
    """An interpreter without site-packages: whatever is broken or missing around it, help answers."""
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", WITHOUT_ANYTHING, str(REPOSITORY)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "116 123" in done.stdout
