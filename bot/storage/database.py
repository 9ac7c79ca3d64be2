"""The engine: SQLite or PostgreSQL, with short timeouts, so that a stuck database never holds a person up for long."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from weakref import WeakSet

from sqlalchemy import URL, create_engine, event, make_url, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.service.ports import PATIENCE, StatementRefused, StoreUnavailable
from bot.storage.impatient import impatient, timeouts

if TYPE_CHECKING:
    from psycopg import AsyncConnection as Psycopg

    PsycopgConnection = Psycopg[Any]

log = logging.getLogger(__name__)

T = TypeVar("T")


class Go(Protocol):
    """Does a piece of work on a connection, at one stretch, inside the transaction."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class Plug:
    """A switch for drills and for the demo: "fine", "gone" (every use fails at once) or "hung" (every use waits)."""

    def __init__(self) -> None:
        self.state: Literal["fine", "gone", "hung"] = "fine"

    async def check(self) -> None:
        """Fails or waits as the switch says."""
        if self.state == "gone":
            raise StoreUnavailable("the plug is pulled")
        while self.state == "hung":  # noqa: ASYNC110  a drill: whoever waits here gives up by themselves
            await asyncio.sleep(0.05)


class Database:
    """One database. `read` and `write` give a connection inside a transaction; both raise StoreUnavailable when it cannot be had."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.url = url
        self.patience = patience
        self.plug = Plug()
        self._unclosed: WeakSet[PsycopgConnection] = WeakSet()
        self.engine = _engine(url, patience, self._unclosed)
        self.dialect = self.engine.dialect.name
        self._writing = self.engine.execution_options(writes=True)
        self._keeping = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # SQLite has one writer: waiting here is cheaper and fairer than its busy handler, and never blocks a worker thread.
        self._one_writer = asyncio.Lock() if self.dialect == "sqlite" else None
        self._beside = Beside(make_url(url), patience, writes=True) if self.dialect == "sqlite" else None
        self._looking = Beside(make_url(url), patience, writes=False) if self.dialect == "sqlite" else None

    @property
    def engines(self) -> tuple[Engine, ...]:
        """Every engine in use, for drills."""
        return (self.engine.sync_engine, *(one.engine for one in (self._beside, self._looking) if one is not None))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that only reads."""
        async with self._transaction(self.engine) as connection:
            yield connection

    async def look(self, work: Callable[[Connection], T]) -> T:
        """What this answers that reads by a single statement, for whoever calls for help and waits: with one turn of the event loop on
        SQLite, and with as few as there can be on PostgreSQL, as each turn may come late in a broadcast. Raises StoreUnavailable."""
        async with self._guarded(self.patience):
            if self._looking is not None:
                return await self._looking.look(work)
            async with self._keeping.connect() as connection:
                return await connection.run_sync(work)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that is kept whole at the end, or undone when anything is raised."""
        async with self._turn_to_write(), self._transaction(self._writing) as connection:
            yield connection

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which every statement is kept by itself: what it locks is free again even if this process stands still
        right afterwards. PostgreSQL only."""
        async with self._transaction(self._keeping) as connection:
            yield connection

    @asynccontextmanager
    async def bulk(self) -> AsyncIterator[Go]:
        """As `write`, for work on many rows: it is handed over as functions, and each is done at one stretch. On SQLite that is in
        a thread of its own, so that nothing waits for the disk, and nobody pays for a hundred steps from one thread to another."""
        if self._beside is None:
            async with self.write() as connection:
                yield connection.run_sync
            return
        async with self._turn_to_write(), self._guarded(self.patience), self._beside.transaction() as go:
            yield go

    @asynccontextmanager
    async def _turn_to_write(self) -> AsyncIterator[None]:
        if self._one_writer is None:
            yield
            return
        try:
            async with asyncio.timeout(self.patience):
                await self._one_writer.acquire()
        except TimeoutError:
            raise StoreUnavailable("another writer holds the database") from None
        try:
            yield
        finally:
            self._one_writer.release()

    @asynccontextmanager
    async def unhurried(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        """A writing connection for work that nobody waits for, such as a migration."""
        async with self._transaction(self._writing, seconds) as connection:
            if self.dialect == "postgresql":
                await connection.execute(text("SET LOCAL statement_timeout = 0"))
                await connection.execute(text("SET LOCAL lock_timeout = 0"))
            yield connection

    @asynccontextmanager
    async def unhurried_read(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        """A reading connection for counts that take a while. It holds nobody up: readers and writers do not wait for each other."""
        async with self._transaction(self.engine, seconds) as connection:
            if self.dialect == "postgresql":
                await connection.execute(text(f"SET LOCAL statement_timeout = {round(seconds * 1000)}"))
            yield connection

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        async with self._guarded(seconds or self.patience), engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _guarded(self, seconds: float) -> AsyncIterator[None]:
        """Gives up after so long, and gives every trouble with the database its name."""
        try:
            async with asyncio.timeout(seconds):
                await self.plug.check()
                yield
        except TimeoutError:
            raise StoreUnavailable("it did not answer in time") from None
        except (DataError, IntegrityError, NotSupportedError, ProgrammingError) as error:
            # No outage, but something of ours that it cannot take: trying again would not mend it, so it has to be heard of.
            name = type(error).__name__
            log.error("the database refused a statement: %s", name, extra={"action": "refused_statement"})
            raise StatementRefused(f"the database refused a statement: {name}") from None
        except (DBAPIError, PoolTimeout, OSError, sqlite3.Error) as error:
            raise StoreUnavailable(type(error).__name__) from None
        except SQLAlchemyError as error:
            # A statement's parameters are what people wrote: only the kind of error may travel on.
            raise RuntimeError(f"the database refused a statement: {type(error).__name__}") from None

    async def close(self) -> None:
        """Lets every connection go, those too that somebody who gave up has not brought back yet: their pool takes no more notice."""
        for one in (self._beside, self._looking):
            if one is not None:
                await one.close()
        await self.engine.dispose()
        for connection in tuple(self._unclosed):
            await connection.close()


class Beside:
    """One SQLite connection, used in one thread beside the event loop. The asynchronous driver asks a thread as well, but several
    times for each statement, which costs more than the statements do."""

    def __init__(self, url: URL, patience: float, *, writes: bool) -> None:
        self.engine = create_engine(
            url.set(drivername="sqlite"),
            hide_parameters=True,
            pool_reset_on_return=None,
            connect_args={"timeout": patience * 0.8},
            execution_options={"writes": writes},
        )
        event.listen(self.engine, "connect", _set_up_sqlite)
        event.listen(self.engine, "connect", _trust_sqlite)
        event.listen(self.engine, "begin", _begin_sqlite)
        self._thread: ThreadPoolExecutor | None = None
        self._connection: Connection | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Go]:
        """A transaction that is kept whole at the end, or undone when anything is raised."""

        def go(work: Callable[[Connection], T], /) -> Awaitable[T]:
            return self._go(partial(self._work, work))

        try:
            yield go
        except BaseException:
            # Whoever gave up does not wait for it; the thread does it before anything else.
            if self._thread is not None:
                self._thread.submit(self._end, keep=False)
            raise
        await self._go(partial(self._end, keep=True))

    async def look(self, work: Callable[[Connection], T]) -> T:
        """What this answers, in a transaction of its own that leaves nothing behind."""
        return await self._go(partial(self._look, work))

    def _look(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._work(work)
        finally:
            self._end(keep=False)

    def _go(self, work: Callable[[], T]) -> Awaitable[T]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "database")
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _work(self, work: Callable[[Connection], T]) -> T:
        if self._connection is None:
            self._connection = self.engine.connect()
        if not self._connection.in_transaction():
            self._connection.begin()
        return work(self._connection)

    def _end(self, *, keep: bool) -> None:
        connection = self._connection
        if connection is None or not connection.in_transaction():
            return
        try:
            if keep:
                connection.commit()
            else:
                connection.rollback()
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, sqlite3.Error):
                connection.invalidate()
                connection.close()

    async def close(self) -> None:
        """Lets the connection and the thread go."""
        if self._thread is not None:
            await self._go(self._drop)
            self._thread.shutdown(wait=False)
            self._thread = None
        self.engine.dispose()


