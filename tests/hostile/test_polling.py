"""While one update is being answered no poll is held open: how soon the next is looked for."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.run import LOOK_AGAIN, SELDOM
from tests.world import world


async def test_the_next_call_is_looked_for_soon_and_a_stuck_one_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    wait = asyncio.wait

    async def noted(these: Any, *, timeout: float | None = None, return_when: str = asyncio.ALL_COMPLETED) -> Any:
        if return_when == asyncio.FIRST_COMPLETED and timeout is not None:
            pauses.append(timeout)
        return await wait(these, timeout=timeout, return_when=return_when)

    async with world(tmp_path) as there:
        ana, ben = there.person("Ana"), there.person("Ben")
        hanging = there.server.faults.add("hang", method="sendMessage", chat_id=ana.id, seconds=60)
        monkeypatch.setattr("bot.channels.telegram.run.asyncio.wait", noted)
        ana.says("/about")
        while len(pauses) < 6:
            await asyncio.sleep(0.01)
        assert pauses[:2] == [LOOK_AGAIN, 2 * LOOK_AGAIN]
        assert pauses[4:6] == [SELDOM, SELDOM], "Telegram is not asked again and again for nothing"
        pauses.clear()
        ben.says("/help")
        await ben.receives("nobody reads this chat", within=20)
        while LOOK_AGAIN not in pauses:
            await asyncio.sleep(0.01)
        hanging.remove()
        monkeypatch.undo()
