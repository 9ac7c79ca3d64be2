"""measures.toml -> Measures: what check-ins ask, and the rules that act on answers. Our own data: what is wrong in it raises."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import astuple
from functools import cache
from importlib import resources
from typing import Any

from bot.course.measures import Condition, Kind, Licence, Measure, Measures, Question, Rule


@cache
def measures() -> Measures:
    """The measures that ship."""
    text = (resources.files("bot.content") / "measures.toml").read_text("utf-8")
    return read_measures(tomllib.loads(text))


def read_measures(data: Mapping[str, Any]) -> Measures:
    """Raises KeyError or TypeError for a questionnaire of somebody else's whose record is not whole."""
    rules = tuple(
        Rule(one["name"], tuple(Condition(Kind(when["kind"]), **{k: v for k, v in when.items() if k != "kind"})
                                for when in one["when"]))
        for one in data.get("rule", ())
    )  # fmt: skip
    return Measures({Kind(name): _measure(Kind(name), part) for name, part in data.items() if name != "rule"}, rules)


def _measure(kind: Kind, part: Mapping[str, Any]) -> Measure:
    questions = tuple(Question(name, *bounds) for name, bounds in part["questions"].items())
    wording = part.get("wording", {})
    licence = Licence(**part["licence"]) if wording or "licence" in part else None
    if licence and not all(astuple(licence)):
        raise KeyError(f"{kind}: the record of a questionnaire has no empty fields")
    alone = {question.id: (question.id,) for question in questions}
    scores = {name: tuple(parts) for name, parts in part["scores"].items()} if "scores" in part else alone
    return Measure(kind, questions, part["every_days"], scores, part.get("noise", {}), licence, wording)
