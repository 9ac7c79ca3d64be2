"""Who is behind, by how much, and why: a learner's place in each track, and the days on which a lesson was due and none came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.course.journey import Reason, Standing, next_in_track, next_lesson, place_in
from bot.course.lesson import Course
from bot.course.pace import Rule, local, occurrence
from bot.course.silence import THIN_AFTER, THIN_DAYS
from bot.service.learners import LESSON_KINDS, DeliveryStatus, Learner, Passage, State
from bot.service.records import ChosenTrack, LedgerRow, Record

LOOKED_BACK = 28
"""Days of the past that are looked at. Reckoned with today's hour and weekdays, as older ones are not kept."""


class Turn(StrEnum):
    """Where a chosen track stands: its lesson comes NEXT, it WAITS for another track, it is THROUGH, or its lessons are CLOSED
    because topics of closeness are off. GONE: the course has it no more."""

    NEXT = "next"
    WAITS = "waits"
    THROUGH = "through"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Place:
    """A learner in a track: the number of the lesson that comes next there, of how many, and how they went through those before.

    `first` is a lesson of another track that has to come before.
    """

    track: str
    turn: Turn
    number: int
    of: int
    through: dict[str, int]
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """A day on which a lesson was due and none came. `reason` is that of the ledger, or "no_decision" where it holds nothing."""

    day: date
    reason: str


NO_DECISION = "no_decision"
THINNED = "thinned"
"""Nothing was due that day: they had been silent for long, and lessons come less often then."""


def places(record: Record, course: Course) -> tuple[Place, ...]:
    """The tracks they chose, in their order."""
    chosen = [one for one in record.tracks if one.left_at is None]
    passed = {one.lesson: one.how for one in record.lessons}
    known = tuple(one.track for one in chosen if one.track in course.tracks)
    standing = record.learner.standing(known, frozenset(passed))
    return tuple(_place(one, course, standing, passed) for one in chosen)


def _place(one: ChosenTrack, course: Course, standing: Standing, passed: dict[str, Passage]) -> Place:
    track = course.tracks.get(one.track)
    if track is None:
        return Place(one.track, Turn.GONE, 0, 0, {})
    through = Counter(passed[lesson].value for lesson in track.order if lesson in passed)
    number = min(place_in(track.order, standing.been_through), len(track.order))
    here, coming = next_in_track(course, one.track, standing), next_lesson(course, standing)
    if here is None:
        turn = Turn.THROUGH if track.order and track.order[-1] in passed else Turn.CLOSED
        return Place(one.track, turn, number, len(track.order), dict(through))
    # The first chosen track that still has a lesson is the one that goes on, if need be by way of a lesson it rests on.
    goes_on = next((name for name in standing.tracks if next_in_track(course, name, standing)), None) == one.track
    first = coming.id if goes_on and coming is not None and coming.id != here.id else None
    return Place(one.track, Turn.NEXT if goes_on else Turn.WAITS, number, len(track.order), dict(through), first)


def missed(record: Record, now: datetime) -> tuple[Missed, ...]:
    """The days without their lesson, oldest first."""
    rule = record.learner.rule
    if rule is None:
        return ()
    rows: dict[date, list[LedgerRow]] = {}
    for row in record.deliveries:
        if row.delivery.kind in LESSON_KINDS:
            rows.setdefault(row.delivery.slot, []).append(row)
    came = {row.delivery.slot for row in record.deliveries if _arrived(row)}
    last = max(came, default=None)
    return tuple(
        Missed(day, _why(record.learner, rows.get(day, []), last is None or day > last, _apart(day, came)))
        for day in _due_days(record, rule, now)
        if day not in came
    )


def _apart(day: date, came: Collection[date]) -> bool:
    """True when a lesson came so shortly before that day that a thinned pace leaves it out."""
    return any(day - timedelta(days=back) in came for back in range(1, THIN_DAYS))


def _due_days(record: Record, rule: Rule, now: datetime) -> list[date]:
    began = min((one.chosen_at for one in record.tracks), default=record.learner.created_at)
    today = local(now, rule.zone).date()
    days = (today - timedelta(days=back) for back in range(LOOKED_BACK, -1, -1))
    return [
        day
        for day in days
        if day.weekday() in rule.weekdays and (due := occurrence(rule, day)) is not None and began < due <= now
    ]


def _arrived(row: LedgerRow) -> bool:
    return row.delivery.kind in LESSON_KINDS and row.delivery.status is DeliveryStatus.SENT


def _why(learner: Learner, rows: list[LedgerRow], lately: bool, apart: bool) -> str:
    if rows:
        latest = rows[-1].delivery
        return latest.reason or latest.status.value
    # A pause or a stop leaves no rows: what holds now has held since the last lesson, as far as can be known.
    if lately and learner.state in (State.PAUSED, State.STOPPED, State.GONE):
        return learner.state.value
    if lately and learner.agreed_to_older_words:
        return Reason.NOT_READY.value
    return THINNED if apart and learner.unanswered >= THIN_AFTER else NO_DECISION
