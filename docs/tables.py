"""Writes the parts of the pages that come from the code: settings, commands, the limits of a lesson, and check-ins.

`python docs/tables.py` writes them anew; with `--check` it changes nothing, names the pages that are out of date and ends
with 1 if there are any. A part stands between `<!-- from the code: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer

from bot.cli import cli
from bot.content import shape
from bot.content.measures import measures
from bot.content.structure import REQUIRED_PARTS
from bot.course.lesson import Part
from bot.course.measures import Condition, Measure
from bot.i18n.texts import Texts, texts_for
from bot.metrics import Metrics
from bot.service.commands import COMMANDS
from bot.settings import SECRETS, Settings

ROOT = Path(__file__).resolve().parent.parent
_PLACE = re.compile(r"(?P<open><!-- from the code: (?P<name>[\w-]+) -->\n).*?(?P<close><!-- end -->)", re.DOTALL)


def settings() -> str:
    """The configuration table: one row for each setting."""
    meanings = _docstrings(Settings)
    rows = [_setting(name, field, meanings[name]) for name, field in Settings.model_fields.items()]
    return _table(("variable", "meaning", "default"), rows)


def secret_files() -> str:
    """The settings that can also be read from a file."""
    names = [f"`{name}_FILE`" for name in SECRETS if name.lower() in Settings.model_fields]
    return f"{', '.join(names[:-1])} and {names[-1]}\n"


def _docstrings(of: type) -> dict[str, str]:
    """The text below each field of a class, by its name. Raises KeyError later where there is none."""
    (body,) = [node.body for node in ast.parse(inspect.getsource(of)).body if isinstance(node, ast.ClassDef)]
    pairs = pairwise(body)
    return {
        field.target.id: str(text.value.value)
        for field, text in pairs
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def _setting(name: str, field: Any, described: str) -> tuple[str, str, str]:
    meaning, _, default = " ".join(described.split()).partition(" Default: ")
    if not default:
        default = f"`{field.default}`" if field.default not in (None, "") else "none"
    return f"`{name.upper()}`", meaning, default.rstrip(".")


def chat_commands() -> str:
    """What a learner can write, from the table that feeds the bot itself."""
    texts = texts_for("en")
    rows = []
    for command in COMMANDS:
        names = " ".join(f"`/{name}`" for name in (command.name, *command.also))
        notes = [
            "answers everyone, also before signing up" if command.for_strangers else "",
            "" if command.in_menu else "not in the menu",
        ]
        rows.append((names, texts(f"command-{command.name}"), "; ".join(filter(None, notes))))
    return _table(("command", "what it gets", ""), rows)


def program_commands() -> str:
    """Every command of the program with its arguments and options."""
    return "\n".join(_section(path, command) for path, command in commands_of(typer.main.get_command(cli), ()))


def commands_of(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The commands below a group that do something themselves, with the words that lead to each."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, (*path, name))
        elif not command.hidden:
            yield (*path, name), command


def _section(path: tuple[str, ...], command: Any) -> str:
    options = [one for one in command.params if not one.hidden]
    words = ["kindling", *path, *(_placeholder(one) for one in options if one.param_type_name == "argument")]
    lines = [f"### `{' '.join(words)}`", "", " ".join((command.help or "").split()), ""]
    lines += [f"* {_option(one)}" for one in options if one.param_type_name == "option" or one.help]
    return "\n".join(lines).rstrip() + "\n"


def _placeholder(argument: Any) -> str:
    name = argument.name.upper()
    return name if argument.required else f"[{name}]"


def _option(one: Any) -> str:
    if one.param_type_name == "argument":
        return f"`{one.name.upper()}`: {one.help}"
    names = " / ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
    default = one.default.value if isinstance(one.default, Enum) else one.default
    notes = [
        one.help or "",
        "" if one.is_flag or default is None or callable(default) else f"By default `{default}`.",
        f"Also from `{one.envvar}`." if isinstance(one.envvar, str) else "",
    ]
    says = " ".join(filter(None, notes))
    return f"{names}: {says}" if says else names


def lesson_limits() -> str:
    """How long each part of a lesson may be."""
    rows = []
    for part in Part:
        low, high = shape.PART_WORDS.get(part, (None, None))
        rows.append(
            (
                f"`## {part.value.capitalize()}`",
                "yes" if part in REQUIRED_PARTS else "no",
                f"{low} to {high}" if high else "as the message allows",
            )
        )
    return _table(("part", "required", "words"), rows)


def lesson_numbers() -> str:
    """The other numbers that a lesson is held to."""
    rows = [
        ("the message a learner sees, in each practice form", f"{shape.SHORTEST} to {shape.LONGEST} words"),
        ("reading grade of the message, Gentler and Deeper (Flesch-Kincaid)", f"{shape.HIGHEST_GRADE:.0f} at most"),
        ("a sentence", f"{shape.LONGEST_SENTENCE} words at most"),
        ("a practice", f"{shape.LONGEST_PRACTICE} minutes at most"),
        ("the title", f"{shape.TITLE_LIMIT} characters at most"),
    ]
    return _table(("what", "limit"), rows)


def metrics() -> str:
    """Every figure at /metrics that is Kindling's own, by the name under which Prometheus keeps it."""
    found = [one for one in Metrics("").registry.collect() if one.name.startswith("kindling_")]
    rows = [(f"`{_kept_as(one)}`", one.type if one.type != "info" else "gauge", one.documentation) for one in found]
    return _table(("figure", "kind", "meaning"), rows)


