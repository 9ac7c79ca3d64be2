"""Days and weeks in seconds: what a conversation leads to later. Which minute is the right one is looked at in tests/delivery."""

from __future__ import annotations

from datetime import UTC, datetime
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


async def test_whoever_signs_up_before_the_hour_gets_one_the_same_day(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=13, minute=1)
    await there.later(minutes=1)
    assert came(ana) == ["03-02 13:01"]


async def test_each_lesson_once_and_in_order_to_a_kind_end(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.later(days=60)
    lessons = [one for one in ana.news if is_lesson(one)]
    for number, one in enumerate(lessons, start=1):
        assert ana.lesson(f"stress-{number}").title in one.text
    assert len(lessons) == 7
    assert "You have been through every lesson you chose." in ana.news[-1].text
    assert len(ana.news) == 9, "the end of the topic and that of the course are told once"
    await ana.says("/when")
    ana.hears_only("No lesson is planned.")
    await ana.says("/settings")
    await ana.taps("Time")
    await ana.says("9")
    assert ana.hears_only("Saved.").text == "Saved.", "no lesson is promised where none is left"
    ana.forget()
    await there.later(days=5)
    ana.hears_nothing()
    await ana.says("/tracks")
    await ana.taps("Kinder nights")
    await ana.taps("Add this topic")
    await there.later(days=1)
    ana.hears(ana.lesson("sleep-1").title)


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


async def test_no_lesson_on_a_day_that_already_had_one_on_request(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=20)
    await there.at(moment("03-03", "12:00"))
    ana.forget()
    await ana.says("/today")
    await there.at(moment("03-04", "12:00"))
    assert came(ana) == ["03-03 12:00"]


async def test_too_late_for_the_lesson_comes_one_choice(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(moment("03-03", "12:00"))
    choice = ana.hears_only("I was away for a while")
    assert choice.labels == ["Read one now", "Carry on at the usual time", "Start this topic over"]
    await ana.taps("Read one now")
    ana.hears(ana.lesson("stress-1").title)
    await ana.taps_old(choice.id, "ls:now")
    assert came(ana) == [], "pressed twice it does not send two"
    ana.forget()
    await there.at(moment("03-04", "12:00"))
    assert came(ana) == ["03-04 08:00"]
    ana.hears_only(ana.lesson("stress-2").title)


async def test_a_pause_typed_late_in_the_evening_still_ends_at_the_usual_hour(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(moment("03-02", "23:50"))
    await ana.says("/pause until 2026-03-06")
    ana.hears_only("On Friday, March 6 I ask once")
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


async def test_back_with_a_sticker_is_back_as_well(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    ana.person.blocked = True
    await there.later(days=1)
    ana.person.blocked = False
    await ana.sends("sticker")
    ana.hears("Welcome back.")
    assert (await ana.learner()).state is State.ACTIVE


async def test_whoever_stopped_and_blocked_is_left_in_peace(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/stop")
    await ana.blocks()
    await ana.unblocks()
    ana.hears_nothing()
    assert (await ana.learner()).state is State.STOPPED


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


async def test_with_every_topic_left_out_nothing_comes_and_nothing_is_said_to_be_over(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/tracks")
    await ana.taps("✓ Calm in small steps")
    await ana.taps("Leave it out")
    await there.later(days=5)
    assert all("You have been through" not in one.text for one in ana.news)
    await ana.says("/tracks")
    await ana.taps("Calm in small steps")
    await ana.taps("Add this topic")
    ana.forget()
    await there.later(days=1)
    ana.hears_only(ana.lesson("stress-1").title)


async def test_where_they_are_is_told_without_a_word_of_shame(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.later(days=20)
    await ana.says("/progress")
    said = " ".join(one.text.casefold() for one in ana.news)
    assert "lesson" in said
    assert [word for word in ("streak", "missed", "in a row", "behind", "only ") if word in said] == []
