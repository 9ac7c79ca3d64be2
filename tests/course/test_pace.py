"""The right local minute, once a date, in every zone, on both nights on which clocks are changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.course.pace import (
    EVERY_DAY,
    QUIET_FROM,
    QUIET_UNTIL,
    Rule,
    clock_change,
    end_of_quiet,
    is_quiet,
    local,
    next_due,
    occurrence,
    slot_of,
)
from tests.course.zones import DAY, FIRST, LAST, ZONES, expected, offset, one_of_each, sample, transitions


def test_a_moment_that_comes_twice_is_not_taken_for_its_twin() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 10, tzinfo=zone)
    rule = Rule(2, 15, "Europe/Berlin")
    assert first == first.replace(fold=1), "as Python compares them"
    assert next_due(rule, first) == datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert next_due(rule, first.replace(fold=1)) == datetime(2026, 10, 26, 1, 15, tzinfo=UTC)


SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ODD_ZONES = (
    "Asia/Kathmandu",  # 45 minutes off the hour
    "Pacific/Chatham",  # 45 minutes off, and changes its clocks
    "Australia/Lord_Howe",  # changes them by half an hour
    "Australia/Eucla",
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Marquesas",
    "Pacific/Kiritimati",  # as far ahead as it goes
    "Pacific/Niue",  # and as far behind
    "Africa/Casablanca",  # sets them back for Ramadan
    "Africa/Cairo",  # changes them at midnight
    "America/Nuuk",  # jumps from 23:00 into the next date
    "Europe/Dublin",  # has its summer time the other way round
    "Antarctica/Troll",  # changes them by two hours
)


def rule_at(wall: time, zone: str, weekdays: frozenset[int] = EVERY_DAY) -> Rule:
    return Rule(wall.hour, wall.minute, zone, weekdays)


def walls_around(zone: str, change: datetime) -> Iterator[time]:
    """Times of day that a change of clocks may touch, and some that it does not."""
    before, after = local(change - SECOND, zone), local(change, zone)
    for edge in (before + SECOND, after):
        for minutes in (-31, -1, 0, 1, 14, 29, 30, 59, 60):
            yield (edge + timedelta(minutes=minutes)).time().replace(second=0, microsecond=0)
    yield from (time(0), time(8), time(20, 30), time(23, 59))


def dates_around(zone: str, change: datetime) -> list[date]:
    return [local(change, zone).date() + timedelta(days=days) for days in (-2, -1, 0, 1)]


# -- one occurrence ----------------------------------------------------------------------------------------------------


def test_every_change_of_clocks_in_ten_years_keeps_every_local_time(zones: tuple[str, ...]) -> None:
    looked_at = 0
    for zone in zones:
        for change in transitions(zone):
            for day in dates_around(zone, change):
                for wall in set(walls_around(zone, change)):
                    assert occurrence(rule_at(wall, zone), day) == expected(zone, day, wall), (zone, day, wall)
                    looked_at += 1
    assert looked_at > 30_000


@pytest.mark.parametrize("zone", ODD_ZONES)
@given(
    day=st.dates(date(2021, 1, 1), date(2030, 12, 30)),
    wall=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_an_odd_zone_shows_the_learners_own_time(zone: str, day: date, wall: time) -> None:
    moment = occurrence(rule_at(wall, zone), day)
    assert moment == expected(zone, day, wall)
    assert moment is not None, "no zone skips a date in these years"


@pytest.mark.parametrize(
    ("zone", "day", "wall", "utc"),
    [
        # Spring forward: a time that is left out is read as if the clocks had not been changed.
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),
        ("America/New_York", date(2026, 3, 8), time(2, 0), "2026-03-08T07:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "2026-04-23T22:00"),
        # Fall back: a time that comes twice means the first.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 0), "2026-11-01T05:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
        # Greenland's clocks jump from 23:00 to midnight: the last hour of that date has to be found elsewhere in it.
        ("America/Nuuk", date(2026, 3, 28), time(23, 30), "2026-03-29T00:30"),
        ("America/Nuuk", date(2026, 3, 29), time(23, 30), "2026-03-30T00:30"),
        ("America/Nuuk", date(2026, 10, 24), time(23, 30), "2026-10-25T00:30"),
        # 45 and 30 minutes off the hour.
        ("Asia/Kathmandu", date(2026, 3, 2), time(8, 0), "2026-03-02T02:15"),
        ("Pacific/Chatham", date(2026, 9, 27), time(3, 0), "2026-09-26T14:15"),
        ("Asia/Kolkata", date(2026, 3, 2), time(0, 15), "2026-03-01T18:45"),
    ],
)
def test_known_nights(zone: str, day: date, wall: time, utc: str) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert occurrence(rule_at(wall, zone), day) == moment
    assert expected(zone, day, wall) == moment


@pytest.mark.parametrize(
    ("zone", "skipped"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Fakaofo", date(2011, 12, 30)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
    ],
)
def test_a_date_that_a_zone_skipped_has_no_lesson_and_its_neighbours_have_one(zone: str, skipped: date) -> None:
    for wall in (time(0), time(0, 30), time(8), time(12), time(23, 59)):
        rule = rule_at(wall, zone)
        assert occurrence(rule, skipped) is None
        start = occurrence(rule, skipped - 3 * DAY)
        assert start is not None
        days = [slot_of(rule, moment) for moment in walked(rule, start - MINUTE, 5)]
        assert days == [skipped + timedelta(days=days) for days in (-3, -2, -1, 1, 2)]


def test_a_weekly_lesson_whose_date_was_skipped_comes_a_week_later() -> None:
    fridays = rule_at(time(8), "Pacific/Apia", frozenset({4}))
    due = next_due(fridays, datetime(2011, 12, 24, tzinfo=UTC))
    assert slot_of(fridays, due) == date(2012, 1, 6)


# -- one after the other -----------------------------------------------------------------------------------------------


def walked(rule: Rule, after: datetime, number: int) -> Iterator[datetime]:
    """So many lessons in a row, each sent the moment it is due."""
    last_slot = None
    for _ in range(number):
        after = next_due(rule, after, last_slot)
        last_slot = slot_of(rule, after)
        yield after


def test_there_is_exactly_one_lesson_a_date_over_every_change_of_clocks(zones: tuple[str, ...]) -> None:
    for zone in zones:
        for change in transitions(zone):
            first, *_, last = dates_around(zone, change)
            for wall in sorted(set(walls_around(zone, change)))[::3]:
                rule = rule_at(wall, zone)
                start = occurrence(rule, first)
                assert start is not None
                moments = list(walked(rule, start - SECOND, (last - first).days + 1))
                dates = [slot_of(rule, moment) for moment in moments]
                assert dates == [first + timedelta(days=days) for days in range((last - first).days + 1)], (zone, wall)
                assert moments == [expected(zone, day, wall) for day in dates], (zone, wall)


def test_a_year_in_every_zone_has_a_lesson_for_every_date() -> None:
    for zone in sample(one_of_each(), 12):
        rule = rule_at(time(2, 30), zone)
        moments = list(walked(rule, datetime(2027, 1, 1, tzinfo=UTC), 365))
        dates = [slot_of(rule, moment) for moment in moments]
        assert [later - sooner for sooner, later in pairwise(dates)] == [DAY] * 364
        strange = [moment for moment in moments if local(moment, zone).time() != time(2, 30)]
        assert len(strange) <= 1, "only the night on which the clocks jump may have another time"


moments = st.datetimes(FIRST.replace(tzinfo=None), (LAST - 30 * DAY).replace(tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
rules = st.builds(
    Rule,
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), min_size=1),
)


@given(rules, moments, st.none() | st.integers(-20, 0))
def test_the_next_due_time_is_the_first_that_fits(rule: Rule, after: datetime, gone_by: int | None) -> None:
    today = local(after, rule.zone).date()
    last_slot = None if gone_by is None else today + timedelta(days=gone_by)
    due = next_due(rule, after, last_slot)
    slot = slot_of(rule, due)
    assert due > after
    assert due - after <= 8 * DAY
    assert slot.weekday() in rule.weekdays
    assert last_slot is None or slot > last_slot
    assert due == expected(rule.zone, slot, time(rule.hour, rule.minute))
    for days in range((slot - today).days):
        day = today + timedelta(days=days)
        if day.weekday() in rule.weekdays and (last_slot is None or day > last_slot):
            skipped = occurrence(rule, day)
            assert skipped is None or skipped <= after, "it would have come sooner"


@given(rules, moments, st.integers(1, 5))
def test_a_date_that_had_its_lesson_has_no_second(rule: Rule, after: datetime, ahead: int) -> None:
    """The last slot lies ahead when they have moved back over the date line."""
    last_slot = local(after, rule.zone).date() + timedelta(days=ahead)
    due = next_due(rule, after, last_slot)
    assert slot_of(rule, due) > last_slot
    assert due - after <= (8 + ahead) * DAY


@given(rules, moments, st.timedeltas(timedelta(0), timedelta(days=10)))
@example(Rule(2, 30, "Europe/Berlin"), datetime(2026, 10, 25, 0, 29, tzinfo=UTC), timedelta(hours=1))
def test_later_never_means_sooner(rule: Rule, after: datetime, by: timedelta) -> None:
    assert next_due(rule, after + by) >= next_due(rule, after)


@given(rules, moments)
def test_a_due_time_is_always_in_utc_and_on_the_minute(rule: Rule, after: datetime) -> None:
    due = next_due(rule, after)
    assert due.utcoffset() == timedelta(0)
    assert (due.second, due.microsecond) == (0, 0)


def test_asking_at_the_very_moment_means_the_next_one() -> None:
    rule = rule_at(time(8), "Europe/Berlin")
    due = datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert next_due(rule, due - SECOND / 1000) == due
    assert next_due(rule, due) == due + DAY


def test_a_lesson_sent_late_does_not_make_the_next_one_late() -> None:
    """The next run is reckoned from the rule, never from now: nothing drifts."""
    rule = rule_at(time(8), "Asia/Kathmandu")
    after, last_slot = datetime(2026, 3, 2, tzinfo=UTC), None
    for days in range(30):
        due = next_due(rule, after, last_slot)
        assert due == datetime(2026, 3, 2, 2, 15, tzinfo=UTC) + timedelta(days=days)
        after, last_slot = due + timedelta(minutes=5 * days), slot_of(rule, due)


# -- somebody moves, or changes their hour -----------------------------------------------------------------------------

changes = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59)), max_size=6
)


@given(moments, changes)
def test_however_they_travel_no_date_has_two_lessons_and_none_waits_for_long(
    start: datetime, travels: list[tuple[int, str, int, int]]
) -> None:
    now, rule, last_slot = start, Rule(8, 0, "Pacific/Auckland"), None
    slots: list[date] = []
    for hours, zone, hour, minute in [*travels, (24 * 5, "Pacific/Honolulu", 8, 0)]:
        until = now + timedelta(hours=hours)
        while (due := next_due(rule, now, last_slot)) <= until:
            now, last_slot = due, slot_of(rule, due)
            slots.append(last_slot)
        now, rule = until, Rule(hour, minute, zone)
        # Today and tomorrow may have had theirs already, before they flew back over the date line.
        assert next_due(rule, now, last_slot) - now <= 3 * DAY + timedelta(hours=2)
    assert slots == sorted(set(slots)), "every lesson belongs to a date of its own, and dates only go forward"


def test_moving_over_the_date_line_after_todays_lesson() -> None:
    auckland, honolulu = rule_at(time(8), "Pacific/Auckland"), rule_at(time(8), "Pacific/Honolulu")
    sent = datetime(2026, 3, 2, 19, tzinfo=UTC)  # 3 March, 08:00, in Auckland; 2 March, 09:00, in Honolulu
    assert slot_of(auckland, sent) == date(2026, 3, 3)
    landed = sent + timedelta(hours=9)
    due = next_due(honolulu, landed, date(2026, 3, 3))
    assert local(due, "Pacific/Honolulu") == datetime(2026, 3, 4, 8, tzinfo=ZoneInfo("Pacific/Honolulu"))


def test_moving_over_the_date_line_the_other_way() -> None:
    sent = datetime(2026, 3, 2, 18, tzinfo=UTC)  # 2 March, 08:00, in Honolulu; 3 March, 07:00, in Auckland
    due = next_due(rule_at(time(8), "Pacific/Auckland"), sent + timedelta(hours=9), date(2026, 3, 2))
    assert local(due, "Pacific/Auckland").date() == date(2026, 3, 4), "the third had gone by when they landed"


def test_moving_east_before_todays_lesson_does_not_lose_it() -> None:
    now = datetime(2026, 3, 2, 6, tzinfo=UTC)  # in Berlin 07:00, an hour to go; in Kolkata 11:30, it has gone by
    assert slot_of(rule_at(time(8), "Asia/Kolkata"), next_due(rule_at(time(8), "Asia/Kolkata"), now)) == date(
        2026, 3, 3
    )
    evening = rule_at(time(20), "Asia/Kolkata")
    assert slot_of(evening, next_due(evening, now, date(2026, 3, 1))) == date(2026, 3, 2)


@pytest.mark.parametrize("new_hour", range(24))
def test_an_hour_changed_after_todays_lesson_makes_no_second_today(new_hour: int) -> None:
    sent = datetime(2026, 3, 2, 8, tzinfo=UTC)
    rule = rule_at(time(new_hour), "UTC")
    due = next_due(rule, sent + timedelta(minutes=10), slot_of(rule, sent))
    assert due == datetime(2026, 3, 3, new_hour, tzinfo=UTC)


@pytest.mark.parametrize("new_hour", range(24))
def test_an_hour_changed_before_todays_lesson_still_gives_one_if_it_is_not_gone_by(new_hour: int) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    due = next_due(rule_at(time(new_hour), "UTC"), now, date(2026, 3, 1))
    assert due == datetime(2026, 3, 2 if new_hour > 12 else 3, new_hour, tzinfo=UTC)


# -- quiet hours -------------------------------------------------------------------------------------------------------


@given(rules, moments)
def test_quiet_hours_end_at_a_moment_that_is_not_quiet(rule: Rule, moment: datetime) -> None:
    end = end_of_quiet(rule, moment)
    assert end >= moment
    assert not is_quiet(rule, end)
    assert end - moment <= timedelta(hours=12)
    assert (end == moment) == (not is_quiet(rule, moment))


@given(rules, moments)
def test_quiet_is_by_their_own_clock_unless_they_chose_such_an_hour(rule: Rule, moment: datetime) -> None:
    wall, own = local(moment, rule.zone).time(), time(rule.hour, rule.minute)
    asleep = [not QUIET_UNTIL <= each < QUIET_FROM for each in (wall, own)]
    assert is_quiet(rule, moment) == (asleep[0] and not asleep[1])


@given(rules, moments)
def test_nobodys_own_hour_is_ever_quiet(rule: Rule, after: datetime) -> None:
    due = next_due(rule, after)
    assume(local(due, rule.zone).time() == time(rule.hour, rule.minute))
    assert not is_quiet(rule, due)


# -- the next change of clocks -----------------------------------------------------------------------------------------


def test_a_coming_change_of_clocks_is_told_with_its_moment_and_shift(zones: tuple[str, ...]) -> None:
    for zone in zones:
        for number, change in enumerate(transitions(zone)):
            before = change - timedelta(hours=(number * 29) % 168, minutes=1)
            shift = offset(zone, change) - offset(zone, change - SECOND)
            assert clock_change(zone, before) == (change, shift), (zone, change)
            assert clock_change(zone, change) != (change, shift), "what has been is not to come"


def test_a_change_further_off_is_not_told() -> None:
    berlin = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert clock_change("Europe/Berlin", berlin - 8 * DAY) is None
    assert clock_change("Europe/Berlin", berlin - 8 * DAY, days=9) == (berlin, timedelta(hours=1))
    assert clock_change("Asia/Kolkata", berlin, days=400) is None


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        (24, 0, "UTC"),
        (-1, 0, "UTC"),
        (8, 60, "UTC"),
        (8, -1, "UTC"),
        (8, 0, "UTC", frozenset()),
        (8, 0, "UTC", frozenset({7})),
        (8, 0, "UTC", frozenset({0, -1})),
    ],
)
def test_a_rule_that_can_never_come_true_is_refused(values: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="time of day"):
        Rule(*values)  # type: ignore[arg-type]


def test_a_naive_moment_is_refused() -> None:
    naive, rule = datetime(2026, 3, 2, 8), Rule(8, 0, "UTC")  # noqa: DTZ001  that is the point
    for ask in (
        lambda: local(naive, "UTC"),
        lambda: next_due(rule, naive),
        lambda: slot_of(rule, naive),
        lambda: is_quiet(rule, naive),
        lambda: end_of_quiet(rule, naive),
        lambda: clock_change("UTC", naive),
    ):
        with pytest.raises(ValueError, match="zone"):
            ask()


def test_the_two_moments_of_an_overlap_are_told_apart_whatever_was_asked_before() -> None:
    """What was reckoned is remembered; two datetimes of one zone that differ in `fold` alone count as equal in Python."""
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    assert first == second
    for _ in range(2):
        assert local(first, "UTC").hour == 0
        assert local(second, "UTC").hour == 1
