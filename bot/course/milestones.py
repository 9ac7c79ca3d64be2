"""Milestones: when the end of a topic is spoken of, which of somebody's lines are shown then, and when the notes after the course come."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from bot.course.journey import Standing
from bot.course.lesson import Course
from bot.course.pace import Rule, local, occurrence

Line = TypeVar("Line")

LOOKING_BACK = (time(12, 0), time(19, 30))
"""When the end of a topic is spoken of, by their clock: never beside the lesson itself."""
SETTLED = timedelta(hours=8)
"""How long its last lesson is left alone before: time to try it, and to write something down."""
LOOKED_BACK_WITHIN = timedelta(days=2)
"""After that it is not news any more: the page of the topic has it."""
LINES = 3
MONTHS_AFTER = (1, 3)
"""When a note comes after the end of the course, for those who asked for it."""


def last_of(course: Course, track: str, standing: Standing) -> str | None:
    """The lesson with which a track ends for somebody who may see what `standing` says; None when they may see none of it."""
    order = course.tracks[track].order if track in course.tracks else ()
    shown = (
        name
        for name in reversed(order)
        if (lesson := course.lesson(name, standing.language)) and standing.may_see(lesson)
    )
    return next(shown, None)


def look_back_at(rule: Rule, passed: datetime) -> datetime | None:
    """When the end of a track is spoken of (UTC), after its last lesson was passed at `passed`; None where no clock has such a time."""
    earliest = passed + SETTLED
    first = local(earliest, rule.zone).date()
    days = (first, first + timedelta(days=1), first + timedelta(days=2))
    moments = (occurrence(Rule(at.hour, at.minute, rule.zone), day) for day in days for at in LOOKING_BACK)
    return next((moment for moment in moments if moment is not None and moment >= earliest), None)


def spread(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Three of many: the first, the one in the middle, the last. All of them where there are no more."""
    if len(lines) <= LINES:
        return tuple(lines)
    return (lines[0], lines[len(lines) // 2], lines[-1])


def notes_after(rule: Rule, ended: date) -> tuple[tuple[date, datetime], ...]:
    """The local dates of the notes after a course that ended on that date, each with its moment (UTC), at their usual hour."""
    days = [_months_later(ended, months) for months in MONTHS_AFTER]
    return tuple((day, moment) for day in days if (moment := occurrence(rule, day)) is not None)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
