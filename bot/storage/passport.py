"""Bringing in a record that was made elsewhere: everything held about a learner becomes what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import LedgerRow, Record
from bot.storage import tables as t
from bot.storage.rows import Sealed, learner_values, new_id
from bot.storage.shelf import StoredShelf

REPLACED = (
    t.consents, t.enrolments, t.passages, t.reflections, t.plans, t.ratings, t.tools, t.attempts, t.deliveries
)  # fmt: skip
"""What a record holds. What else belongs to a learner is about the chat here: which of its messages were handled."""


async def bring_in(db: AsyncConnection, sealed: Sealed, record: Record) -> Sealed:
    """Makes everything held about this learner what the record says, and answers the learner as they are then.

    Numbers of messages are of the chat with another bot, and stay behind. What was about to be sent there is not sent from here.
    """
    me, key = sealed.learner, sealed.key
    for table in REPLACED:
        await db.execute(delete(table).where(table.c.learner_id == me.id))
    deliveries = _deliveries(record.deliveries, me.id)
    learner = replace(record.learner, id=me.id, chat=me.chat, delivery=_answered(record.learner.lesson, deliveries))
    learner = replace(learner, profile=replace(learner.profile, pinned=me.profile.pinned))
    values = learner_values(learner, key) | {"created_at": learner.created_at}
    await db.execute(update(t.learners).where(t.learners.c.id == me.id).values(values))
    ids = _ids(len(record.reflections))
    reflections = [
        {
            "id": name,
            "lesson_id": one.lesson,
            "sealed_text": key.seal(one.text, "reflections", "sealed_text", name),
            "written_at": one.written_at,
            "edited_at": one.edited_at,
        }
        for name, one in zip(ids, record.reflections, strict=True)
    ]
    consents = [
        {"id": name, "version": one.version, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
        for name, one in zip(_ids(len(record.consents)), record.consents, strict=True)
    ]
    tracks = [
        {"track": one.track, "position": one.position, "chosen_at": one.chosen_at, "left_at": one.left_at}
        for one in record.tracks
    ]
    lessons = [{"lesson_id": one.lesson, "how": one.how.value, "at": one.at} for one in record.lessons]
    await _put(db, t.reflections, me.id, reflections)
    await _put(db, t.consents, me.id, consents)
    await _put(db, t.enrolments, me.id, tracks)
    await _put(db, t.passages, me.id, lessons)
    await _put(db, t.deliveries, me.id, deliveries)
    attempts = [
        {"delivery_id": row["id"], "number": number, "at": one.at, "outcome": one.outcome, "reason": one.reason}
        for row, ledger in zip(deliveries, record.deliveries, strict=True)
        for number, one in enumerate(ledger.failed, start=1)
    ]
    await _put(db, t.attempts, me.id, attempts)
    if record.plan is not None:
        parts = key.seal(dict(record.plan.parts), "plans", "sealed_parts", me.id)
        await _put(db, t.plans, me.id, [{"sealed_parts": parts, "written_at": record.plan.written_at}])
    await _shelve(db, Sealed(learner, key), record)
    return Sealed(learner, key)


async def _shelve(db: AsyncConnection, me: Sealed, record: Record) -> None:
    shelf, kept = StoredShelf(db, me), timedelta(days=me.learner.profile.keep_ratings)
    for name, rating in zip(_ids(len(record.ratings)), record.ratings, strict=True):
        await shelf.keep_rating(replace(rating, id=name), rating.at + kept)
    for name, tool in zip(_ids(len(record.tools)), record.tools, strict=True):
        await shelf.keep_tool(replace(tool, id=name))


async def _put(db: AsyncConnection, table: Table, learner: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await db.execute(insert(table), [{"learner_id": learner, **row} for row in rows])


def _ids(number: int) -> list[str]:
    # In order: rows of one moment are read out in the order of their ids, and must come out as they went in.
    return sorted(new_id() for _ in range(number))


def _deliveries(rows: Sequence[LedgerRow], learner: str) -> list[dict[str, Any]]:
    counted: Counter[tuple[str, object]] = Counter()
    found = []
    for name, row in zip(_ids(len(rows)), rows, strict=True):
        one = row.delivery
        place = (one.kind.value, one.slot)
        found.append(
            {
                "id": name,
                "kind": one.kind.value,
                "slot": one.slot,
                "number": counted[place],
                "lesson_id": one.lesson,
                "status": one.status.value,
                "reason": one.reason,
                "attempts": one.attempts,
                "opened": one.opened,
                "created_at": row.decided_at,
                "updated_at": row.updated_at,
            }
        )
        counted[place] += 1
    return found


def _answered(lesson: str | None, deliveries: Sequence[dict[str, Any]]) -> str | None:
    """The delivery that the lesson came with, to which their next words would be the answer."""
    return next((row["id"] for row in reversed(deliveries) if lesson and row["lesson_id"] == lesson), None)
