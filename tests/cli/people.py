"""Ana and Ben, with words of their own in every place that can hold any."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from bot.course.lesson import PracticeForm
from bot.course.measures import Kind, Rating
from bot.course.toolbox import Tool
from bot.messages import ChatRef, Outcome, Receipt, Say
from bot.service.learners import DRAFT, Closeness, DeliveryKind, Passage, State
from bot.service.records import Record
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.records import SqlRecords
from bot.storage.rows import new_id
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore

JOINED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday."""


@dataclass(frozen=True)
class Person:
    """Somebody in the database; `marker` stands in everything that they wrote."""

    name: str
    chat_id: str
    marker: str

    @property
    def chat(self) -> ChatRef:
        return ChatRef("telegram", self.chat_id)


@dataclass(frozen=True)
class Cast:
    """Who lives in the database."""

    ana: Person
    ben: Person

    def secrets(self) -> tuple[str, ...]:
        """What no output but an export may hold."""
        return (self.ana.chat_id, self.ana.marker, self.ben.chat_id, self.ben.marker)


ANA = Person("Ana", "4155500017", "marker-ana-quiet-harbour")
BEN = Person("Ben", "4155500029", "marker-ben-red-kite")


def ring(keys: str) -> Keyring:
    """The keyring of a SECRET_KEY."""
    return Keyring(read_keys(keys))


def live_here(url: str, keys: str) -> Cast:
    """Puts Ana and Ben into a database."""
    asyncio.run(_live_here(url, keys))
    return Cast(ANA, BEN)


async def _live_here(url: str, keys: str) -> None:
    store = SqlStore(Database(url), ring(keys))
    try:
        await store.ready()
        for person in (ANA, BEN):
            await _sign_up(store, person)
            await _read_lessons(store, person)
    finally:
        await store.close()


async def _sign_up(store: SqlStore, person: Person) -> None:
    async with store.turn(person.chat, f"{person.name}-1", JOINED) as turn:
        learner = await turn.meet("en")
        learner = learner.with_profile(
            country="DE", zone="Europe/Berlin", hour=8, minute=5, weekdays=frozenset({0, 1, 2, 3, 4}),
            form=PracticeForm.EITHER, closeness=Closeness.SAFE, topics=("stress", "intimacy"),
        )  # fmt: skip
        learner = replace(learner, state=State.ACTIVE, consent_version=1)
        await turn.record_consent(1)
        await turn.enrol(["stress", "sleep"])
        await turn.enrol(["stress", "intimacy"])
        await turn.save(learner.rescheduled(JOINED))
        turn.keep_replies([Say(f"an answer with {person.marker}")])


async def _read_lessons(store: SqlStore, person: Person) -> None:
    day = JOINED + timedelta(days=1)
    async with store.turn(person.chat, f"{person.name}-2", day) as turn:
        await turn.pass_through("stress-1", Passage.DID)
        await turn.pass_through("stress-2", Passage.SENT)
        delivery = await turn.intend(DeliveryKind.LESSON, day.date(), "stress-2")
        assert delivery is not None
        kept = await turn.keep_reflection("stress-1", f"an answer, {person.marker} <b>&</b>\nin two lines 🌱", 71)
        await turn.rewrite(kept.id, f"an edited answer, {person.marker} <b>&</b>\nin two lines 🌱")
        await turn.keep_reflection(None, f"a note, {person.marker}", 72)
        await turn.keep_reflection(DRAFT, f"a draft, {person.marker}", 73)
        await turn.shelf.keep_rating(Rating(f"{person.name}-r", Kind.WEEK, day, {"heavy": 3}, True), day)
        await turn.shelf.keep_tool(Tool(f"{person.name}-t", day, 3, None, f"a tool, {person.marker}"))
        await turn.keep_plan({"signs": f"a plan, {person.marker}", "people": "my sister"})
        learner = turn.learner
        assert learner is not None
        await turn.save(
            replace(learner, lesson="stress-2", delivery=delivery.id, last_slot=day.date()).rescheduled(day)
        )
        turn.keep_replies(())
    sent = Say("the lesson", delivery=delivery.id)
    await store.replied(f"{person.name}-2", None, day, Receipt(Outcome.SENT, 88), sent)
    # The next morning lies in quiet hours for the decision that was made, whatever the reason: a row that says why nothing came.
    row = {
        "id": new_id(), "learner_id": learner.id, "kind": "lesson", "slot": (day + timedelta(days=1)).date(), "number": 7,
        "status": "not_sent", "reason": "too_late", "created_at": day + timedelta(days=1), "updated_at": day + timedelta(days=1),
    }  # fmt: skip
    async with store.database.write() as db:
        await db.execute(insert(t.deliveries).values(row))


def record_of(url: str, keys: str, person: Person) -> Record | None:
    """Everything held about a person, or None."""

    async def work() -> Record | None:
        database = Database(url)
        try:
            return await SqlRecords(database, ring(keys)).record(person.chat)
        finally:
            await database.close()

    return asyncio.run(work())


def everyone_reads(url: str, keys: str, people: Sequence[Person]) -> None:
    """Fails unless each of them can be found, and what they wrote be read."""
    for person in people:
        record = record_of(url, keys, person)
        assert record is not None, f"{person.name} is not found"
        assert any(person.marker in one.text for one in record.reflections)
