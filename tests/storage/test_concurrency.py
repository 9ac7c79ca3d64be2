"""Several at once: turns of one learner, and processes that reach for the same work."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import Say
from bot.service.learners import DeliveryKind, DeliveryStatus
from bot.service.ports import Done
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore
from tests.crowd import crowd
from tests.storage.people import (
    ANA,
    BEN,
    HOLD,
    KEY,
    NOW,
    TODAY,
    Opener,
    chat,
    decide_all,
    found,
    ledger,
    meet,
    new_key,
    row,
    sending_lesson,
    those_in,
    todays_lesson,
    waiting_lesson,
)

CROWD = 40


async def a_crowd(store: SqlStore) -> None:
    await crowd(store.database, Keyring([KEY]), range(CROWD), NOW)


async def test_two_turns_of_one_learner_come_one_after_the_other(another_store: Opener) -> None:
    one, other = await another_store(), await another_store()
    await meet(one)
    inside, order = asyncio.Event(), []

    async def first() -> None:
        async with one.turn(ANA, new_key(), NOW) as turn:
            inside.set()
            assert turn.learner is not None
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done, "the second turn must wait for the first"
            await turn.save(replace(turn.learner, step="country"))
            order.append("first")

    async def second() -> None:
        await inside.wait()
        async with other.turn(ANA, new_key(), NOW) as turn:
            order.append("second")
            assert turn.learner is not None
            assert turn.learner.step == "country", "it sees what the first turn did"

    waiting = asyncio.create_task(second())
    await first()
    await waiting
    assert order == ["first", "second"]


async def test_many_turns_at_once_lose_nothing(another_store: Opener) -> None:
    stores = [await another_store(), await another_store()]
    await meet(stores[0])

    async def write(number: int) -> None:
        async with stores[number % 2].turn(ANA, new_key(), NOW) as turn:
            assert turn.learner is not None
            topics = (*turn.learner.profile.topics, str(number))
            await turn.save(turn.learner.with_profile(topics=topics))

    await asyncio.gather(*(write(number) for number in range(12)))
    assert sorted(int(topic) for topic in (await found(stores[0])).profile.topics) == list(range(12))


async def test_one_update_that_reaches_two_processes_is_handled_by_one(another_store: Opener) -> None:
    stores = [await another_store(), await another_store()]
    await meet(stores[0])
    key = new_key()

    async def handle(store: SqlStore) -> bool:
        async with store.turn(ANA, key, NOW) as turn:
            if turn.handled_before is not None:
                return False
            await turn.keep_reflection("stress-1", "once", 5)
            turn.keep_replies([Say("Thank you")])
            return True

    handled = await asyncio.gather(*(handle(store) for store in stores * 3))
    assert sorted(handled) == [False] * 5 + [True]
    async with stores[0].turn(ANA, new_key(), NOW) as turn:
        assert await turn.count_reflections() == 1


async def test_a_stranger_who_writes_twice_at_once_is_met_once(another_store: Opener) -> None:
    stores = [await another_store(), await another_store()]

    async def greet(store: SqlStore) -> bool:
        async with store.turn(ANA, new_key(), NOW) as turn:
            if turn.learner is not None:
                return False
            await turn.meet("en")
            return True

    assert sorted(await asyncio.gather(*(greet(store) for store in stores))) == [False, True]


async def test_turns_of_different_people_do_not_disturb_each_other(another_store: Opener) -> None:
    stores = [await another_store(), await another_store()]
    for number in range(8):
        await meet(stores[0], chat(number))

    async def write(number: int) -> None:
        async with stores[number % 2].turn(chat(number), new_key(), NOW) as turn:
            assert turn.learner is not None
            await turn.save(replace(turn.learner, step=str(number)))

    await asyncio.gather(*(write(number) for number in range(8)))
    assert [(await found(stores[0], chat(number))).step for number in range(8)] == [str(n) for n in range(8)]


async def test_two_processes_never_decide_about_one_learner_twice(another_store: Opener) -> None:
    stores = [await another_store() for _ in range(3)]
    await a_crowd(stores[0])
    seen: list[str] = []

    async def decide_until_done(store: SqlStore) -> None:
        while True:
            async with store.due_batch(NOW, 7, HOLD) as batch:
                if not batch.due:
                    return
                for due in batch.due:
                    seen.extend(due.learners)
                    batch.decide(*todays_lesson(due))
                await asyncio.sleep(0)

    await asyncio.gather(*(decide_until_done(store) for store in stores))
    # A batch may come back empty while another process still holds the rest; nobody is decided about twice.
    await decide_until_done(stores[0])
    assert len(seen) == len(set(seen)) == CROWD


async def test_two_processes_never_take_one_delivery(another_store: Opener) -> None:
    stores = [await another_store() for _ in range(3)]
    await a_crowd(stores[0])
    await decide_all(stores[0])
    taken: list[str] = []

    async def take_until_done(store: SqlStore) -> None:
        while waiting := await store.take_waiting(NOW, 5, HOLD):
            taken.extend(one.delivery.id for one in waiting)

    await asyncio.gather(*(take_until_done(store) for store in stores))
    await take_until_done(stores[0])
    assert len(taken) == len(set(taken)) == CROWD


async def test_of_two_processes_that_both_believe_a_delivery_theirs_one_sends_it(another_store: Opener) -> None:
    slow, quick = await another_store(), await another_store()
    await a_crowd(slow)
    await decide_all(slow)
    mine = [one.delivery for one in await slow.take_waiting(NOW, CROWD, HOLD)]
    # The first stalled for longer than it may hold them, so that the second took them too.
    theirs = [one.delivery for one in await quick.take_waiting(NOW + HOLD, CROWD, HOLD)]
    assert {one.id for one in mine} == {one.id for one in theirs}
    until = NOW + 2 * HOLD
    marked = await asyncio.gather(
        *(store.sending(part, until) for store, part in ((slow, mine[:20]), (quick, theirs), (slow, mine[20:])))
    )
    ids = [one for part in marked for one in part]
    assert len(ids) == len(set(ids)) == CROWD


async def test_two_processes_never_ask_twice_about_one_lesson_in_doubt(another_store: Opener) -> None:
    stores = [await another_store() for _ in range(3)]
    await a_crowd(stores[0])
    await decide_all(stores[0])
    taken = [one.delivery for one in await stores[0].take_waiting(NOW, CROWD, HOLD)]
    await stores[0].sending(taken, NOW + HOLD)
    settled = await asyncio.gather(*(store.uncertain(NOW + HOLD) for store in stores))
    assert sum(settled) == CROWD
    assert len(await stores[0].take_waiting(NOW + HOLD, 2 * CROWD, HOLD)) == CROWD


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_learner_who_is_writing_just_now_is_left_for_the_next_tick(another_store: Opener) -> None:
    talking, ticking = await another_store(), await another_store()
    ana, ben = await meet(talking, ANA), await meet(talking, BEN)
    async with talking.turn(ANA, new_key(), NOW), ticking.due_batch(NOW, 10, HOLD) as batch:
        assert those_in(batch) == [ben.id], "passed by without waiting"
        batch.decide(*todays_lesson(batch.due[0]))
    async with ticking.due_batch(NOW, 10, HOLD) as batch:
        assert those_in(batch) == [ana.id], "passed by, not lost"


async def test_recording_an_outcome_waits_for_the_learners_turn_and_keeps_both(another_store: Opener) -> None:
    talking, ticking = await another_store(), await another_store()
    one = await sending_lesson(ticking)
    sent = Done(one.delivery, DeliveryStatus.SENT, NOW, 4711, passed="stress-1", answers=True)
    async with talking.turn(ANA, new_key(), NOW) as turn:
        recording = asyncio.create_task(ticking.record([sent]))
        await asyncio.wait([recording], timeout=0.2)
        assert turn.learner is not None
        await turn.open_delivery(one.delivery.id)
        await turn.save(replace(turn.learner, step="hour"))
    await recording
    learner, there = await found(ticking), await row(ticking, one.delivery.id)
    assert (learner.step, learner.lesson, learner.delivery) == ("hour", "stress-1", one.delivery.id)
    assert (there.status, there.message, there.opened) == (DeliveryStatus.SENT, 4711, True)


async def test_settling_doubts_while_the_learner_writes_keeps_both(another_store: Opener) -> None:
    talking, ticking = await another_store(), await another_store()
    one = await sending_lesson(ticking)
    async with talking.turn(ANA, new_key(), NOW) as turn:
        settling = asyncio.create_task(ticking.uncertain(NOW + HOLD))
        await asyncio.wait([settling], timeout=0.2)
        await turn.open_delivery(one.delivery.id)
    await settling
    await ticking.uncertain(NOW + HOLD)
    there = await row(ticking, one.delivery.id)
    assert (there.status, there.opened) == (DeliveryStatus.UNCERTAIN, True)


async def test_a_lesson_asked_for_at_the_very_minute_it_is_due_comes_once(another_store: Opener) -> None:
    talking, ticking = await another_store(), await another_store()
    await meet(talking)

    async def ask() -> None:
        async with talking.turn(ANA, new_key(), NOW) as turn:
            assert turn.learner is not None
            if await turn.intend(DeliveryKind.LESSON, TODAY, "stress-1") is not None:
                await turn.save(replace(turn.learner, due_at=NOW + timedelta(days=1), last_slot=TODAY))

    await asyncio.gather(ask(), decide_all(ticking), ask(), decide_all(ticking))
    lessons = [one for one in await ledger(talking) if one.kind is DeliveryKind.LESSON]
    assert len(lessons) == 1
    assert (await found(talking)).due_at == NOW + timedelta(days=1)


async def test_a_process_that_lives_keeps_its_work_from_the_others(another_store: Opener) -> None:
    working = await another_store()
    one = await waiting_lesson(working)
    async with working.turn(BEN, new_key(), NOW) as turn:
        await turn.meet("en")
        turn.keep_replies([Say("Welcome")])
    other = await another_store()
    taken_over = await other.take_over(NOW)
    if other.database.dialect == "sqlite":
        # An SQLite file has one process at a time: whoever starts next knows that the one before is gone.
        assert [who for who, _ in taken_over] == [BEN]
        return
    assert taken_over == ()
    assert await other.take_waiting(NOW, 10, HOLD) == ()
    assert await working.sending([one.delivery], NOW + HOLD) == (one.delivery.id,)


async def test_help_cards_shown_at_once_are_all_counted(another_store: Opener) -> None:
    stores = [await another_store(), await another_store()]
    await asyncio.gather(*(stores[number % 2].count_help(TODAY) for number in range(20)))
    async with stores[0].database.read() as db:
        assert (await db.exec_driver_sql("SELECT count FROM daily_counts")).scalar_one() == 20
