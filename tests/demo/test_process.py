"""python -m bot.demo in its own process, driven over HTTP."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup


@pytest.fixture
def root() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.demo", "--port", "0", "--token", "77:other"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    match = re.search(r"http://\S+", process.stdout.readline())
    assert match
    yield match.group()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    process.stdout.close()


class Remote:
    """The control endpoints."""

    def __init__(self, root: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = f"{root}/control", http

    async def post(self, name: str, **asked: Any) -> Any:
        async with self.http.post(f"{self.url}/{name}", json=asked) as response:
            return await response.json()

    async def get(self, name: str, **query: Any) -> Any:
        async with self.http.get(f"{self.url}/{name}", params=query) as response:
            return await response.json()


@pytest.fixture
def remote(root: str, http: aiohttp.ClientSession) -> Remote:
    return Remote(root, http)


async def test_a_conversation_driven_from_outside(root: str, remote: Remote):
    async with Bot("77:other", base_url=f"{root}/bot") as bot:
        ana = (await remote.post("person", first_name="Ana", language_code="de"))["id"]
        done = await remote.post("says", person=ana, text="hello")
        assert (await bot.get_updates(timeout=0))[0].update_id == done["update_id"]
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
        await bot.send_message(ana, "<b>Well?</b>", "HTML", reply_markup=markup)
        tap = await remote.post("taps", person=ana, wanted="Yes")
        assert (await remote.get("state"))["unanswered"] == 1
        await bot.answer_callback_query(tap["query_id"])
        [own, theirs] = await remote.get("messages", person=ana)
        assert (own["text"], theirs["html"], theirs["labels"]) == ("hello", "<b>Well?</b>", ["Yes"])
        chats = await remote.get("messages")
        assert [message["text"] for message in chats[str(ana)]] == ["Well?"]
        calls = await remote.get("calls", method="sendMessage")
        assert [call["status"] for call in calls] == [200]
        assert await remote.get("calls", since=calls[0]["number"] + 1) == []


async def test_trouble_clock_and_many_people(root: str, remote: Remote):
    async with Bot("77:other", base_url=f"{root}/bot") as bot:
        assert (await remote.post("people", count=100, first_id=1000))["people"] == 102
        await remote.post("fault", kind="accept_then_cut", method="sendMessage", times=1)
        with pytest.raises(Exception, match="RemoteProtocolError"):
            await bot.send_message(1000, "x")
        await remote.post("flood", overall=2)
        now = await remote.post("clock", set="2031-03-04T09:00:00+00:00")
        assert now["now"].startswith("2031-03-04T09:00:0")
        await remote.post("clock", forward=3600)
        await remote.post("flood/hold", seconds=60)
        await remote.post("flood/release")
        sent = await bot.send_message(1001, "y")
        assert sent.date.isoformat().startswith("2031-03-04T10:00:")
        state = await remote.get("state")
        assert (state["peak"], state["violations"], state["faults"]) == (2, 0, [])
        await remote.post("update", some_day={"x": 1})
        assert "error" in await remote.post("settled", within=0.05)
        await bot.get_updates(offset=-1, timeout=0)
        assert await remote.post("faults/clear") == {}
        assert await remote.get("violations") == []


async def test_what_makes_no_sense_is_refused(remote: Remote, http: aiohttp.ClientSession):
    assert await remote.post("dance") == {"error": "ValueError: there is no dance"}
    assert "KeyError" in (await remote.post("says", person=1, text="x"))["error"]
    async with http.post(f"{remote.url}/state", headers={"Origin": "https://elsewhere.example"}) as response:
        assert response.status == 403
