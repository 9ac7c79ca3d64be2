"""The messenger refuses, slows down, breaks off; a row is broken; the process dies. Everyone else gets their lesson on time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from bot.demo import limits
from bot.storage import tables as t
from tests.crowd import crowd
from tests.delivery.calendar import DID_NOT_REACH, LESSON, heard, lessons, on, times, titles
from tests.e2e.chat import Chat
from tests.world import World, world

EIGHT = on("2026-03-03", "08:00")
CARD = "nobody reads this chat"


async def ledger(there: World) -> list[tuple[str, str, str | None]]:
    """Kind, status and reason of every delivery, in the order in which they were decided."""
    async with there.app.store.database.read() as db:
        rows = await db.execute(select(t.deliveries).order_by(t.deliveries.c.created_at, t.deliveries.c.kind))
        return [(row.kind, row.status, row.reason) for row in rows]


# -- a row that is broken ----------------------------------------------------------------------------------------------


async def moves_to_mars(chat: Chat) -> None:
    """Their row names a zone that does not exist, as after a change of the tz database."""
    learner = await chat.learner()
    async with chat.there.app.store.turn(learner.chat, "test:mars", chat.there.clock.now) as turn:
        await turn.save(replace(learner.with_profile(zone="Mars/Olympus"), due_at=EIGHT))


async def test_a_row_that_breaks_the_decision_steps_aside(anywhere: World, in_the_log: Callable[[str], str]) -> None:
    people = [Chat(anywhere, anywhere.person(name)) for name in ("Ana", "Ben", "Cleo")]
    for person in people:
        await person.is_learning("stress")
    ana, ben, cleo = people
    await moves_to_mars(ben)
    await anywhere.at(EIGHT)
    assert (titles(ana), lessons(ben), titles(cleo)) == (["stress-1"], [], ["stress-1"])
    assert in_the_log("poison") == "deciding failed: ZoneInfoNotFoundError"
    await anywhere.at(EIGHT + timedelta(minutes=59))
    await moves_back_to_earth(ben)
    await anywhere.at(EIGHT + timedelta(days=1))
    assert titles(ben) == ["stress-1"]
    assert [titles(person) for person in (ana, cleo)] == [["stress-1", "stress-2"]] * 2


async def test_a_road_that_breaks_the_decision_takes_no_one_along_who_is_alike_in_all_else(
    there: World, ana: Chat, ben: Chat, in_the_log: Callable[[str], str]
) -> None:
    """A lesson says that it is of a track that there is not, so what must come before it cannot be found."""
    await ana.is_learning("stress")
    await ben.is_learning("sleep")
    course = there.app.rooms.delivery.course
    sleep = course.tracks["sleep"]
    lost = {name: {"en": replace(forms["en"], track="lost")} for name, forms in sleep.lessons.items()}
    there.app.learn(replace(course, tracks={**course.tracks, "sleep": replace(sleep, lessons=lost)}))
    await there.at(EIGHT)
    assert (titles(ana), lessons(ben)) == (["stress-1"], [])
    assert in_the_log("poison") == "deciding failed: KeyError"


async def moves_back_to_earth(chat: Chat) -> None:
    learner = await chat.learner()
    async with chat.there.app.store.turn(learner.chat, "test:earth", chat.there.clock.now) as turn:
        await turn.save(learner.with_profile(zone="Europe/Berlin").rescheduled(chat.there.clock.now))


async def test_a_row_that_breaks_the_sending_takes_no_one_along(
    there: World, ana: Chat, ben: Chat, in_the_log: Callable[[str], str]
) -> None:
    """Decided while all was well, and broken by the time it is tried again, in one group with others."""
    for person in (ana, ben):
        await person.is_learning("stress")
    fault = there.server.faults.add("500", method="sendMessage")
    await there.at(EIGHT)
    fault.remove()
    learner = await ben.learner()
    async with there.app.store.turn(learner.chat, "test:mars", there.clock.now) as turn:
        await turn.save(learner.with_profile(zone="Mars/Olympus"))
    await there.at(EIGHT + timedelta(minutes=5))
    assert (titles(ana), lessons(ben)) == (["stress-1"], [])
    assert in_the_log("poison") == "sending failed: ZoneInfoNotFoundError"
    await there.at(EIGHT + timedelta(minutes=15))
    assert heard(ana, DID_NOT_REACH) == 0
    assert {status for _kind, status, _reason in await ledger(there)} == {"sent", "refused"}


# -- slow down ---------------------------------------------------------------------------------------------------------


async def test_slow_down_for_hours_holds_lessons_and_nothing_else(there: World, ana: Chat, ben: Chat) -> None:
    """4b case 15: help cards and answers go out at once, the lesson two hours later."""
    for person in (ana, ben):
        await person.is_learning("stress")
    fault = there.server.faults.add("429", method="sendMessage", retry_after=7200, times=1)
    await there.at(EIGHT)
    assert fault.struck == 1
    assert lessons(ana) == lessons(ben) == [] or len(lessons(ana) + lessons(ben)) == 1
    late = ana if not lessons(ana) else ben
    asked = asyncio.get_running_loop().time()
    await late.says("/help")
    late.hears(CARD)
    await late.says("/when")
    late.hears("Wednesday, March 4")
    assert asyncio.get_running_loop().time() - asked < 5
    await there.at(EIGHT + timedelta(minutes=119))
    assert lessons(late) == []
    await there.stop()  # the messenger's own clock cannot be moved: a new process has not been told to slow down
    await there.start()
    await there.at(EIGHT + timedelta(hours=3))
    assert times(lessons(late)) == ["2026-03-03 10:00"]


async def test_slow_down_for_a_whole_day_leads_to_the_next_slot(there: World, ana: Chat) -> None:
    """4b case 15: ten hours later is not kind any more."""
    await ana.is_learning("stress")
    there.server.faults.add("429", method="sendMessage", retry_after=36_000, times=1)
    await there.at(EIGHT)
    await there.stop()
    await there.start()
    await there.at(on("2026-03-04", "12:00"))
    assert times(lessons(ana)) == ["2026-03-04 08:00"]
    assert titles(ana) == ["stress-1"]
    assert ("lesson", "not_sent", "too_late") in await ledger(there)


REFUSED = """CREATE TRIGGER refused BEFORE {what} ON deliveries WHEN NEW.learner_id = '{learner}' AND {when}
BEGIN SELECT RAISE(ABORT, 'no'); END"""
"""A row that the database will not take, as one that is too long for its column on PostgreSQL."""


@pytest.mark.parametrize(
    ("what", "when", "came", "poisoned"),
    [
        ("INSERT", "TRUE", 0, 1),
        ("UPDATE", "NEW.status = 'sending'", 0, 1),
        ("UPDATE", "NEW.message IS NOT NULL", 1, 1),
        ("UPDATE", "NEW.status = 'sent'", 1, 2),
    ],
)
async def test_a_row_that_the_database_refuses_steps_aside_loudly(
    there: World, ana: Chat, ben: Chat, caplog: pytest.LogCaptureFixture, what: str, when: str, came: int, poisoned: int
) -> None:
    for person in (ana, ben):
        await person.is_learning("stress")
    broken = REFUSED.format(what=what, when=when, learner=(await ana.learner()).id)
    async with there.app.store.database.write() as db:
        await db.execute(text(broken))
    await there.at(EIGHT + timedelta(minutes=5))
    assert (len(lessons(ana)), len(lessons(ben))) == (came, 1)
    actions = [getattr(record, "action", "") for record in caplog.records]
    assert actions.count("refused_statement") > 0
    assert actions.count("poison") == poisoned
    caplog.clear()
    async with there.app.store.database.write() as db:
        await db.execute(text("DROP TRIGGER refused"))
    await there.at(EIGHT + timedelta(hours=2))
    assert len(lessons(ana)) == 1, "neither lost nor twice"


@pytest.mark.parametrize("moment", ["before_cursor_execute", "after_cursor_execute"])
async def test_lessons_that_the_database_would_not_mark_for_a_moment_come_right_after(
    there: World, ana: Chat, ben: Chat, moment: str
) -> None:
    """Nobody waits for as long as a process may keep them to itself."""
    for person in (ana, ben):
        await person.is_learning("stress")
    struck = []

    def busy(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE deliveries SET status") and "attempts" in statement and not struck:
            struck.append(statement)
            raise sqlite3.OperationalError("database is locked")

    for engine in there.app.store.database.engines:
        event.listen(engine, moment, busy)
    await there.at(EIGHT + timedelta(minutes=5))
    assert len(struck) == 1
    assert times(lessons(ana)) == times(lessons(ben)) == ["2026-03-03 08:00"]


async def test_a_row_that_can_never_be_marked_is_given_up_after_two_days(
    there: World, ana: Chat, ben: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    for person in (ana, ben):
        await person.is_learning("stress")
    broken = REFUSED.format(what="UPDATE", when="NEW.status = 'sending'", learner=(await ana.learner()).id)
    async with there.app.store.database.write() as db:
        await db.execute(text(broken))
    await there.at(EIGHT)
    assert ("lesson", "retry", "our_bug") in await ledger(there)
    await there.asleep_until(EIGHT + timedelta(days=3))
    assert ("lesson", "refused", "our_bug") in await ledger(there)
    assert lessons(ana) == []
    caplog.clear()


# -- a messenger that hangs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "least", "most"), [(30, 8, 16), (1000, 128, 256)])
async def test_no_more_is_on_its_way_than_the_rate_needs(tmp_path: Path, rate: int, least: int, most: int) -> None:
    """Each of them is a line that asks whether it arrived, after a crash."""
    async with world(tmp_path, SEND_RATE=str(rate)) as there:
        chats = range(900_000, 900_400)
        for chat in chats:
            there.server.person(f"P{chat}", id=chat, started=True)
        store = there.app.store
        await crowd(store.database, store.keyring, chats, EIGHT, hour=8)
        hanging = there.server.faults.add("hang", method="sendMessage")
        there.clock.now = EIGHT
        ticking = asyncio.create_task(there.app.tick())
        seen = [0]
        while hanging.struck < least or seen[-1] != seen[-2]:
            await asyncio.sleep(0.5)  # at thirty a second, time for fifteen more
            seen.append([status for _kind, status, _reason in await ledger(there)].count("sending"))
            assert seen[-1] <= most
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


# -- refused, broken off -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "502"])
async def test_what_fails_is_tried_again_less_and_less_often_and_comes_once(
    there: World, ana: Chat, ben: Chat, kind: str
) -> None:
    for person in (ana, ben):
        await person.is_learning("stress")
    there.server.faults.add(kind, method="sendMessage", chat_id=ana.person.id, times=4)
    await there.at(EIGHT + timedelta(hours=2))
    tries = [call.at for call in there.server.calls_of("sendMessage", ana.person.id)]
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) == 5
    assert waits == sorted(waits)
    assert waits[0] < timedelta(minutes=1) < waits[-1] < timedelta(minutes=5)
    assert titles(ana) == ["stress-1"]
    assert times(lessons(ben)) == ["2026-03-03 08:00"]


async def test_a_messenger_that_is_down_all_day_costs_that_day_only(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    fault = there.server.faults.add("502", method="sendMessage")
    await there.at(on("2026-03-03", "20:00"))
    assert fault.struck <= 8
    fault.remove()
    await there.at(on("2026-03-04", "12:00"))
    assert times(lessons(ana)) == ["2026-03-04 08:00"]
    assert titles(ana) == ["stress-1"]
    assert ("lesson", "refused", "gave_up") in await ledger(there)


async def test_cut_off_after_it_was_taken_there_is_one_line_and_no_copy(anywhere: World) -> None:
    """4b cases 8 and 16: whether it arrived is not known, so it is offered, not repeated."""
    ana = Chat(anywhere, anywhere.person("Ana"))
    await ana.is_learning("stress")
    anywhere.server.faults.add("accept_then_cut", method="sendMessage", times=1)
    await anywhere.at(EIGHT + timedelta(hours=5))
    assert titles(ana) == ["stress-1"], "it did arrive, this time"
    asked = ana.hears(DID_NOT_REACH)
    assert heard(ana, DID_NOT_REACH) == 1
    await ana.taps("Show it", asked)
    assert titles(ana) == ["stress-1", "stress-1"]
    assert asked.labels == []
    await anywhere.at(EIGHT + timedelta(days=1))
    assert titles(ana) == ["stress-1", "stress-1", "stress-2"]
    assert heard(ana, DID_NOT_REACH) == 1


async def test_cut_off_before_it_was_taken_the_line_brings_it(there: World, ana: Chat) -> None:
    """4b case 16, the other way: it had not arrived."""
    await ana.is_learning("stress")
    there.server.faults.add("reset", method="sendMessage", times=1)
    await there.at(EIGHT + timedelta(hours=5))
    ana.hears_only(DID_NOT_REACH)
    await ana.taps("Show it")
    assert titles(ana) == ["stress-1"]
    await ana.taps("Did it")
    ana.is_shown("Thank you")


async def test_killed_between_taken_and_written_down(anywhere: World) -> None:
    """4b case 8: the messenger has it, the process dies before it knows. The next one asks, and does not repeat."""
    ana = Chat(anywhere, anywhere.person("Ana"))
    await ana.is_learning("stress")
    anywhere.clock.now = EIGHT
    ticking = asyncio.create_task(anywhere.app.tick())
    forget = anywhere.server.on_call(lambda call: ticking.cancel() if LESSON in call.text else None)
    await asyncio.gather(ticking, return_exceptions=True)
    forget()
    assert ticking.cancelled()
    await anywhere.crash()
    await anywhere.at(EIGHT + timedelta(hours=1))
    assert titles(ana) == ["stress-1"]
    assert heard(ana, DID_NOT_REACH) == 1


async def test_a_lesson_that_the_messenger_will_not_take_is_recorded_and_loud(
    there: World, ana: Chat, ben: Chat, monkeypatch: pytest.MonkeyPatch, in_the_log: Callable[[str], str]
) -> None:
    """Our bug: not tried again and again, never silent, and nobody else has to wait for it."""
    await ana.is_learning("stress")
    await ben.is_learning("stress", minute=10)
    with monkeypatch.context() as stricter:
        stricter.setattr(limits, "TEXT_LENGTH", 100)
        there.clock.now = EIGHT
        await there.app.tick()
        there.server.violations.clear()
    await there.at(EIGHT + timedelta(hours=12))
    assert "message is too long" in in_the_log("our_bug").casefold()
    assert (titles(ana), titles(ben)) == ([], ["stress-1"])
    assert len(there.server.calls_of("sendMessage", ana.person.id)) == 1
    assert ("lesson", "refused", "our_bug") in await ledger(there)
    await there.at(EIGHT + timedelta(days=1))
    assert titles(ana) == ["stress-1"], "it is still the next, once it can be sent"
