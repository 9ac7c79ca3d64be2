"""The blank for a new lesson: where it lands, and that the check calls it unfinished."""

from __future__ import annotations

from datetime import date

import pytest
from course_folder import TEA, CourseFolder

from bot.content.new import NewLessonError, new_lesson
from bot.content.read import load_course, read_course
from bot.course.lesson import Part

TODAY = date(2026, 11, 22)


def test_a_blank_has_every_part_and_key_and_is_unfinished(course: CourseFolder) -> None:
    path = new_lesson(course.root, "stress", 3, "slow-stairs", "en", today=TODAY)
    assert path == course.root / "stress/en/03-slow-stairs.md"
    course.swap("stress-2]", "stress-2, stress-3]", "stress/track.yaml")
    (draft,) = (draft for draft in read_course(course.root).drafts if draft.id == "stress-3")
    assert set(draft.parts) == set(Part)
    assert (draft.head["title"], draft.head["updated"]) == ("Slow stairs", TODAY)
    assert {f.file for f in course.findings("unfinished")} == {"stress/en/03-slow-stairs.md"}
    assert "key-wrong" not in {f.rule for f in course.report().findings}


def test_a_blank_never_reaches_a_learner(course: CourseFolder) -> None:
    new_lesson(course.root, "stress", 3, "slow-stairs", "en", today=TODAY)
    course.swap("stress-2]", "stress-2, stress-3]", "stress/track.yaml")
    assert load_course(course.root).tracks["stress"].order == ("stress-1", "stress-2")


def test_a_blank_in_another_language(course: CourseFolder) -> None:
    path = new_lesson(course.root, "stress", 1, "uma-xicara", "pt-BR", today=TODAY)
    assert path.parent == course.root / "stress/pt-BR"


@pytest.mark.parametrize(
    ("track", "number", "slug", "language"),
    [
        ("sleep", 1, "x", "en"),
        ("../stress", 3, "x", "en"),
        ("stress", 0, "x", "en"),
        ("stress", 100, "x", "en"),
        ("stress", 3, "../x", "en"),
        ("stress", 3, "Slow Stairs", "en"),
        ("stress", 3, "x", "../en"),
        ("stress", 3, "x", "english"),
        ("stress", 1, "another-cup", "en"),
    ],
)
def test_what_cannot_be_is_refused(course: CourseFolder, track: str, number: int, slug: str, language: str) -> None:
    before = sorted(course.root.rglob("*.md"))
    with pytest.raises(NewLessonError):
        new_lesson(course.root, track, number, slug, language, today=TODAY)
    assert sorted(course.root.rglob("*.md")) == before


def test_nothing_is_overwritten(course: CourseFolder) -> None:
    text = course.text(TEA)
    with pytest.raises(NewLessonError, match="already"):
        new_lesson(course.root, "stress", 1, "a-cup-of-tea", "en", today=TODAY)
    assert course.text(TEA) == text
