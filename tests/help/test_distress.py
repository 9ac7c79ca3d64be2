"""Words that say it without asking: the right card at once, nothing kept, and the way back to exactly where they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world import onboard, world

WORDS = "I want to kill myself"


@pytest.mark.parametrize("kind", ["text", "edit", "caption"])
async def test_a_plain_cry_for_help_opens_the_card(kind: str, tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.settled()
        if kind == "text":
            ana.says(WORDS)
        elif kind == "caption":
            ana.sends("photo", caption=WORDS)
        else:
            said = ana.says("my jaw")
            await there.settled()
            ana.edits(said.message_id, WORDS)
        card = await ana.receives("nobody reads this chat")
        assert "0800 111 0 111" in card.text
        assert "Lessons are paused" in card.text
        ana.says("/journal")
        assert WORDS not in (await ana.receives()).text


async def test_it_opens_at_any_step_and_carrying_on_returns_to_it(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        ana.says("/start")
        await ana.receives("all right with you")
        ana.says("yes")
        await ana.receives("Which country")
        ana.says(WORDS)
        await ana.receives("nobody reads this chat")
        ana.taps("Just carry on")
        assert await ana.receives("I do not know a country by that name")
        ana.says(WORDS)
        assert await ana.receives("I do not know a country by that name"), "the same words do not call the card again"
        ana.says("Germany")
        assert await ana.receives("When would a lesson suit you")


async def test_somebody_under_age_is_shown_help_and_no_lessons(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        ana.says("I'm 16 years old")
        await there.settled()
        await there.later(days=1)
        assert not any("Think about" in message.text for message in ana.chat.from_bot)


async def test_ordinary_answers_open_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        for words in ("my jaw", "work is killing me lol", "the dishes", "I miss my grandmother"):
            ana.says(words)
            await there.settled()
        assert not any("Lessons are paused" in message.text for message in ana.chat.from_bot)
