"""Rooms import in one direction: the contracts hold, and each of them bites."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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

BROKEN = {
    ONE_WAY: [
        ("bot.app", "bot.cli.run"),
        ("bot.clock", "bot.app"),
        ("bot.clock", "bot.storage.store"),
        ("bot.channels.telegram.sender", "bot.storage.tables"),
        ("bot.storage.rows", "bot.channels.telegram.sender"),
        ("bot.service.places", "bot.storage.store"),
        ("bot.service.talk", "bot.clock"),
        ("bot.content.read", "bot.service.ports"),
        ("bot.course.lesson", "bot.content.read"),
        ("bot.settings", "bot.course.pace"),
        ("bot.messages", "bot.course.lesson"),
    ],
    PURE: [
        ("bot.course.pace", "bot.messages"),
        ("bot.course.journey", "bot.i18n.texts"),
        ("bot.course.compose", "random"),
        ("bot.course.pace", "time"),
        ("bot.course.journey", "sqlalchemy"),
    ],
    ALONE: [
        ("bot.crisis.answer", "bot.messages"),
        ("bot.crisis.texts", "bot.i18n.texts"),
        ("bot.crisis.helplines", "pydantic"),
        ("bot.crisis.calls", "aiohttp"),
    ],
    DEMO: [("bot.demo.server", "bot.settings"), ("bot.demo.people", "telegram")],
    FLOWS: [
        ("bot.service.talk", "telegram"),
        ("bot.service.ports", "sqlalchemy"),
        ("bot.service.delivery", "apscheduler"),
        ("bot.service.conversation", "bot.demo.server"),
        ("bot.content.read", "aiohttp"),
    ],
    FROM_ABOVE: [("bot.storage.store", "bot.crisis.answer"), ("bot.content.check", "bot.demo.server")],
}
"""By contract: who must not import what."""


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
    assert names == set(BROKEN)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's code and the contracts, to be broken."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    only_code = shutil.ignore_patterns("__pycache__", "data", "site", "methods", "*.tsv", "*.ftl")
    shutil.copytree(REPOSITORY / "bot", folder / "bot", ignore=only_code)
    return folder


@contextmanager
def broken(copy: Path, module: str, imported: str) -> Iterator[None]:
    path = copy / (module.replace(".", "/") + ".py")
    good = path.read_text()
    path.write_text(f"{good}\nimport {imported}\n")
    try:
        yield
    finally:
        path.write_text(good)


def test_the_copy_keeps_them_too(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize("contract", BROKEN)
def test_every_broken_import_is_caught(copy: Path, contract: str) -> None:
    """All that break one contract at once: each must be told."""
    with ExitStack() as stack:
        for module, imported in BROKEN[contract]:
            stack.enter_context(broken(copy, module, imported))
        done = lint(copy)
    assert done.returncode == 1, done.stdout
    assert f"{contract} BROKEN" in done.stdout
    told = done.stdout.partition("Broken contracts")[2]
    assert [pair for pair in BROKEN[contract] if " -> ".join(pair) not in told] == []


@pytest.mark.parametrize("contract", BROKEN)
def test_a_single_broken_import_is_caught(copy: Path, contract: str) -> None:
    module, imported = BROKEN[contract][-1]
    with broken(copy, module, imported):
        done = lint(copy)
    assert done.returncode == 1, done.stdout
    assert f"{contract} BROKEN" in done.stdout


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


def test_what_help_needs_is_loaded_without_what_lessons_need() -> None:
    heavy = {"sqlalchemy", "alembic", "apscheduler", "psycopg", "aiosqlite", "matplotlib", "yaml"}
    command = [
        sys.executable,
        "-c",
        "import sys, bot.cli.run; print(*{name.partition('.')[0] for name in sys.modules})",
    ]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "telegram" in done.stdout.split()
    assert heavy & set(done.stdout.split()) == set()
