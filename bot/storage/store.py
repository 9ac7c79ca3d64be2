"""The store: the port `Store` on SQLAlchemy, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import ChatRef, Outcome, Receipt, Say
from bot.service.learners import Delivery, DeliveryKind, DeliveryStatus, Learner, Passage, Wishes
from bot.service.ports import (
    CALMS_DOWN,
    MOST_LEFT,
    Claimed,
    Done,
    Leftover,
    StoreUnavailable,
    Stretch,
    Turn,
    Waiting,
)
from bot.storage import tables as t
from bot.storage.batch import (
    BROKEN,
    CLAIMED,
    RETRY,
    SENDING,
    StoredBatch,
    deliveries_of,
    find_due,
    keep_wishes,
    ledger_row,
    mark,
    put_off,
    record,
    rows_of,
    take_waiting,
)
from bot.storage.database import Database, Go, inserting
from bot.storage.migrate import migrate
from bot.storage.presence import Presence, gone_of
from bot.storage.records import sweep
from bot.storage.rotation import try_keys
from bot.storage.rows import (
    Sealed,
    address_of,
    delivery_of,
    open_learner,
    open_learner_of,
    open_wishes,
)
from bot.storage.sealing import KeyMissing, Keyring
from bot.storage.turn import StoredTurn, leftover_of

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R", bound=Sequence[Any])
"""A row, or as much of it as is needed; the learner's id comes first."""

UNCERTAIN_AT_ONCE = 500
READ_AT_ONCE = 128
"""Rows of learners, whole, that are read in one turn of the event loop: hundreds would take a hundredth of a second, as PostgreSQL's
driver puts them together there."""
OPENED_AT_ONCE = 32
"""Rows that are opened before anything else gets a turn."""
RESERVE = text("""
    WITH calm AS (
        INSERT INTO budget AS b (name, next_at)
        VALUES ('calm', clock_timestamp() + :left / :calming * interval '1 second')
        ON CONFLICT (name) DO UPDATE SET next_at = greatest(
            excluded.next_at, least(b.next_at, clock_timestamp() + :most / :calming * interval '1 second'))
        RETURNING greatest(:left, :calming * extract(epoch FROM b.next_at - clock_timestamp())::double precision) AS left_by_all
    ), stretch AS (SELECT left_by_all, :seconds / (1 - left_by_all) * interval '1 second' AS length FROM calm)
    INSERT INTO budget AS b (name, next_at) SELECT 'messages', clock_timestamp() + length FROM stretch
    ON CONFLICT (name) DO UPDATE SET next_at = (SELECT length FROM stretch) + greatest(
        clock_timestamp(), least(b.next_at, clock_timestamp() + interval '1 minute'))
    RETURNING extract(epoch FROM b.next_at - (SELECT length FROM stretch) - clock_timestamp()) AS wait,
        coalesce(extract(epoch FROM b.held_until - clock_timestamp()), 0) AS held, (SELECT left_by_all FROM stretch)
""")
"""No stretch begins later than in a minute: a clock that was set back must not stop everybody for hours. How much of the rate is left
grows less by itself: kept is the moment when nothing would be."""
HOLD_ALL = text("""
    INSERT INTO budget AS b (name, next_at, held_until)
    VALUES ('messages', clock_timestamp(), clock_timestamp() + :seconds * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET held_until = greatest(b.held_until, excluded.held_until)
""")


