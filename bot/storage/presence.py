"""Who is alive, and which one polls: each process has a number, and what it holds in the database carries it, so that the others
know what is orphaned.

On PostgreSQL a process holds an advisory lock on its number for as long as its connection lives; a number whose lock can be
taken belongs to a process that is gone. An SQLite file has one process at a time: every other number is of one that is gone.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.ports import StoreUnavailable
from bot.storage.database import Database

CLASS = 0x6B << 32
"""Keeps these lock numbers apart from others in the same database."""
POLLER = 0x6C << 32
"""Whoever holds this lock is the one that polls the messenger."""
NOTICED_SOON = "SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3"
"""A machine that vanished lets go of its locks after ten seconds, not after the two hours that are usual."""


async def is_gone(db: AsyncConnection, number: int) -> bool:
    """True when the other process of that number is gone, seen from inside a transaction."""
    if db.dialect.name != "postgresql":
        return True
    taken = await db.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number})
    return bool(taken.scalar_one())


class Presence:
    """This process, and which of the others are gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.number = CLASS | secrets.randbits(32)
        self._held: AsyncConnection | None = None
        self._leads = False
        self._using = asyncio.Lock()

    async def announce(self) -> None:
        """Makes sure that this process counts as alive; after the database was away, anew. Raises StoreUnavailable."""
        if self._database.dialect == "postgresql":
            async with self._using:
                await self._announce()

    async def lead(self) -> bool:
        """True when this process is the one that polls: from the moment when no other is, until it ends or loses the database.

        Raises StoreUnavailable when the database cannot say.
        """
        if self._database.dialect != "postgresql":
            return True
        async with self._using:
            held = await self._announce()
            if self._leads:
                return True
            try:
                async with asyncio.timeout(self._database.patience):
                    took = await held.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": POLLER})
                    self._leads = bool(took.scalar_one())
            except (SQLAlchemyError, OSError) as error:
                await self._forget()
                raise StoreUnavailable(type(error).__name__) from None
            return self._leads

    async def _announce(self) -> AsyncConnection:
        try:
            if self._held is not None:
                async with asyncio.timeout(self._database.patience):
                    await self._held.execute(text("SELECT 1"))
                return self._held
        except (SQLAlchemyError, OSError):
            await self._forget()
        try:
            async with asyncio.timeout(self._database.patience):
                connection = await self._database.engine.connect()
                self._held = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await self._held.execute(text(NOTICED_SOON))
                await self._held.execute(text("SELECT pg_advisory_lock(:number)"), {"number": self.number})
                return self._held
        except (SQLAlchemyError, OSError) as error:
            await self._forget()
            raise StoreUnavailable(type(error).__name__) from None

    async def gone(self, numbers: Collection[int]) -> set[int]:
        """Those of the numbers whose processes are gone."""
        others = {number for number in numbers if number != self.number}
        if self._database.dialect != "postgresql" or not others:
            return others
        found = set()
        async with self._database.write() as db:
            for number in others:
                if await is_gone(db, number):
                    found.add(number)
        return found

    async def _forget(self) -> None:
        held, self._held, self._leads = self._held, None, False
        if held is not None:
            try:
                await held.invalidate()
                await held.close()
            except (SQLAlchemyError, OSError):
                return

    async def leave(self) -> None:
        """Lets go, as the last thing."""
        await self._forget()