def inserting(dialect: str) -> Any:
    """The INSERT of that dialect, which knows what to do on a conflict. SQLAlchemy loads every driver's part of a dialect with it:
    what is not used is not loaded."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        return insert
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert


def _engine(url: str, patience: float, unclosed: WeakSet[PsycopgConnection]) -> AsyncEngine:
    address = make_url(url)
    # hide_parameters: no error text may ever carry what people wrote.
    options: dict[str, Any] = {"hide_parameters": True, "pool_timeout": patience, "pool_reset_on_return": None}
    if address.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": patience * 0.8}
        _make_room(address.database)
    else:
        options |= {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
        options["connect_args"] = {"async_creator_fn": _impatient_connection(unclosed), **timeouts(patience)}
    engine = create_async_engine(address, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _impatient_connection(unclosed: WeakSet[PsycopgConnection]) -> Any:
    opened = impatient()

    async def connect(*arguments: Any, **options: Any) -> PsycopgConnection:
        connection = await opened.connect(*arguments, **options)
        unclosed.add(connection)
        return connection

    return connect


def _make_room(database: str | None) -> None:
    if database and database != ":memory:":
        folder = Path(database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not Path(database).exists():
                os.close(os.open(database, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError:
            return  # opening the database says so, again and again, until the operator has mended it


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does, so that writers take their lock at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _trust_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Leaves out looking up the learner of each new row, a quarter of what it costs. Whose rows are written at one stretch was read in
    the same transaction, and nobody else writes meanwhile. Nothing may be deleted there: rows that belong to it would stay."""
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.set_authorizer(_all_but_deleting)


def _all_but_deleting(action: int, *_what: str | None) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_DELETE else sqlite3.SQLITE_OK


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
