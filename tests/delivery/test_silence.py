"""What silence leads to: a note in the evening for those who want one, longer gaps, then a rest; and any sign of life ends all of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from bot.course.silence import NUDGE_STOPS, PAUSE_AFTER, THIN_AFTER, THIN_DAYS
from bot.service.learners import State
from tests.delivery.calendar import heard, lessons, on, times
from tests.e2e.chat import Chat
from tests.world import World

EIGHT = on("2026-03-03", "08:00")
NUDGE = "A small note for the evening"
FADE = "We have not talked for a while"


async def test_silence_thins_the_pace_and_then_lessons_rest(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await there.at(EIGHT + timedelta(days=60))
    days = [message.at.date() for message in lessons(ana)]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    assert gaps == [1] * (THIN_AFTER - 1) + [THIN_DAYS] * (PAUSE_AFTER - THIN_AFTER)
    assert heard(ana, FADE) == 1, "said once, and then nothing more"
    assert (await ana.learner()).state is State.PAUSED
    assert ana.last.silent
    await ana.taps("Carry on at the usual time")
    await there.later(days=1)
    assert len(lessons(ana)) == PAUSE_AFTER + 1


async def test_any_sign_of_life_brings_every_day_back(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await there.at(EIGHT + timedelta(days=THIN_AFTER - 1, hours=1))
    assert (await ana.learner()).due_at == on("2026-03-10", "08:00"), "three days on"
    await ana.taps("Not today")
    assert (await ana.learner()).due_at == on("2026-03-08", "08:00"), "tomorrow"
    assert (await ana.learner()).unanswered == 0


async def test_the_evening_note_is_for_those_who_asked_and_stops_by_itself(there: World, ana: Chat, ben: Chat) -> None:
    for person in (ana, ben):
        await person.is_learning("stress")
    await ana.says("/settings")
    await ana.taps("A note in the evening")
    await there.at(EIGHT + timedelta(days=6))
    notes = [message for message in ana.person.chat.from_bot if NUDGE in message.text]
    assert times(notes) == ["2026-03-03 19:30", "2026-03-04 19:30", "2026-03-05 19:30"][:NUDGE_STOPS]
    assert all(note.silent for note in notes)
    assert heard(ben, NUDGE) == 0


async def test_no_note_after_an_answer_and_none_after_it_is_switched_off(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/settings")
    await ana.taps("A note in the evening")
    await there.at(EIGHT)
    await ana.says("In my shoulders.")
    await there.at(EIGHT + timedelta(days=1))
    assert heard(ana, NUDGE) == 0
    await there.at(on("2026-03-04", "21:00"))
    await ana.taps("No more evening notes")
    await there.at(EIGHT + timedelta(days=4))
    assert heard(ana, NUDGE) == 1


async def test_a_lesson_in_the_evening_gets_no_note(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=18)
    await ana.says("/settings")
    await ana.taps("A note in the evening")
    await there.at(EIGHT + timedelta(days=2))
    assert heard(ana, NUDGE) == 0


async def test_on_holiday_lessons_rest_and_come_back_with_a_question(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause from 2026-03-05 until 2026-03-12")
    ana.hears_only("Enjoy your time away", "Thursday, March 12")
    await there.at(on("2026-03-12", "12:00"))
    assert times(lessons(ana)) == ["2026-03-03 08:00", "2026-03-04 08:00"]
    ana.hears("Ready when you are.")
    await ana.taps("Carry on at the usual time")
    await there.at(on("2026-03-13", "12:00"))
    assert times(lessons(ana))[2:] == ["2026-03-13 08:00"]


async def test_a_holiday_can_be_taken_back(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause from 2026-03-03 until 2026-03-12")
    await ana.says("/when")
    ana.hears("You are away then")
    await ana.says("/resume")
    await there.at(on("2026-03-03", "12:00"))
    assert times(lessons(ana)) == ["2026-03-03 08:00"]
