"""What the page shows, and how fresh: the quick part anew for each look, the slow parts made beside and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.service.overview import Finding, Long, Now
from bot.service.ports import StoreUnavailable

FRESH = timedelta(minutes=10)
"""The slow count is made anew when it is older than this, and only when somebody looks."""
LOOKED = timedelta(seconds=30)
"""And so is the doctor's look."""
WAIT = 0.2
"""Seconds that a look at the page waits for a slow part; then it gets the older one, or a page that looks again by itself."""

T = TypeVar("T")


@dataclass(slots=True)
class Kept(Generic[T]):
    """Something slow: the last one, while it is fresh or the next is being made. `read` answers None where there is nothing yet."""

    read: Callable[[], Awaitable[T | None]]
    fresh: timedelta
    clock: Callable[[], datetime]
    _last: T | None = None
    _made_at: datetime | None = None
    _making: asyncio.Task[T | None] | None = field(default=None, repr=False)

    async def get(self) -> T | None:
        """The last one; None while the first is being made."""
        if self._made_at is None or self.clock() - self._made_at > self.fresh:
            await self._make()
        return self._last

    async def _make(self) -> None:
        if self._making is None:
            self._making = asyncio.create_task(self._read())
        await asyncio.wait({self._making}, timeout=WAIT)
        if self._making.done():
            done, self._making = self._making, None
            if (found := done.result()) is not None:
                self._last, self._made_at = found, self.clock()

    async def _read(self) -> T | None:
        try:
            return await self.read()
        except StoreUnavailable:
            return None  # the quick part says what is wrong

    async def close(self) -> None:
        """Ends what is being made."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)


class Board:
    """All that the page shows."""

    def __init__(
        self,
        read_now: Callable[[], Awaitable[Now]],
        read_long: Callable[[], Awaitable[Long | None]],
        read_looks: Callable[[], Awaitable[tuple[Finding, ...]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._now = read_now
        self._long = Kept(read_long, FRESH, clock)
        self._looks = Kept(read_looks, LOOKED, clock)

    async def now(self) -> Now:
        """The quick part."""
        return await self._now()

    async def long(self) -> Long | None:
        """The slow count as it was made last; None while it is made for the first time."""
        return await self._long.get()

    async def looks(self) -> tuple[Finding, ...] | None:
        """What the doctor found when it looked last; None while it looks for the first time."""
        return await self._looks.get()

    async def close(self) -> None:
        """Ends what is under way."""
        await self._long.close()
        await self._looks.close()
