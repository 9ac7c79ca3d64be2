"""Every point that the course began with has its lessons, or a reason why it has none."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from bot.content.read import lessons_dir, load_course

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "curriculum.py"), run_name="curriculum")
POINTS = 91


def test_the_page_is_in_step_with_the_table_and_the_lessons() -> None:
    assert (DOCS / "curriculum.md").read_text("utf-8") == SCRIPT["page"](), "run: python docs/curriculum.py"


def test_every_point_is_there_once_with_lessons_or_a_reason() -> None:
    rows = SCRIPT["rows"]()
    assert [number for number, *_ in rows if number.isdecimal()] == [str(n + 1) for n in range(POINTS)]
    assert len({number for number, *_ in rows}) == len(rows)
    assert [number for number, _, names, reason in rows if bool(names) == bool(reason)] == []


def test_every_lesson_named_exists() -> None:
    known = {lesson.id for lesson in load_course(lessons_dir())}
    assert {name for _, _, names, _ in SCRIPT["rows"]() for name in names} <= known


def test_a_lesson_that_does_not_exist_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCRIPT["page"].__globals__, "rows", lambda: [("1", "A claim", ("stress-99",), "")])
    with pytest.raises(KeyError):
        SCRIPT["page"]()
