"""After a help card: a misunderstanding leaves nothing behind, silence stays silence, and nothing is hurried."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import ChatRef
from bot.service.learners import State
from tests.delivery.calendar import is_lesson, on, times
from tests.e2e.chat import Chat
from tests.world import START, onboard, world

WORDS = "I want to kill myself"
SAID_OTHERWISE = ("I want to kil myslef", "Ich will mich umbringen", "Quiero suicidarme")


async def becomes(chat: Chat, state: State) -> None:
    """Waits for what a card leads to: it is done after the card has gone out."""
    async with asyncio.timeout(60):
        while (await chat.learner()).state is not state:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("words", SAID_OTHERWISE)
async def test_misspelt_or_in_another_language_in_the_middle_of_an_answer_it_opens_the_card(
    words: str, tmp_path: Path
) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress")
        await ana.says(f"My jaw, mostly. {words}. And my neck")
        ana.hears("0800 111 0 111")


async def test_a_voice_note_is_told_what_cannot_be_heard_and_where_help_is(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress")
        await ana.sends("voice")
        ana.hears("I cannot listen to voice messages.", "/help")


async def test_that_was_not_what_i_meant_ends_it_at_once_and_nothing_follows(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress")
        await ana.says(WORDS)
        ana.hears("nobody reads this chat")
        await becomes(ana, State.PAUSED)
        await ana.taps("Just carry on")
        await becomes(ana, State.ACTIVE)
        await ana.person.receives("I am a program")  # their words are taken as any other
        ana.forget()
        await there.at(on("2026-03-04", "12:00"))
        assert [one.text[:60] for one in ana.news if not is_lesson(one)] == [], "no follow-up"
        assert times(ana.news) == ["2026-03-03 08:00", "2026-03-04 08:00"]


async def test_i_am_fine_in_words_is_believed_and_nothing_comes_by_itself_for_three_days(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress")
        await ana.says(WORDS)
        await becomes(ana, State.PAUSED)
        await ana.says("I'm fine")
        assert not any("nobody reads this chat" in one.text for one in ana.news)
        ana.forget()
        await there.at(START + timedelta(days=2))
        ana.hears_nothing()
        await ana.says("/resume")
        assert (await ana.learner()).state is State.ACTIVE


async def test_a_country_that_the_database_names_too_late_stands_in_the_next_card(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.settled()
        there.app.help_lane.memory.countries.clear()  # as when so many others wrote since
        there.app.store.database.plug.state = "hung"
        ana.says("/help")
        assert "Germany" not in (await ana.receives("nobody reads this chat", within=20)).text
        there.app.store.database.plug.state = "fine"
        async with asyncio.timeout(60):
            while not there.app.help_lane.memory.countries:
                await asyncio.sleep(0.01)
        ana.says("/help")
        assert "Germany" in (await ana.receives("nobody reads this chat", within=20)).text


async def test_whoever_is_forgotten_while_their_country_is_looked_up_stays_forgotten(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.settled()
        memory = there.app.help_lane.memory
        memory.countries.clear()
        there.app.store.database.plug.state = "hung"
        ana.says("/help")
        await ana.receives("nobody reads this chat", within=20)
        assert memory.asked
        memory.forget(ChatRef("telegram", str(ana.id)))
        there.app.store.database.plug.state = "fine"
        async with asyncio.timeout(60):
            while there.app.help_lane._afters:
                await asyncio.sleep(0.01)
        assert not memory.countries
