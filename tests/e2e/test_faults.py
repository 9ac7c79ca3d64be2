"""Trouble in the middle of a conversation: a database that is gone or hangs, a messenger that refuses, stumbles or hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

from bot.demo import Message
from bot.service.learners import State
from tests.e2e.chat import QUESTIONS, Chat
from tests.world import World

PlugState = Literal["gone", "hung"]

TROUBLE = "I cannot reach my memory just now"
CARD = "automated course; nobody reads this chat"


@contextmanager
def plug_pulled(there: World, state: PlugState) -> Iterator[None]:
    """The database is gone, or hangs; nobody waits for it longer than a moment."""
    database = there.app.store.database
    patience, database.patience = database.patience, 0.2
    database.plug.state = state
    try:
        yield
    finally:
        database.plug.state = "fine"
        database.patience = patience


@pytest.fixture(params=["gone", "hung"])
def state(request: pytest.FixtureRequest) -> PlugState:
    return request.param


# -- the database ------------------------------------------------------------------------------------------------------------


async def test_without_the_database_words_and_taps_get_a_kind_answer(there: World, ana: Chat, state: PlugState) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    with plug_pulled(there, state):
        await ana.says("My jaw.")
        ana.hears_only(TROUBLE)
        await ana.taps("Did it")
        ana.hears_nothing()
        ana.is_shown(TROUBLE)
        await ana.sends("sticker")
        ana.hears_only(TROUBLE)
        ana.person.says("/help")
        await ana.person.receives(CARD)
    await there.settled()
    await ana.says("My jaw.")
    ana.hears_only(ana.lesson("stress-1").title)
    await ana.says("/journal")
    ana.hears_only("one entry")


async def test_without_the_database_no_answer_of_onboarding_is_lost_unnoticed(
    there: World, ana: Chat, state: PlugState
) -> None:
    await ana.stands_at("hour")
    question = ana.last
    with plug_pulled(there, state):
        await ana.taps("8:00 AM", question)
        ana.is_shown(TROUBLE)
        await ana.says("8")
        ana.hears_only(TROUBLE)
    assert (await ana.learner()).step == "hour"
    assert "8:00 AM" in question.labels, "the buttons are still there to be pressed again"
    await ana.taps("8:00 AM", question)
    ana.hears(QUESTIONS["weekdays"])


async def test_a_stranger_without_the_database(there: World, ana: Chat, state: PlugState) -> None:
    with plug_pulled(there, state):
        await ana.says("/start")
        ana.hears_only(TROUBLE)
    await ana.says("/start")
    ana.hears_only(QUESTIONS["consent"])


async def test_lessons_wait_for_the_database_and_come_once(there: World, ana: Chat, state: PlugState) -> None:
    await ana.is_learning("stress")
    due = (await ana.learner()).due_at
    assert due is not None
    with plug_pulled(there, state):
        await there.at(due)
        await there.at(due)
        ana.hears_nothing()
    await there.later(minutes=20)
    await there.later(minutes=20)
    ana.hears_only(ana.lesson("stress-1").title)


async def test_a_pause_asked_for_with_help_is_kept_when_the_database_is_back(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    with plug_pulled(there, "gone"):
        ana.person.says("/help")
        await ana.person.receives(CARD)
        ana.person.taps("Too much to carry")
        await ana.person.receives("112")
    async with asyncio.timeout(60):
        while (await ana.learner()).state is not State.PAUSED:
            await there.server.messenger.changes.wait(0.05)


# -- the messenger -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["429", "500", "502"])
async def test_a_refusal_that_passes_delays_the_answer_and_loses_nothing(there: World, ana: Chat, kind: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    there.server.faults.add(kind, times=1)  # type: ignore[arg-type]
    await ana.says("My jaw.")
    ana.hears_only(ana.lesson("stress-1").title)
    there.server.faults.add(kind, times=1)  # type: ignore[arg-type]
    await ana.taps("Did it")
    ana.is_shown("Thank you for spending a minute here.")


async def test_an_answer_whose_call_was_cut_off_is_said_again(there: World, ana: Chat) -> None:
    await ana.stands_at("hour")
    there.server.faults.add("reset", method="sendMessage", times=1)
    await ana.says("8")
    ana.hears(QUESTIONS["weekdays"])
    there.server.faults.add("accept_then_cut", method="sendMessage", times=1)
    await ana.says("every day")
    asked = [one for one in ana.news if QUESTIONS["topics"] in one.text]
    assert 1 <= len(asked) <= 2
    assert all("I was cut off" in one.text for one in asked[1:]), "a second copy says that it may be one"


@pytest.mark.parametrize("kind", ["reset", "accept_then_cut"])
async def test_a_tap_or_an_edit_that_was_cut_off_is_done_again(there: World, ana: Chat, kind: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/tracks")
    there.server.faults.add(kind, method="editMessageText", times=1)  # type: ignore[arg-type]
    await ana.taps("Kinder nights")
    ana.hears_only("Sleep habits that have proof behind them")
    await ana.says("/next")
    there.server.faults.add(kind, method="answerCallbackQuery", times=1)  # type: ignore[arg-type]
    await ana.taps("Did it")
    assert there.server.unanswered == []


@pytest.mark.parametrize("kind", ["429", "500", "502"])
async def test_a_lesson_that_was_refused_comes_a_little_later_and_once(there: World, ana: Chat, kind: str) -> None:
    await ana.is_learning("stress")
    due = (await ana.learner()).due_at
    assert due is not None
    there.server.faults.add(kind, method="sendMessage", times=1)  # type: ignore[arg-type]
    await there.at(due)
    ana.hears_nothing()
    async with asyncio.timeout(60):
        while there.app.sender._pace.held:  # "slow down" is kept by the real clock
            await there.server.messenger.changes.wait(0.1)
    await there.later(minutes=5)
    ana.hears_only(ana.lesson("stress-1").title)


@pytest.mark.parametrize("kind", ["reset", "accept_then_cut"])
async def test_a_lesson_in_doubt_is_asked_about_and_never_sent_twice(there: World, ana: Chat, kind: str) -> None:
    await ana.is_learning("stress")
    due = (await ana.learner()).due_at
    assert due is not None
    there.server.faults.add(kind, method="sendMessage", times=1)  # type: ignore[arg-type]
    await there.at(due)
    await there.later(minutes=10)
    question = ana.hears("If today’s lesson did not reach you, here it is.")
    assert question.labels == ["Show it"]
    assert len(lessons_in(ana)) == (1 if kind == "accept_then_cut" else 0)
    await ana.taps("Show it")
    ana.hears(ana.lesson("stress-1").title)
    await ana.says("My jaw.")
    ana.hears_only(ana.lesson("stress-1").title)


def lessons_in(chat: Chat) -> list[Message]:
    """The lessons among the news."""
    return [one for one in chat.news if "Think about:" in one.text]


async def test_where_the_picture_cannot_be_drawn_the_words_come_alone(
    there: World, ana: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await ana.is_learning("stress")
    await there.app.artist.close()
    await ana.says("/progress")
    assert [one.kind for one in ana.news] == ["text", "text"]
    ana.hears("In this picture")
    caplog.clear()
