"""From a learner's rule and zone to the next due time: the only place where local time is reckoned.

The rule names a wall-clock time; each occurrence is turned into UTC on its own, never by adding 24 hours, so that local time
survives clock changes. As in RFC 5545 section 3.3.5, a time that a forward jump leaves out is read with the offset before the
jump (02:30 becomes 03:30 that night), and a time that comes twice means the first. Where that would be another date, because
the jump leads over midnight (Greenland, in spring), it is read with the offset after the jump (23:30 becomes 22:30). A date
that a zone skipped whole (Samoa, 30 December 2011) has no lesson.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))

KIND_LATENESS = timedelta(hours=3)
"""A lesson up to this late is still kind; after it, the next slot. Long enough for a restart or a short outage, short enough
that a morning lesson does not come in the evening."""

QUIET_FROM = time(22)
QUIET_UNTIL = time(7)
"""Nothing is sent by itself between these local times, unless the learner chose an hour inside them."""


REMEMBERED = 8192
"""Answers kept of each kind, the latest ones: those who are due together share moments, and many share their rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When lessons come: a local hour and minute, weekdays (Monday is 0) and an IANA zone."""

    hour: int
    minute: int
    zone: str
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        if not (0 <= self.hour < 24 and 0 <= self.minute < 60 and self.weekdays <= EVERY_DAY and self.weekdays):
            raise ValueError("a rule needs a time of day and at least one weekday")


@lru_cache(maxsize=REMEMBERED)
def rule_of(hour: int, minute: int, zone: str, weekdays: frozenset[int]) -> Rule:
    """The rule of these parts. Thousands share theirs: it is checked once. Raises ValueError as Rule does."""
    return Rule(hour, minute, zone, weekdays)


def local(moment: datetime, zone: str) -> datetime:
    """An aware moment on the clock of that zone. Raises ValueError for a naive one, which would mean the machine's own zone."""
    if moment.tzinfo is UTC:
        return _local(moment, zone)
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(ZoneInfo(zone))


@lru_cache(maxsize=REMEMBERED)
def _local(moment: datetime, zone: str) -> datetime:
    # Only for moments in UTC: on other clocks the two that an overlap repeats count as equal, and would be taken for each other.
    return moment.astimezone(ZoneInfo(zone))


@lru_cache(maxsize=REMEMBERED)
def occurrence(rule: Rule, day: date) -> datetime | None:
    """The rule's moment (UTC) on that local date, whatever the weekday; None where the zone skipped that date."""
    for fold in (0, 1):
        wall = datetime.combine(day, time(rule.hour, rule.minute, fold=fold), tzinfo=ZoneInfo(rule.zone))
        moment = wall.astimezone(UTC)
        if local(moment, rule.zone).date() == day:
            return moment
    return None


def next_due(rule: Rule, after: datetime, last_slot: date | None = None, apart: int = 1) -> datetime:
    """The first moment (UTC) strictly after `after` at which a lesson is due.

    `last_slot` is the local date of the last lesson: that date, and any before it, has had its lesson, whatever zone the
    learner was in. So a move across the date line or an hour changed after today's lesson never makes two on one date.
    `apart` is how many days lie between two lessons, at the least.
    """
    return (_next_due if after.tzinfo is UTC else _next_due.__wrapped__)(rule, after, last_slot, apart)


@lru_cache(maxsize=REMEMBERED)
def _next_due(rule: Rule, after: datetime, last_slot: date | None, apart: int) -> datetime:
    day = local(after, rule.zone).date()
    if last_slot is not None:
        day = max(day, last_slot + timedelta(days=apart))
    for _ in range(16):
        moment = occurrence(rule, day) if day.weekday() in rule.weekdays else None
        if moment is not None and moment > after:
            return moment
        day += timedelta(days=1)
    raise AssertionError("no weekday of the rule came up in two weeks")


def slot_of(rule: Rule, moment: datetime) -> date:
    """The local date to which a lesson at `moment` belongs."""
    return local(moment, rule.zone).date()


def is_quiet(rule: Rule, moment: datetime) -> bool:
    """True inside quiet hours, unless the learner's own hour lies inside them."""
    here = local(moment, rule.zone)
    return _quiet(here.hour) and not _quiet(rule.hour)


def _quiet(hour: int) -> bool:
    # Both ends are on the hour.
    return hour >= QUIET_FROM.hour or hour < QUIET_UNTIL.hour


def end_of_quiet(rule: Rule, moment: datetime) -> datetime:
    """The first moment (UTC) at or after `moment` that lies outside quiet hours."""
    if not is_quiet(rule, moment):
        return moment
    here = local(moment, rule.zone)
    day = here.date() if here.time() < QUIET_UNTIL else here.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=ZoneInfo(rule.zone)).astimezone(UTC)


def clock_change(zone: str, start: datetime, days: int = 7) -> tuple[datetime, timedelta] | None:
    """The first clock change within `days` after `start`: its moment (UTC, to the minute) and the shift; None if there is none."""
    tz = ZoneInfo(zone)
    low = local(start, zone).astimezone(UTC)
    for _ in range(days * 4):
        high = low + timedelta(hours=6)
        before, after = low.astimezone(tz).utcoffset(), high.astimezone(tz).utcoffset()
        if before is not None and after is not None and before != after:
            return _narrow(tz, low, high), after - before
        low = high
    return None


def _narrow(tz: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)
