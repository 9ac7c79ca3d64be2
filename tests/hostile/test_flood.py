"""One chat that floods: it hears so kindly, nobody else waits, and its own call for help comes through at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.channels.telegram.lanes import Seldom
from bot.messages import ChatRef
from tests.world import START, world

MANY = 120


async def test_who_floods_hears_so_once_and_others_do_not_wait(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana, ben = there.person("Ana"), there.person("Ben")
        fault = there.server.faults.add("slow", method="sendMessage", chat_id=ana.id, times=1, seconds=60)
        ana.says("flood")
        while not fault.struck:
            await asyncio.sleep(0.01)
        for number in range(MANY):
            ana.says(f"flood {number}")
        ben.says("/about")
        ana.says("/help")
        assert await ben.receives("About Kindling"), "more of her messages than Telegram shows at once wait before his"
        assert await ana.receives("nobody reads this chat"), "a call for help waits behind nothing"
        assert not there.app.lanes.idle, "her first answer is still on its way"
        fault.remove()
        while not there.app.lanes.idle:  # the oldest were confirmed before they were answered
            await asyncio.sleep(0.01)
        await there.settled()
        told = [one.text for one in ana.chat.from_bot if "a lot at once" in one.text]
        assert len(told) == 1
        assert len(ana.chat.from_bot) < MANY
        ana.says("/about")
        assert await ana.receives("About Kindling"), "a moment later everything is as before"


def test_once_in_a_while_is_by_chat_and_forgets() -> None:
    ana, ben = ChatRef("telegram", "1"), ChatRef("telegram", "2")
    seldom = Seldom(timedelta(minutes=1), remembered=1)
    assert [seldom.may(ana, START), seldom.may(ana, START), seldom.may(ben, START)] == [True, False, True]
    assert seldom.may(ana, START), "only the latest are remembered"
    assert seldom.may(ana, START + timedelta(minutes=1))
