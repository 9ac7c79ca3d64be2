"""What the ledger is asked for again and again is found by an index, however long it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.service.announcing import KINDS
from bot.storage import tables as t
from bot.storage.announcing import SqlAnnouncements, call_off
from bot.storage.database import Database
from bot.storage.figures import count
from bot.storage.migrate import migrate
from bot.storage.sealing import Keyring, read_keys
from tests.world import KEY

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await migrate(database)
    yield database
    await database.close()


async def how_it_is_found(database: Database, sent: list[tuple[str, Any]]) -> str:
    """How the database goes about the statements that ask the ledger."""

    def explain(db: Connection) -> list[str]:
        if database.dialect == "postgresql":
            db.exec_driver_sql("SET LOCAL enable_seqscan = off")  # it would read a table that is empty
        how = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
        mine = [one for one in sent if "deliveries" in one[0]]
        assert mine
        return [str(row[-1]) for statement, values in mine for row in db.exec_driver_sql(how + statement, values)]

    async with database.write() as db:
        return "\n".join(await db.run_sync(explain))


@pytest.mark.parametrize(("asked", "index"), [("count", "ended"), ("going on", "announced"), ("call off", "announced")])
async def test_the_ledger_is_not_read_from_end_to_end(database: Database, asked: str, index: str) -> None:
    sent: list[tuple[str, Any]] = []
    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
    async with database.write() as db:
        one = {"number": 1, "kind": "announcement", "text": "Words", "a_minute": 1, "made_at": NOW, "listed_at": NOW}
        await db.execute(t.announcements.insert().values(one))
        sent.clear()
        if asked == "count":
            await count(db, (NOW.date(),), NOW)
        elif asked == "call off":
            await call_off(db, 1, NOW)
    if asked == "going on":
        await SqlAnnouncements(database, Keyring(read_keys(KEY))).going_on()
    found = await how_it_is_found(database, sent)
    assert f"ix_deliveries_{index}" in found, found
    assert "SCAN deliveries\n" not in f"{found}\n", found
    assert "Seq Scan on deliveries" not in found, found


def test_the_index_of_announcements_holds_all_that_there_are() -> None:
    assert str(t.ANNOUNCED) == f"next_at IS NOT NULL AND kind IN {tuple(kind.value for kind in KINDS)}"
