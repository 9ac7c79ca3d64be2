"""The same update delivered twice, by a messenger that did not hear the confirmation: nothing happens a second time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.chat import AGREE, QUESTIONS, Chat
from tests.world import World


async def delivered_again(there: World, chat: Chat) -> None:
    """The last update comes a second time, to the same process and to the next one."""
    copy = chat.update
    assert copy
    await chat.raw(dict(copy))
    chat.hears_nothing()
    await there.crash()
    await chat.raw(dict(copy))


async def at_a_question(chat: Chat) -> None:
    """Answers a question of onboarding."""
    await chat.stands_at("hour")
    await chat.says("8")


async def at_a_lesson(chat: Chat) -> None:
    """Answers a lesson."""
    await chat.is_learning("stress")
    await chat.says("/next")
    await chat.says("In my jaw.")


async def at_next(chat: Chat) -> None:
    """Asks for a lesson."""
    await chat.is_learning("stress")
    await chat.says("/next")


async def at_a_stray_text(chat: Chat) -> None:
    """Says something that answers nothing."""
    await chat.is_learning("stress")
    await chat.says("The lilac is out.")


async def at_an_edit(chat: Chat) -> None:
    """Changes a reflection."""
    await at_a_lesson(chat)
    await chat.edits(chat.done.message_id, "In my neck.")


async def at_a_press(chat: Chat) -> None:
    """Presses a button that sends something."""
    await chat.is_learning("stress")
    await chat.says("/next")
    await chat.taps("Shorter")


async def at_the_first_word(chat: Chat) -> None:
    """Starts."""
    await chat.says("/start")


async def at_the_end(chat: Chat) -> None:
    """Stops."""
    await chat.is_learning("stress")
    await chat.says("/stop")


@pytest.mark.parametrize(
    "act",
    [at_the_first_word, at_a_question, at_next, at_a_lesson, at_a_stray_text, at_an_edit, at_a_press, at_the_end],
)
async def test_a_second_copy_changes_nothing_and_says_nothing(
    there: World, ana: Chat, act: Callable[[Chat], Awaitable[None]]
) -> None:
    await act(ana)
    before = await ana.learner()
    await delivered_again(there, ana)
    ana.hears_nothing()
    assert await ana.learner() == before
    await ana.says("/journal")
    assert ana.last.text.count("In my") <= 1


async def test_a_crash_before_the_confirmation_answers_once(there: World, ana: Chat) -> None:
    await ana.says("/start")
    await ana.taps(AGREE)
    there.server.faults.add("hang", method="sendMessage", seconds=30)
    ana.forget()
    ana.person.says("Germany")
    while not [call for call in there.server.calls_of("sendMessage") if call.fault]:
        await there.server.messenger.changes.wait(5)
    there.server.faults.clear()
    await there.crash()
    await there.settled()
    await _until_heard(ana, QUESTIONS["hour"])
    assert (await ana.learner()).step == "hour"
    assert len([one for one in ana.news if QUESTIONS["hour"] in one.text]) == 1
    assert "I was cut off" in ana.news[-1].text, "it may have arrived already, and says so"


async def _until_heard(chat: Chat, text: str) -> None:
    async with asyncio.timeout(60):
        while not any(text in one.text for one in chat.news):
            await chat.there.server.messenger.changes.wait(5)
