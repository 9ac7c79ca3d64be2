"""Marks come out of the text and close the sentences they stand behind, wherever the lines break."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.marks import read_paragraph

SENTENCES = [
    "Tea is warm.",
    "Is it?",
    'They said "yes, maybe" to it.',
    "It eased *some* worry, a bit.",
    "Try 7.5 sips at 3 p.m. today.",
]
MARKS = [("S07",), ("advice",), ("D05", "D18"), ("S07", "advice")]

marks = st.sampled_from(MARKS)
runs = st.lists(st.tuples(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3), marks), min_size=1, max_size=4)


def written(names: tuple[str, ...]) -> str:
    return "[" + "; ".join(name if name == "advice" else f"@{name}" for name in names) + "]"


def lines_of(text: str, breaks: list[int]) -> list[tuple[int, str]]:
    """The text broken at some of its blanks outside brackets, numbered from 10."""
    words = text.replace("; ", ";~").split(" ")
    lines = [""]
    for number, word in enumerate(words):
        if number in breaks and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return [(10 + number, line.replace(";~", "; ")) for number, line in enumerate(lines)]


@given(runs, st.lists(st.integers(0, 60)))
def test_text_and_marks_survive_any_order_and_line_breaks(runs, breaks) -> None:
    raw = " ".join(" ".join(said) + " " + written(names) for said, names in runs)
    paragraph = read_paragraph(lines_of(raw, breaks))
    expected = [(sentence, names) for said, names in runs for sentence in said]
    assert [(sentence.text, sentence.marks) for sentence in paragraph.sentences] == expected
    assert paragraph.text == " ".join(sentence for sentence, _ in expected)
    assert paragraph.cites == tuple(dict.fromkeys(n for _, names in expected for n in names if n != "advice"))
    assert (paragraph.faulty, paragraph.idle) == ((), ())


@given(runs, st.lists(st.integers(0, 60)))
def test_every_sentence_knows_the_line_on_which_it_begins(runs, breaks) -> None:
    raw = lines_of(" ".join(" ".join(said) + " " + written(names) for said, names in runs), breaks)
    by_line = dict(raw)
    for sentence in read_paragraph(raw).sentences:
        first = sentence.text.split()[0]
        assert first in by_line[sentence.line]


@given(st.lists(st.sampled_from(SENTENCES[:4]), min_size=1, max_size=3), marks)
def test_a_mark_may_stand_before_or_behind_the_full_stop(said, names) -> None:
    *before, last = said
    mark = written(names)
    behind = read_paragraph([(1, " ".join([*before, f"{last} {mark}"]))])
    ahead = read_paragraph([(1, " ".join([*before, f"{last[:-1]} {mark}{last[-1]}"]))])
    assert [(s.text, s.marks) for s in ahead.sentences] == [(s.text, s.marks) for s in behind.sentences]


@given(
    st.lists(
        st.tuples(st.integers(1, 999), st.text(max_size=60).filter(lambda line: "\n" not in line)),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_at_all_is_read(raw) -> None:
    paragraph = read_paragraph(raw)
    numbers = {number for number, _ in raw}
    assert {sentence.line for sentence in paragraph.sentences} <= numbers
    assert {line for line, _ in paragraph.faulty} <= numbers
    letters = [c for c in paragraph.text if c.isalpha()]
    said = iter(c for _, line in raw for c in line)
    assert all(letter in said for letter in letters), "letters are lost or out of order"


@pytest.mark.parametrize(
    ("raw", "marks"),
    [
        ("One. Two. [@S07]", [("S07",), ("S07",)]),
        ("One. [@S07] Two.", [("S07",), ()]),
        ("One. [@S07] [advice] Two. [advice]", [("S07", "advice"), ("advice",)]),
        ("Half [@S07] and half. [@D05]", [("S07", "D05")]),
        ("One.[@S07;@D05]", [("S07", "D05")]),
        ("None at all.", [()]),
    ],
)
def test_what_a_mark_closes(raw: str, marks: list[tuple[str, ...]]) -> None:
    assert [sentence.marks for sentence in read_paragraph([(1, raw)]).sentences] == marks


@pytest.mark.parametrize("mark", ["[@S7]", "[S07]", "[@S07, @D05]", "[@S07;]", "[Advice]", "[@]", "[ @S07 x]"])
def test_what_looks_like_a_mark_and_is_none_is_told_and_taken_out(mark: str) -> None:
    paragraph = read_paragraph([(4, "One."), (5, f"Two. {mark}")])
    assert paragraph.faulty == ((5, mark),)
    assert paragraph.text == "One. Two."
    assert [sentence.marks for sentence in paragraph.sentences] == [(), ()]


def test_a_mark_with_nothing_before_it_is_idle() -> None:
    assert read_paragraph([(3, "[advice] One. [advice]")]).idle == (3,)


def test_other_brackets_are_left_in_the_text() -> None:
    assert read_paragraph([(1, "A [cup] of tea. [advice]")]).text == "A [cup] of tea."
