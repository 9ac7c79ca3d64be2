"""A database that is locked, gone or hung: every method says so within its patience, nothing has happened, and it works again after."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.messages import Outcome, Receipt, Say
from bot.service.learners import DeliveryKind, DeliveryStatus, Learner
from bot.service.ports import Claimed, Done, StoreUnavailable, Waiting
from bot.storage.ageing import SqlAgeing
from bot.storage.database import Database
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore
from tests.postgres import Cluster
from tests.storage.people import ANA, HOLD, KEY, NOW, TODAY, Opener, found, meet, new_key, sending_lesson

PATIENCE = 0.25
SLACK = 7.75
"""Seconds that a busy machine may take on top of the patience. Psycopg alone would wait for ten."""

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


@pytest.fixture
async def hasty(another_store: Opener) -> SqlStore:
    """A store that gives up soon. What it must not do in vain is done through `store`, which has the usual patience."""
    for _ in range(20):
        with suppress(StoreUnavailable):  # a busy machine may not open it so soon
            return await another_store(patience=PATIENCE)
    return await another_store(patience=PATIENCE)


@pytest.fixture
async def ana(store: SqlStore) -> Learner:
    return await meet(store)


@pytest.fixture
async def going(store: SqlStore) -> Waiting:
    return await sending_lesson(store)


Call = Callable[[], Awaitable[object]]


def writes(store: SqlStore, going: Waiting) -> dict[str, Call]:
    """Every method of the port that writes."""

    async def turn() -> None:
        async with store.turn(ANA, new_key(), NOW) as turn:
            turn.keep_replies([])

    async def due_batch() -> None:
        async with store.due_batch(NOW, 10, HOLD):
            pass

    done = Done(going.delivery, DeliveryStatus.SENT, NOW, 1, passed="stress-1", answers=True)
    say = Say("Words", delivery=going.delivery.id)
    one = going.delivery
    claimed = [Claimed([(one.id, one.learner, one.lesson)], one.kind, one.slot)]
    return {
        "turn": turn,
        "due_batch": due_batch,
        "replied": lambda: store.replied("telegram:0", None, NOW, Receipt(Outcome.SENT, 1), say),
        "all_replied": lambda: store.all_replied("telegram:0"),
        "opened": lambda: store.opened(claimed, NOW),
        "take_waiting": lambda: store.take_waiting(NOW, 10, HOLD),
        "sending": lambda: store.sending([going.delivery], NOW),
        "record": lambda: store.record([done]),
        "advance": lambda: store.advance([done], [going.delivery], NOW),
        "release": lambda: store.release([going.delivery], NOW),
        "uncertain": lambda: store.uncertain(NOW + HOLD),
        "count_help": lambda: store.count_help(TODAY),
        "purge": lambda: SqlAgeing(store.database, Keyring([KEY]), PATIENCE).purge(NOW),
    }


def everything(store: SqlStore, going: Waiting) -> dict[str, Call]:
    """Every method of the port."""
    reads: dict[str, Call] = {
        "ready": store.ready,
        "country_of": lambda: store.country_of(ANA),
        "take_over": lambda: store.take_over(NOW),
    }
    return writes(store, going) | reads


async def refused(name: str, call: Call, within: float = PATIENCE + SLACK) -> None:
    start = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await call()
    assert time.monotonic() - start < within, f"{name} took too long to give up"


async def works(*calls: Call) -> None:
    """Returns when all of these work again; a hasty store on a busy machine may need more than one try."""
    deadline = time.monotonic() + 60
    for call in calls:
        while True:
            try:
                await call()
                break
            except StoreUnavailable:
                assert time.monotonic() < deadline, "it never came back"
                await asyncio.sleep(0.02)


async def test_every_method_of_the_port_is_tried_here(store: SqlStore, going: Waiting) -> None:
    from bot.service.ports import Store

    ours = {name for name in vars(Store) if not name.startswith("_")}
    ours -= {"sweep"}  # clears what a file still holds and answers whether it could: it refuses nobody anything
    assert ours <= set(everything(store, going))


# -- locked ------------------------------------------------------------------------------------------------------------


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Holds a real lock from another connection, as a backup, a stuck transaction or another program would."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        holder = sqlite3.connect(str(address.database), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg.connect(url.replace("+psycopg", ""))
        names = holder.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        holder.execute("LOCK TABLE " + ", ".join(name for (name,) in names) + " IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


async def test_locked(store: SqlStore, hasty: SqlStore, going: Waiting, url: str) -> None:
    before = await found(store)
    with locked(url):
        for name, call in writes(hasty, going).items():
            await refused(name, call)
    assert await found(store) == before
    assert await store.sending([going.delivery], NOW) == (), "nothing was changed meanwhile"
    await works(*everything(hasty, going).values())


@on_sqlite
async def test_while_another_writes_an_sqlite_file_can_still_be_read(store: SqlStore, ana: Learner, url: str) -> None:
    with locked(url):
        assert await store.country_of(ANA) == "DE"
        await store.ready()


@on_sqlite
async def test_a_turn_that_takes_too_long_is_given_up_and_lets_the_others_go_on(hasty: SqlStore, ana: Learner) -> None:

    async def dawdle() -> None:
        async with hasty.turn(ANA, new_key(), NOW) as turn:
            await refused("count_help", lambda: hasty.count_help(TODAY))
            await turn.keep_reflection("stress-1", "too late", 1)

    await refused("turn", dawdle)
    await works(lambda: hasty.count_help(TODAY))


# -- gone --------------------------------------------------------------------------------------------------------------


@on_postgres
async def test_postgres_stopped_and_started_again(
    store: SqlStore, hasty: SqlStore, going: Waiting, postgres: Cluster
) -> None:
    before = await found(store)
    await asyncio.gather(*(store.country_of(ANA) for _ in range(5)))
    postgres.stop()
    for name, call in everything(hasty, going).items():
        await refused(name, call)
    postgres.start()
    # Nobody has to pay for a connection that went bad meanwhile.
    assert await asyncio.gather(*(store.country_of(ANA) for _ in range(5))) == ["DE"] * 5
    await works(store.ready, *everything(hasty, going).values())
    assert replace(await found(store), lesson=None, delivery=None) == before


@on_postgres
async def test_postgres_crashed_under_a_turn(store: SqlStore, ana: Learner, postgres: Cluster) -> None:

    async def write() -> None:
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.keep_reflection("stress-1", "half done", 1)
            postgres.stop("immediate")
            await turn.keep_reflection("stress-1", "the other half", 2)

    await refused("turn", write)
    postgres.start()
    await works(store.ready)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.count_reflections() == 0


@on_postgres
async def test_a_process_whose_connection_was_cut_counts_as_alive_again(
    store: SqlStore, going: Waiting, postgres: Cluster, another_store: Opener
) -> None:
    postgres.stop()
    postgres.start()
    await works(store.ready, lambda: store.take_over(NOW))
    other = await another_store()
    await other.take_over(NOW)
    assert await other.uncertain(NOW) == 0, "it still holds its delivery"


@on_postgres
async def test_closing_ends_every_connection_even_one_that_is_still_in_use(url: str) -> None:
    database = Database(url)
    async with database.engine.connect() as in_use:
        driver = (await in_use.get_raw_connection()).driver_connection
        assert driver is not None
        await database.close()
        assert driver.closed


@on_sqlite
async def test_an_sqlite_file_that_is_no_database_any_more(store: SqlStore, going: Waiting, url: str) -> None:
    await store.database.close()
    path = Path(str(make_url(url).database))
    good = path.read_bytes()
    for part in path.parent.glob(path.name + "-*"):
        part.unlink()
    path.write_bytes(b"not a database at all" * 1000)
    for name, call in everything(store, going).items():
        await refused(name, call)
    await store.database.close()
    path.write_bytes(good)
    await works(*everything(store, going).values())
    assert await found(store)


async def test_an_sqlite_file_that_cannot_be_made_yet(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/data/kindling.sqlite3")
    with pytest.raises(StoreUnavailable):
        async with database.read():
            pass
    (tmp_path / "data").unlink()
    (tmp_path / "data").mkdir()
    async with database.write() as db:
        await db.exec_driver_sql("CREATE TABLE mended (id INTEGER)")
    await database.close()


# -- hung --------------------------------------------------------------------------------------------------------------


@on_postgres
async def test_postgres_hung_and_let_go_again(
    store: SqlStore, hasty: SqlStore, going: Waiting, postgres: Cluster
) -> None:
    before = await found(store)
    calls = everything(hasty, going)
    await works(lambda: asyncio.gather(*(hasty.country_of(ANA) for _ in range(8))))
    postgres.freeze()
    try:
        # All at once, and more than the pool has connections, so that every one of them is stuck.
        for _ in range(2):
            await asyncio.gather(*(refused(name, call) for name, call in calls.items()))
    finally:
        postgres.thaw()
    await works(store.ready, *calls.values())
    assert replace(await found(store), lesson=None, delivery=None) == before


@on_postgres
async def test_whoever_gives_up_on_a_hung_postgres_earlier_is_let_go_at_once(
    store: SqlStore, ana: Learner, postgres: Cluster
) -> None:
    await store.ready()
    postgres.freeze()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):  # as the help card does
            await store.country_of(ANA)
    assert time.monotonic() - start < 8, "it was not waited for until the server answers, which takes psycopg ten"
    postgres.thaw()
    await works(store.ready)
    assert await store.country_of(ANA) == "DE"


@pytest.mark.parametrize("state", ["gone", "hung"])
async def test_the_plug_for_drills(store: SqlStore, hasty: SqlStore, going: Waiting, state: str) -> None:
    before = await found(store)
    calls = everything(hasty, going)
    hasty.database.plug.state = state  # type: ignore[assignment]  # parametrize knows only strings
    await asyncio.gather(*(refused(name, call) for name, call in calls.items()))
    assert await found(store) == before
    hasty.database.plug.state = "fine"
    await works(*calls.values())


# -- what an error may say ---------------------------------------------------------------------------------------------

SECRET = "something-very-private-that-no-log-may-hold-" + "x" * 60


def told(error: BaseException) -> str:
    """All that a log could show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


