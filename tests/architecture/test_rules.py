"""Rules of the house that no linter knows: who may read a clock, who may speak, and that moments know their zone."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from bot.course import journey, pace
from bot.course.pace import Rule
from bot.messages import utc_text
from bot.storage.tables import moment_as_text, moment_in_utc

REPOSITORY = Path(__file__).parents[2]
BOT = REPOSITORY / "bot"
NAIVE = datetime(2026, 3, 2, 12)  # noqa: DTZ001  that is the point


@cache
def parsed() -> dict[str, ast.Module]:
    """Every file of the program, by its path from the repository."""
    files = sorted(BOT.rglob("*.py"))
    return {path.relative_to(REPOSITORY).as_posix(): ast.parse(path.read_text("utf-8")) for path in files}


# -- who may read the clock --------------------------------------------------------------------------------------------

CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}
METHODS = {name.partition(".")[2] for name in CLOCKS}
MAY_READ_THE_CLOCK = ("bot/app.py", "bot/cli/", "bot/demo/", "bot/doctor/messenger.py")
"""Where the program is put together, the command line, the demo's own server, and the look whether this machine's clock is right.
Everybody else is told what time it is."""


def readings(tree: ast.AST) -> list[str]:
    """The calls in it that ask what time it is, except in a `main`, which is a command line of its own."""
    mains = {
        id(node)
        for top in ast.walk(tree)
        if isinstance(top, ast.FunctionDef) and top.name == "main"
        for node in ast.walk(top)
    }
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in mains)
    names = (name for name in calls if isinstance(name, ast.Attribute) and name.attr in METHODS)
    return [name for one in names if (name := ".".join(ast.unparse(one).split(".")[-2:])) in CLOCKS]


def test_only_the_outermost_rooms_read_the_clock() -> None:
    found = {
        file: names
        for file, tree in parsed().items()
        if not file.startswith(MAY_READ_THE_CLOCK) and (names := readings(tree))
    }
    assert found == {}


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_reading_a_clock_would_be_seen(name: str) -> None:
    assert readings(ast.parse(f"import datetime as dt\ndef f(): return {name}()")) == [name]
    assert readings(ast.parse(f"def main(): return {name}()")) == []


def test_nobody_imports_a_clock_by_its_bare_name() -> None:
    """`from time import time` would slip through the check above."""
    bare = {
        f"{file}: {alias.name}"
        for file, tree in parsed().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if f"time.{alias.name}" in CLOCKS
    }
    assert bare == set()


# -- who may speak -----------------------------------------------------------------------------------------------------

SPEAKING = {"Say": 0, "Toast": 0, "Edit": 1, "Button": 0}
"""What people read, and the place of its words among the arguments."""


def spoken(tree: ast.AST) -> Iterator[str]:
    """The words that a file says by itself, instead of by a key of the language files."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in SPEAKING:
            continue
        place = SPEAKING[call.func.id]
        named = [keyword.value for keyword in call.keywords if keyword.arg in ("text", "label")]
        for words in (*call.args[place : place + 1], *named):
            yield from (text for text in literals(words) if any(letter.isalpha() for letter in text))


def literals(node: ast.expr) -> Iterator[str]:
    """The text that stands there as it is: not what a call inside it answers."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (text for part in node.values for text in literals(part))
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


@pytest.mark.parametrize("room", ["service", "channels", "storage"])
def test_the_flows_speak_through_the_language_files_only(room: str) -> None:
    said = {
        file: words
        for file, tree in parsed().items()
        if file.startswith(f"bot/{room}/") and (words := list(spoken(tree)))
    }
    assert said == {}


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ('Say("Hello")', True),
        ('Say(f"Hello {name}")', True),
        ('Edit(message, "Hello")', True),
        ('Say(text="Hello")', True),
        ('Button("Yes", "go:yes")', True),
        ('Say(a + " and " + b)', True),
        ('Say("Hello" if new else texts("again"))', True),
        ('Say(texts("hello"))', False),
        ('Say(f"{one}\\n\\n{two}")', False),
        ('Button(texts("yes"), "go:yes")', False),
    ],
)
def test_words_in_code_would_be_seen(code: str, seen: bool) -> None:
    assert bool(list(spoken(ast.parse(code)))) == seen


# -- moments know their zone -------------------------------------------------------------------------------------------

GOOD = datetime(2026, 3, 2, 12, tzinfo=UTC)
ARGUMENTS: dict[str, object] = {
    "left": True,
    "rule": Rule(8, 0, "Europe/Berlin"),
    "zone": "Europe/Berlin",
    "moment": GOOD,
    "after": GOOD,
    "start": GOOD,
    "due": GOOD,
    "now": GOOD,
    "last_slot": date(2026, 3, 1),
    "days": 7,
    "apart": 1,
}


def of_the_course() -> list[tuple[Callable[..., object], str]]:
    """Every function of the course that takes a moment, with the name of that argument."""
    functions = [
        function
        for room in (pace, journey)
        for _, function in inspect.getmembers(room, inspect.isfunction)
        if function.__module__ == room.__name__ and not function.__name__.startswith("_")
    ]
    return [
        (function, name)
        for function in functions
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.annotation in ("datetime", "datetime | None")
    ]


def test_there_are_such_functions() -> None:
    assert {function.__name__ for function, _ in of_the_course()} >= {"local", "next_due", "decide", "clock_change"}


@pytest.mark.parametrize(("function", "argument"), of_the_course())
def test_every_function_of_the_course_refuses_a_naive_moment(function: Callable[..., object], argument: str) -> None:
    arguments = {name: ARGUMENTS[name] for name in inspect.signature(function).parameters}
    function(**arguments)
    with pytest.raises((ValueError, TypeError)):
        function(**arguments | {argument: NAIVE})


def promising() -> set[str]:
    """Every function or class elsewhere whose docstring speaks of aware moments, and that is given one."""
    found = set()
    for file, tree in parsed().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            says = (ast.get_docstring(node) or "").casefold()
            functions = [one for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
            given = any(_takes_a_moment(function) for function in functions)
            if given and ("aware" in says or "naive" in says):
                found.add(f"{file.removesuffix('.py').replace('/', '.')}.{node.name}")
    return found


def _takes_a_moment(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any(
        one.annotation is not None and "datetime" in ast.unparse(one.annotation).split(" | ") for one in arguments
    )


PROMISED: dict[str, Callable[[datetime], object]] = {
    "bot.storage.tables.moment_as_text": moment_as_text,
    "bot.storage.tables.moment_in_utc": moment_in_utc,
    "bot.messages.utc_text": utc_text,
    "bot.course.pace.local": lambda moment: pace.local(moment, "UTC"),
}


def test_every_promise_about_naive_moments_is_known_here() -> None:
    assert promising() == set(PROMISED)


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_promise_about_naive_moments_is_kept(name: str) -> None:
    PROMISED[name](GOOD)
    with pytest.raises((ValueError, TypeError)):
        PROMISED[name](NAIVE)
