"""Signing up with breaks: Later, /stop, a block, weeks of silence, a process that dies. Nothing is lost, nothing is asked twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.service.learners import State
from tests.e2e.chat import QUESTIONS, Chat
from tests.world import World

STEPS = tuple(QUESTIONS)


async def one_at_each_step(there: World, steps: tuple[str, ...] = STEPS) -> dict[str, Chat]:
    """As many people as there are steps, each of them at another."""
    people = {step: Chat(there, there.person(step)) for step in steps}
    for step, chat in people.items():
        await chat.stands_at(step)
    return people


@pytest.mark.parametrize("how", ["Later", "later", "/cancel"])
async def test_later_keeps_the_place_for_as_long_as_it_takes(there: World, how: str) -> None:
    people = await one_at_each_step(there)
    if how == "Later":
        del people["consent"]  # it has Not now instead
    for chat in people.values():
        await (chat.taps(how, chat.last) if how == "Later" else chat.says(how))
        chat.hears("No hurry. I keep your place.")
        chat.forget()
    await there.later(days=40)
    for step, chat in people.items():
        chat.hears_nothing()
        await chat.says("/start")
        chat.hears_only(QUESTIONS[step])


async def test_stop_in_the_middle_stops_and_start_goes_on_there(there: World) -> None:
    for step, chat in (await one_at_each_step(there)).items():
        await chat.says("/stop")
        chat.hears_only("Lessons have stopped.")
        await chat.says("/start")
        chat.hears_only(QUESTIONS[step])
        await chat.signs_up(country="United States", zone="Chicago")
        assert (await chat.learner()).state is State.ACTIVE, step


async def test_a_block_in_the_middle_loses_nothing(there: World) -> None:
    for step, chat in (await one_at_each_step(there)).items():
        await chat.blocks()
        await there.later(days=1)
        await chat.unblocks()
        chat.hears_nothing()
        await chat.says("/start")
        chat.hears_only(QUESTIONS[step])


async def test_commands_that_need_an_end_first_say_so(there: World) -> None:
    for step, chat in (await one_at_each_step(there, ("consent", "zone", "topics", "form"))).items():
        for command in ("/today", "/next", "/skip", "/resume", "/pause", "/pause 3"):
            await chat.says(command)
            chat.hears_only("A few questions are still open. Write /start")
            learner = await chat.learner()
            assert (learner.step, learner.state) == (step, State.NEW), command


async def test_every_other_command_answers_and_keeps_the_question_open(there: World) -> None:
    for step, chat in (await one_at_each_step(there, ("consent", "hour", "closeness"))).items():
        for command in ("/progress", "/journal", "/tracks", "/when", "/settings", "/privacy", "/about", "/commands"):
            await chat.says(command)
            assert chat.news, command
            learner = await chat.learner()
            assert (learner.step, learner.state) == (step, State.NEW), command


async def test_the_settings_page_changes_nothing_before_the_end(ana: Chat) -> None:
    await ana.stands_at("topics")
    await ana.says("/settings")
    await ana.taps("Time")
    ana.is_shown("A few questions are still open.")
    assert (await ana.learner()).step == "topics"


async def test_someone_under_18_gets_people_to_reach_and_no_lessons(there: World, ana: Chat) -> None:
    await ana.says("/start")
    await ana.taps("I am under 18")
    ana.hears("This course is for adults")
    assert not (await ana.learner()).consented
    ana.forget()
    await there.later(days=3)
    ana.hears_nothing()
    await ana.says("/start")
    ana.hears_only("Is that all right with you?")


async def test_the_first_lesson_comes_at_the_minute_that_the_summary_named(there: World, ana: Chat) -> None:
    await ana.signs_up(country="United States", zone="Denver", hour="7:40 am")
    ana.hears("Your next lesson comes on Monday, March 2 at 7:40 AM, Denver time.")
    ana.forget()
    await there.later(minutes=159)
    ana.hears_nothing()
    await there.later(minutes=1)
    assert ana.hears_only("What stress is for").at.strftime("%H:%M") == "14:40"


async def test_a_process_that_dies_between_any_two_steps_loses_nothing_and_asks_nothing_twice(there: World, ana: Chat) -> None:  # fmt: skip
    for step in STEPS:
        await ana.signs_up(
            country="United States", zone="Chicago", topics=("Calm in small steps", "Easing back"), until=step
        )
        ana.forget()
        await there.crash()
        await there.later(seconds=20)
        ana.hears_nothing()
        await ana.says("\N{CLOUD}")
        assert (await ana.learner()).step == step, "the question is still the open one"
    await ana.taps("Just me")
    summary = ana.hears("This is what you chose")
    for kept in ("United States", "Chicago", "8:00 AM", "every day", "Calm in small steps · Easing back", "Just me"):
        assert kept in summary.text
    await there.crash()
    await there.at(there.clock.now + timedelta(hours=3))
    ana.hears("What stress is for")
