"""How long what is kept: every period, and somebody who is away for long is asked once and then forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.messages import ChatRef
from bot.service import retention
from bot.service.learners import DeliveryKind, Learner, State
from bot.service.retention import AWAY, DECISIONS, LAST_CALL, NEVER_AGREED
from bot.storage import tables as t
from tests.e2e.chat import Chat
from tests.world import World

ASKED = "It has been quiet here for a year"


async def quiet_nights(there: World, until: datetime) -> None:
    """The nightly job runs at the end of a time in which nobody wrote."""
    there.clock.now = until
    await there.app.rooms.retention.nightly(there.clock.now)


async def sleeper(chat: Chat, state: State = State.PAUSED) -> Learner:
    """Somebody who paused for good, and was never heard of again."""
    await chat.is_learning("stress")
    await chat.says("/pause open" if state is State.PAUSED else "/stop")
    return await chat.learner()


async def kinds(there: World) -> list[str]:
    async with there.app.store.database.read() as db:
        return list((await db.execute(select(t.deliveries.c.kind))).scalars())


async def test_away_for_a_year_they_are_asked_once_by_day_and_forgotten_a_month_later(there: World, ana: Chat) -> None:
    seen = (await sleeper(ana)).seen_at
    night = (seen + AWAY + timedelta(days=1)).replace(hour=3, minute=17)
    await quiet_nights(there, night)
    await there.app.tick()
    ana.forget()
    assert ASKED not in ana.last.text, "it is four in the morning in Berlin"
    await there.at(night.replace(hour=12))
    asked = ana.hears_only(ASKED, "Friday, April 2")
    assert asked.labels == ["Keep my place", "Give me a copy"]
    await quiet_nights(there, night + timedelta(days=1))
    await there.later(hours=12)
    assert (await kinds(there)).count(DeliveryKind.LAST_CALL) == 1, "once"
    await quiet_nights(there, night + LAST_CALL - timedelta(minutes=1))
    assert await there.learner(ana.person) is not None
    await quiet_nights(there, night + LAST_CALL + timedelta(days=1))
    assert await there.learner(ana.person) is None
    async with there.app.store.database.read() as db:
        assert (await db.execute(select(func.count()).select_from(t.tombstones))).scalar_one() == 1


@pytest.mark.parametrize("sign", ["a tap", "a word", "only reading"])
async def test_any_sign_of_them_keeps_everything(there: World, ana: Chat, sign: str) -> None:
    night = (await sleeper(ana)).seen_at + AWAY + timedelta(days=1)
    await quiet_nights(there, night)
    await there.at(night.replace(hour=12) + timedelta(days=1))
    ana.forget()
    match sign:
        case "a tap":
            await ana.taps("Keep my place")
            ana.hears_only("It stays.")
        case "a word":
            await ana.says("Good morning.")
        case _:
            await ana.says("/journal")
    assert (await ana.learner()).leaves_at is None
    await quiet_nights(there, night + LAST_CALL + timedelta(days=2))
    assert (await ana.learner()).state is State.PAUSED


async def test_who_stopped_hears_nothing_and_is_forgotten_all_the_same(there: World, ana: Chat) -> None:
    """It was promised that nothing more is sent; /stop and the privacy page say when everything goes."""
    seen = (await sleeper(ana, State.STOPPED)).seen_at
    await quiet_nights(there, seen + AWAY + timedelta(days=1))
    ana.forget()
    await there.later(days=2)
    ana.hears_nothing()
    await quiet_nights(there, seen + AWAY + LAST_CALL + timedelta(days=2))
    assert await there.learner(ana.person) is None


async def test_reading_counts_as_being_here(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    there.clock.now += timedelta(days=300)
    await ana.says("/journal")
    await quiet_nights(there, there.clock.now + timedelta(days=100))
    assert (await ana.learner()).leaves_at is None


async def test_who_never_agreed_is_forgotten_after_three_months(there: World, ana: Chat, ben: Chat) -> None:
    await ana.says("/start")
    await ben.is_learning("stress")
    await ben.says("/privacy")
    await ben.taps("Take back my consent")
    await quiet_nights(there, there.clock.now + NEVER_AGREED - timedelta(minutes=1))
    assert await there.learner(ana.person) is not None
    await quiet_nights(there, there.clock.now + timedelta(minutes=2))
    assert await there.learner(ana.person) is None
    assert await there.learner(ben.person) is not None, "who took their consent back may still want what they wrote"


async def test_what_was_sent_is_forgotten_after_four_hundred_days(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    async with there.app.store.database.write() as db:
        await db.execute(update(t.learners).values(seen_at=there.clock.now + DECISIONS))
    await quiet_nights(there, there.clock.now + DECISIONS - timedelta(minutes=1))
    assert await kinds(there) == ["lesson"]
    await quiet_nights(there, there.clock.now + timedelta(minutes=2))
    assert await kinds(there) == []


async def test_marks_and_counts_go_after_two_years(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.app.store.count_help(there.clock.now.date())
    await there.app.rooms.retention.ageing.forget_some(there.clock.now, 10)
    async with there.app.store.turn(ChatRef("telegram", str(ana.person.id)), "test:x", there.clock.now) as turn:
        await turn.forget()
    for span, left in ((retention.TOMBSTONES, 1), (retention.TOMBSTONES + timedelta(days=1), 0)):
        start = there.clock.now
        await quiet_nights(there, start + span)
        there.clock.now = start
        async with there.app.store.database.read() as db:
            for table in (t.tombstones, t.daily_counts):
                assert (await db.execute(select(func.count()).select_from(table))).scalar_one() == left, table.name
