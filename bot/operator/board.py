"""What the page shows, and how fresh: the quick part anew for each look, the slow part counted beside and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.service.overview import Long, Now
from bot.service.ports import StoreUnavailable

FRESH = timedelta(minutes=10)
"""The slow part is counted anew when it is older than this, and only when somebody looks."""
WAIT = 0.2
"""Seconds that a look waits for the slow part; then it gets the older one, or a page that looks again by itself."""


@dataclass(slots=True)
class Board:
    """`read_now` and `read_long` read the database; the second answers None where there is nothing to read yet."""

    read_now: Callable[[], Awaitable[Now]]
    read_long: Callable[[], Awaitable[Long | None]]
    clock: Callable[[], datetime]
    _kept: Long | None = None
    _counting: asyncio.Task[Long | None] | None = field(default=None, repr=False)

    async def now(self) -> Now:
        """The quick part."""
        return await self.read_now()

    async def long(self) -> Long | None:
        """The slow part as it was counted last; None while it is being counted for the first time."""
        if self._kept is None or self.clock() - self._kept.made_at > FRESH:
            await self._count()
        return self._kept

    async def _count(self) -> None:
        if self._counting is None:
            self._counting = asyncio.create_task(self._read())
        await asyncio.wait({self._counting}, timeout=WAIT)
        if self._counting.done():
            done, self._counting = self._counting, None
            self._kept = done.result() or self._kept

    async def _read(self) -> Long | None:
        try:
            return await self.read_long()
        except StoreUnavailable:
            return None  # the quick part says what is wrong

    async def close(self) -> None:
        """Ends a count that is under way."""
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.gather(self._counting, return_exceptions=True)
