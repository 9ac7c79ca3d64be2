"""Four weeks of three people, exactly as they are kept, and nothing on the way that must not be."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from tests.transcripts.compare import report
from tests.transcripts.play import Arrival, Played, at_the_wrong_minute, play, too_many
from tests.transcripts.stories import STORIES
from tests.transcripts.story import Story


@pytest.mark.parametrize("name", STORIES)
async def test_four_weeks_read_as_they_are_kept(name: str) -> None:
    played = await play(STORIES[name])
    assert played.problems == []
    if found := report(played):
        pytest.fail(found, pytrace=False)


def lesson(day: int, clock: str, *, due: str = "08:00", asked: bool = False) -> Arrival:
    wall = time.fromisoformat(clock)
    return Arrival(datetime(2026, 3, day, wall.hour, wall.minute, tzinfo=UTC), time.fromisoformat(due), asked)


def test_two_lessons_on_one_date_are_noticed() -> None:
    assert too_many([lesson(3, "08:00"), lesson(4, "08:00"), lesson(4, "09:00", asked=True)]) == []
    assert too_many([lesson(3, "08:00"), lesson(3, "20:00")])
    assert too_many([lesson(3, "07:00", asked=True), lesson(3, "08:00")])


def test_a_lesson_at_another_minute_is_noticed() -> None:
    assert at_the_wrong_minute([lesson(3, "08:00"), lesson(3, "11:11", asked=True)]) == []
    assert at_the_wrong_minute([lesson(3, "08:01")])


def test_a_difference_is_shown_with_the_command_that_settles_it() -> None:
    ana: Story = STORIES["ana"]
    found = report(Played(ana, "# Somebody else\n", [], []))
    assert "+# Somebody else" in found
    assert found.endswith("python -m tests.transcripts --update ana")
