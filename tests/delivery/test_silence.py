"""What silence leads to: a note in the evening for those who want one, longer gaps, then a rest; and any sign of life ends all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.course.silence import NUDGE_STOPS, PAUSE_AFTER, STEADY_PAUSE_AFTER, THIN_AFTER, THIN_DAYS
from bot.service.learners import State
from tests.delivery.calendar import heard, lessons, on, times
from tests.e2e.chat import Chat
from tests.world import World

EIGHT = on("2026-03-03", "08:00")
NUDGE = "A small note for the evening"
ASKS = "I cannot see whether you read these."
KEEP = "Keep them coming"
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


SIGNS = {
    "a word": lambda chat: chat.says("It was raining."),
    "a tap": lambda chat: chat.taps("Sources"),
    "an envelope opened": lambda chat: chat.taps("Open"),
    "an envelope left closed": lambda chat: chat.taps("Not today"),
    "a command": lambda chat: chat.says("/when"),
    "a sticker": lambda chat: chat.sends("sticker"),
}


@pytest.mark.parametrize("sign", SIGNS)
async def test_whatever_they_do_is_a_sign_of_life(there: World, ana: Chat, sign: str) -> None:
    await ana.is_learning("stress", discreet="envelope" in sign)
    await there.at(EIGHT + timedelta(days=2))
    assert (await ana.learner()).unanswered == 3
    await SIGNS[sign](ana)
    assert (await ana.learner()).unanswered == 0


@pytest.mark.parametrize("discreet", [False, True])
async def test_before_lessons_come_less_often_they_are_asked(there: World, ana: Chat, discreet: bool) -> None:
    """Who only reads cannot be told from who is gone: the last lesson at the usual pace asks, once, and says what follows."""
    await ana.is_learning("stress", "sleep", discreet=discreet)
    await there.at(EIGHT + timedelta(days=THIN_AFTER - 2))
    assert heard(ana, ASKS) == 0
    await there.at(EIGHT + timedelta(days=THIN_AFTER - 1))
    assert ASKS in ana.last.text
    assert ana.last.labels[-1] == KEEP
    await there.later(days=20)
    assert heard(ana, ASKS) == 1
    assert (await ana.learner()).state is State.PAUSED


async def test_whoever_only_reads_says_so_once_and_lessons_keep_coming(there: World, ana: Chat) -> None:
    every = ("stress", "sleep", "mood", "communication", "help", "connection", "body", "presence", "solo")
    await ana.is_learning(*every)
    await there.at(EIGHT + timedelta(days=THIN_AFTER - 1))
    await ana.taps(KEEP)
    ana.is_shown("No answer is ever needed.")
    await there.at(EIGHT + timedelta(days=THIN_AFTER + 29))
    days = [message.at.date() for message in lessons(ana)]
    assert {(later - earlier).days for earlier, later in pairwise(days)} == {1}
    assert heard(ana, ASKS) == 1
    assert heard(ana, FADE) == 0


async def test_even_then_lessons_rest_after_two_months_without_a_sign(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep", steady=True)
    async with there.app.store.turn((await ana.learner()).chat, "test:long", there.clock.now) as turn:
        assert turn.learner is not None
        await turn.save(replace(turn.learner, unanswered=STEADY_PAUSE_AFTER - 1))
    await there.at(EIGHT)
    assert len(lessons(ana)) == 1
    await there.at(EIGHT + timedelta(days=3))
    assert len(lessons(ana)) == 1
    assert heard(ana, FADE) == 1


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