async def test_an_error_tells_nothing_of_what_was_written(store: SqlStore, ana: Learner) -> None:
    async def twice() -> None:
        for _ in range(2):
            async with store.database.write() as db:
                await db.exec_driver_sql(f"INSERT INTO installation (name, value) VALUES ('{SECRET[:30]}', '')")

    async def wrong() -> None:
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.keep_reflection("stress-1", "words", object())  # type: ignore[arg-type]
            await turn.intend(DeliveryKind.LESSON, SECRET, SECRET)  # type: ignore[arg-type]

    for fail in (twice, wrong):
        with pytest.raises((StoreUnavailable, RuntimeError)) as caught:
            await fail()
        assert SECRET[:30] not in told(caught.value).replace("INSERT INTO installation", "")


async def test_not_even_a_log_of_every_statement_tells_what_was_written(
    another_store: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="sqlalchemy.engine"):
        store = await another_store()
        await meet(store)
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.keep_reflection(SECRET[:60], SECRET, 1)
    assert "INSERT INTO reflections" in caplog.text
    assert SECRET[:30] not in caplog.text


async def test_an_error_tells_nothing_of_where_the_database_is(tmp_path: Path) -> None:
    url = "postgresql+psycopg://operator:a-password-of-mine@127.0.0.1:1/kindling"
    database = Database(url, PATIENCE)
    with pytest.raises(StoreUnavailable) as caught:
        async with database.read():
            pass
    await database.close()
    assert "a-password-of-mine" not in told(caught.value)
    assert "a-password-of-mine" not in repr(database.engine.url)
