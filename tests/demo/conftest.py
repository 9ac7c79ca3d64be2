"""A look-alike server per test, and real python-telegram-bot talking to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.demo import BotApiServer, Person

Post = Callable[..., Awaitable[dict[str, Any]]]


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.time = datetime(2031, 3, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


async def until(server: BotApiServer, condition: Callable[[], bool]) -> None:
    """Waits for something to become true of the server."""
    async with asyncio.timeout(30):
        while not condition():
            await server.messenger.changes.wait()


@pytest.fixture(autouse=True)
def periods_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's coming default; without it every period it reads is a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(now=clock) as server:
        yield server


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    bot = Bot(server.token, base_url=f"{server.root}/bot", base_file_url=f"{server.root}/file/bot")
    async with bot:
        server.log.calls.clear()
        yield bot


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    return server.person("Ana", started=True)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def post(server: BotApiServer, http: aiohttp.ClientSession) -> Post:
    """Calls a method with a JSON body, exactly as given, and returns the decoded answer."""

    async def call(method: str, /, **params: Any) -> dict[str, Any]:
        async with http.post(f"{server.root}/bot{server.token}/{method}", json=params) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    return call