class SqlStore:
    """See the port. `keyring` opens and seals; nothing sealed leaves this room closed, nothing open is kept."""

    def __init__(self, database: Database, keyring: Keyring, presence: Presence | None = None) -> None:
        self.database = database
        self.keyring = keyring
        self._open = False
        self._presence = presence or Presence(database.url, database.patience)
        self.insert: Any = inserting(database.dialect)

    async def ready(self) -> None:
        """Brings the schema up to date and checks the key, once; after that, asks the database for a sign of life.

        Raises StoreUnavailable, or KeyMissing when the keys given do not fit what is in the database.
        """
        if not self._open:
            await migrate(self.database)
            await self._check_key()
            await self._presence.announce()
            self._open = True
        async with self.database.read() as db:
            await db.execute(select(literal(1)))

    async def take_over(self, now: datetime) -> tuple[tuple[ChatRef, Leftover], ...]:
        await self._presence.announce()
        async with self.database.read() as db:
            held = select(t.deliveries.c.held_by).where(t.deliveries.c.next_at > now).distinct()
            answering = select(t.inbox.c.held_by).where(t.inbox.c.sealed_replies.is_not(None)).distinct()
            numbers = {
                number
                for query in (held, answering)
                for number in (await db.execute(query)).scalars()
                if number is not None
            }
        gone = await gone_of(self.database, numbers - {self._presence.number})
        return await self._orphans(gone, now) if gone else ()

    async def _orphans(self, gone: set[int], now: datetime) -> tuple[tuple[ChatRef, Leftover], ...]:
        async with self.database.write() as db:
            mine = (
                t.deliveries.c.held_by.in_(gone)
                & (t.deliveries.c.next_at > now)
                & t.deliveries.c.status.in_((CLAIMED, SENDING))
            )
            await db.execute(update(t.deliveries).where(mine).values(next_at=now, held_by=None))
            left = t.inbox.c.held_by.in_(gone) & t.inbox.c.sealed_replies.is_not(None)
            rows = (
                await db.execute(
                    select(t.inbox).where(left).order_by(t.inbox.c.at).limit(500).with_for_update(skip_locked=True)
                )
            ).all()
            await db.execute(
                update(t.inbox)
                .where(t.inbox.c.key.in_([row.key for row in rows]))
                .values(held_by=self._presence.number)
            )
            people = await self._sealed_learners(db, {row.learner_id for row in rows})
        return tuple(_leftovers(rows, people))

    async def close(self) -> None:
        """Lets the database go."""
        await self._presence.leave()
        await self.database.close()

    async def _check_key(self) -> None:
        async with self.database.write() as db:
            known = select(t.installation.c.name).where(t.installation.c.name.like("key:%"))
            names = {name.removeprefix("key:") for name in (await db.execute(known)).scalars()}
            if names and self.keyring.newest not in names and not self.keyring.knows(names):
                raise KeyMissing(
                    "the SECRET_KEY given is not the one that sealed this database; give the right one, or list it after the new one"
                )
            # In the middle of a change of keys the newest alone is known, and yet it finds nobody who was not moved to it.
            await try_keys(db, self.keyring)
            new = self.insert(t.installation).values(name=f"key:{self.keyring.newest}", value=b"")
            await db.execute(new.on_conflict_do_nothing())

    # -- update → reply ---------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def turn(self, chat: ChatRef, key: str, now: datetime) -> AsyncIterator[Turn]:
        async with self.database.write() as db:
            turn = StoredTurn(db, self.keyring, chat, key, now, self._presence.number)
            await turn.load()
            yield turn
            await turn.finish()

    async def replied(self, key: str, then: int | None, now: datetime, receipt: Receipt, say: Say) -> None:
        noted: dict[str, Any] = {"sealed_replies": None, "sending": False}
        if then is not None:
            noted = {"next_reply": then, "sending": True}
        if receipt.messages:
            noted["said"] = t.inbox.c.said + "".join(f" {message}" for message in receipt.messages)
        async with self.database.write() as db:
            await db.execute(update(t.inbox).where(t.inbox.c.key == key).values(noted))
            if say.delivery is not None and receipt.outcome is not Outcome.UNKNOWN:
                # One whose outcome is not known stays SENDING, and counts as uncertain when its time is up.
                status = DeliveryStatus.SENT if receipt.message is not None else DeliveryStatus.REFUSED
                outcome = {"status": status.value, "message": receipt.message, "reason": receipt.detail[:64] or None}
                row = update(t.deliveries).where(t.deliveries.c.id == say.delivery)
                await db.execute(row.values(**outcome, next_at=None, updated_at=now))

    async def all_replied(self, key: str) -> None:
        async with self.database.write() as db:
            done = update(t.inbox).where(t.inbox.c.key == key)
            await db.execute(done.values(sealed_replies=None, sending=False))

    # -- tick → lessons ---------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def due_batch(
        self, now: datetime, take: int, hold: timedelta, *, ours: bool = False
    ) -> AsyncIterator[StoredBatch]:
        async with self.database.bulk() as go:
            found = await go(partial(find_due, now=now, take=take))
            wishes = await self._wishes(found.rows, go)
            broken = [row[0] for row in found.rows if row[0] not in wishes]
            process = self._presence.number if ours else None
            batch = StoredBatch(found.alike(wishes), found.places, now, now + hold, process)
            yield batch
            await go(partial(batch.finish, broken=broken))

    async def _wishes(self, rows: Sequence[tuple[Any, ...]], go: Go) -> dict[str, Wishes]:
        """What planning looks at, by the ids of the learners; without those whose row does not open."""
        found = await self._by_and_by(open_wishes, rows)
        known = {name: wishes for name, wishes in found.items() if wishes is not None}
        if len(known) < len(rows):
            # Another version wrote their profile, or the operator's key was changed: all of it is read, this once.
            whole = await go(partial(rows_of, learners=[row[0] for row in rows if row[0] not in known]))
            people = await self.opened_rows(whole)
            await go(partial(keep_wishes, rows=whole, people=people))
            known |= {name: one.learner.profile.wishes for name, one in people.items()}
        return known

    async def opened(self, claimed: Sequence[Claimed], now: datetime) -> tuple[Waiting, ...]:
        if not claimed:
            return ()
        deliveries = [one for group in claimed for one in deliveries_of(group)]
        try:
            return await self._with_learners(deliveries, now)
        except StoreUnavailable:
            with suppress(StoreUnavailable):  # otherwise they would wait until their hold runs out
                await self.release(deliveries, now)
            raise

    async def take_waiting(self, now: datetime, take: int, hold: timedelta) -> tuple[Waiting, ...]:
        process = self._presence.number
        async with self.database.bulk() as go:
            rows = await go(partial(take_waiting, now=now, take=take, until=now + hold, process=process))
        return await self._with_learners([delivery_of(row) for row in rows], now)

    async def _with_learners(self, deliveries: Sequence[Delivery], now: datetime) -> tuple[Waiting, ...]:
        if not deliveries:
            return ()
        learners = list({one.learner for one in deliveries})
        people: dict[str, Sealed] = {}
        async with self.database.bulk() as go:
            for start in range(0, len(learners), READ_AT_ONCE):
                rows = await go(partial(rows_of, learners=learners[start : start + READ_AT_ONCE]))
                people |= await self.opened_rows(rows)
            closed = [one for one in deliveries if one.learner not in people]
            if closed:
                await go(partial(put_off, deliveries=closed, until=now + BROKEN))
        return tuple(Waiting(one, people[one.learner].learner) for one in deliveries if one.learner in people)

    async def uncertain(self, now: datetime, closed: Collection[str] = ()) -> int:
        lost = (t.deliveries.c.status == SENDING) & (t.deliveries.c.next_at <= now)
        async with self.database.write() as db:
            mine = select(t.deliveries).where(lost).order_by(t.deliveries.c.next_at).limit(UNCERTAIN_AT_ONCE)
            rows = (await db.execute(mine.with_for_update(skip_locked=True))).all()
            for row in rows:
                await self._settle_uncertain(db, row, now, closed)
            return len(rows)

    async def _settle_uncertain(
        self, db: AsyncConnection, row: Row[Any], now: datetime, closed: Collection[str]
    ) -> None:
        this = update(t.deliveries).where(t.deliveries.c.id == row.id)
        if row.kind not in (DeliveryKind.LESSON, DeliveryKind.EXTRA) or row.lesson_id is None:
            # A notice that may have come is sent again: a second copy says nothing new and does no harm.
            await db.execute(this.values(status=RETRY, next_at=now, held_by=None, updated_at=now))
            return
        await db.execute(this.values(status=DeliveryStatus.UNCERTAIN.value, next_at=None, held_by=None, updated_at=now))
        if row.lesson_id not in closed:
            # If it did arrive, their next words answer it. An envelope that nobody opened is neither read nor answered.
            await self._pass(db, row.learner_id, row.lesson_id, now)
            # Somebody who is writing at this moment is not waited for: who writes holds their row, and this transaction others.
            free = select(t.learners.c.id).where(t.learners.c.id == row.learner_id)
            free = free.with_for_update(skip_locked=True, key_share=True)
            asked = update(t.learners).where(t.learners.c.id.in_(free.scalar_subquery()))
            await db.execute(asked.values(lesson_id=row.lesson_id, delivery_id=row.id))
        question = ledger_row(row.learner_id, DeliveryKind.DID_IT_ARRIVE, row.slot, row.lesson_id, now)
        await db.execute(
            self.insert(t.deliveries)
            # One question for each delivery and attempt in doubt; a date may have several.
            .values(question | {"number": int(row.id[-7:], 16) + row.attempts, "next_at": now})
            .on_conflict_do_nothing()
        )

    async def sending(self, deliveries: Sequence[Delivery], until: datetime) -> tuple[str, ...]:
        return await self.advance((), deliveries, until)

    async def record(self, done: Sequence[Done]) -> None:
        if done:
            await self.advance(done, (), done[0].at)

    async def advance(self, done: Sequence[Done], deliveries: Sequence[Delivery], until: datetime) -> tuple[str, ...]:
        def work(db: Connection) -> tuple[str, ...]:
            record(db, done)
            return mark(db, deliveries, until, self._presence.number)

        async with self.database.bulk() as go:
            return await go(work)

    async def release(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        # Marked, too: the answer to marking may have been lost, and then it was not begun.
        mine = t.deliveries.c.id.in_([one.id for one in deliveries]) & t.deliveries.c.status.in_((CLAIMED, SENDING))
        async with self.database.write() as db:
            held = mine & (t.deliveries.c.held_by == self._presence.number)
            await db.execute(update(t.deliveries).where(held).values(status=CLAIMED, next_at=at, held_by=None))

    async def _pass(self, db: AsyncConnection, learner: str, lesson: str, at: datetime) -> None:
        await db.execute(self.insert(t.passages).values(_passage(learner, lesson, at)).on_conflict_do_nothing())

    async def _sealed_learners(self, db: AsyncConnection, ids: Iterable[str]) -> dict[str, Sealed]:
        rows = await db.execute(select(t.learners).where(t.learners.c.id.in_(list(ids))))
        return self._each(open_learner, rows.all(), {})

    async def opened_rows(self, rows: Sequence[Row[Any]]) -> dict[str, Sealed]:
        """The learners of these rows by their ids, without those whose row does not open."""
        return await self._by_and_by(open_learner, rows)

    async def _by_and_by(self, open_one: Callable[[R, Keyring], T], rows: Sequence[R]) -> dict[str, T]:
        found: dict[str, T] = {}
        for start in range(0, len(rows), OPENED_AT_ONCE):
            self._each(open_one, rows[start : start + OPENED_AT_ONCE], found)
            await asyncio.sleep(0)  # a call for help may be waiting for its turn
        return found

    def _each(self, open_one: Callable[[R, Keyring], T], rows: Iterable[R], found: dict[str, T]) -> dict[str, T]:
        for row in rows:
            try:
                found[row[0]] = open_one(row, self.keyring)
            except Exception as error:
                # One row that does not open must not stop everybody's lessons; it is left out, and we hear of it.
                log.error(
                    "a learner's row does not open: %s",
                    type(error).__name__,
                    extra={"action": "poison", "learner": row[0]},
                )
        return found

    # -- the budget that replicas share --------------------------------------------------------------------------------

    async def reserve(self, seconds: float, left: float) -> Stretch:
        """The next free stretch of so many seconds in which messages may be sent, for this process alone, longer by as much of the rate
        as is left: the greatest part that any process has named of late. PostgreSQL only."""
        asking = {"seconds": seconds, "left": left, "most": MOST_LEFT, "calming": CALMS_DOWN}
        async with self.database.at_once() as db:
            asked = time.monotonic()
            found = (await db.execute(RESERVE, asking)).one()
            answered = time.monotonic()
        # When it begins stays as it is, however long it took to hear of it: what lies behind us may be somebody else's time by now.
        begins, held = answered + float(found.wait), answered + float(found.held) - time.monotonic()
        return Stretch(begins, answered - asked, max(0.0, held), found.left_by_all)

    async def hold(self, seconds: float) -> None:
        """Holds everything for so long, for every process."""
        async with self.database.at_once() as db:
            await db.execute(HOLD_ALL, {"seconds": seconds})

    # -- the rest ---------------------------------------------------------------------------------------------------

    async def count_help(self, day: date) -> None:
        one = self.insert(t.daily_counts).values(day=day, name="help_cards", count=1)
        more = one.on_conflict_do_update(index_elements=["day", "name"], set_={"count": t.daily_counts.c.count + 1})
        async with self.database.write() as db:
            await db.execute(more)

    async def learner(self, chat: ChatRef) -> Learner | None:
        """The learner of a chat, if there is one."""
        found = select(t.learners).where(t.learners.c.address_index.in_(self.keyring.indexes(address_of(chat))))
        row = await self.database.look(lambda db: db.execute(found).one_or_none())
        return open_learner_of(row, self.keyring, chat).learner if row is not None else None

    async def country_of(self, chat: ChatRef) -> str | None:
        learner = await self.learner(chat)
        return learner.profile.country if learner is not None else None

    async def sweep(self) -> bool:
        # Whoever asked to be deleted waits for the receipt: what takes PostgreSQL long is done at night.
        return await sweep(self.database) if self.database.dialect == "sqlite" else False


def _leftovers(rows: Iterable[Row[Any]], people: Mapping[str, Sealed]) -> Iterator[tuple[ChatRef, Leftover]]:
    for row in rows:
        owner = people.get(row.learner_id)
        if owner is None:
            continue
        try:
            yield owner.learner.chat, leftover_of(row, owner)
        except Exception as error:
            log.error(
                "an unfinished answer does not open: %s",
                type(error).__name__,
                extra={"action": "poison", "learner": row.learner_id},
            )


def _passage(learner: str, lesson: str, at: datetime) -> dict[str, Any]:
    return {"learner_id": learner, "lesson_id": lesson, "how": Passage.SENT.value, "at": at}
