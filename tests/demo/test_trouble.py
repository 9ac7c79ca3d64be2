"""Faults and flood control on demand."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.demo import BotApiServer, Person
from bot.demo.flood import Flood


async def test_429_for_one_chat_only(server: BotApiServer, bot: Bot, ana: Person):
    ben = server.person("Ben", started=True)
    server.faults.add("429", chat_id=ana.id, retry_after=7)
    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(ana.id, "x")
    assert refusal.value.retry_after == timedelta(seconds=7)
    assert await bot.send_message(ben.id, "x")


@pytest.mark.parametrize("kind", ["500", "502", "reset"])
async def test_nothing_is_done_when_it_fails_first(server: BotApiServer, bot: Bot, ana: Person, kind):
    fault = server.faults.add(kind, method="sendMessage", times=1)
    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "x")
    assert (ana.messages, fault.struck) == ([], 1)
    assert await bot.send_message(ana.id, "y")
    assert [call.status for call in server.calls] == [0 if kind == "reset" else int(kind), 200]


async def test_a_message_can_arrive_though_the_caller_never_hears(server: BotApiServer, bot: Bot, ana: Person):
    server.faults.add("accept_then_cut", times=1)
    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "x")
    assert [m.text for m in ana.messages] == ["x"]


async def test_slow_and_hanging(server: BotApiServer, bot: Bot, ana: Person):
    slow = server.faults.add("slow", seconds=0.1)
    started = asyncio.get_running_loop().time()
    await bot.send_message(ana.id, "late")
    assert asyncio.get_running_loop().time() - started >= 0.1
    slow.remove()
    server.faults.add("hang")
    with pytest.raises(TimedOut):
        await bot.send_message(ana.id, "never", read_timeout=0.1)
    assert [m.text for m in ana.messages] == ["late"]
    server.faults.clear()
    assert await bot.send_message(ana.id, "fine")


async def test_after_times_and_share(server: BotApiServer):
    faults = server.faults
    faults.add("500", after=2, times=1)
    assert [bool(faults.strike("sendMessage", 1)) for _ in range(4)] == [False, False, True, False]
    faults.random = random.Random(3)
    half = faults.add("502", share=0.5)
    struck = sum(bool(faults.strike("sendMessage", 1)) for _ in range(1000))
    assert 400 < struck < 600
    assert half.struck == struck
    assert faults.strike("getUpdates", None) is None
    faults.add("502", method="getUpdates")
    assert faults.strike("getUpdates", None)
    with pytest.raises(ValueError, match="kind is one of"):
        faults.add("418")  # type: ignore[arg-type]


async def test_polling_can_be_struck_by_name(server: BotApiServer, bot: Bot):
    server.faults.add("502", method="getUpdates", times=1)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.get_updates(timeout=0)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_whole_bots_limit_is_per_second():
    seconds = Seconds()
    flood = Flood(overall=3, clock=seconds)
    assert [flood.check("sendMessage", n) for n in range(4)] == [None, None, None, 1]
    assert flood.check("answerCallbackQuery", 1) is None
    assert flood.check("sendChatAction", 1) is None
    seconds.now = 1.0
    assert flood.check("sendPhoto", 1) is None
    assert (flood.peak, flood.refused) == (3, 1)


def test_a_chats_limit_leaves_other_chats_alone():
    seconds = Seconds()
    flood = Flood(per_chat=1, retry_after=5, clock=seconds)
    assert [flood.check("sendMessage", chat) for chat in (1, 1, 2)] == [None, 5, None]
    seconds.now = 4.5
    assert flood.check("sendMessage", 1) == 1
    seconds.now = 5.0
    assert flood.check("sendMessage", 1) is None


def test_holds():
    seconds = Seconds()
    flood = Flood(clock=seconds)
    flood.hold(3600)
    assert flood.check("sendMessage", 1) == 3600
    flood.release()
    flood.hold(10, chat_id=1)
    assert [flood.check("sendMessage", chat) for chat in (1, 2)] == [10, None]


async def test_flood_over_http(server: BotApiServer, bot: Bot, ana: Person):
    server.flood.per_chat = 1
    await bot.send_message(ana.id, "one")
    with pytest.raises(RetryAfter):
        await bot.send_message(ana.id, "two")
    assert server.violations == []
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "still checked")
