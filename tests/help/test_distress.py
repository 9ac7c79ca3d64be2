"""Words that say it without asking: the right card at once, nothing kept, and the way back to exactly where they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.crisis import detect
from bot.crisis.answer import soft_line
from tests.world import onboard, world

WORDS = "I want to kill myself"
NOT_PLAIN = "No, I don't want to die, I just want a holiday"
"""Words that may mean trouble, and may not."""


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


async def test_words_that_are_less_plain_get_one_line_once_a_day(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.settled()

        async def lines_after(words: str) -> int:
            ana.says(words)
            await there.settled()
            return sum(message.text == soft_line("en") for message in ana.chat.from_bot)

        assert detect.read(NOT_PLAIN).tier == "soft"
        assert await lines_after(NOT_PLAIN) == 1
        newest = next(ana.chat.newest_first())
        assert newest.text == soft_line("en"), "it stands below the answer to their words"
        assert await lines_after(NOT_PLAIN) == 1
        await there.later(hours=25)
        assert await lines_after("stop") == 1, "a command is not words about oneself"
        assert await lines_after(NOT_PLAIN) == 2


async def test_the_third_card_of_a_day_is_short_and_leads_with_emergency(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        cards = []
        for words in (WORDS, "I want to die tonight", "I'm going to end my life"):
            ana.says(words)
            cards.append(await ana.receives("112"))
        assert len(cards[2].text) < len(cards[0].text)
        assert "112" in "".join(cards[2].text.splitlines()[:4]), "emergency first"
        assert "findahelpline.com" in cards[2].text


async def test_not_safe_here_takes_the_exchange_away_and_nothing_follows(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.settled()
        before = {message.id for message in ana.chat.messages}
        ana.says("My husband hits me and I am afraid of him")
        question = await ana.receives("Is it okay to show numbers here?")
        assert not any(character.isdigit() for character in question.text), "no number before they say that it is safe"
        ana.taps("Not here")
        await there.settled()
        assert {message.id for message in ana.chat.messages} == before
        await there.later(days=6)
        assert {message.id for message in ana.chat.messages} == before, "nothing comes by itself"
        ana.says("/resume")
        assert await ana.receives()


async def test_the_pinned_card_is_kept_current(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.settled()
        learner = await there.learner(ana)
        assert learner is not None
        pinned = learner.profile.pinned
        assert pinned is not None
        # Its words are not today's any more, as after a release in which a line has changed.
        async with there.app.store.turn(learner.chat, "test:older", there.clock.now) as turn:
            assert turn.learner is not None
            await turn.save(turn.learner.with_profile(country="FR"))
        before = ana.chat.find(pinned).revision
        ana.says("/when")
        await there.settled()
        assert ana.chat.find(pinned).revision > before
        assert "3114" in ana.chat.find(pinned).text
        now_pinned = ana.chat.find(pinned).revision
        ana.says("/when")
        await there.settled()
        assert ana.chat.find(pinned).revision == now_pinned, "once is enough"


async def test_words_in_the_middle_of_a_very_long_message_are_heard(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        calm = "We cooked, we talked, the children were loud and the soup was good. " * 20
        ana.says(calm + WORDS + ". " + calm)
        assert await ana.receives("nobody reads this chat")
