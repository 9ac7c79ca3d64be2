"""Long polling: offsets, limits, kinds, waiting, and who wins when two poll at once."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot
from telegram.error import Conflict

from bot.demo import BotApiServer, Person
from tests.demo.conftest import until


async def texts(bot: Bot, **params) -> list[str]:
    return [update.message.text for update in await bot.get_updates(timeout=0, **params)]


async def test_updates_come_again_until_an_offset_confirms_them(bot: Bot, ana: Person, server: BotApiServer):
    first = ana.says("one").update_id
    second = ana.says("two").update_id
    assert second == first + 1
    assert await texts(bot) == ["one", "two"]
    assert await texts(bot) == ["one", "two"]
    assert await texts(bot, offset=second) == ["two"]
    assert server.pending == 1
    assert await texts(bot, offset=second + 1) == []
    assert server.pending == 0


async def test_limit_and_negative_offset(bot: Bot, ana: Person):
    for text in "abcd":
        ana.says(text)
    assert await texts(bot, limit=2) == ["a", "b"]
    assert await texts(bot, offset=-2) == ["c", "d"]
    assert await texts(bot) == ["c", "d"]


async def test_a_long_poll_waits_for_the_next_update(bot: Bot, ana: Person, server: BotApiServer):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(server, lambda: server.messenger.updates.polled)
    ana.says("at last")
    async with asyncio.timeout(15):
        updates = await poll
    assert updates[0].message
    assert updates[0].message.text == "at last"


async def test_a_long_poll_ends_empty_when_its_time_is_over(post):
    started = asyncio.get_running_loop().time()
    assert await post("getUpdates", timeout=1) == {"ok": True, "result": []}
    assert asyncio.get_running_loop().time() - started >= 0.9


async def test_the_older_of_two_pollers_loses(bot: Bot, ana: Person, server: BotApiServer, post):
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await until(server, lambda: server.messenger.updates.polled)
    newer = asyncio.create_task(post("getUpdates", timeout=30))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older
    ana.says("for the newer")
    assert len((await newer)["result"]) == 1


async def test_allowed_updates_are_remembered_and_odd_kinds_need_asking(bot: Bot, ana: Person):
    sent = ana.says("x").message_id
    ana.reacts(sent)
    assert len(await bot.get_updates(timeout=0)) == 1
    await bot.get_updates(timeout=0, allowed_updates=["message_reaction"])
    ana.reacts(sent, "❤")
    ana.says("unwanted")
    assert [bool(update.message_reaction) for update in await bot.get_updates(timeout=0)] == [False, True]
    await bot.get_updates(timeout=0, allowed_updates=[])
    ana.says("wanted again")
    assert (await texts(bot, offset=-1)) == ["wanted again"]


async def test_any_raw_update_can_be_sent_again_or_be_of_an_unknown_kind(server: BotApiServer, post):
    assert server.raw({"update_id": 7, "moon_phase": {"full": True}}) == 7
    server.raw({"update_id": 7, "moon_phase": {"full": True}})
    answer = await post("getUpdates")
    assert answer["result"] == [{"update_id": 7, "moon_phase": {"full": True}}]


async def test_a_poller_that_went_away_loses_nothing(bot: Bot, ana: Person, server: BotApiServer):
    gone = asyncio.create_task(bot.get_updates(timeout=30))
    await until(server, lambda: server.messenger.updates.polled)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await until(server, lambda: not server.messenger.updates.polled)
    ana.says("still here")
    assert await texts(bot) == ["still here"]
