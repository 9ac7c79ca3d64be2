"""Who is alive, and which one polls: each process has a number, and what it holds in the database carries it, so that the others
know what is orphaned.

On PostgreSQL a process holds an advisory lock on its number for as long as its connection lives; a number whose lock can be
taken belongs to a process that is gone. An SQLite file has one process at a time: every other number is of one that is gone.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from bot.service.ports import PATIENCE, StoreUnavailable
from bot.storage.impatient import impatient, parameters, timeouts

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.storage.database import Database

# Of several processes that start, one polls: until it is known which, nobody calls for help in vain. So SQLAlchemy, which takes long to
# load, is not loaded here.

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
    taken = await db.exec_driver_sql("SELECT pg_try_advisory_xact_lock(%(number)s)", {"number": number})
    return bool(taken.scalar_one())


async def gone_of(database: Database, numbers: Collection[int]) -> set[int]:
    """Those of these numbers of other processes that are gone. Raises StoreUnavailable."""
    if database.dialect != "postgresql" or not numbers:
        return set(numbers)
    async with database.write() as db:
        return {number for number in numbers if await is_gone(db, number)}


class Presence:
    """This process: `number` stands for it in the database at `url`, as long as its connection lives. Loads psycopg, where that is one of
    PostgreSQL."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.number = CLASS | secrets.randbits(32)
        self._patience = patience
        self._shared = url.startswith("postgresql")
        self._known = parameters(url) | timeouts(patience) if self._shared else {}
        self._opened: Any = impatient() if self._shared else None
        self._held: Any = None
        self._leads = False
        self._using = asyncio.Lock()

    async def announce(self) -> None:
        """Makes sure that this process counts as alive; after the database was away, anew. Raises StoreUnavailable."""
        if self._shared:
            async with self._using:
                await self._announce()

    async def lead(self) -> bool:
        """True when this process is the one that polls: from the moment when no other is, until it ends or loses the database.

        Raises StoreUnavailable when the database cannot say.
        """
        if not self._shared:
            return True
        async with self._using:
            await self._announce()
            if not self._leads:
                (self._leads,) = await self._asked("SELECT pg_try_advisory_lock(%s)", POLLER)
            return self._leads

    async def _announce(self) -> None:
        if self._held is not None:
            try:
                await self._asked("SELECT 1")
            except StoreUnavailable:
                await self._forget()
            else:
                return
        await self._asked("SELECT pg_advisory_lock(%s)", self.number)

    async def _asked(self, question: str, *numbers: int) -> Any:
        """The row that answers a question, on a connection that is opened if there is none. Raises StoreUnavailable, and lets it go."""
        from psycopg import Error

        try:
            async with asyncio.timeout(self._patience):
                if self._held is None:
                    self._held = await self._opened.connect(autocommit=True, **self._known)
                    await self._held.execute(NOTICED_SOON)
                return await (await self._held.execute(question, numbers or None)).fetchone()
        except (Error, OSError) as error:
            await self._forget()
            raise StoreUnavailable(type(error).__name__) from None
        except BaseException:
            await self._forget()  # nobody knows what it would answer next
            raise

    async def _forget(self) -> None:
        held, self._held, self._leads = self._held, None, False
        if held is not None:
            await held.close()

    async def leave(self) -> None:
        """Lets go, as the last thing."""
        await self._forget()
