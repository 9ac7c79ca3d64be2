"""What one person writes in a row is answered in that order, however long each takes to read."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.chat import Chat
from tests.world import world

LONG = "It was a long day with a lot of small things in it. " * 60


async def test_a_short_message_does_not_overtake_a_long_one(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress")
        before = len(ana.person.chat.from_bot)
        ana.person.says(LONG)
        ana.person.says("/about")
        ana.person.says(LONG)
        ana.person.says("/when")
        await there.settled()
        heard = [message.text for message in ana.person.chat.from_bot[before:]]
        note, about, when = "Shall I keep it as a note?", "About Kindling", "Your next lesson"
        assert [next((one for one in (note, about, when) if one in text), text) for text in heard] == [
            note, about, note, when,
        ]  # fmt: skip


async def test_a_call_for_help_waits_for_no_long_message(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress")
        before = len(ana.person.chat.from_bot)
        ana.person.says(LONG)
        ana.person.says("/help")
        await there.settled()
        assert "nobody reads this chat" in ana.person.chat.from_bot[before].text
