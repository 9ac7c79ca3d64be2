"""Milestones: when the end of a topic is spoken of, which lines are shown, when notes come after the course."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.read import lessons_dir, load_course
from bot.course.journey import Standing
from bot.course.lesson import Course, Theme
from bot.course.milestones import SETTLED, last_of, look_back_at, notes_after, spread
from bot.course.pace import Rule, is_quiet, local

EVERYTHING = Standing((), frozenset(), closeness=True, language="en")


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(lessons_dir())


def test_a_track_ends_with_the_last_lesson_that_they_may_see(course: Course) -> None:
    assert last_of(course, "stress", EVERYTHING) == course.tracks["stress"].order[-1]
    for track in course.tracks.values():
        for theme in Theme:
            standing = Standing((), frozenset(), closeness=True, language="en", avoid=frozenset({theme}))
            end = last_of(course, track.id, standing)
            seen = [name for name in track.order if (one := course.lesson(name, "en")) and standing.may_see(one)]
            assert end == (seen[-1] if seen else None)
    assert last_of(course, "intimacy", Standing((), frozenset(), closeness=False, language="en")) is None
    assert last_of(course, "no-such-track", EVERYTHING) is None


@pytest.mark.parametrize(
    ("passed", "spoken_of"),
    [
        ("08:00", "03-02 19:30"),
        ("11:30", "03-02 19:30"),
        ("11:31", "03-03 12:00"),
        ("18:00", "03-03 12:00"),
        ("23:30", "03-03 12:00"),
        ("04:00", "03-02 12:00"),
    ],
)
def test_the_end_of_a_track_is_spoken_of_hours_later_and_by_daylight(passed: str, spoken_of: str) -> None:
    rule = Rule(8, 0, "UTC")
    found = look_back_at(rule, datetime.fromisoformat(f"2026-03-02T{passed}+00:00"))
    assert found is not None
    assert f"{found:%m-%d %H:%M}" == spoken_of


@given(
    st.integers(0, 365 * 24 * 60),
    st.sampled_from(["Europe/Berlin", "America/Chicago", "Pacific/Apia", "Asia/Kolkata"]),
)
def test_it_is_never_in_quiet_hours_and_never_at_once(minutes: int, zone: str) -> None:
    moment, rule = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), Rule(3, 0, zone)
    found = look_back_at(rule, moment)
    assert found is not None
    assert SETTLED <= found - moment <= timedelta(days=1, hours=2)
    assert not is_quiet(rule, found)


def test_of_many_lines_the_first_the_middle_and_the_last_are_shown() -> None:
    assert spread([]) == ()
    assert spread([1, 2, 3]) == (1, 2, 3)
    assert spread([1, 2, 3, 4]) == (1, 3, 4)
    assert spread([1, 2, 3, 4, 5]) == (1, 3, 5)


@pytest.mark.parametrize(
    ("ended", "days"),
    [
        ("2026-03-10", ["2026-04-10", "2026-06-10"]),
        ("2026-01-31", ["2026-02-28", "2026-04-30"]),
        ("2027-11-30", ["2027-12-30", "2028-02-29"]),
        ("2026-12-05", ["2027-01-05", "2027-03-05"]),
    ],
)
def test_notes_come_a_month_and_three_months_later_at_their_hour(ended: str, days: list[str]) -> None:
    found = notes_after(Rule(8, 15, "Europe/Berlin"), date.fromisoformat(ended))
    assert [f"{day}" for day, _ in found] == days
    assert [f"{local(moment, 'Europe/Berlin'):%Y-%m-%d %H:%M}" for _, moment in found] == [
        f"{one} 08:15" for one in days
    ]
