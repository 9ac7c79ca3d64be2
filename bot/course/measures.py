"""Check-ins: what is asked, how it is scored, when a change is more than noise, and which of the rules speaks.

The questions and rules are data (bot/content/measures.toml); nothing here knows a clock, a person or a word of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a rating belongs to: the week, the four questions, a moment of closeness (before and after), the course itself, or a
    practice that they tried."""

    WEEK = "week"
    FOUR = "phq4"
    MOMENT = "moment"
    COURSE = "course"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Rating:
    """One check-in, or a part of one while it is under way. `answers` are question -> number, None where it was skipped; `about`
    is the lesson or tool that a rating of a practice speaks of, or the track that one of the course does."""

    id: str
    kind: Kind
    at: datetime
    answers: Mapping[str, int | None] = field(default_factory=dict, repr=False)
    done: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, answered with a number from `low` to `high`."""

    id: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Licence:
    """Whose words a questionnaire is, on what terms, and who looked when. Our own questions have none."""

    owner: str
    licence: str
    source_url: str
    date_checked: date
    text_version: str
    translations_source: str
    seen: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A few questions asked together, at most every `every_days`. `scores` are name -> the questions added up; `noise` is name ->
    the least change that counts; `wording` is language -> key -> official words, for those that are not ours."""

    kind: Kind
    questions: tuple[Question, ...]
    every_days: int
    scores: Mapping[str, tuple[str, ...]]
    noise: Mapping[str, float]
    licence: Licence | None = None
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def speaks(self, language: str) -> bool:
        """False where there is no official translation: then it is not asked."""
        return self.licence is None or language in self.wording


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule speaks: a score of `at_least`, or one that rose or fell by so much since the time before; `in_a_row` times
    running, and not before the check-in of that number. "either" is the highest of all but the total."""

    kind: Kind
    score: str
    at_least: int | None = None
    rise: int | None = None
    fall: int | None = None
    in_a_row: int = 1
    after: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that acts on answers; it holds when any of its conditions does."""

    name: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """All measures, and the rules in the order in which they are asked."""

    by_kind: Mapping[Kind, Measure]
    rules: tuple[Rule, ...]


def score(measure: Measure, rating: Rating, name: str) -> int | None:
    """A score, or None where one of its questions was skipped: what is missing is never guessed."""
    if name == "either":
        parts = [score(measure, rating, one) for one in measure.scores if one != "total"]
        known = [part for part in parts if part is not None]
        return max(known) if known else None
    answers = [rating.answers.get(question) for question in measure.scores[name]]
    return (
        None if any(answer is None for answer in answers) else sum(answer for answer in answers if answer is not None)
    )


def scores(measure: Measure, ratings: Sequence[Rating], name: str) -> list[tuple[datetime, int]]:
    """When -> score, oldest first, without those that lack an answer."""
    mine = sorted((one for one in ratings if one.kind is measure.kind and one.done), key=lambda one: one.at)
    return [(one.at, found) for one in mine if (found := score(measure, one, name)) is not None]


def rules_that_hold(measures: Measures, ratings: Sequence[Rating], kind: Kind) -> tuple[str, ...]:
    """The rules that the latest check-in of this kind sets off, in their order."""
    return tuple(
        rule.name
        for rule in measures.rules
        if any(one.kind is kind and _holds(one, measures.by_kind[kind], ratings) for one in rule.conditions)
    )


def _holds(condition: Condition, measure: Measure, ratings: Sequence[Rating]) -> bool:
    done = sorted((one for one in ratings if one.kind is measure.kind and one.done), key=lambda one: one.at)
    if not done or len(done) < condition.after:
        return False
    values = [score(measure, one, condition.score) for one in done]
    times = range(len(values) - condition.in_a_row, len(values))
    return times.start >= 0 and all(_one_time(condition, values, time) for time in times)


def _one_time(condition: Condition, values: Sequence[int | None], time: int) -> bool:
    now = values[time]
    if now is None:
        return False
    if condition.at_least is not None:
        return now >= condition.at_least
    before = values[time - 1] if time else None
    if before is None:
        return False
    change = now - before
    return change >= condition.rise if condition.rise is not None else -change >= (condition.fall or 0)


class Trend(StrEnum):
    """How a series goes: too few to tell, steady (within its noise), up or down."""

    TOO_FEW = "too_few"
    STEADY = "steady"
    UP = "up"
    DOWN = "down"


SMOOTHED = 3
"""Single ratings are noisy: the last three are taken together, and nothing is said before there is a fourth."""


def trend(values: Sequence[float], noise: float) -> Trend:
    """The last three, averaged, against the three before them or as many as there are. Smaller moves than `noise` are none."""
    if len(values) <= SMOOTHED:
        return Trend.TOO_FEW
    latest, before = values[-SMOOTHED:], values[max(0, len(values) - 2 * SMOOTHED) : -SMOOTHED]
    change = sum(latest) / len(latest) - sum(before) / len(before)
    if abs(change) < noise:
        return Trend.STEADY
    return Trend.UP if change > 0 else Trend.DOWN


@dataclass(frozen=True, slots=True)
class Helped:
    """How often a practice was rated, and how much it helped on average, from 0 (not this time) to 2 (a lot)."""

    about: str
    times: int
    mean: float


def what_helped(ratings: Sequence[Rating]) -> tuple[Helped, ...]:
    """Practices by their own ratings: what helped most first, and among equals what was tried more often."""
    given: dict[str, list[int]] = {}
    for one in ratings:
        value = one.answers.get("helped")
        if one.kind is Kind.PRACTICE and value is not None:
            given.setdefault(one.about, []).append(value)
    found = [Helped(about, len(values), sum(values) / len(values)) for about, values in given.items()]
    return tuple(sorted(found, key=lambda one: (-one.mean, -one.times, one.about)))
