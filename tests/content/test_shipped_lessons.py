"""The lessons that come with the program."""

from __future__ import annotations

import pytest

from bot.content.check import Report, check_reading
from bot.content.read import Reading, lessons_dir, read_course
from bot.course.lesson import Part


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_course(lessons_dir())


@pytest.fixture(scope="module")
def report(reading: Reading) -> Report:
    return check_reading(reading)


def test_they_keep_every_rule(report: Report) -> None:
    assert [str(finding) for finding in report.findings] == []
    assert report.tracks == 14
    assert report.lessons >= 98


def test_every_file_is_a_lesson_that_loads(reading: Reading) -> None:
    assert [draft.file for draft in reading.drafts if draft.lesson is None] == []
    assert len(list(reading.course)) == len(reading.drafts) >= 35


def test_consent_comes_before_intimacy(reading: Reading) -> None:
    assert "consent-1" in reading.course.tracks["intimacy"].prerequisites
    assert reading.course.lesson("consent-1", "en") is not None


def test_before_coping_comes_the_first_lesson_on_mood(reading: Reading) -> None:
    assert "mood-1" in reading.course.tracks["coping"].prerequisites


def test_what_goes_well_before_is_suggested(reading: Reading) -> None:
    pairs = {(one.before, one.first) for one in reading.course.suggestions}
    assert {("mood", "sleep"), ("intimacy", "consent"), ("coping", "mood")} <= pairs
    why = next(one.why["en"] for one in reading.course.suggestions if one.before == "mood")
    assert "night" in why


def test_no_mark_is_left_in_what_a_learner_reads(reading: Reading) -> None:
    for lesson in reading.course:
        for part, text in lesson.parts.items():
            assert "[@" not in text, (lesson.id, part)
            assert "[advice" not in text, (lesson.id, part)


def test_every_lesson_says_where_it_comes_from(reading: Reading) -> None:
    for lesson in reading.course:
        assert lesson.cites, lesson.id
        assert all(name in reading.course.sources for name in lesson.cites), lesson.id


def test_sensitive_lessons_begin_with_a_note(reading: Reading) -> None:
    assert [lesson.id for lesson in reading.course if lesson.sensitivity and Part.NOTE not in lesson.parts] == []


def test_every_source_can_be_found(reading: Reading) -> None:
    sources = reading.course.sources.values()
    assert len(sources) >= 197
    for source in sources:
        assert source.link is None or source.link.startswith("https://"), source.id
        assert source.link or "book" in source.venue, source.id
