"""Weeks in seconds: when lessons come, when they do not, and what comes instead. Every test has a world of its own to travel in."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.demo import Message
from bot.service.learners import State
from tests.e2e.chat import Chat
from tests.world import World

BERLIN = "Europe/Berlin"
ENVELOPE = "Your lesson is ready."


def moment(day: str, wall: str, zone: str = BERLIN) -> datetime:
    """A moment by the clock on somebody's wall: moment("03-29", "08:00")."""
    return datetime.fromisoformat(f"2026-{day}T{wall}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_lesson(message: Message) -> bool:
    """True for a lesson, in the open or in an envelope."""
    return "Think about:" in message.text or ENVELOPE in message.text


def came(chat: Chat, zone: str = BERLIN) -> list[str]:
    """When lessons came since the last act, by the clock on the wall: "03-02 08:00"."""
    return [f"{one.at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for one in chat.news if is_lesson(one)]


# -- the right minute ------------------------------------------------------------------------------------------------------


async def test_one_lesson_at_the_local_minute_and_none_before_or_after(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-03", "07:59:50"))
    ana.hears_nothing()
    await there.at(moment("03-03", "08:00"))
    ana.hears_only(ana.lesson("stress-1").title)
    for later in ("08:00:10", "08:01", "12:00", "23:59"):
        await there.at(moment("03-03", later))
    assert came(ana) == ["03-03 08:00"]
    await there.at(moment("03-05", "09:00"))
    assert came(ana) == ["03-03 08:00", "03-04 08:00", "03-05 08:00"]


async def test_whoever_signs_up_before_the_hour_gets_one_the_same_day(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=13, minute=1)
    await there.later(minutes=1)
    assert came(ana) == ["03-02 13:01"]


async def test_everybody_by_their_own_clock(there: World, ana: Chat, ben: Chat) -> None:
    await ana.is_learning("stress")
    await ben.is_learning("stress", zone="Asia/Kathmandu", country="NP", hour=6, minute=45)
    await there.later(days=2)
    assert came(ana) == ["03-03 08:00", "03-04 08:00"]
    assert came(ben, "Asia/Kathmandu") == ["03-03 06:45", "03-04 06:45"]


async def test_only_on_the_days_that_were_chosen(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", weekdays=frozenset({0, 2, 4}))
    await there.later(days=10)
    assert came(ana) == ["03-04 08:00", "03-06 08:00", "03-09 08:00", "03-11 08:00"]


async def test_each_lesson_once_and_in_order_to_a_kind_end(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.later(days=60)
    lessons = [one for one in ana.news if is_lesson(one)]
    for number, one in enumerate(lessons, start=1):
        assert ana.lesson(f"stress-{number}").title in one.text
    assert len(lessons) == 7
    assert "You have been through every lesson you chose." in ana.news[-1].text
    assert len(ana.news) == 8, "the end is told once"
    await ana.says("/when")
    ana.hears_only("No lesson is planned.")
    await ana.says("/tracks")
    await ana.taps("Kinder nights")
    await ana.taps("Add this topic")
    await there.later(days=1)
    ana.hears(ana.lesson("sleep-1").title)


# -- clocks that change ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "eve", "wall", "expected"),
    [
        (BERLIN, "03-28", "08:00", ["03-28 08:00", "03-29 08:00", "03-30 08:00"]),
        (BERLIN, "03-28", "02:30", ["03-28 02:30", "03-29 03:30", "03-30 02:30"]),
        (BERLIN, "10-24", "08:00", ["10-24 08:00", "10-25 08:00", "10-26 08:00"]),
        (BERLIN, "10-24", "02:30", ["10-24 02:30", "10-25 02:30", "10-26 02:30"]),
        ("America/New_York", "03-07", "02:00", ["03-07 02:00", "03-08 03:00", "03-09 02:00"]),
        ("America/New_York", "10-31", "01:15", ["10-31 01:15", "11-01 01:15", "11-02 01:15"]),
        ("Australia/Lord_Howe", "10-03", "02:15", ["10-03 02:15", "10-04 02:45", "10-05 02:15"]),
    ],
)
async def test_one_lesson_a_night_when_clocks_change(
    there: World, ana: Chat, zone: str, eve: str, wall: str, expected: list[str]
) -> None:
    there.clock.now = moment(eve, "00:00", zone)
    hour, minute = map(int, wall.split(":"))
    await ana.is_learning("stress", zone=zone, hour=hour, minute=minute)
    await there.later(days=3)
    assert came(ana, zone) == expected


async def test_when_tells_of_a_change_of_clocks_that_is_near(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/when")
    assert "Clocks go" not in ana.last.text
    there.clock.now = moment("03-25", "12:00")
    await ana.says("/when")
    ana.hears_only("Clocks go forward by 1 hour on Sunday, March 29. Your lesson still comes at 8:00 AM.")
    there.clock.now = moment("10-20", "12:00")
    await ana.says("/when")
    ana.hears_only("Clocks go back by 1 hour on Sunday, October 25.")


# -- plans that change -------------------------------------------------------------------------------------------------------


async def test_an_hour_changed_before_todays_lesson_moves_it(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-03", "07:00"))
    await ana.says("/settings")
    await ana.taps("Time")
    await ana.says("9:30")
    ana.hears_only("Your next lesson comes on Tuesday, March 3 at 9:30 AM")
    ana.forget()
    await there.at(moment("03-04", "12:00"))
    assert came(ana) == ["03-03 09:30", "03-04 09:30"]


async def test_an_hour_changed_after_todays_lesson_makes_no_second(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-03", "08:30"))
    await ana.says("/settings")
    await ana.taps("Time")
    await ana.says("21:00")
    ana.hears_only("Your next lesson comes on Wednesday, March 4 at 9:00 PM")
    ana.forget()
    await there.at(moment("03-04", "22:00"))
    assert came(ana) == ["03-04 21:00"]


@pytest.mark.parametrize("city", ["New York", "Tokyo", "Auckland", "Honolulu"])
async def test_a_move_gives_one_lesson_for_each_date_of_the_new_clock(there: World, ana: Chat, city: str) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-04", "09:00"))
    await ana.says("/settings")
    await ana.taps("Time zone")
    await ana.says(city)
    zone = (await ana.learner()).profile.zone
    assert zone != BERLIN
    ana.forget()
    await there.at(moment("03-08", "12:00"))
    days = came(ana, zone or "")
    assert len(days) == len({day[:5] for day in days}), "never two on one date"
    assert {day[6:] for day in days} == {"08:00"}
    assert "03-04" not in {day[:5] for day in days}, "that date had its lesson"
    assert len(days) in (3, 4)


async def test_no_lesson_on_a_day_that_already_had_one_on_request(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=20)
    await there.at(moment("03-03", "12:00"))
    ana.forget()
    await ana.says("/today")
    await there.at(moment("03-04", "12:00"))
    assert came(ana) == ["03-03 12:00"]


# -- too late ------------------------------------------------------------------------------------------------------------------


async def test_a_lesson_a_little_late_still_comes(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(moment("03-03", "10:30"))
    ana.hears_only(ana.lesson("stress-1").title)


async def test_too_late_for_the_lesson_comes_one_choice(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(moment("03-03", "12:00"))
    choice = ana.hears_only("I was away for a while, and a lesson did not come.")
    assert choice.labels == ["Read one now", "Carry on at the usual time", "Start this topic over"]
    await ana.taps("Read one now")
    ana.hears(ana.lesson("stress-1").title)
    await ana.taps_old(choice.id, "ls:now")
    assert came(ana) == [], "pressed twice it does not send two"
    ana.forget()
    await there.at(moment("03-04", "12:00"))
    assert came(ana) == ["03-04 08:00"]
    ana.hears_only(ana.lesson("stress-2").title)


async def test_after_thirty_days_of_silence_there_is_no_burst(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(moment("04-02", "15:00"))
    ana.hears_only("I was away for a while")
    await ana.taps("Carry on at the usual time")
    ana.hears_only("Your next lesson comes on Friday, April 3 at 8:00 AM")
    ana.forget()
    await there.at(moment("04-03", "23:00"))
    assert came(ana) == ["04-03 08:00"]
    ana.hears_only(ana.lesson("stress-1").title)


async def test_shortly_before_the_next_lesson_no_choice_comes_in_between(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(moment("03-04", "07:00"))
    ana.hears_nothing()
    await there.at(moment("03-04", "08:00"))
    ana.hears_only(ana.lesson("stress-1").title)


async def test_nothing_comes_by_itself_in_quiet_hours(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=20)
    await there.asleep_until(moment("03-02", "22:30"))
    ana.hears_nothing()
    await there.at(moment("03-03", "06:59"))
    ana.hears_nothing()
    await there.at(moment("03-03", "07:00"))
    ana.hears_only("I was away for a while")
    await there.at(moment("03-03", "20:00"))
    assert came(ana) == ["03-03 20:00"]


async def test_an_hour_that_was_chosen_is_not_quiet(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=23)
    await there.at(moment("03-03", "23:00"))
    assert came(ana) == ["03-02 23:00", "03-03 23:00"]


# -- pauses ----------------------------------------------------------------------------------------------------------------------


async def test_a_pause_ends_with_one_question_and_nothing_resumes_by_the_clock_alone(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause 5")
    ana.forget()
    await there.at(moment("03-07", "07:59"))
    ana.hears_nothing()
    await there.at(moment("03-07", "08:00"))
    question = ana.hears_only("Ready when you are. Back to the course?")
    assert question.labels == ["Read one now", "Carry on at the usual time", "Not yet"]
    await there.later(days=20)
    ana.hears_only("Ready when you are.")


@pytest.mark.parametrize(
    ("label", "heard"),
    [
        ("Read one now", "Think about:"),
        ("Carry on at the usual time", "Your next lesson comes on Sunday, March 8 at 8:00 AM"),
        ("Not yet", "Lessons are paused until you say so."),
    ],
)
async def test_the_three_answers_when_a_pause_ends(there: World, ana: Chat, label: str, heard: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause until 2026-03-07")
    await there.at(moment("03-07", "10:00"))
    await ana.taps(label)
    ana.hears(heard)
    ana.forget()
    await there.at(moment("03-08", "10:00"))
    assert came(ana) == ([] if label == "Not yet" else ["03-08 08:00"])


async def test_a_pause_typed_late_in_the_evening_still_ends_at_the_usual_hour(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-02", "23:50"))
    await ana.says("/pause until 2026-03-06")
    ana.hears_only("Lessons are paused until Friday, March 6.")
    ana.forget()
    await there.at(moment("03-06", "08:00"))
    ana.hears_only("Ready when you are.")


@pytest.mark.parametrize("said", ["/pause open", "/stop"])
async def test_nothing_comes_while_it_is_to_be_quiet(there: World, ana: Chat, said: str) -> None:
    await ana.is_learning("stress")
    await ana.says(said)
    ana.forget()
    await there.later(days=90)
    ana.hears_nothing()


async def test_resumed_early_it_goes_on_at_the_same_place(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-04", "12:00"))
    await ana.says("/pause 30")
    await there.later(days=3)
    await ana.says("/resume")
    ana.forget()
    await there.later(days=1)
    ana.hears_only(ana.lesson("stress-3").title)


# -- gone and back -----------------------------------------------------------------------------------------------------------


async def test_blocked_then_unblocked_there_is_one_welcome_and_the_same_place(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-03", "08:00"))
    await ana.blocks()
    tried = len(there.server.calls)
    await there.later(days=10)
    assert len(there.server.calls) == tried, "nothing is tried while they are away"
    await ana.unblocks()
    welcome = ana.hears_only("Welcome back. Lessons stopped while I could not reach you")
    assert welcome.labels == ["Read one now", "Carry on at the usual time", "Start this topic over"]
    await ana.taps("Read one now")
    ana.hears(ana.lesson("stress-2").title)
    await ana.says("/when")
    assert "Welcome back" not in ana.last.text


async def test_a_block_nobody_told_of_is_found_when_a_lesson_cannot_be_sent(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    ana.person.blocked = True
    await there.later(days=1)
    assert (await ana.learner()).state is State.GONE
    tried = len(there.server.calls)
    await there.later(days=10)
    assert len(there.server.calls) == tried
    ana.person.blocked = False
    await ana.says("Hello again")
    ana.hears("Welcome back. Lessons stopped while I could not reach you")
    await there.later(days=1)
    assert len(came(ana)) == 1


async def test_back_with_a_sticker_is_back_as_well(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    ana.person.blocked = True
    await there.later(days=1)
    ana.person.blocked = False
    await ana.sends("sticker")
    ana.hears("Welcome back.")
    assert (await ana.learner()).state is State.ACTIVE


async def test_whoever_paused_before_the_block_is_still_paused_after_it(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause open")
    await ana.blocks()
    await ana.unblocks()
    ana.hears_nothing()
    await there.later(days=3)
    ana.hears_nothing()


async def test_whoever_stopped_and_blocked_is_left_in_peace(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/stop")
    await ana.blocks()
    await ana.unblocks()
    ana.hears_nothing()
    assert (await ana.learner()).state is State.STOPPED


async def test_a_deleted_account_is_tried_once(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    ana.person.deactivate()
    await there.later(days=5)
    assert len(there.server.calls_of("sendMessage", ana.person.id)) == 1


# -- the course ----------------------------------------------------------------------------------------------------------------


async def test_consent_comes_before_intimacy_and_intimacy_in_envelopes(there: World, ana: Chat) -> None:
    await ana.is_learning("intimacy")
    await there.at(moment("03-03", "08:00"))
    ana.hears_only(ana.lesson("consent-1").title)
    ana.forget()
    await there.at(moment("03-04", "08:00"))
    ana.hears_only(ENVELOPE)
    await there.at(moment("03-05", "08:00"))
    assert [one.text for one in ana.news if ana.lesson("intimacy-2").title in one.text] == []
    assert came(ana) == ["03-04 08:00", "03-05 08:00"], "one that stayed closed is offered again"
    await ana.taps("Open")
    ana.hears_only(ana.lesson("intimacy-1").title)
    ana.forget()
    await there.at(moment("03-06", "08:00"))
    await ana.taps("Open")
    ana.hears_only(ana.lesson("intimacy-2").title)


async def test_words_days_after_a_lesson_are_no_answer_to_it_any_more(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", weekdays=frozenset({0}))
    await there.at(moment("03-09", "08:00"))
    await there.at(moment("03-12", "20:00"))
    await ana.says("Still my jaw.")
    ana.hears_only(ana.lesson("stress-1").title)
    await there.at(moment("03-16", "08:00"))
    await there.at(moment("03-20", "08:00"))
    lesson = ana.last
    await ana.says("The lilac is out.")
    ana.hears_only("Shall I keep it as a note")
    await ana.says("About the lesson, late.", reply_to=lesson)
    ana.hears_only(ana.lesson("stress-2").title)


async def test_the_hour_of_the_lesson_is_the_hour_of_the_first_message(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=12, minute=30)
    await there.later(days=6)
    walls = {one.at.astimezone(ZoneInfo(BERLIN)).time() for one in ana.news}
    assert walls == {time(12, 30)}
    assert len(ana.news) == len({one.at.date() for one in ana.news}) == timedelta(days=6).days
