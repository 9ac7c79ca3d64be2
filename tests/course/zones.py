"""The tz database, looked at from one side only: UTC to local. What the tests expect is reckoned from that alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FIRST, LAST = datetime(2021, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
"""Ten years, with both transitions of each."""
ZONES = tuple(sorted(available_timezones() - {"Factory", "localtime"}))
DAY = timedelta(days=1)


def offset(zone: str, moment: datetime) -> timedelta:
    """How far the zone's clocks are ahead of UTC at that moment."""
    found = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


@cache
def transitions(zone: str, first: datetime = FIRST, last: datetime = LAST) -> tuple[datetime, ...]:
    """The moments, to the second, at which the zone's clocks were or will be changed."""
    return tuple(_changes(zone, first, last))


def _changes(zone: str, first: datetime, last: datetime) -> Iterator[datetime]:
    low, before = first, offset(zone, first)
    while low < last:
        # No zone changes its clocks and back within a week.
        high = low + 7 * DAY
        after = offset(zone, high)
        if before != after:
            yield _narrowed(zone, low, high)
        low, before = high, after


def _narrowed(zone: str, low: datetime, high: datetime) -> datetime:
    before = offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
    return high


@cache
def one_of_each() -> tuple[str, ...]:
    """One zone for every way in which clocks are set in those ten years: the other zones behave the same."""
    kept: dict[object, str] = {}
    for zone in ZONES:
        changes = transitions(zone)
        kept.setdefault((offset(zone, FIRST), tuple((c, offset(zone, c)) for c in changes)), zone)
    return tuple(kept.values())


def sample(zones: tuple[str, ...], number: int) -> tuple[str, ...]:
    """So many of the zones, always the same ones."""
    return tuple(sorted(sorted(zones, key=lambda zone: zlib.crc32(zone.encode()))[:number]))


def expected(zone: str, day: date, wall: time) -> datetime | None:
    """The moment at which a lesson at `wall` is due on that local date, by the rule as documented.

    Where the clocks show that time, the first time they show it. Where they jump over it, the time it would have been had
    they not been changed; should that fall on another date, the time by the clocks as they are after. On a date that the
    zone left out there is none.
    """
    said = datetime.combine(day, wall, tzinfo=UTC)
    around = [said + DAY * n / 4 for n in range(-8, 9)]
    offsets = {offset(zone, moment) for moment in around}
    shown = [said - off for off in offsets if _shows(zone, said - off, day, wall)]
    if shown:
        return min(shown)
    before, after = _around_jump(zone, day, wall)
    for guess in (said - before, said - after):
        if guess.astimezone(ZoneInfo(zone)).date() == day:
            return guess
    return None


def _shows(zone: str, moment: datetime, day: date, wall: time) -> bool:
    here = moment.astimezone(ZoneInfo(zone))
    return (here.date(), here.time()) == (day, wall)


def _around_jump(zone: str, day: date, wall: time) -> tuple[timedelta, timedelta]:
    """The offsets before and after the jump that left out this local time."""
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    changes = transitions(zone, noon - 3 * DAY, noon + 3 * DAY)
    said = datetime.combine(day, wall, tzinfo=UTC)
    for change in changes:
        before, after = offset(zone, change - timedelta(seconds=1)), offset(zone, change)
        if change + before <= said < change + after:
            return before, after
    raise AssertionError(f"{zone} shows {wall} on {day}")
