"""Who is alive: each process has a number, and what it holds in the database carries it, so that the others know what is orphaned.

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


class Presence:
    """This process, and which of the others are gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.number = CLASS | secrets.randbits(32)
        self._held: AsyncConnection | None = None

    async def announce(self) -> None:
        """Makes sure that this process counts as alive; after the database was away, anew. Raises StoreUnavailable."""
        if self._database.dialect != "postgresql":
            return
        try:
            if self._held is not None:
                async with asyncio.timeout(self._database.patience):
                    await self._held.execute(text("SELECT 1"))
                return
        except (SQLAlchemyError, OSError):
            await self._forget()
        try:
            async with asyncio.timeout(self._database.patience):
                connection = await self._database.engine.connect()
                self._held = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await self._held.execute(text("SELECT pg_advisory_lock(:number)"), {"number": self.number})
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
                taken = await db.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number})
                if taken.scalar_one():
                    found.add(number)
        return found

    async def _forget(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            try:
                await held.invalidate()
                await held.close()
            except (SQLAlchemyError, OSError):
                return

    async def leave(self) -> None:
        """Lets go, as the last thing."""
        await self._forget()
