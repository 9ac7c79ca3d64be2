"""Who is behind and why; a new tz database; a lesson that Telegram will not take; doubts that turn out well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.demo import limits
from bot.service import upkeep
from bot.service.learners import Passage
from bot.storage import tables as t
from bot.storage.looking import SqlLedger
from tests.delivery.calendar import DID_NOT_REACH, ENVELOPE, heard, lessons, on, titles
from tests.e2e.chat import Chat
from tests.world import World

EIGHT = on("2026-03-03", "08:00")


async def looked(there: World) -> upkeep.Audit:
    return await upkeep.audit(SqlLedger(there.app.store), there.app.rooms.conversation.course, there.clock.now)


async def test_nobody_is_behind_when_every_lesson_came(there: World, ana: Chat, ben: Chat) -> None:
    await ana.is_learning("stress")
    await ben.is_learning("stress")
    await ben.says("/pause 5")
    await there.at(EIGHT + timedelta(days=2))
    found = await looked(there)
    assert (found.learners, found.people, found.days) == (1, 0, 0), "who paused is not behind"


async def test_a_lesson_that_never_got_a_decision_is_loud(
    there: World, ana: Chat, in_the_log: Callable[[str], str]
) -> None:
    await ana.is_learning("stress")
    learner = await ana.learner()
    async with there.app.store.turn(learner.chat, "test:lost", there.clock.now) as turn:
        await turn.save(replace(learner, due_at=None))  # as a bug of ours might
    await there.asleep_until(EIGHT + timedelta(days=2))
    found = await looked(there)
    assert (found.people, found.reasons) == (1, {"no_decision": 3})
    assert "nothing was decided" in in_the_log("unexplained")


async def test_what_is_told_of_it_hides_groups_under_ten(there: World, ana: Chat) -> None:
    ledger = SqlLedger(there.app.store)
    assert await upkeep.last_audit(ledger) is None
    await ana.is_learning("stress")
    await there.asleep_until(EIGHT + timedelta(hours=5))
    found = await looked(there)
    assert await upkeep.last_audit(ledger) == found
    assert upkeep.told(found) == {
        "at": found.at, "learners": None, "people": None, "days": None, "reasons": {"too_late": None},
    }  # fmt: skip
    many = replace(found, learners=40, people=12, days=30, reasons={"too_late": 21, "no_decision": 9})
    assert upkeep.told(many)["reasons"] == {"too_late": 21, "no_decision": None}


async def test_a_day_off_is_told_with_its_reason(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(EIGHT + timedelta(hours=5))
    found = await looked(there)
    assert (found.people, found.reasons) == (1, {"too_late": 1})


async def test_a_new_tz_database_moves_due_times_once(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    ledger = SqlLedger(there.app.store)
    await upkeep.reckon_anew(ledger, "2026a", there.clock.now)
    async with there.app.store.database.write() as db:  # as reckoned by rules that have changed since
        await db.execute(update(t.learners).values(due_at=EIGHT + timedelta(hours=1)))
    assert await upkeep.reckon_anew(ledger, "2026a", there.clock.now) == 0
    assert await upkeep.reckon_anew(ledger, "2026b", there.clock.now) == 1
    assert (await ana.learner()).due_at == EIGHT
    assert await upkeep.reckon_anew(ledger, "2026b", there.clock.now) == 0


async def test_a_lesson_refused_by_our_own_fault_steps_aside_after_three_days(
    there: World, ana: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await ana.is_learning("stress")
    with monkeypatch.context() as stricter:
        stricter.setattr(limits, "TEXT_LENGTH", 100)
        for day in range(3):
            there.clock.now = EIGHT + timedelta(days=day)
            await there.app.tick()
        there.server.violations.clear()
    caplog.clear()
    await there.at(EIGHT + timedelta(days=3))
    assert titles(ana) == ["stress-2"], "the one that cannot be sent makes way"
    caplog.clear()


async def test_tries_that_failed_are_kept(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    there.server.faults.add("500", method="sendMessage", times=2)
    await there.at(EIGHT + timedelta(hours=1))
    async with there.app.store.database.read() as db:
        rows = (await db.execute(select(t.attempts).order_by(t.attempts.c.number))).all()
    assert [(row.number, row.outcome, row.reason) for row in rows] == [
        (1, "retry", "try_later"),
        (2, "retry", "try_later"),
    ]
    assert len(lessons(ana)) == 1


async def test_a_lesson_in_doubt_that_did_arrive_is_what_they_answer(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    there.server.faults.add("accept_then_cut", method="sendMessage", times=1)
    await there.at(EIGHT + timedelta(minutes=30))
    assert heard(ana, DID_NOT_REACH) == 1
    await ana.says("In my shoulders.")
    ana.hears_only("Kept")


async def test_an_envelope_in_doubt_is_not_passed(there: World, ana: Chat) -> None:
    await ana.is_learning("intimacy")
    await there.at(EIGHT)  # what comes before it is no secret
    there.server.faults.add("reset", method="sendMessage", times=1)
    await there.at(EIGHT + timedelta(days=1, minutes=30))
    assert heard(ana, ENVELOPE) == 0
    await there.at(EIGHT + timedelta(days=2))
    assert heard(ana, ENVELOPE) == 1
    async with there.app.store.database.read() as db:
        rows = select(t.deliveries.c.lesson_id).where(t.deliveries.c.kind == "lesson").order_by(t.deliveries.c.slot)
        _, uncertain, again = (await db.execute(rows)).scalars()
    assert uncertain == again == "intimacy-1", "the same one comes again"


async def test_nobody_is_behind_who_is_through_with_every_topic(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    learner = await ana.learner()
    async with there.app.store.turn(learner.chat, "test:through", there.clock.now) as turn:
        for lesson in ana.course.tracks["stress"].order:
            await turn.pass_through(lesson, Passage.DID)
        await turn.save(replace(learner, due_at=None))
    await there.asleep_until(EIGHT + timedelta(days=2))
    assert (await looked(there)).people == 0
