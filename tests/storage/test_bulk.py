"""Work on many rows at one stretch: kept whole or undone, whoever gives up and whenever, and nothing that comes after notices."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, func, select

from bot.service.learners import DeliveryKind
from bot.service.ports import Claimed, StoreUnavailable
from bot.storage import tables as t
from bot.storage.batch import DUE, ROADS, rows_of
from bot.storage.database import Database
from bot.storage.many import Alike, Change, Insert, These
from bot.storage.migrate import migrate
from bot.storage.store import READ_AT_ONCE, SqlStore
from tests.crowd import crowd
from tests.storage.conftest import PATIENT

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
COUNTS = Insert(t.daily_counts, ("day", "name", "count"))
BUDGET = Insert(t.budget, ("name", "next_at"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url, patience=PATIENT)
    yield database
    await database.close()


@pytest.mark.parametrize(
    ("statement", "values"), [(ROADS, These.given(["a", "b"])), (DUE, {"now": NOW, "take": 2})], ids=["roads", "due"]
)
async def test_planning_reads_the_rows_of_those_who_are_due_and_no_others(
    database: Database, statement: Any, values: dict[str, Any]
) -> None:
    await migrate(database)
    sent: list[Any] = []

    def work(db: Connection) -> list[str]:
        event.listen(db, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
        db.execute(statement, values)
        if database.dialect == "postgresql":
            db.exec_driver_sql("SET LOCAL enable_seqscan = off")  # it would read a table that is empty
        explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
        return [str(row[-1]) for row in db.exec_driver_sql(explain + sent[0][0], sent[0][1])]

    async with database.bulk() as go:
        plan = "\n".join(await go(work))
    assert "INDEX" in plan.upper()
    assert not re.search(r"SCAN (learners|enrolments|passages)|Seq Scan on", plan), plan


async def test_of_hundreds_who_are_about_to_be_sent_to_only_some_are_read_at_a_time(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats, read = range(READ_AT_ONCE * 2 + 10), []
    await crowd(store.database, store.keyring, chats, NOW)

    def noted(db: Connection, learners: list[str]) -> Any:
        read.append(len(learners))
        return rows_of(db, learners)

    monkeypatch.setattr("bot.storage.store.rows_of", noted)
    async with store.database.read() as db:
        them = (await db.execute(select(t.learners.c.id))).scalars().all()
    lesson = Claimed([(f"d{one}", one, "stress-1") for one in them], DeliveryKind.LESSON, NOW.date())
    opened = await store.opened([lesson], NOW)
    assert sorted(one.delivery.learner for one in opened) == sorted(them)
    assert read == [READ_AT_ONCE, READ_AT_ONCE, 10], (
        "PostgreSQL's driver makes the rows in the thread of the event loop"
    )


def add(*days: int) -> list[tuple[object, ...]]:
    return [(NOW.date() + timedelta(days=day), "cards", day) for day in days]


async def counted(database: Database) -> dict[int, str]:
    async with database.read() as db:
        return {row.count: row.name for row in await db.execute(select(t.daily_counts))}


async def test_rows_that_are_there_already_stay_as_they_are(database: Database) -> None:
    async with database.bulk() as go:
        await go(lambda db: COUNTS.run(db, Alike(add(1, 2))))
        await go(lambda db: COUNTS.run(db, Alike([(NOW.date() + timedelta(days=1), "cards", 77)]), Alike(add(3))))
        await go(lambda db: COUNTS.run(db, Alike([])))
    assert set(await counted(database)) == {1, 2, 3}


async def test_each_row_gets_its_own_values_and_no_other_row_is_touched(database: Database) -> None:
    change = Change(
        t.deliveries,
        ("reason", "more"),
        lambda new: {"reason": new("reason"), "attempts": t.deliveries.c.attempts + new("more")},
        more="attempts",
    )
    async with database.write() as db:
        learner = {"id": "l", "address_index": b"i", "key_id": "k", "wrapped_key": b"", "sealed_address": b"",
                   "sealed_profile": b"", "language": "en", "state": "active", "created_at": NOW, "seen_at": NOW}  # fmt: skip
        await db.execute(t.learners.insert().values(learner))
        for name in ("a", "b", "c"):
            row = {"id": name, "learner_id": "l", "kind": name, "slot": NOW.date(), "status": "sent", "created_at": NOW,
                   "updated_at": NOW, "attempts": 1}  # fmt: skip
            await db.execute(t.deliveries.insert().values(row))
    async with database.bulk() as go:
        await go(lambda db: change.run(db, Alike([("a", "slow_down", 1), ("b", None, 5)])))
    async with database.read() as db:
        found = {row.id: (row.reason, row.attempts) for row in await db.execute(select(t.deliveries))}
    assert found == {"a": ("slow_down", 2), "b": (None, 6), "c": (None, 1)}


async def test_moments_are_kept_in_utc_and_days_as_days(database: Database) -> None:
    elsewhere = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    async with database.bulk() as go:
        await go(lambda db: BUDGET.run(db, Alike([("messages", elsewhere)])))
    async with database.read() as db:
        (kept,) = (await db.execute(select(t.budget.c.next_at))).scalars()
    assert kept == elsewhere
    assert kept.tzinfo is UTC or kept.utcoffset() == timedelta(0)


async def test_what_was_begun_is_undone_when_something_is_raised(database: Database) -> None:
    async def fails() -> None:
        async with database.bulk() as go:
            await go(lambda db: COUNTS.run(db, Alike(add(1))))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with database.bulk() as go:
        await go(lambda db: COUNTS.run(db, Alike(add(2))))
    assert set(await counted(database)) == {2}


async def test_whoever_gives_up_in_the_middle_leaves_nothing_behind(database: Database) -> None:
    """As in a crash of the tick, or at the end of patience: the work that is under way is undone, and the next goes on."""
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(db: Connection) -> None:
        COUNTS.run(db, Alike(add(1)))
        loop.call_soon_threadsafe(begun.set)
        if db.dialect.name == "sqlite":
            time.sleep(0.3)  # in the thread beside the loop
        else:
            db.execute(select(func.pg_sleep(0.3)))

    async def work() -> None:
        async with database.bulk() as go:
            await go(slowly)

    doomed = asyncio.create_task(work())
    await begun.wait()
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    async with database.bulk() as go:
        await go(lambda db: COUNTS.run(db, Alike(add(2))))
    assert set(await counted(database)) == {2}


async def test_it_gives_up_when_its_patience_is_at_an_end(database: Database) -> None:
    async def held() -> None:
        database.patience = 0.5
        async with database.bulk() as go:
            await go(lambda db: COUNTS.run(db, Alike(add(1))))
            await asyncio.sleep(60)

    with pytest.raises(StoreUnavailable):
        await held()
    database.patience = PATIENT
    async with database.write() as db:
        await db.execute(t.daily_counts.insert().values(day=NOW.date(), name="cards", count=9))
    assert set(await counted(database)) == {9}


async def test_a_database_that_was_closed_can_be_used_again_and_closed_twice(database: Database) -> None:
    async with database.bulk() as go:
        await go(lambda db: COUNTS.run(db, Alike(add(1))))
    await database.close()
    async with database.bulk() as go:
        await go(lambda db: COUNTS.run(db, Alike(add(2))))
    await database.close()
    await database.close()
    assert set(await counted(database)) == {1, 2}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_nothing_is_deleted_where_nobody_looks_up_what_belongs_to_it(database: Database) -> None:
    """Rows written at one stretch name learners that were read right before, and are not looked up again: what belongs to a deleted
    learner would stay."""
    await migrate(database)
    with pytest.raises(StoreUnavailable):
        async with database.bulk() as go:
            await go(lambda db: db.execute(delete(t.learners)))
    async with database.write() as db:
        await db.execute(delete(t.learners))
