"""Delivery by webhook: the secret, order within a chat, and trying again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import Conflict

from bot.demo import BotApiServer, Person
from tests.demo.conftest import until


class Inbox:
    """The bot's own web server."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.busy = self.busiest = 0
        self.hold: asyncio.Event | None = None
        self.url = ""
        self.arrived = asyncio.Event()

    async def receive(self, request: web.BaseRequest) -> web.Response:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        update = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.hold:
            await self.hold.wait()
        self.busy -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.texts.append(update["message"]["text"])
        self.arrived.set()
        return web.Response(status=status)

    async def has(self, count: int) -> list[str]:
        async with asyncio.timeout(30):
            while len(self.texts) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.texts


@pytest.fixture
async def inbox(server: BotApiServer) -> AsyncIterator[Inbox]:
    server.gate.webhook_first_delay = 0.01
    inbox = Inbox()
    runner = web.ServerRunner(web.Server(inbox.receive))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    inbox.url = "http://{}:{}/hook".format(*runner.addresses[0])
    yield inbox
    await server.gate.drop_webhook()
    await runner.cleanup()


async def test_updates_arrive_with_the_secret(server: BotApiServer, bot: Bot, ana: Person, inbox: Inbox):
    ana.says("before")
    await bot.set_webhook(inbox.url, secret_token="s3cret_Token")
    ana.says("after")
    assert await inbox.has(2) == ["before", "after"]
    assert inbox.secrets == ["s3cret_Token"] * 2
    await server.settled()
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.last_error_message) == (inbox.url, 0, None)


async def test_a_refused_update_is_tried_again_in_order(server: BotApiServer, bot: Bot, ana: Person, inbox: Inbox):
    inbox.statuses = [500, 502, 503]
    await bot.set_webhook(inbox.url)
    for text in "abc":
        ana.says(text)
    assert await inbox.has(3) == ["a", "b", "c"]
    assert len(inbox.secrets) == 6
    assert "503" in str((await bot.get_webhook_info()).last_error_message)


async def test_chats_do_not_wait_for_each_other_beyond_max_connections(server, bot: Bot, inbox: Inbox):
    inbox.hold = asyncio.Event()
    people = [server.person(name) for name in ("Ana", "Ben", "Cem", "Dia")]
    await bot.set_webhook(inbox.url, max_connections=2)
    for person in people:
        person.says(person.name)
    async with asyncio.timeout(30):
        while inbox.busy < 2:
            await asyncio.sleep(0.001)
    inbox.hold.set()
    assert sorted(await inbox.has(4)) == ["Ana", "Ben", "Cem", "Dia"]
    assert inbox.busiest == 2


async def test_polling_and_a_webhook_exclude_each_other(server: BotApiServer, bot: Bot, ana: Person, inbox: Inbox):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(server, lambda: server.messenger.updates.polled)
    await bot.set_webhook(inbox.url)
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await poll
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates(timeout=0)
    await bot.delete_webhook()
    ana.says("by poll again")
    assert len(await bot.get_updates(timeout=0)) == 1


async def test_a_server_that_is_away_gets_its_updates_later(server: BotApiServer, bot: Bot, ana: Person, inbox: Inbox):
    await bot.set_webhook("http://127.0.0.1:9/closed")
    ana.says("kept")
    assert server.gate.sender
    async with asyncio.timeout(30):
        while server.gate.sender.attempts < 3:
            await asyncio.sleep(0.005)
    assert server.pending == 1
    await bot.set_webhook(inbox.url)
    assert await inbox.has(1) == ["kept"]
    ana.says("dropped")
    await bot.delete_webhook(drop_pending_updates=True)
    assert server.pending == 0
