"""Scores, noise and the rules that act on answers."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.measures import measures, read_measures
from bot.course.measures import Kind, Licence, Rating, Trend, rules_that_hold, score, scores, trend, what_helped

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
FOUR = measures().by_kind[Kind.FOUR]
ITEMS = ("nervous", "worrying", "interest", "down")


def four(*answers: int | None, number: int = 0) -> Rating:
    return Rating(
        str(number), Kind.FOUR, START + timedelta(days=14 * number), dict(zip(ITEMS, answers, strict=True)), True
    )


def of_totals(*totals: Sequence[int]) -> list[Rating]:
    return [four(*answers, number=number) for number, answers in enumerate(totals)]


NONE, LOW, MOOD, SIX, NINE = (0, 0, 0, 0), (1, 0, 1, 0), (0, 0, 2, 1), (2, 1, 2, 1), (3, 2, 2, 2)


def test_scores_are_added_up_apart() -> None:
    rating = four(1, 2, 3, 0)
    assert [score(FOUR, rating, name) for name in ("worry", "mood", "total", "either")] == [3, 3, 6, 3]


def test_a_skipped_item_leaves_the_score_open() -> None:
    rating = four(1, 2, None, 3)
    assert score(FOUR, rating, "total") is None
    assert score(FOUR, rating, "either") == 3
    assert scores(FOUR, [rating], "total") == []


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([NONE], ()),
        ([LOW], ()),
        ([MOOD], ("watch",)),
        ([MOOD, NONE], ()),
        ([MOOD, MOOD], ("offer", "watch")),
        ([SIX], ("offer", "watch")),
        ([NINE], ("strong", "offer", "watch")),
        ([NONE, MOOD], ("worse", "watch")),
        ([SIX, NONE], ()),
        ([SIX, SIX, NONE], ("better",)),
        ([NONE, LOW, NONE], ()),
    ],
)
def test_the_rules(history: list[Sequence[int]], expected: tuple[str, ...]) -> None:
    assert rules_that_hold(measures(), of_totals(*history), Kind.FOUR) == expected


def test_weeks_that_get_heavier_twice_offer_help() -> None:
    weeks = [Rating(str(n), Kind.WEEK, START + timedelta(weeks=n), {"heavy": h}, True) for n, h in enumerate((2, 4, 6))]
    assert rules_that_hold(measures(), weeks, Kind.WEEK) == ("offer",)
    assert rules_that_hold(measures(), weeks[:2], Kind.WEEK) == ()


@given(st.lists(st.integers(0, 10), max_size=3))
def test_three_are_too_few(values: list[int]) -> None:
    assert trend(values, 2) is Trend.TOO_FEW


@given(st.lists(st.sampled_from((4, 5)), min_size=4, max_size=30))
def test_noise_is_never_called_a_change(values: list[int]) -> None:
    assert trend(values, 2) is Trend.STEADY


def test_a_change_beyond_the_noise_is_told() -> None:
    assert trend([2, 2, 2, 6, 6, 6], 2) is Trend.UP
    assert trend([8, 8, 8, 3], 2) is Trend.STEADY, "one odd week is not a change"
    assert trend([8, 5, 5, 5], 2) is Trend.DOWN


def test_what_helped_is_their_own_order() -> None:
    given_ = [("a", 2), ("b", 1), ("b", 2), ("c", 2), ("c", 2), ("d", None)]
    ratings = [
        Rating(str(n), Kind.PRACTICE, START, {"helped": value}, True, name) for n, (name, value) in enumerate(given_)
    ]
    assert [one.about for one in what_helped(ratings)] == ["c", "a", "b"]


def data() -> dict[str, object]:
    return tomllib.loads((resources.files("bot.content") / "measures.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    "field", ["owner", "licence", "source_url", "date_checked", "text_version", "translations_source"]
)
def test_a_questionnaire_without_its_record_is_not_read(field: str) -> None:
    broken = copy.deepcopy(data())
    del broken["phq4"]["licence"][field]  # type: ignore[index]
    with pytest.raises((KeyError, TypeError)):
        read_measures(broken)


@pytest.mark.parametrize("field", [one.name for one in fields(Licence)])
def test_a_line_of_the_record_that_is_empty_is_no_record(field: str) -> None:
    broken = copy.deepcopy(data())
    broken["phq4"]["licence"][field] = ""  # type: ignore[index]
    with pytest.raises(KeyError):
        read_measures(broken)


def test_the_rules_stand_in_the_order_in_which_they_are_looked_at() -> None:
    assert [rule.name for rule in measures().rules] == ["strong", "offer", "worse", "watch", "better"]


def test_words_of_somebody_else_need_a_record() -> None:
    broken = copy.deepcopy(data())
    del broken["phq4"]["licence"]  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        read_measures(broken)


def test_the_four_questions_are_worded_as_published() -> None:
    words = FOUR.wording["en"]
    assert [words[question.id] for question in FOUR.questions] == [
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
    ]
    assert [words[str(n)] for n in range(4)] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]
    assert FOUR.speaks("en")
    assert not FOUR.speaks("de"), "never a translation of our own"


def test_nobody_is_asked_about_death_or_self_harm_by_a_form() -> None:
    assert not any(word in str(data()).casefold() for word in ("dead", "hurting yourself", "phq-9", "phq9"))
