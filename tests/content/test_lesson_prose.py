"""Counting words, sentences and syllables, and the grade that follows from them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.prose import reading_grade, sentence_spans, sentences, utf16_units, words, words_in
from bot.content.syllables import syllables

SYLLABLES = {
    1: "a I tea the breath breathe eased talked clothes through world we'd don't you've friend whole",
    2: "quiet being maybe someone evening didn't isn't it'll wanted needed minutes changes closeness safely careful different "
       "moment table little people rhythm couple rested outside something lonely patient social nation language",
    3: "idea area everyone together memory however another loneliness curious usual sexual therapist happier easier",
    4: "experience experience's anxiety society relationship intimacy necessary asexual communicate",
    5: "communication university imagination possibility",
}  # fmt: skip


@pytest.mark.parametrize(("count", "word"), [(n, w) for n, group in SYLLABLES.items() for w in group.split()])
def test_syllables(count: int, word: str) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("CBT", 3),
        ("WHO", 5),
        ("SSRIs", 4),
        ("CBT-I", 4),
        ("two-week", 2),
        ("7", 2),
        ("12", 1),
        ("137", 7),
        ("a.m", 2),
        ("²", 1),
    ],
)
def test_syllables_of_what_is_no_plain_word(word: str, count: int) -> None:
    assert syllables(word) == count


@given(st.text(min_size=1))
def test_every_word_has_a_syllable(word: str) -> None:
    assert syllables(word) >= 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        (
            'They asked: "Stop?" and went. Then "No." It was over.',
            ['They asked: "Stop?" and went.', 'Then "No."', "It was over."],
        ),
        ("About 7.5 hours, e.g. at night. Fine.", ["About 7.5 hours, e.g. at night.", "Fine."]),
        ("Say *stop.* Then rest…", ["Say stop.", "Then rest…"]),
        ("Before 2 p.m. only. At 3 a.m. Rest.", ["Before 2 p.m. only.", "At 3 a.m.", "Rest."]),
        ("Ask Dr. Ash.", ["Ask Dr. Ash."]),
        ("", []),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@given(st.text(alphabet="ab .?!\"'*A…)("))
def test_sentences_cover_every_word_in_order(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    inside = "".join(text[start:end] for start, end in spans)
    assert inside.replace(" ", "") == text.replace(" ", "")


def test_words() -> None:
    assert words("A two-minute pause: **don't** rush, 7.5 sips—at 7:30.") == [
        "A", "two-minute", "pause", "don't", "rush", "7.5", "sips", "at", "7:30",
    ]  # fmt: skip
    assert words_in(["One two.", "", "Three."]) == 3


def test_utf16_units_count_an_emoji_twice() -> None:
    assert utf16_units("tea\U0001f375") == 5


def test_grade_is_the_published_formula() -> None:
    # 10 words, 2 sentences, 12 syllables: 0.39 * 5 + 11.8 * 1.2 - 15.59
    assert reading_grade(["The cat sat on the table.", "We had some water."]) == pytest.approx(0.52, abs=0.001)


def test_grade_of_nothing_is_zero() -> None:
    assert reading_grade([]) == reading_grade(["…"]) == 0.0


def test_grade_rises_with_longer_words_and_sentences() -> None:
    plain = reading_grade(["Tea is warm. You can sit down."])
    joined = reading_grade(["Tea is warm and you can sit down."])
    hard = reading_grade(["Considerable temperature characterizes traditional infusions."])
    assert plain < joined < hard
