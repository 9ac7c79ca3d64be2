"""The pace towards Telegram: one a second for each chat, answers before lessons, "slow down" for the scope it belongs to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from telegram import Bot

from bot.channels.telegram.door import Door
from bot.channels.telegram.pace import Budget, OwnBudget, Pace, SharedBudget
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sender import TelegramSender
from bot.channels.telegram.wire import Wire
from bot.demo import BotApiServer
from bot.messages import ChatRef, Outcome, Receipt, Say
from bot.service.ports import Stretch
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.world import KEY, TOKEN

FIRST = 800_000


@dataclass
class Line:
    """A sender on the way to a server with limits."""

    server: BotApiServer
    sender: TelegramSender
    pace: Pace
    helping: Bot

    async def help(self, chat: int) -> float:
        """Answers a call for help. Seconds that it took; raises where the messenger refuses it."""
        began = time.monotonic()
        await self.helping.send_message(FIRST + chat, "A card")
        return time.monotonic() - began

    async def busy_with(self, chats: range) -> None:
        """Lessons and answers, as many as there is room for, until it is cancelled."""
        while True:
            await asyncio.gather(self.lessons(*chats), *(self.answer(chat) for chat in chats))

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
        async with sender_to(server, rate, OwnBudget(), chat_rate) as there:
            yield there
        assert server.violations == []


@asynccontextmanager
async def sender_to(server: BotApiServer, rate: float, budget: Budget, chat_rate: float = 1000) -> AsyncIterator[Line]:
    """A process's sender on the way to that server."""
    pace = Pace(rate, budget, chat_rate)

    async def leaves(url: str) -> None:
        if url.endswith("/sendMessage"):
            await pace.help()

    requests = AiohttpRequest(16), AiohttpRequest(16, leaves=leaves), Wire(f"{server.root}/bot{TOKEN}/sendMessage")
    bot, helping = (
        Bot(TOKEN, f"{server.root}/bot", request=one, get_updates_request=AiohttpRequest(1)) for one in requests[:2]
    )
    try:
        yield Line(server, TelegramSender(bot, Door(requests[2]), pace), pace, helping)
    finally:
        await pace.close()
        for request in requests:
            await request.shutdown()


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


@pytest.mark.parametrize("rate", [20, 200])
async def test_help_is_never_refused_while_lessons_and_answers_take_all_they_get(rate: int) -> None:
    async with line(rate) as there:
        there.server.flood.overall = rate
        busy = asyncio.create_task(there.busy_with(range(60)))
        while there.server.flood.peak < rate * 0.9:
            await asyncio.sleep(0.02)
        waits = [await there.help(60 + number) for number in range(12)]
        waits += await asyncio.gather(*(there.help(80 + number) for number in range(4)))
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
        assert there.server.flood.refused == 0
        assert max(waits) < 0.5, "half of what a refusal would have cost"


@asynccontextmanager
async def two_processes(rate: int, postgres_url: str) -> AsyncIterator[tuple[Line, Line]]:
    """On one database, and on the way to one server that takes so much and no more."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(BotApiServer(TOKEN))
        for chat in range(200):
            server.person(f"P{chat}", id=FIRST + chat, started=True)
        server.flood.overall = rate
        store = SqlStore(Database(postgres_url), Keyring(read_keys(KEY)))
        stack.push_async_callback(store.close)
        await store.ready()
        one, other = [
            await stack.enter_async_context(sender_to(server, rate, SharedBudget(lambda: store))) for _ in range(2)
        ]
        yield one, other


async def test_a_lesson_on_its_way_when_everybody_is_told_to_wait_keeps_nobody_waiting() -> None:
    async with line(50) as there_is:
        for chat in (1, 2):
            await there_is.pace.slow_down(there(chat), 60)
        # Its moment has passed, and there is no other: it must not look for one again and again.
        async with asyncio.timeout(20):
            await there_is.pace.lesson(there(3))
        receipt = await there_is.sender.lesson(there(3), Say("A lesson"))
        assert receipt.outcome is Outcome.SLOW_DOWN
        assert receipt.retry_after
        assert receipt.retry_after > 30


class Counting(OwnBudget):
    """A budget that takes its time, as one in a database does, and knows how often it was asked."""

    asked = 0

    async def reserve(self, seconds: float, left: float) -> Stretch:
        self.asked += 1
        await asyncio.sleep(0)
        return await super().reserve(seconds, left)


async def test_one_lesson_asks_for_all_that_lack_their_moment() -> None:
    budget = Counting()
    pace = Pace(1000, budget, 1000)
    async with asyncio.timeout(20):
        await asyncio.gather(*(pace.lesson(there(chat)) for chat in range(200)))
    assert budget.asked < 20


@pytest.mark.postgres
async def test_processes_that_share_a_budget_leave_room_for_the_help_of_each(postgres_url: str) -> None:
    async with two_processes(60, postgres_url) as lines:
        going = [
            asyncio.create_task(one.busy_with(range(start, start + 40)))
            for one, start in zip(lines, (0, 40), strict=True)
        ]
        waits = []
        for number in range(16):
            await asyncio.sleep(0.15)
            waits.append(await lines[number % 2].help(100 + number))
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        assert lines[0].server.flood.refused == 0
        assert max(waits) < 0.5


@pytest.mark.postgres
async def test_lessons_make_room_for_what_another_process_answers(postgres_url: str) -> None:
    async with two_processes(60, postgres_url) as (teaching, answering):
        # Of the first answers the other one hears in a moment; from then on it leaves as much as they take until it hears of them.
        await asyncio.gather(*(answering.help(100 + number) for number in range(10)))
        await teaching.lessons(150)
        lessons = asyncio.create_task(teaching.lessons(*range(100), *range(100)))
        for number in range(15):
            await asyncio.sleep(0.1)
            await asyncio.gather(answering.help(110 + number), answering.answer(130 + number // 2))
        receipts = await lessons
        assert {one.outcome for one in receipts} == {Outcome.SENT}
        assert teaching.server.flood.refused == 0
