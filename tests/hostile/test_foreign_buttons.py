"""Buttons belong to whom they were shown to: pressed by anybody else they change nothing of hers, and show nothing of hers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.messages import ChatRef
from bot.service.records import Record
from bot.storage.records import SqlRecords
from tests.e2e.chat import Chat
from tests.world import World, world

HERS = "the blue door sticks"
PAGES = (
    "/today", "/journal", "/plan", "/toolbox", "/checkin", "/progress", "/tracks", "/settings", "/discreet", "/hide", "/mirror",
    "/export", "/delete", "/pause", "/when", "/help",
)  # fmt: skip


async def everything_of(there: World, chat: Chat) -> Record | None:
    """What the database holds of somebody."""
    records = SqlRecords(there.app.store.database, there.app.store.keyring)
    return await records.record(ChatRef("telegram", str(chat.person.id)))


async def every_button(chat: Chat) -> list[str]:
    """Goes through every page there is, and notes what each button ever shown would send."""
    found: dict[str, None] = {}
    await chat.says(HERS)
    for page in PAGES:
        await chat.says(page)
        for message in chat.person.chat.from_bot:
            found |= dict.fromkeys(button.data for button in message.buttons if button.data)
    return list(found)


@pytest.mark.parametrize("who", ["a stranger", "a learner"])
async def test_whoever_presses_her_buttons_reaches_nothing_of_hers(who: str, tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana, other = Chat(there, there.person("Ana")), Chat(there, there.person("Eve"))
        await ana.is_learning("stress", nudge=True)
        if who == "a learner":
            await other.is_learning("sleep")
        await there.later(days=2)
        buttons = await every_button(ana)
        assert len(buttons) > 40
        before, shown = await everything_of(there, ana), len(ana.person.chat.from_bot)
        assert before is not None
        assert [one.text for one in before.reflections] == [HERS]
        await other.says("/about")
        for data in buttons:
            await other.taps_old(other.person.chat.from_bot[-1].id, data)
        assert await everything_of(there, ana) == before
        assert len(ana.person.chat.from_bot) == shown
        assert not any(HERS in message.text for message in other.person.chat.from_bot)
        assert there.server.unanswered == []
