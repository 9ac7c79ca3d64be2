"""One update's unit of work on the database (the port `Turn`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import ChatRef, Outgoing, Say
from bot.service.learners import (
    DRAFT,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Enrolment,
    Learner,
    Passage,
    Reflection,
    State,
)
from bot.service.ports import Leftover
from bot.service.records import Forgotten, Record
from bot.storage import tables as t
from bot.storage.passport import bring_in
from bot.storage.presence import is_gone
from bot.storage.records import forget, record_of
from bot.storage.rows import (
    Sealed,
    address_of,
    clear_values,
    delivery_of,
    enrolment_of,
    learner_values,
    messages_of,
    new_id,
    new_learner,
    open_learner_of,
    reflection_of,
    replies_as_json,
    replies_of,
)
from bot.storage.sealing import Keyring
from bot.storage.shelf import StoredShelf
from bot.storage.tombstones import take_down

SEEN_TO = timedelta(days=1)
REPLY_HOLD = timedelta(minutes=2)
"""A lesson sent as an answer whose outcome is not known by then counts as uncertain."""


class StoredTurn:
    """See the port. Made by the store inside an open write transaction, which the store keeps or undoes."""

    def __init__(
        self, connection: AsyncConnection, keyring: Keyring, chat: ChatRef, key: str, now: datetime, process: int
    ) -> None:
        self._process = process
        self._db = connection
        self._keyring = keyring
        self._chat = chat
        self._update = key
        self._now = now
        self._sealed: Sealed | None = None
        self._replies: tuple[Outgoing, ...] | None = None
        self._theirs: int | None = None
        self._saved = False
        self.handled_before: Leftover | None = None

    @property
    def learner(self) -> Learner | None:
        return self._sealed.learner if self._sealed else None

    @property
    def _me(self) -> Sealed:
        if self._sealed is None:
            raise AssertionError("this turn has no learner yet: meet them first")
        return self._sealed

    async def load(self) -> None:
        """Finds the learner, holds their row until the turn ends, and sees whether this update was handled before."""
        indexes = self._keyring.indexes(address_of(self._chat))
        # The row is held with key_share, so that what refers to it (a lesson gone through) can be added meanwhile.
        found = select(t.learners).where(t.learners.c.address_index.in_(indexes)).with_for_update(key_share=True)
        row = (await self._db.execute(found)).one_or_none()
        if row is None and self._db.dialect.name == "postgresql":
            # A stranger has no row to hold yet; one who writes twice at once is still met once.
            number = int.from_bytes(indexes[0][:8], "big", signed=True)
            await self._db.execute(select(func.pg_advisory_xact_lock(number)))
            row = (await self._db.execute(found)).one_or_none()
        if row is None:
            return
        self._sealed = open_learner_of(row, self._keyring, self._chat)
        seen = (await self._db.execute(select(t.inbox).where(t.inbox.c.key == self._update))).one_or_none()
        if seen is not None:
            self.handled_before = leftover_of(seen, self._sealed)
            if seen.sealed_replies is not None and seen.held_by not in (None, self._process):
                await self._take_or_leave(seen.held_by)

    async def _take_or_leave(self, process: int) -> None:
        """What another process is answering is left to it while it lives, and is ours from then on."""
        assert self.handled_before is not None
        if await is_gone(self._db, process):
            mine = update(t.inbox).where(t.inbox.c.key == self._update)
            await self._db.execute(mine.values(held_by=self._process))
        else:
            self.handled_before = replace(self.handled_before, elsewhere=True)

    async def meet(self, language: str) -> Learner:
        learner = Learner(new_id(), self._chat, language, State.NEW, self._now, self._now)
        sealed, values = new_learner(learner, self._keyring)
        await self._db.execute(insert(t.learners).values(values))
        self._sealed = sealed
        return learner

    async def save(self, learner: Learner) -> None:
        me = self._me
        learner = replace(learner, seen_at=self._now, leaves_at=None)
        self._saved = True
        same = learner.profile == me.learner.profile
        values = clear_values(learner) if same else learner_values(learner, me.key)
        await self._db.execute(update(t.learners).where(t.learners.c.id == learner.id).values(values))
        self._sealed = Sealed(learner, me.key)

    async def record_consent(self, version: int) -> None:
        me = self._me.learner
        await self._db.execute(
            insert(t.consents).values(id=new_id(), learner_id=me.id, version=version, given_at=self._now)
        )

    async def withdraw_consent(self) -> None:
        mine = (t.consents.c.learner_id == self._me.learner.id) & t.consents.c.withdrawn_at.is_(None)
        await self._db.execute(update(t.consents).where(mine).values(withdrawn_at=self._now))

    async def enrolments(self) -> tuple[Enrolment, ...]:
        mine = (t.enrolments.c.learner_id == self._me.learner.id) & t.enrolments.c.left_at.is_(None)
        rows = await self._db.execute(select(t.enrolments).where(mine).order_by(t.enrolments.c.position))
        return tuple(enrolment_of(row) for row in rows)

    async def enrol(self, tracks: Sequence[str]) -> None:
        me = self._me.learner.id
        mine = t.enrolments.c.learner_id == me
        known = set((await self._db.execute(select(t.enrolments.c.track).where(mine))).scalars())
        await self._db.execute(
            update(t.enrolments).where(mine, t.enrolments.c.track.not_in(tracks)).values(left_at=self._now)
        )
        for position, track in enumerate(tracks):
            if track in known:
                kept = update(t.enrolments).where(mine, t.enrolments.c.track == track)
                await self._db.execute(kept.values(position=position, left_at=None))
            else:
                fresh = {"learner_id": me, "track": track, "position": position, "chosen_at": self._now}
                await self._db.execute(insert(t.enrolments).values(fresh))

    async def passages(self) -> Mapping[str, Passage]:
        mine = select(t.passages.c.lesson_id, t.passages.c.how).where(t.passages.c.learner_id == self._me.learner.id)
        return {row.lesson_id: Passage(row.how) for row in await self._db.execute(mine)}

    async def pass_through(self, lesson: str, how: Passage) -> None:
        values = {"learner_id": self._me.learner.id, "lesson_id": lesson, "how": how.value, "at": self._now}
        there = (t.passages.c.learner_id == values["learner_id"]) & (t.passages.c.lesson_id == lesson)
        changed = await self._db.execute(update(t.passages).where(there).values(how=how.value, at=self._now))
        if changed.rowcount == 0:
            await self._db.execute(insert(t.passages).values(values))

    async def start_over(self, lessons: Sequence[str]) -> None:
        mine = t.passages.c.learner_id == self._me.learner.id
        await self._db.execute(delete(t.passages).where(mine, t.passages.c.lesson_id.in_(lessons)))

    async def keep_reflection(self, lesson: str | None, text: str, message: int | None) -> Reflection:
        me, reflection = self._me, new_id()
        sealed = me.key.seal(text, "reflections", "sealed_text", reflection)
        await self._db.execute(
            insert(t.reflections).values(
                id=reflection,
                learner_id=me.learner.id,
                lesson_id=lesson,
                sealed_text=sealed,
                message=message,
                written_at=self._now,
            )
        )
        return Reflection(reflection, lesson, text, self._now, None, message)

    async def reflection_in(self, message: int) -> Reflection | None:
        return await self._one_reflection(t.reflections.c.message == message)

    async def reflection(self, reflection: str) -> Reflection | None:
        return await self._one_reflection(t.reflections.c.id == reflection)

    async def _one_reflection(self, which: Any) -> Reflection | None:
        mine = select(t.reflections).where(t.reflections.c.learner_id == self._me.learner.id, which)
        row = (await self._db.execute(mine.order_by(t.reflections.c.written_at.desc()).limit(1))).one_or_none()
        return reflection_of(row, self._me.key) if row is not None else None

    async def rewrite(self, reflection: str, text: str) -> None:
        sealed = self._me.key.seal(text, "reflections", "sealed_text", reflection)
        mine = (t.reflections.c.learner_id == self._me.learner.id) & (t.reflections.c.id == reflection)
        await self._db.execute(update(t.reflections).where(mine).values(sealed_text=sealed, edited_at=self._now))

    async def erase(self, reflection: str) -> bool:
        mine = (t.reflections.c.learner_id == self._me.learner.id) & (t.reflections.c.id == reflection)
        return (await self._db.execute(delete(t.reflections).where(mine))).rowcount > 0

    async def file_under(self, reflection: str, lesson: str | None) -> bool:
        mine = (t.reflections.c.learner_id == self._me.learner.id) & (t.reflections.c.id == reflection)
        return (await self._db.execute(update(t.reflections).where(mine).values(lesson_id=lesson))).rowcount > 0

    def _kept(self) -> Any:
        lesson = t.reflections.c.lesson_id
        return (t.reflections.c.learner_id == self._me.learner.id) & (lesson.is_(None) | (lesson != DRAFT))

    async def reflections(self, skip: int, take: int) -> tuple[Reflection, ...]:
        mine = select(t.reflections).where(self._kept())
        newest = mine.order_by(t.reflections.c.written_at.desc(), t.reflections.c.id).offset(skip).limit(take)
        return tuple(reflection_of(row, self._me.key) for row in await self._db.execute(newest))

    async def reflections_to(self, lessons: Collection[str]) -> tuple[Reflection, ...]:
        mine = t.reflections.c.learner_id == self._me.learner.id
        found = select(t.reflections).where(mine, t.reflections.c.lesson_id.in_(list(lessons)))
        rows = await self._db.execute(found.order_by(t.reflections.c.written_at, t.reflections.c.id))
        return tuple(reflection_of(row, self._me.key) for row in rows)

    async def count_reflections(self) -> int:
        kept = select(func.count()).select_from(t.reflections).where(self._kept())
        return int((await self._db.execute(kept)).scalar_one())

    @property
    def shelf(self) -> StoredShelf:
        """Their ratings and tools."""
        return StoredShelf(self._db, self._me)

    async def plan(self) -> dict[str, str]:
        me = self._me
        row = (await self._db.execute(select(t.plans).where(t.plans.c.learner_id == me.learner.id))).one_or_none()
        parts: Any = me.key.open(row.sealed_parts, "plans", "sealed_parts", me.learner.id) if row is not None else {}
        return dict(parts)

    async def keep_plan(self, parts: Mapping[str, str]) -> None:
        me = self._me
        await self._db.execute(delete(t.plans).where(t.plans.c.learner_id == me.learner.id))
        if parts:
            sealed = me.key.seal(dict(parts), "plans", "sealed_parts", me.learner.id)
            row = {"learner_id": me.learner.id, "sealed_parts": sealed, "written_at": self._now}
            await self._db.execute(insert(t.plans).values(row))

    async def intend(self, kind: DeliveryKind, slot: date, lesson: str | None) -> Delivery | None:
        me = self._me.learner.id
        same = (t.deliveries.c.learner_id == me) & (t.deliveries.c.kind == kind.value) & (t.deliveries.c.slot == slot)
        number = (await self._db.execute(select(func.count()).select_from(t.deliveries).where(same))).scalar_one()
        if number and kind is not DeliveryKind.EXTRA:
            return None
        delivery = new_id()
        row = {
            "id": delivery,
            "learner_id": me,
            "kind": kind.value,
            "slot": slot,
            "number": number,
            "lesson_id": lesson,
            "status": DeliveryStatus.SENDING.value,
            "attempts": 1,
            "next_at": self._now + REPLY_HOLD,
            "held_by": self._process,
            "created_at": self._now,
            "updated_at": self._now,
        }
        await self._db.execute(insert(t.deliveries).values(row))
        return Delivery(delivery, me, kind, slot, lesson, DeliveryStatus.SENDING, attempts=1)

    async def intend_later(self, kind: DeliveryKind, slot: date, at: datetime, lesson: str | None = None) -> None:
        delivery = await self.intend(kind, slot, lesson)
        if delivery is not None:
            waiting = {"status": DeliveryStatus.CLAIMED.value, "next_at": at, "attempts": 0, "held_by": None}
            await self._db.execute(update(t.deliveries).where(t.deliveries.c.id == delivery.id).values(waiting))

    async def delivery(self, delivery: str) -> Delivery | None:
        return await self._one_delivery(t.deliveries.c.id == delivery)

    async def delivery_in(self, message: int) -> Delivery | None:
        return await self._one_delivery(t.deliveries.c.message == message)

    async def _one_delivery(self, which: Any) -> Delivery | None:
        mine = select(t.deliveries).where(t.deliveries.c.learner_id == self._me.learner.id, which)
        row = (await self._db.execute(mine.order_by(t.deliveries.c.created_at.desc()).limit(1))).one_or_none()
        return delivery_of(row) if row is not None else None

    async def open_delivery(self, delivery: str) -> None:
        mine = (t.deliveries.c.learner_id == self._me.learner.id) & (t.deliveries.c.id == delivery)
        await self._db.execute(update(t.deliveries).where(mine).values(opened=True, updated_at=self._now))

    async def decisions(self, take: int) -> tuple[Delivery, ...]:
        mine = select(t.deliveries).where(t.deliveries.c.learner_id == self._me.learner.id)
        newest = mine.order_by(t.deliveries.c.created_at.desc()).limit(take)
        return tuple(delivery_of(row) for row in await self._db.execute(newest))

    async def shown_since(self, since: datetime) -> tuple[int, ...]:
        me = self._me.learner.id
        inbox = select(t.inbox.c.message, t.inbox.c.said).where(t.inbox.c.learner_id == me, t.inbox.c.at >= since)
        shown = {message for row in await self._db.execute(inbox) for message in messages_of(row)}
        sent = select(t.deliveries.c.message).where(
            t.deliveries.c.learner_id == me, t.deliveries.c.updated_at >= since, t.deliveries.c.message.is_not(None)
        )
        return tuple(sorted(shown.union((await self._db.execute(sent)).scalars())))

    async def record(self) -> Record:
        return await record_of(self._db, self._me)

    async def bring_in(self, record: Record) -> None:
        await take_down(self._db, self._keyring.indexes(address_of(self._chat)))
        self._sealed = await bring_in(self._db, self._me, record)
        self._saved = True

    async def forget(self, *, at_once: bool = False) -> Forgotten | None:
        me = self._me.learner.id
        way = t.deliveries.c.status == DeliveryStatus.SENDING.value, t.deliveries.c.next_at > self._now
        under_way = select(func.count()).select_from(t.deliveries).where(t.deliveries.c.learner_id == me, *way)
        if not at_once and (await self._db.execute(under_way)).scalar_one():
            return None
        forgotten = await forget(self._db, self._keyring, self._chat, self._now)
        self._sealed = None
        return forgotten

    def keep_replies(self, replies: Sequence[Outgoing], theirs: int | None = None) -> None:
        self._replies = tuple(replies)
        self._theirs = theirs

    async def finish(self) -> None:
        """Writes down that the update was handled, with its replies, as the last thing of the transaction."""
        if self._sealed is None or self._replies is None or self.handled_before is not None:
            return
        me = self._sealed
        await self._note_seen(me.learner)
        sealed = me.key.seal(replies_as_json(self._replies), "inbox", "sealed_replies", self._update)
        await self._db.execute(
            insert(t.inbox).values(
                key=self._update,
                learner_id=me.learner.id,
                at=self._now,
                held_by=self._process,
                sealed_replies=sealed if self._replies else None,
                next_reply=next_say(self._replies, 0) or 0,
                sending=next_say(self._replies, 0) is not None,
                message=self._theirs,
                tidy_at=me.learner.tidied(self._now),
            )
        )

    async def _note_seen(self, learner: Learner) -> None:
        """Somebody who only reads is here as well: they must not count as away. To the day is enough."""
        if self._saved or (learner.leaves_at is None and self._now - learner.seen_at < SEEN_TO):
            return
        seen = {"seen_at": self._now, "leaves_at": None}
        await self._db.execute(update(t.learners).where(t.learners.c.id == learner.id).values(seen))


def next_say(replies: Sequence[Outgoing], start: int) -> int | None:
    """The number of the first message among the replies from `start` on: of all replies, only messages must not be doubled."""
    return next((n for n, reply in enumerate(replies) if n >= start and isinstance(reply, Say)), None)


def leftover_of(row: Any, owner: Sealed) -> Leftover:
    """What was still to be said when an update that was handled before broke off."""
    language = owner.learner.language
    if row.sealed_replies is None:
        return Leftover(row.key, language, (), None, ())
    replies = replies_of(owner.key.open(row.sealed_replies, "inbox", "sealed_replies", row.key))
    harmless = tuple(reply for reply in replies[: row.next_reply] if not isinstance(reply, Say))
    rest = list(enumerate(replies))[row.next_reply :]
    if row.sending and rest and isinstance(rest[0][1], Say):
        return Leftover(row.key, language, harmless, rest[0][1], tuple(rest[1:]))
    return Leftover(row.key, language, harmless, None, tuple(rest))
