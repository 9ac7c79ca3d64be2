"""What the pages name exists, and what exists is named: settings, commands, files, links, columns, words of the ledger."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot import __version__
from bot.cli import cli
from bot.course.journey import Reason
from bot.service.commands import BY_NAME
from bot.service.learners import DeliveryStatus
from bot.settings import SECRETS, Settings
from bot.storage.tables import metadata
from tests.docs.pages import ROOT, anchors, named, pages, prose, rows, section, shell_lines, spans, text_of


def arguments(command: Any) -> Iterator[Any]:
    """Every argument of a command and of those below it."""
    for below in getattr(command, "commands", {}).values():
        yield from arguments(below)
    yield from (one for one in command.params if one.param_type_name == "argument")


SETTINGS = {name.upper() for name in Settings.model_fields} | {f"{name}_FILE" for name in SECRETS}
OTHER_VARIABLES = {"COMPOSE_PROFILES", "POSTGRES_PASSWORD", "PACKAGES", "COMMANDS"}
"""Names in capitals that are no settings: Compose's, the build's, a table of the code."""
BENCHMARKS = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests/benchmarks").glob("*.py")))
OTHER_VARIABLES |= set(re.findall(r'"(BENCH_[A-Z]+)"', BENCHMARKS))
OF_BOTFATHER = {"/newbot", "/revoke", "/setjoingroups", "/setuserpic", "/setname"}
PATHS = {"/operator", "/livez", "/readyz", "/metrics", "/telegram", "/data"}
PROGRAM = typer.main.get_command(cli)
ARGUMENTS = {argument.name.upper() for argument in arguments(PROGRAM)}
SOURCE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))

each_page = pytest.mark.parametrize("page", pages(), ids=named)


# -- settings and commands ---------------------------------------------------------------------------------------------


@each_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assigned = re.findall(r"^(?:export )?([A-Z][A-Z_]{3,})=", "\n".join(shell_lines(text)), re.MULTILINE)
    spoken = [word for span in spans(text) for word in re.findall(r"^[A-Z][A-Z_]{3,}(?==|$)", span)]
    assert {*assigned, *spoken} - SETTINGS - OTHER_VARIABLES - ARGUMENTS == set()


@each_page
def test_every_chat_command_that_is_named_exists(page: Path) -> None:
    named_here = {word for span in spans(page.read_text("utf-8")) for word in re.findall(r"^/[a-z]+(?= |$)", span)}
    assert {word for word in named_here - OF_BOTFATHER - PATHS if word[1:] not in BY_NAME} == set()


def calls(text: str) -> list[list[str]]:
    """The calls of the program in a text, as words after its name."""
    candidates = [*shell_lines(text), *spans(text)]
    found = [
        re.search(r"-m bot ([a-z].*)", line) or re.search(r"(?:^|\s)kindling ([a-z].*)", line) for line in candidates
    ]
    return [shlex.split(one[1]) for one in found if one is not None]


def fault_in(words: list[str]) -> str | None:
    """What does not exist in a call of the program; None when everything does."""
    command: Any = PROGRAM
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    if hasattr(command, "commands") and words and words[0] not in ("…", "|") and "|" not in words[0]:
        return f"no command {words[0]}"
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    return next((f"no option {word}" for word in words if word.startswith("--") and word not in known), None)


@each_page
def test_every_call_of_the_program_would_be_understood(page: Path) -> None:
    faults = {shlex.join(words): fault_in(words) for words in calls(page.read_text("utf-8"))}
    assert {call: fault for call, fault in faults.items() if fault} == {}


def test_a_call_that_would_not_be_understood_is_noticed() -> None:
    assert calls("```sh\nkindling lessons check --jsn  # all\n```") == [["lessons", "check", "--jsn"]]
    assert fault_in(["lessons", "check", "--jsn"]) == "no option --jsn"
    assert fault_in(["lessens", "check"]) == "no command lessens"
    assert fault_in(["lessons", "check", "lessons/stress", "--json"]) is None


@each_page
def test_every_make_command_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = [*shell_lines(text), *spans(text)]
    wanted = {found[1] for line in lines if (found := re.search(r"(?:^|\s)make ([a-z-]+)", line))}
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert wanted - targets == set()


def test_the_readme_shows_the_two_commands() -> None:
    assert {"make demo", "make test"} <= set(shell_lines(text_of("README.md")))


# -- links and files ---------------------------------------------------------------------------------------------------

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def links(text: str) -> list[str]:
    """Where the links and pictures of a page lead."""
    return [one or other for one, other in LINK.findall(prose(text))]


def broken(page: Path, link: str) -> bool:
    """True when a link leads nowhere in this repository."""
    if re.match(r"[a-z]+:", link):
        return not link.startswith("https://")
    place, _, anchor = link.partition("#")
    target = (page.parent / place).resolve() if place else page
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return True
    return bool(anchor) and anchor not in anchors(target.read_text("utf-8"))


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in links(page.read_text("utf-8")) if broken(page, link)] == []


@pytest.mark.parametrize(
    "link", ["no-such-page.md", "privacy.md#no-such-heading", "http://example.org", "../docs/nowhere/"]
)
def test_a_link_that_leads_nowhere_is_noticed(link: str) -> None:
    assert links(f"See [there]({link}).") == [link]
    assert broken(ROOT / "docs" / "commands.md", link)


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    paths = [span for span in spans(page.read_text("utf-8")) if re.match(r"(?:bot|docs|tests|deploy|lessons)/", span)]
    real = [path for path in paths if not re.search(r"[<*…]|NN|08-", path)]
    assert [path for path in real if not (ROOT / path.partition("::")[0]).exists()] == []


# -- what the pages list ------------------------------------------------------------------------------------------------


def data_map() -> dict[tuple[str, str], str]:
    """(table, column) → how it is kept, as docs/privacy.md has it."""
    found, table = {}, ""
    for cells in rows(section(text_of("docs/privacy.md"), "What is kept")):
        if cells[0] == "table":
            continue
        table = cells[0].strip("`") or table
        found[table, cells[1].strip("`")] = cells[3]
    return found


def test_the_data_map_lists_every_column() -> None:
    assert set(data_map()) == {
        (table.name, column.name) for table in metadata.sorted_tables for column in table.columns
    }


def test_the_data_map_calls_sealed_what_is_sealed() -> None:
    sealed = {place for place, how in data_map().items() if how == "sealed"}
    assert sealed == {place for place in data_map() if place[1].startswith("sealed_")} | {("learners", "wrapped_key")}


def listed(title: str) -> set[str]:
    """The words that the ledger's two tables explain, by the head of their first column."""
    text, found, inside = section(text_of("docs/architecture.md"), "The ledger"), set(), False
    for cells in rows(text):
        if cells[0] in ("status", "reason"):
            inside = cells[0] == title
        elif inside:
            found |= set(spans(cells[0]))
    return found