def _kept_as(figure: Any) -> str:
    return figure.name + {"counter": "_total", "info": "_info"}.get(figure.type, "")


def check_in_questions() -> str:
    """What check-ins ask, word for word, and when."""
    texts, rows = texts_for("en"), []
    for measure in measures().by_kind.values():
        words = measure.wording.get("en", {})
        for one in measure.questions:
            ours = texts.raw(f"rate-{one.id}").replace("*", "") if texts.has(f"rate-{one.id}") else _taps(texts)
            asked = " ".join(words.get(one.id, ours).split())
            rows.append((f"`{measure.kind.value}`", asked, f"{one.low} to {one.high}", _how_often(measure)))
    return _table(("check-in", "question", "answer", "how often"), rows)


def _taps(texts: Texts) -> str:
    return " / ".join(texts(f"button-helped-{value}") for value in (2, 1, 0))


def _how_often(measure: Measure) -> str:
    return f"every {measure.every_days} days at most" if measure.every_days else "when they ask for it"


def check_in_scores() -> str:
    """What is added up, and the least change that counts."""
    rows = []
    for measure in measures().by_kind.values():
        for name, noise in measure.noise.items():
            rows.append((f"`{measure.kind.value}`", name, " + ".join(measure.scores[name]), str(noise)))
    return _table(("check-in", "score", "made of", "smaller changes are noise"), rows)


def check_in_rules() -> str:
    """The rules that act on answers, in the order in which they are looked at."""
    rows = [(f"**{rule.name}**", "; or ".join(_condition(one) for one in rule.conditions)) for rule in measures().rules]
    return _table(("rule", "holds when"), rows)


def _condition(one: Condition) -> str:
    change = {"at_least": one.at_least, "rise": one.rise, "fall": one.fall}
    said = [f"{name.replace('_', ' ')} {value}" for name, value in change.items() if value is not None]
    more = [f"{one.in_a_row} times in a row"] * (one.in_a_row > 1) + [f"not before check-in {one.after}"] * (
        one.after > 1
    )
    return f"`{one.kind.value}` {one.score}: {', '.join(said + more)}"


def check_in_licences() -> str:
    """Whose words a questionnaire is, and on what terms it may be shown."""
    rows = []
    for measure in measures().by_kind.values():
        if measure.licence is not None:
            rows += [
                (measure.kind.value, name.replace("_", " "), str(value))
                for name, value in asdict(measure.licence).items()
            ]
    return _table(("questionnaire", "record", ""), rows)


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


PARTS: Mapping[str, Callable[[], str]] = {
    "settings": settings,
    "secret-files": secret_files,
    "chat-commands": chat_commands,
    "program-commands": program_commands,
    "metrics": metrics,
    "lesson-limits": lesson_limits,
    "lesson-numbers": lesson_numbers,
    "check-in-questions": check_in_questions,
    "check-in-scores": check_in_scores,
    "check-in-rules": check_in_rules,
    "check-in-licences": check_in_licences,
}


def written_anew(page: str) -> str:
    """The page with every part from the code as it should be. Raises KeyError for a part that nobody can write."""
    return _PLACE.sub(lambda place: f"{place['open']}{PARTS[place['name']]()}{place['close']}", page)


def pages() -> list[Path]:
    """README.md and every page of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def main(arguments: list[str]) -> int:
    """Writes the pages, or with --check names those that are out of date. Answers the exit code."""
    old = 0
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = written_anew(text)
        if new != text:
            old += 1
            print(page.relative_to(ROOT))
            if "--check" not in arguments:
                page.write_text(new, encoding="utf-8")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
