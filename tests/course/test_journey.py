"""What comes next, what is sent now, and why not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.course.journey import (
    Decision,
    Finish,
    Hold,
    Reason,
    SendCatchUp,
    SendLesson,
    Standing,
    decide,
    next_in_track,
    next_lesson,
    place_in,
)
from bot.course.lesson import Course
from bot.course.pace import KIND_LATENESS, Rule, is_quiet, local, next_due, occurrence, slot_of
from tests.course.courses import course, lesson, plain_course, standing, track, walk
from tests.course.zones import DAY, ZONES, expected, one_of_each, sample

# -- the next lesson ---------------------------------------------------------------------------------------------------

PLAIN = plain_course(stress=3, sleep=2)


def test_lessons_come_in_order_track_after_track() -> None:
    assert walk(PLAIN, standing(["sleep", "stress"])) == ["sleep-1", "sleep-2", "stress-1", "stress-2", "stress-3"]


def test_a_topic_that_was_put_first_comes_first_and_keeps_its_place() -> None:
    been = {"stress-1", "sleep-1"}
    assert walk(PLAIN, standing(["stress", "sleep"], been)) == ["stress-2", "stress-3", "sleep-2"]
    assert walk(PLAIN, standing(["sleep", "stress"], been)) == ["sleep-2", "stress-2", "stress-3"]


def test_a_topic_that_was_not_chosen_or_is_no_more_gives_nothing() -> None:
    assert walk(PLAIN, standing([])) == []
    assert walk(PLAIN, standing(["gone", "sleep"])) == ["sleep-1", "sleep-2"]


def test_somebody_who_joined_late_is_not_moved_by_a_lesson_inserted_behind_them() -> None:
    new = course(track("stress", [lesson(f"stress-{n}") for n in (1, 9, 2, 3)]))
    assert walk(new, standing(["stress"], {"stress-1", "stress-2"})) == ["stress-3"]
    assert walk(new, standing(["stress"], {"stress-1"})) == ["stress-9", "stress-2", "stress-3"]


def test_a_lesson_removed_or_renamed_moves_nobody_back() -> None:
    removed = course(track("stress", [lesson("stress-1"), lesson("stress-3"), lesson("stress-4")]))
    assert walk(removed, standing(["stress"], {"stress-1", "stress-2", "stress-3"})) == ["stress-4"]
    assert walk(removed, standing(["stress"], {"stress-1", "stress-2"})) == ["stress-3", "stress-4"]
    renamed = course(track("stress", [lesson(f"stress-{n}") for n in (11, 2, 3)]))
    assert walk(renamed, standing(["stress"], {"stress-1", "stress-2"})) == ["stress-3"]


def test_in_a_topic_about_closeness_too_nobody_is_moved_back() -> None:
    lessons = [lesson(f"intimacy-{n}", sensitivity=2) for n in (1, 9, 2, 3)]
    inserted = course(track("intimacy", lessons, sensitivity=2))
    assert walk(inserted, standing(["intimacy"], {"intimacy-1", "intimacy-2"})) == ["intimacy-3"]


def test_a_lesson_that_was_left_out_for_want_of_closeness_comes_when_it_is_chosen() -> None:
    mixed = course(track("sleep", [lesson("sleep-1"), lesson("sleep-2", sensitivity=2), lesson("sleep-3")]))
    assert walk(mixed, standing(["sleep"], {"sleep-1", "sleep-3"}, closeness=False)) == []
    assert walk(mixed, standing(["sleep"], {"sleep-1", "sleep-3"})) == ["sleep-2"]


def test_right_after_a_pause_an_easy_lesson_comes_first() -> None:
    some = course(INTIMACY, CONSENT, track("sleep", [lesson("sleep-1")]))

    def first(been: set[str], *tracks: str) -> str | None:
        coming = next_lesson(some, standing(tracks, been)._replace(gentle=True))
        return coming.id if coming is not None else None

    assert first({"consent-1"}, "intimacy", "sleep") == "sleep-1"
    assert first({"consent-1"}, "intimacy") in ("consent-2", "sleep-1"), "from a topic they did not choose, if need be"
    assert first({"consent-1", "consent-2", "sleep-1"}, "intimacy") == "intimacy-1", "when there is nothing easier"
    assert first(set(), "sleep") == "sleep-1"
    assert first({"sleep-1"}, "sleep") is None


def test_lessons_moved_to_another_place_are_not_repeated_by_going_back() -> None:
    turned = course(track("stress", [lesson(f"stress-{n}") for n in (3, 2, 1, 4)]))
    assert walk(turned, standing(["stress"], {"stress-1"})) == ["stress-4"]


def test_the_place_counts_from_one() -> None:
    order = ["stress-1", "stress-2", "stress-3"]
    assert [place_in(order, been) for been in ({}, {"stress-1"}, {"stress-2"}, set(order), {"other-1"})] == [
        1,
        2,
        3,
        4,
        1,
    ]


CONSENT = track("consent", [lesson("consent-1", sensitivity=1), lesson("consent-2", sensitivity=1)], sensitivity=1)
INTIMACY = track(
    "intimacy",
    [lesson("intimacy-1", sensitivity=2), lesson("intimacy-2", needs=["intimacy-1"], sensitivity=2)],
    needs=["consent-1"],
    sensitivity=2,
)
CLOSE = course(INTIMACY, CONSENT)


def test_what_a_lesson_needs_comes_first_even_from_a_topic_that_was_not_chosen() -> None:
    assert walk(CLOSE, standing(["intimacy"])) == ["consent-1", "intimacy-1", "intimacy-2"]
    assert walk(CLOSE, standing(["intimacy", "consent"])) == ["consent-1", "intimacy-1", "intimacy-2", "consent-2"]
    assert walk(CLOSE, standing(["intimacy"], {"consent-1"})) == ["intimacy-1", "intimacy-2"]


def test_needs_of_needs_come_first_too() -> None:
    deep = course(
        track("a", [lesson("a-1", needs=["b-1"])]),
        track("b", [lesson("b-1", needs=["c-1"])]),
        track("c", [lesson("c-1")]),
    )
    assert walk(deep, standing(["a"])) == ["c-1", "b-1", "a-1"]


def test_a_need_that_the_course_does_not_have_any_more_holds_nobody_up() -> None:
    assert walk(course(track("a", [lesson("a-1", needs=["gone-1"])])), standing(["a"])) == ["a-1"]


def test_lessons_that_need_each_other_still_come_to_an_end() -> None:
    circle = course(track("a", [lesson("a-1", needs=["b-1"])]), track("b", [lesson("b-1", needs=["a-1"])]))
    assert sorted(walk(circle, standing(["a", "b"]))) == ["a-1", "b-1"]
    itself = course(track("a", [lesson("a-1", needs=["a-1"])]))
    assert walk(itself, standing(["a"])) == ["a-1"]


def test_without_closeness_no_sensitive_topic_and_no_sensitive_lesson_comes() -> None:
    mixed = course(
        track("sleep", [lesson("sleep-1"), lesson("sleep-2", sensitivity=2), lesson("sleep-3", sensitivity=1)]),
        INTIMACY,
        CONSENT,
    )
    assert walk(mixed, standing(["sleep", "intimacy"], closeness=False)) == ["sleep-1", "sleep-3"]
    with_it = ["sleep-1", "sleep-2", "sleep-3", "consent-1", "intimacy-1", "intimacy-2"]
    assert walk(mixed, standing(["sleep", "intimacy"])) == with_it


def test_a_need_does_not_bring_a_sensitive_lesson_to_somebody_who_wants_none() -> None:
    odd = course(
        track("sleep", [lesson("sleep-1", needs=["close-1"])]), track("close", [lesson("close-1", sensitivity=3)])
    )
    assert walk(odd, standing(["sleep"], closeness=False)) == ["sleep-1"]
    assert walk(odd, standing(["sleep"])) == ["close-1", "sleep-1"]


def test_a_lesson_comes_in_their_language_or_else_in_the_first() -> None:
    two = course(
        track(
            "stress",
            [lesson("stress-1"), lesson("stress-2")],
            translated=[lesson("stress-1", language="uk", title="стрес")],
        )
    )
    coming = next_lesson(two, standing(["stress"], language="uk"))
    assert coming is not None
    assert coming.title == "стрес"
    coming = next_lesson(two, standing(["stress"], {"stress-1"}, language="uk"))
    assert coming is not None
    assert coming.language == "en"


def test_next_in_a_topic_is_its_next_lesson_whatever_it_needs() -> None:
    coming = next_in_track(CLOSE, "intimacy", standing([]))
    assert coming is not None
    assert coming.id == "intimacy-1"
    assert next_in_track(CLOSE, "intimacy", standing([], closeness=False)) is None
    assert next_in_track(CLOSE, "gone", standing([])) is None


@st.composite
def random_courses(draw: st.DrawFn) -> Course:
    """Up to four topics; a lesson may need one of an earlier topic, or one that does not exist."""
    tracks = []
    known: list[str] = ["nowhere-1"]
    sensitivity = st.sampled_from([0, 0, 0, 2])
    for name in "abcd"[: draw(st.integers(1, 4))]:
        needs = st.lists(st.sampled_from(known), max_size=2)
        lessons = [
            lesson(f"{name}-{n}", needs=draw(needs), sensitivity=draw(sensitivity))
            for n in range(1, draw(st.integers(2, 6)))
        ]
        tracks.append(track(name, lessons, needs=draw(needs), sensitivity=draw(sensitivity)))
        known += [one.id for one in lessons]
    return course(*draw(st.permutations(tracks)))


ids = st.sets(st.sampled_from([f"{name}-{n}" for name in "abcde" for n in range(1, 7)]))
standings = st.builds(Standing, st.lists(st.sampled_from("abcde"), unique=True), ids, st.booleans(), st.just("en"))


@given(random_courses(), standings)
def test_whatever_the_course_nobody_gets_a_lesson_twice_or_one_they_asked_not_to_get(
    some: Course, start: Standing
) -> None:
    coming = walk(some, start)
    assert len(coming) == len(set(coming))
    assert not set(coming) & set(start.been_through)
    if not start.closeness:
        shown = [some.lesson(one, "en") for one in coming]
        assert not [one.id for one in shown if one is not None and one.sensitive]


@given(random_courses(), standings)
def test_whatever_the_course_what_a_lesson_needs_came_before_it(some: Course, start: Standing) -> None:
    been = set(start.been_through)
    for lesson_id in walk(some, start):
        one = some.lesson(lesson_id, "en")
        assert one is not None
        for needed in (*some.tracks[one.track].prerequisites, *one.prerequisites):
            there = some.lesson(needed, "en")
            hidden = there is not None and there.sensitive and not start.closeness
            assert needed in been or there is None or hidden, f"{lesson_id} came before {needed}"
        been.add(lesson_id)


@given(random_courses(), standings)
def test_whatever_the_course_nobody_is_left_standing_with_lessons_to_go(some: Course, start: Standing) -> None:
    been = {*start.been_through, *walk(some, start)}
    for name in start.tracks:
        open_topic = name in some.tracks and (start.closeness or some.tracks[name].sensitivity < 2)
        order = some.tracks[name].order if open_topic else ()
        after = order[place_in(order, been) - 1 :]
        left = [some.lesson(one, "en") for one in after]
        assert not [one.id for one in left if one is not None and (start.closeness or not one.sensitive)]


# -- to send or not to send --------------------------------------------------------------------------------------------

BERLIN = Rule(20, 0, "Europe/Berlin")
DUE = datetime(2026, 3, 2, 19, tzinfo=UTC)  # Monday, 20:00 in Berlin
MONDAY = date(2026, 3, 2)


def decided(late: timedelta = timedelta(0), *, rule: Rule = BERLIN, due: datetime = DUE, last_slot: date | None = None,
            left: bool = True) -> Decision:  # fmt: skip
    return decide(rule, left=left, due=due, now=due + late, last_slot=last_slot)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=9), timedelta(minutes=119)])
def test_a_lesson_that_is_due_is_sent_and_a_little_late_is_still_kind(late: timedelta) -> None:
    decision = decided(late)
    assert isinstance(decision, SendLesson)
    assert decision.slot == MONDAY


def test_at_the_limit_it_is_still_kind_and_a_second_later_it_is_a_choice() -> None:
    rule, due = Rule(8, 0, "Europe/Berlin"), DUE - timedelta(hours=12)
    assert isinstance(decided(KIND_LATENESS, rule=rule, due=due), SendLesson)
    assert decided(KIND_LATENESS + timedelta(seconds=1), rule=rule, due=due) == SendCatchUp(MONDAY)


def test_right_before_the_next_lesson_no_choice_is_offered_either() -> None:
    rule, due = Rule(8, 0, "Europe/Berlin", frozenset({0, 1})), DUE - timedelta(hours=12)
    tuesday = due + DAY
    late = tuesday - timedelta(minutes=30) - due
    assert decided(late, rule=rule, due=due) == Hold(Reason.TOO_LATE, tuesday)


def test_in_quiet_hours_nothing_comes_by_itself_until_they_end() -> None:
    morning = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert decided(timedelta(hours=2, minutes=30)) == Hold(Reason.QUIET_HOURS, morning)
    assert decided(timedelta(hours=10)) == Hold(Reason.QUIET_HOURS, morning)


def test_whoever_chose_an_hour_at_night_gets_their_lesson_at_night() -> None:
    night = Rule(23, 30, "Europe/Berlin")
    due = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    decision = decided(rule=night, due=due)
    assert isinstance(decision, SendLesson)
    assert decision.slot == MONDAY


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_date_that_had_its_lesson_gets_no_second(ahead: int) -> None:
    last_slot = MONDAY + timedelta(days=ahead)
    decision = decided(last_slot=last_slot)
    assert decision == Hold(Reason.ALREADY_TODAY, DUE + timedelta(days=1 + ahead))


def test_when_everything_is_through_it_is_said_once() -> None:
    assert decided(left=False) == Finish(MONDAY)
    late, rule = timedelta(hours=10), Rule(8, 0, "Europe/Berlin")
    assert decided(late, rule=rule, due=DUE - timedelta(hours=12), left=False) == Finish(MONDAY)


def test_thirty_days_behind_is_one_choice_and_then_the_usual_rhythm() -> None:
    rule = Rule(8, 0, "Europe/Berlin")
    due = datetime(2026, 3, 2, 7, tzinfo=UTC)
    now = due + timedelta(days=30, hours=5)
    decision = decide(rule, left=True, due=due, now=now, last_slot=None)
    assert decision == SendCatchUp(slot_of(rule, now))
    assert next_due(rule, now) == datetime(2026, 4, 2, 6, tzinfo=UTC)


moments = st.datetimes(datetime(2021, 1, 1), datetime(2030, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001  made aware here
rules = st.builds(
    Rule, st.integers(0, 23), st.integers(0, 59), st.sampled_from(ZONES), st.frozensets(st.integers(0, 6), min_size=1)
)


@given(rules, moments, st.timedeltas(timedelta(0), timedelta(days=40)), st.none() | st.integers(-9, 2), st.booleans())
def test_every_decision_keeps_every_promise(
    rule: Rule, due: datetime, late: timedelta, gone_by: int | None, through: bool
) -> None:
    now = due + late
    today = local(now, rule.zone).date()
    last_slot = None if gone_by is None else today + timedelta(days=gone_by)
    decision = decide(rule, left=not through, due=due, now=now, last_slot=last_slot)
    if isinstance(decision, Hold):
        assert decision.until is not None
        assert now < decision.until <= now + timedelta(days=12)
        assert decision.reason in (Reason.ALREADY_TODAY, Reason.QUIET_HOURS, Reason.TOO_LATE)
        return
    assert decision.slot == today
    assert last_slot is None or last_slot < today
    assert not is_quiet(rule, now)
    assert isinstance(decision, Finish) == through
    if isinstance(decision, SendLesson):
        assert now - due <= KIND_LATENESS
    if isinstance(decision, SendCatchUp):
        assert now - due > KIND_LATENESS
        assert next_due(rule, now, last_slot) - now > KIND_LATENESS


@given(rules, moments, st.timedeltas(timedelta(0), timedelta(days=40)), st.none() | st.integers(-9, 2))
def test_holding_never_goes_on_for_ever(rule: Rule, due: datetime, late: timedelta, gone_by: int | None) -> None:
    now, owed = due + late, due
    last_slot = None if gone_by is None else local(now, rule.zone).date() + timedelta(days=gone_by)
    for _ in range(4):
        decision = decide(rule, left=True, due=owed, now=now, last_slot=last_slot)
        if not isinstance(decision, Hold):
            return
        assert decision.until is not None
        now = decision.until
        owed = owed if decision.reason is Reason.QUIET_HOURS else now
    pytest.fail("four times put off")


# -- a month of days ---------------------------------------------------------------------------------------------------

MONTHS = (datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 10, 12, tzinfo=UTC))
"""Two months that hold most changes of clocks, in both halves of the world."""
WALLS = (time(8), time(2, 30), time(20, 15), time(23, 30), time(0, 0), time(6, 59))


@pytest.mark.parametrize("start", MONTHS, ids=lambda start: f"{start:%B}")
def test_a_month_in_forty_zones_is_a_lesson_a_day_at_the_right_minute(start: datetime) -> None:
    for number, zone in enumerate(sample(one_of_each(), 40)):
        wall = WALLS[number % len(WALLS)]
        rule = Rule(wall.hour, wall.minute, zone)
        sent = lived_through(rule, start, days=30, tick=timedelta(seconds=number % 10))
        assert [lesson_id for _, lesson_id, _ in sent] == [f"stress-{n}" for n in range(1, len(sent) + 1)]
        assert 29 <= len(sent) <= 31
        dates = [slot for slot, _, _ in sent]
        assert dates == [dates[0] + timedelta(days=days) for days in range(len(dates))], zone
        for slot, _, moment in sent:
            assert moment - timedelta(seconds=number % 10) == expected(zone, slot, wall), (zone, slot)


def lived_through(rule: Rule, start: datetime, days: int, tick: timedelta) -> list[tuple[date, str, datetime]]:
    """What somebody got in that time: date, lesson and moment. Every tick comes a little late."""
    long_course = plain_course(stress=60)
    sent: list[tuple[date, str, datetime]] = []
    last_slot: date | None = None
    due = next_due(rule, start)
    while due < start + timedelta(days=days):
        now = due + tick
        been = {lesson_id for _, lesson_id, _ in sent}
        lesson = next_lesson(long_course, standing(["stress"], been))
        decision = decide(rule, left=lesson is not None, due=due, now=now, last_slot=last_slot)
        assert isinstance(decision, SendLesson), decision
        assert lesson is not None
        sent.append((decision.slot, lesson.id, now))
        last_slot = decision.slot
        due = next_due(rule, now, last_slot)
    return sent


def test_some_weekdays_only() -> None:
    rule = Rule(7, 45, "Australia/Lord_Howe", frozenset({1, 3}))
    sent = lived_through(rule, MONTHS[1], days=28, tick=timedelta(0))
    assert [slot.weekday() for slot, _, _ in sent] == [1, 3] * 4
    assert {occurrence(rule, slot) for slot, _, _ in sent} == {moment for _, _, moment in sent}
