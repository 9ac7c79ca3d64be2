"""A learner's way through the course: what comes next, what to send now, and why not.

All of it is reckoned from what they have been through and what they chose; nothing here knows a clock or a database.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.course.lesson import Course, Lesson, Theme
from bot.course.pace import KIND_LATENESS, Rule, end_of_quiet, is_quiet, next_due, slot_of

CLOSENESS_SENSITIVITY = 2


class Standing(NamedTuple):
    """Where a learner is: the tracks they chose, in order, the ids they have been through, and whether closeness topics are on.
    `gentle` is true right after a pause: then no lesson about sexuality or closeness comes first. Lessons about a theme in `avoid`
    are left out."""

    tracks: Sequence[str]
    been_through: Collection[str]
    closeness: bool
    language: str
    gentle: bool = False
    avoid: frozenset[Theme] = frozenset()

    def may_see(self, lesson: Lesson) -> bool:
        """False for a lesson about closeness where that is off, and for one about what they asked to be left out."""
        return (self.closeness or not lesson.sensitive) and not lesson.about & self.avoid


@dataclass(frozen=True, slots=True, eq=False)
class Road:
    """Of a standing, the way: the tracks they chose, in order, and the ids they have been through. Equal to itself alone, so that
    what comes next on it is found again at once."""

    tracks: tuple[str, ...]
    been_through: frozenset[str]


class Taste(NamedTuple):
    """Of a standing, all but the way."""

    closeness: bool
    language: str
    gentle: bool
    avoid: frozenset[Theme]


def next_lesson(course: Course, standing: Standing) -> Lesson | None:
    """The lesson that comes next, or None when every chosen track is through.

    A prerequisite that has not been met yet comes first, even from a track that was not chosen.
    """
    if standing.gentle:
        return _next_easy(course, standing._replace(gentle=False))
    for track_id in standing.tracks:
        lesson = next_in_track(course, track_id, standing)
        if lesson is not None:
            return _prerequisite(course, lesson, standing) or lesson
    return None


def _next_easy(course: Course, standing: Standing) -> Lesson | None:
    usual = next_lesson(course, standing)
    if usual is None or not usual.sensitive:
        return usual
    easy = standing._replace(closeness=False)
    anywhere = easy._replace(tracks=tuple(course.tracks))
    return next_lesson(course, easy) or next_lesson(course, anywhere) or usual


def next_in_track(course: Course, track_id: str, standing: Standing) -> Lesson | None:
    """The first lesson after the furthest one they have been through. Renamed, removed or inserted lessons move nobody back.

    A lesson about closeness that was left out on the way, in a track about something else, is the exception: it comes when
    closeness is chosen.
    """
    track = course.tracks.get(track_id)
    if track is None or (track.sensitivity >= CLOSENESS_SENSITIVITY and not standing.closeness):
        return None
    place, mixed = place_in(track.order, standing.been_through), track.sensitivity < CLOSENESS_SENSITIVITY
    for number, lesson_id in enumerate(track.order, start=1):
        lesson = course.lesson(lesson_id, standing.language)
        if lesson is None or lesson_id in standing.been_through or not standing.may_see(lesson):
            continue
        if number >= place or (lesson.sensitive and mixed):
            return lesson
    return None


def place_in(order: Sequence[str], been_through: Collection[str]) -> int:
    """The place in a track: the sequence number, from 1, of the lesson after the furthest they have been through."""
    return max((number for number, lesson_id in enumerate(order, start=1) if lesson_id in been_through), default=0) + 1


def _prerequisite(course: Course, lesson: Lesson, standing: Standing, depth: int = 0) -> Lesson | None:
    track = course.tracks[lesson.track]
    for needed in (*track.prerequisites, *lesson.prerequisites):
        if needed in standing.been_through or depth > len(course.tracks):
            continue
        found = course.lesson(needed, standing.language)
        if found is not None and found.id != lesson.id and standing.may_see(found):
            return _prerequisite(course, found, standing, depth + 1) or found
    return None


class Reason(StrEnum):
    """Why nothing was sent. Kept with every decision not to send, so that "why did I get nothing today?" is a query."""

    TOO_LATE = "too_late"
    QUIET_HOURS = "quiet_hours"
    NOTHING_LEFT = "nothing_left"
    ALREADY_TODAY = "already_today"
    PAUSED = "paused"
    STOPPED = "stopped"
    GONE = "gone"
    NOT_READY = "not_ready"
    ANSWERED = "answered"
    HOLIDAY = "holiday"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class SendLesson:
    """Send the lesson that comes next; it belongs to the local date `slot`."""

    slot: date


@dataclass(frozen=True, slots=True)
class SendCatchUp:
    """The slot went by unkept: one message with a choice, never a burst."""

    slot: date


@dataclass(frozen=True, slots=True)
class Finish:
    """Every chosen track is through: say so once, kindly."""

    slot: date


@dataclass(frozen=True, slots=True)
class Hold:
    """Send nothing, because of `reason`; look again at `until` (UTC), or only when they write if it is None."""

    reason: Reason
    until: datetime | None


Decision = SendLesson | SendCatchUp | Finish | Hold


@lru_cache(maxsize=8192)
def next_on(course: Course, road: Road, taste: Taste) -> str | None:
    """The id of `next_lesson`, for many: of those who are due together, many are at the same place."""
    lesson = next_lesson(course, Standing(road.tracks, road.been_through, *taste))
    return lesson.id if lesson is not None else None


def decide(rule: Rule, *, left: bool, due: datetime, now: datetime, last_slot: date | None) -> Decision:
    """What to do for learners whose due time has come; `left` says whether a lesson is left for them. All times in UTC."""
    slot = slot_of(rule, now)
    if last_slot is not None and last_slot >= slot:
        return Hold(Reason.ALREADY_TODAY, next_due(rule, now, last_slot))
    if is_quiet(rule, now):
        return Hold(Reason.QUIET_HOURS, min(end_of_quiet(rule, now), next_due(rule, now, last_slot)))
    if not left:
        return Finish(slot)
    if now - due > KIND_LATENESS:
        coming = next_due(rule, now, last_slot)
        # A choice right before the next lesson would be two messages in a row.
        return Hold(Reason.TOO_LATE, coming) if coming - now <= KIND_LATENESS else SendCatchUp(slot)
    return SendLesson(slot)
