"""Every command that the pages show is run here, as it stands there, or has a reason why it cannot be."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.settings import SettingsError, read_settings
from tests.cli.api import look_alike
from tests.cli.conftest import KEY, OTHER_KEY, Shell
from tests.cli.people import ANA, Cast
from tests.cli.serving import clean, served
from tests.content.course_folder import CourseFolder
from tests.docs.pages import ROOT, pages, shell_lines, spans, text_of

TOKEN = "1000:a-token-that-nobody-may-see"
CALL = re.compile(r"(?:-m bot|^(?:[A-Z_]+=\S+ )*kindling) (?P<call>[a-z].*)")
WORDS = f"{ANA.chat_id}\n"


@cache
def shown() -> tuple[str, ...]:
    """Every command line in the pages: those of shell blocks, and those between backticks that begin like one."""
    found = []
    for page in pages():
        text = page.read_text("utf-8")
        found += shell_lines(text)
        if page.name != "CHANGELOG.md":  # what is told of old versions need not hold
            found += [span for span in spans(text) if re.match(r"(?:kindling|make|\S*python -m bot) ", span)]
    return tuple(dict.fromkeys(" ".join(line.split()) for line in found))


def calls() -> list[str]:
    """Every call of the program itself, without what stands before it (docker, sudo, a setting)."""
    found = [match["call"] for line in shown() if (match := CALL.search(line)) is not None]
    return sorted(set(found))


# -- calls of the program ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """How a call is run: in other words where the page has a placeholder; with what typed; after which calls; what exit is meant."""

    words: str = ""
    said: str | None = None
    after: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0,)


YES = "y\n"
TWO_KEYS = f"{OTHER_KEY},{KEY}"
RUNS: dict[str, Run] = {
    "version": Run(),
    "doctor": Run(codes=(0, 1)),
    "stats": Run(),
    "lessons check": Run(),
    "lessons check [PATH]": Run("lessons check lessons/stress"),
    "lessons check lessons/stress": Run(),
    "lessons check my-lessons/stress": Run("lessons check lessons/stress"),
    "lessons copy FOLDER": Run("lessons copy mine"),
    "lessons copy my-lessons": Run(),
    "lessons new TRACK NUMBER SLUG": Run("lessons new stress 3 a-slow-walk"),
    "lessons new stress 8 a-slow-walk": Run(),
    "lessons play LESSON": Run("lessons play stress-1"),
    "lessons play stress": Run(said="\n\n\n"),
    "lessons play stress-8": Run("lessons play stress-2"),
    "lessons transcript NAME": Run("lessons transcript stress-1"),
    "crisis check": Run(codes=(0, 1)),
    "crisis try [TEXT]": Run("crisis try hello"),
    'crisis try "…"': Run('crisis try "I am so tired"'),
    "crisis evaluate": Run("crisis evaluate some.jsonl"),
    "crisis evaluate FILE": Run("crisis evaluate some.jsonl"),
    "crisis review": Run("crisis review --html review.html"),
    "crisis review --html FILE": Run("crisis review --html review.html"),
    "crisis review --html review.html": Run(),
    "keys new": Run(),
    "keys new --add": Run(),
    "keys check": Run(),
    "keys rotate": Run(said=YES),
    "db upgrade": Run(),
    "db backup": Run("db backup backups/"),
    "db backup FILE": Run("db backup one.file"),
    "db backup backups/": Run(),
    "db backup /data/backup.file": Run("db backup one.file"),
    "db restore": Run("db restore one.file", YES, ("db backup one.file",)),
    "db restore FILE": Run("db restore one.file", YES, ("db backup one.file",)),
    "db restore backups/kindling-2026-11-22T045954Z.sqlite3": Run(
        "db restore backups/one.sqlite3", YES, ("db backup backups/one.sqlite3",)
    ),
    "learners show": Run("learners show -", WORDS),
    "learners show -": Run(said=WORDS),
    "learners show CHAT_ID": Run(f"learners show {ANA.chat_id}"),
    "learners export": Run("learners export - --to export/", WORDS),
    "learners export - --to export/": Run(said=WORDS),
    "learners export CHAT_ID": Run(f"learners export {ANA.chat_id} --to export/"),
    "learners export CHAT_ID --to FOLDER": Run(f"learners export {ANA.chat_id} --to export/"),
    "learners import FILE": Run(
        "learners import export/kindling-export.json",
        after=(f"learners export {ANA.chat_id} --to export/", f"learners forget {ANA.chat_id} --yes"),
    ),
    "learners forget -": Run(said=WORDS + YES),
    "learners forget CHAT_ID": Run(f"learners forget {ANA.chat_id}", YES),
    "announce send [TEXT]": Run('announce send "We move house"', YES),
    "announce send --file words.txt": Run(said=YES),
    "announce status": Run(),
    "announce stop NUMBER": Run("announce stop 1", after=("announce send --yes words",)),
    "announce stop 1": Run(after=("announce send --yes words",)),
    "sunset [TEXT]": Run("sunset --last-day 2090-06-30", YES),
    "sunset --last-day 2030-06-30": Run("sunset --last-day 2090-06-30", YES),
}
BY_PROCESS = {
    "run",
    "demo",
    "demo --port 0",
    "lessons preview [LESSON]",
    "lessons preview stress-8",
    "crisis review --stamp FILE",
}
"""Those that serve until they are ended, and the one that writes into the program's own data: further down."""