def test_every_status_of_the_ledger_is_explained() -> None:
    assert listed("status") == {status.value for status in DeliveryStatus}


def test_every_reason_not_to_send_is_explained() -> None:
    assert {reason.value for reason in Reason} <= listed("reason")
    assert [word for word in listed("reason") if f'"{word}"' not in SOURCE] == []


def promises() -> list[list[str]]:
    """The rows of the table of promises."""
    return list(rows(section(text_of("docs/architecture.md"), "Where each promise is kept")))[1:]


def test_every_promise_names_a_test_that_lives_in_a_file_it_links() -> None:
    assert len(promises()) > 8
    for promise, _, files, begin in promises():
        linked = [(ROOT / "docs" / link).resolve().read_text("utf-8") for link in links(files)]
        assert any(f"def {begin.strip('`')}(" in text for text in linked), promise


def test_every_log_word_to_watch_exists() -> None:
    words = re.findall(r"`([a-z]+_[a-z_]+)`", section(text_of("docs/going-live.md"), "Health and logs"))
    assert len(words) > 4
    assert [word for word in words if f'"action": "{word}"' not in SOURCE] == []


def test_every_message_in_the_table_of_troubles_exists() -> None:
    cells = [cells[0] for cells in rows(section(text_of("docs/going-live.md"), "When something is wrong"))]
    messages = [span.removesuffix("…").strip() for cell in cells for span in spans(cell)]
    assert len(messages) > 3
    assert [message for message in messages if message not in SOURCE] == []


# -- decisions and versions ---------------------------------------------------------------------------------------------

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))


def test_decisions_are_numbered_and_listed() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert [link for link in links(text_of("docs/decisions/README.md")) if link[0] == "0"] == [
        p.name for p in DECISIONS
    ]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_a_decision_says_why_what_and_what_else(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Alternatives"]


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)\]? - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == __version__


def test_the_image_is_labeled_with_this_version() -> None:
    assert f'image.version="{__version__}"' in text_of("Dockerfile")
