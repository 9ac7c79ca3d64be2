"""What the bot itself says keeps the rules that lessons keep: calm, plain, no shame, no praise, nothing that pushes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

import pytest
from fluent.syntax import ast, parse

from bot.content.prose import reading_grade, sentences, words
from bot.content.wording import _EMOJI, _found, wording_rules

NOT_HERE = {"strong-claim", "phone-number", "misspelling", "absolute-word"}
"""Rules about claims and numbers in lessons: "/help works for everyone" is no claim of a study, and a date is no telephone."""
MARKUP = re.compile(r"\\(?=.)|\*+|\|\||/\w+")
LONG = 40
"""Words from which a reading grade means something."""
HIGHEST_GRADE = 7.0


def texts() -> Iterator[tuple[str, str]]:
    """(key, text) of everything in the language file, each form of a plural by itself."""
    for entry in parse((resources.files("bot.i18n") / "en.ftl").read_text("utf-8")).body:
        if isinstance(entry, ast.Message) and entry.value is not None:
            for text in forms(entry.value):
                yield entry.id.name, MARKUP.sub("", text)


def forms(pattern: ast.Pattern) -> list[str]:
    """The text with the first of each choice, then with the second, and so on."""
    most = max((len(one.variants) for one in choices(pattern)), default=1)
    return ["".join(_said(element, number) for element in pattern.elements) for number in range(most)]


def choices(pattern: ast.Pattern) -> list[ast.SelectExpression]:
    found = (one.expression for one in pattern.elements if isinstance(one, ast.Placeable))
    return [one for one in found if isinstance(one, ast.SelectExpression)]


def _said(element: ast.TextElement | ast.Placeable, number: int) -> str:
    if isinstance(element, ast.TextElement):
        return str(element.value)
    if isinstance(element.expression, ast.SelectExpression):
        variants = element.expression.variants
        return forms(variants[min(number, len(variants) - 1)].value)[0]
    return "this"


TEXTS = list(texts())


def faults(text: str) -> list[str]:
    said = [sentence for line in text.splitlines() for sentence in sentences(line)]
    rules = [rule for rule in wording_rules("en") if rule.rule.id not in NOT_HERE]
    found = [
        f"{rule.rule.id}: {says}"
        for rule in rules
        for w in rule.words
        for one in said
        for says in _found(w, "hook", one)
    ]
    return found + ["an exclamation mark"] * ("!" in text) + ["an emoji"] * bool(_EMOJI.search(text.replace("✓", "")))


def test_there_are_texts_to_look_at() -> None:
    assert len(TEXTS) > 600


@pytest.mark.parametrize("text", [
    "Well done, a streak of five.", "You need to try harder.", "You must answer.", "That is great!", "Read it now 🎉",
])  # fmt: skip
def test_a_fault_would_be_seen(text: str) -> None:
    assert faults(text)


def test_the_bot_speaks_as_lessons_do() -> None:
    assert {key: found for key, text in TEXTS if (found := faults(text))} == {}


def test_longer_texts_are_easy_to_read() -> None:
    hard = {}
    for key, text in TEXTS:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(words(text)) >= LONG and (found := reading_grade(lines)) > HIGHEST_GRADE:
            hard[key] = round(found, 1)
    assert hard == {}
