"""People for the store's tests, and the few steps that many tests begin with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from bot.messages import ChatRef
from bot.service.learners import CONSENT_VERSION, Delivery, DeliveryKind, Learner, Profile, State
from bot.service.ports import Coming, Due, DueBatch, Intent, Waiting
from bot.storage.store import SqlStore

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
HOLD = timedelta(minutes=2)
KEY = b"kindling-test-key-of-32-bytes!!!"
ANA, BEN = ChatRef("telegram", "4100200300"), ChatRef("telegram", "4100200301")

Opener = Callable[..., Awaitable[SqlStore]]
"""Opens one more store on the test's database, as another process would."""

_keys = (f"telegram:{number}" for number in count(1))


def chat(number: int) -> ChatRef:
    """One of many chats."""
    return ChatRef("telegram", str(5_000_000_000 + number))


def new_key() -> str:
    """The key of an update that was never seen before."""
    return next(_keys)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


async def meet(store: SqlStore, who: ChatRef = ANA, **changes: object) -> Learner:
    """A learner who is set up, with a lesson due now unless `changes` say otherwise."""
    async with store.turn(who, new_key(), NOW) as turn:
        learner = await turn.meet("en")
        settled = replace(
            learner,
            state=State.ACTIVE,
            profile=Profile(country="DE", zone="Europe/Berlin", hour=13),
            consent_version=CONSENT_VERSION,
            due_at=NOW,
        )
        await turn.save(replace(settled, **changes))  # type: ignore[arg-type]  # the fields are checked by replace
        await turn.enrol(["stress"])
        assert turn.learner is not None
        return turn.learner


async def found(store: SqlStore, who: ChatRef = ANA) -> Learner:
    """A learner as the database has them now."""
    learner = await store.learner(who)
    assert learner is not None
    return learner


def each(due: Due, lesson: str | None = None) -> Coming:
    """All of them, each with that lesson."""
    return [(learner, lesson) for learner in due.learners]


def todays_lesson(due: Due, lesson: str = "stress-1", slot: date = TODAY) -> tuple[Coming, tuple[Intent, ...]]:
    """The decision to send a lesson, and to look again tomorrow."""
    after = due.case.schedule._replace(due_at=NOW + timedelta(days=1), last_slot=slot)
    return each(due, lesson), (Intent(after, DeliveryKind.LESSON, slot),)


def those_in(batch: DueBatch) -> list[str]:
    """The ids of all learners of a batch."""
    return [learner for due in batch.due for learner in due.learners]


async def decide_all(store: SqlStore, lesson: str = "stress-1", take: int = 500) -> int:
    """Decides a lesson for everybody who is due. Answers for how many."""
    async with store.due_batch(NOW, take, HOLD) as batch:
        for due in batch.due:
            batch.decide(*todays_lesson(due, lesson))
        return len(those_in(batch))


async def waiting_lesson(store: SqlStore, who: ChatRef = ANA) -> Waiting:
    """A learner with a lesson that was decided, and taken to be sent."""
    await meet(store, who)
    await decide_all(store)
    (one,) = await store.take_waiting(NOW, 10, HOLD)
    return one


async def sending_lesson(store: SqlStore, who: ChatRef = ANA) -> Waiting:
    """The same, a moment later: the call to the messenger is about to be made."""
    one = await waiting_lesson(store, who)
    assert await store.sending([one.delivery], NOW + HOLD) == (one.delivery.id,)
    return one


async def ledger(store: SqlStore, who: ChatRef = ANA) -> tuple[Delivery, ...]:
    """Their rows of the ledger, newest first."""
    async with store.turn(who, new_key(), NOW) as turn:
        return await turn.decisions(100)


async def row(store: SqlStore, delivery: str, who: ChatRef = ANA) -> Delivery:
    """One of their rows of the ledger."""
    async with store.turn(who, new_key(), NOW) as turn:
        there = await turn.delivery(delivery)
        assert there is not None
        return there
