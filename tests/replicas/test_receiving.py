"""Several processes, one messenger: one of them polls, and the next takes over; a webhook call that comes twice is answered once."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import aiohttp
import pytest

from bot.app import App
from bot.channels.telegram.webhook import PATH, SECRET_HEADER
from bot.demo import BotApiServer
from bot.settings import read_settings
from tests.replicas.replica import environment, replica
from tests.world import TOKEN, world

pytestmark = pytest.mark.postgres
HANDED_OVER = 15.0


async def test_one_polls_and_another_takes_over_when_it_dies(postgres_url: str) -> None:
    async with BotApiServer(TOKEN) as server:
        known = environment(server, postgres_url)
        async with replica(known) as first:
            await first.says("receiving updates")
            async with replica(known) as second:
                await second.says("standing by")
                ana = server.person("Ana")
                ana.says("/start")
                await ana.receives("all right with you")
                assert not any("another process receives" in line for line in first.said + second.said)
                await first.dies()
                asked = time.monotonic()
                ana.says("/about")
                await ana.receives(within=HANDED_OVER)
                assert time.monotonic() - asked < HANDED_OVER
                await second.says("receiving updates")
                assert await second.stops() == 0


async def test_one_that_stops_hands_over_what_it_has_not_confirmed(postgres_url: str) -> None:
    async with BotApiServer(TOKEN) as server:
        known = environment(server, postgres_url)
        async with replica(known) as first:
            await first.says("receiving updates")
            async with replica(known) as second:
                await second.says("standing by")
                assert await first.stops() == 0
                ana = server.person("Ana")
                ana.says("/start")
                await ana.receives("all right with you", within=HANDED_OVER)
                await server.settled()
                assert len(ana.chat.from_bot) == 1


async def test_without_its_database_a_process_polls_all_the_same(tmp_path: Path) -> None:
    """Help comes first: who cannot ask whose turn it is takes it."""
    async with BotApiServer(TOKEN) as server:
        known = environment(server, "postgresql://nobody@127.0.0.1:1/none", DATA_DIR=str(tmp_path))
        async with replica(known) as one:
            ana = server.person("Ana")
            ana.says("/help")
            await ana.receives("nobody reads this chat")
            await one.says("receiving updates")


async def test_a_webhook_call_that_comes_again_while_the_first_is_answered_brings_no_second_reply(
    postgres_url: str, tmp_path: Path
) -> None:
    async with world(tmp_path / "one", DATABASE_URL=postgres_url) as there:
        second = App(read_settings(there.settings | {"DATA_DIR": str(tmp_path / "two")}), there.clock, there.patience)
        await _open(second)
        ana = there.person("Ana")
        slow = there.server.faults.add("slow", method="sendMessage", seconds=1.0)
        ana.says("/start")
        while not slow.struck:
            await asyncio.sleep(0.01)
        # The first process has decided and is at the call: now the same update reaches the second.
        update = json.loads(next(iter(there.server.messenger.updates.pending.values())).body)
        await asyncio.wait_for(second.receiver._intake.take(update), 60)
        await there.settled()
        assert len(ana.chat.from_bot) == 1
        await _close(second)


async def _open(app: App) -> None:
    await app.help_lane.learn_to_read()
    await app._open(ticking=False)


async def _close(app: App) -> None:
    for request in app.requests:
        await request.shutdown()
    await app.store.close()


async def test_a_webhook_call_without_the_secret_is_refused(tmp_path: Path) -> None:
    secret = "a-long-random-word-0"
    async with (
        BotApiServer(TOKEN) as server,
        aiohttp.ClientSession() as client,
        replica(
            environment(
                server,
                "",
                WEBHOOK_URL="http://127.0.0.1:18543",
                WEBHOOK_SECRET=secret,
                LISTEN="127.0.0.1:18543",
                DATA_DIR=str(tmp_path),
            )
        ) as one,
    ):
        await one.says("receiving updates by webhook")
        where = f"http://127.0.0.1:18543{PATH}"
        for given in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: secret[:-1]}, {SECRET_HEADER: f"{secret}x"}):
            async with client.post(where, json={"update_id": 1}, headers=given) as answer:
                assert answer.status == 401
        async with client.post(where, json={"update_id": 1}, headers={SECRET_HEADER: secret}) as answer:
            assert answer.status == 200