@pytest.fixture
def house(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A folder with all that the calls speak of: people, lessons, a file of words, and a Bot API to ask."""
    lessons = CourseFolder(tmp_path / "lessons")
    (tmp_path / "backups").mkdir()
    (tmp_path / "words.txt").write_text("We move to another house on Friday.", encoding="utf-8")
    example = {"text": "A calm day", "lang": "en", "label": "none", "severity": "none", "kind": "plain"}
    (tmp_path / "some.jsonl").write_text(json.dumps(example) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with look_alike(TOKEN) as (_, root, _):
        sqlite_shell.environment |= {"BOT_TOKEN": TOKEN, "BOT_API_URL": root, "LESSONS_DIR": str(lessons.root)}
        yield sqlite_shell


@pytest.mark.parametrize("call", sorted(RUNS))
def test_a_shown_call_runs(house: Shell, call: str) -> None:
    how = RUNS[call]
    if call == "keys new --add":
        Path(house.environment["DATA_DIR"], "secret.key").write_text(house.environment.pop("SECRET_KEY") + "\n")
    if call == "keys rotate":
        house.environment["SECRET_KEY"] = TWO_KEYS
    for before in how.after:
        house.run(*shlex.split(before))
    done = house.run(*shlex.split(how.words or call), said=how.said, code=None)
    assert done.exit_code in how.codes, done.output


def test_every_shown_call_is_run() -> None:
    assert set(calls()) - set(RUNS) - BY_PROCESS == set()


def test_nothing_is_run_that_no_page_shows() -> None:
    assert (set(RUNS) | BY_PROCESS) - set(calls()) == set()


def test_a_call_that_nobody_runs_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys.modules[__name__], "shown", lambda: ("sudo -u kindling .venv/bin/python -m bot stats --fast",)
    )
    assert calls() == ["stats --fast"]


# -- calls that serve --------------------------------------------------------------------------------------------------


async def test_run_and_what_the_pages_ask_of_it(tmp_path: Path, unused_tcp_port: int) -> None:
    """`kindling run`, and the two curl lines of Going live, against a Bot API look-alike."""
    lines = [line for line in shown() if line.startswith("curl ")]
    assert len(lines) == 2
    CourseFolder(tmp_path / "lessons")
    with look_alike(TOKEN) as (_, root, _):
        environment = {"BOT_TOKEN": TOKEN, "BOT_API_URL": root, "DATA_DIR": str(tmp_path / "data"),
                       "HTTP_LISTEN": f"127.0.0.1:{unused_tcp_port}", "LESSONS_DIR": "lessons"}  # fmt: skip
        async with served(tmp_path, "run", says="the database is ready", **environment):
            for line in lines:
                words = shlex.split(line.replace(":8080", f":{unused_tcp_port}"))
                if shutil.which("curl"):
                    told = subprocess.run([*words, "--silent"], capture_output=True, text=True, check=True).stdout
                    assert set(json.loads(told)) & {"alive", "ready"}


@pytest.mark.parametrize("call", ["demo --port 0", "lessons preview stress-8"])
async def test_a_page_is_served_until_it_is_ended(tmp_path: Path, call: str) -> None:
    CourseFolder(tmp_path / "lessons")
    more = () if "--port" in call else ("--port", "0")
    async with served(tmp_path, *call.split(), *more, says="are? at http|is at http", LESSONS_DIR="lessons") as (
        root,
        _,
    ):
        assert root


def test_the_stamp_writes_into_a_copy_of_the_program(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "bot", tmp_path / "bot")  # with what is compiled already
    data = tmp_path / "bot" / "crisis" / "data" / "helplines.json"
    first = re.search(r'"id": "([^"]+)"', data.read_text("utf-8"))
    assert first is not None
    saved = {"checked": [first[1]], "checked_on": datetime.now(UTC).date().isoformat(), "by": "Ana"}
    (tmp_path / "saved.json").write_text(json.dumps(saved), encoding="utf-8")
    words = [sys.executable, "-m", "bot", "crisis", "review", "--stamp", "saved.json"]
    environment = {**clean({}), "PYTHONPATH": str(tmp_path)}
    subprocess.run(words, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert '"by": "Ana"' in data.read_text("utf-8") or '"Ana"' in data.read_text("utf-8")


# -- make, and what belongs to the machine -----------------------------------------------------------------------------

CANNOT: dict[str, str] = {
    r"sudo(edit)? ": "needs an administrator and systemd; tests/docs/test_deploy.py reads the unit",
    r"cd /opt/kindling$": "goes with the lines beside it, which need an administrator",
    r"docker ": "needs Docker; tests/docs/test_deploy.py reads the Dockerfile and compose.yaml",
    r"kubectl ": "needs a cluster; tests/docs/test_deploy.py reads the example",
    r"ssh ": "needs another machine",
    r"git |cp my-lessons|export LESSONS_DIR=": "tests/cli/test_lesson_guide.py follows the guide",
    r"curl ": "test_run_and_what_the_pages_ask_of_it",
}
FROM_MAKE: dict[str, Callable[[str], Any]] = {
    "demo": lambda said: "-m bot demo" in said,
    "run": lambda said: "-m bot run" in said,
    "test": lambda said: "pytest" in said and "ruff" in said,
    "lint": lambda said: "mypy" in said,
    "pytest": lambda said: "pytest" in said,
    "check": lambda said: "pip-audit" in said,
    "lock": lambda said: "uv pip compile" in said,
    "fuzz": lambda said: "tests.fuzz" in said,
    "bench": lambda said: "tests.benchmarks" in said,
    "site": lambda said: "mkdocs build --strict" in said,
}
"""What `make --dry-run` has to say it would do: running it all again would take the whole suite, or the internet."""


def test_every_shown_line_is_run_or_says_why_not() -> None:
    left = [line for line in shown() if CALL.search(line) is None and not re.search(r"(?:^|\s)make [a-z]", line)]
    settings = [line for line in left if re.fullmatch(r"[A-Z_]+=\S+", line)]
    unknown = [line for line in left if line not in settings and not any(re.match(begin, line) for begin in CANNOT)]
    assert unknown == []
    assert all(any(re.match(begin, line) for line in left) for begin in CANNOT), "a reason that nothing needs any more"


def test_settings_that_are_shown_as_lines_are_understood() -> None:
    lines = [line.split("=", 1) for line in shown() if re.fullmatch(r"[A-Z_]+=\S+", line)]
    for name, value in lines:
        more = {"WEBHOOK_URL": "https://bot.example.org", "WEBHOOK_SECRET": "any-long-random-word"}
        try:
            read_settings({**more, name: value})
        except SettingsError as error:
            raise AssertionError(f"{name}: {error.problems}") from error


@pytest.mark.parametrize("target", sorted(FROM_MAKE))
def test_a_target_of_make_does_what_the_pages_say(target: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert FROM_MAKE[target](done.stdout)


def test_every_target_that_is_shown_is_looked_at() -> None:
    wanted = {found[1] for line in shown() if (found := re.search(r"(?:^|\s)make ([a-z-]+)", line))}
    assert wanted <= set(FROM_MAKE)
    assert "make demo" in text_of("README.md")
