"""The pace towards Telegram: one a second for each chat, answers before lessons, "slow down" for the scope it belongs to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from telegram import Bot

from bot.channels.telegram.door import Door
from bot.channels.telegram.pace import OwnBudget, Pace
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sender import TelegramSender
from bot.channels.telegram.wire import Wire
from bot.demo import BotApiServer
from bot.messages import ChatRef, Outcome, Receipt, Say
from tests.world import TOKEN

FIRST = 800_000


@dataclass
class Line:
    """A sender on the way to a server with limits."""

    server: BotApiServer
    sender: TelegramSender
    pace: Pace

    async def lessons(self, *chats: int) -> list[Receipt]:
        """Sends lessons as the pump does. Those that are held back are left out."""
        going: list[asyncio.Task[Receipt]] = []
        waiting = list(chats)
        while waiting and (allowed := await self.sender.window(len(waiting))):
            going += [
                asyncio.create_task(self.sender.lesson(there(chat), Say("A lesson"))) for chat in waiting[:allowed]
            ]
            del waiting[:allowed]
        return list(await asyncio.gather(*going))

    async def answer(self, chat: int) -> float:
        """Answers somebody. Seconds that it took."""
        began = time.monotonic()
        receipt = await self.sender.reply(there(chat), Say("An answer"))
        assert receipt.outcome is Outcome.SENT
        return time.monotonic() - began


def there(chat: int) -> ChatRef:
    return ChatRef("telegram", str(FIRST + chat))


@asynccontextmanager
async def line(rate: float, chat_rate: float = 1000, people: int = 100) -> AsyncIterator[Line]:
    async with BotApiServer(TOKEN) as server:
        for chat in range(people):
            server.person(f"P{chat}", id=FIRST + chat, started=True)
        requests = AiohttpRequest(16), Wire(f"{server.root}/bot{TOKEN}/sendMessage")
        pace = Pace(rate, OwnBudget(), chat_rate)
        bot = Bot(TOKEN, f"{server.root}/bot", request=requests[0], get_updates_request=AiohttpRequest(1))
        try:
            yield Line(server, TelegramSender(bot, Door(requests[1]), pace), pace)
        finally:
            for request in requests:
                await request.shutdown()
        assert server.violations == []


async def test_one_message_a_second_for_each_chat() -> None:
    async with line(1000, chat_rate=1) as there:
        there.server.flood.per_chat = 1
        first, second = await asyncio.gather(there.answer(1), there.answer(1))
        assert there.server.flood.refused == 0
        assert max(first, second) >= 1.0
        assert await there.answer(2) < 1.0, "nobody waits for another chat"


async def test_the_rate_is_kept_and_an_answer_does_not_wait_behind_the_lessons() -> None:
    async with line(20) as there:
        there.server.flood.overall = 20
        sending = asyncio.create_task(there.lessons(*range(50)))
        await asyncio.sleep(0.8)
        waited = await there.answer(60)
        answered_at = len(there.server.calls_of("sendMessage"))
        assert {one.outcome for one in await sending} == {Outcome.SENT}
        assert there.server.flood.refused == 0
        assert there.server.flood.peak <= 20
        assert waited < 1.2
        assert answered_at < 45, "it went before lessons that had waited for longer"


async def test_slow_down_for_one_chat_holds_that_chat() -> None:
    async with line(100) as there:
        there.server.flood.hold(60, FIRST + 3)
        receipts = await there.lessons(*range(8))
        assert [one.outcome for one in receipts].count(Outcome.SLOW_DOWN) == 1
        again = await there.lessons(3, 20, 21)
        assert [one.outcome for one in again] == [Outcome.SLOW_DOWN, Outcome.SENT, Outcome.SENT]
        assert there.server.flood.refused == 1, "the held chat was not even asked again"
        assert there.pace.held == 0


async def test_slow_down_for_the_whole_bot_holds_every_lesson_and_no_help() -> None:
    async with line(100) as there:
        there.server.flood.hold(3600)
        receipts = await there.lessons(*range(8))
        assert Outcome.SENT not in {one.outcome for one in receipts}
        asked = there.server.flood.refused
        assert asked <= 8
        assert await there.sender.window(10) == 0, "for an hour nothing is begun"
        there.server.flood.release()
        assert await there.answer(50) < 1.0, "somebody is waiting for this one"
        there.pace.spend()  # as a help card does: it waits for nothing
        assert await there.lessons(9) == []
