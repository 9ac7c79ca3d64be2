"""The pump: keeps lessons flowing at the pace that is allowed, with as few words to the database as possible.

What has ended is recorded in the same transaction in which the next are marked SENDING, and more is fetched while those
under way are still going. Never more are marked than are about to leave: that many a crash can leave uncertain.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.service.learners import DeliveryStatus
from bot.service.ports import Done, Sender, StatementRefused, Store, StoreUnavailable, Waiting

log = logging.getLogger(__name__)

LOW = 0.6
"""More is fetched when so much of what was fetched last is left."""
HOLD = timedelta(minutes=2)
"""How long a process keeps a delivery to itself; longer than any call may take."""
TOGETHER = 0.005
"""Seconds that outcomes are gathered for, so that they are recorded together."""
RECORD_TRIES = 20

Fetch = Callable[[], Awaitable[Sequence[Waiting] | None]]
SendOne = Callable[[Waiting], Awaitable[Done]]


@dataclass(slots=True)
class Pump:
    """One run. `fetch` answers more to send, or None when there is no more; `send` makes the call and says what came of it."""

    store: Store
    sender: Sender
    clock: Callable[[], datetime]
    halted: Callable[[], bool]
    in_flight: int
    fetch: Fetch
    send: SendOne
    counts: Counter[str]
    held_back: bool = False
    _stock: deque[Waiting] = field(default_factory=deque)
    _going: set[asyncio.Task[Done]] = field(default_factory=set)
    _fetching: asyncio.Task[Sequence[Waiting] | None] | None = None
    _dry: bool = False
    _most: int = 1

    async def run(self) -> None:
        """Until nothing is left, the messenger wants none, or the process is told to stop. Raises StoreUnavailable."""
        try:
            while not self._ended():
                await self._stock_up()
                await self._advance(await self._next_group())
                await self._some_end()
        except asyncio.CancelledError:
            for task in (*self._going, self._fetching):
                if task is not None:
                    task.cancel()  # as in a crash: what is under way is found by whoever comes next
            raise
        except StoreUnavailable:
            await self._wind_up()
            raise
        await self._wind_up()

    def _ended(self) -> bool:
        return self.halted() or self.held_back or (self._dry and not self._stock and not self._going)

    async def _stock_up(self) -> None:
        if self._fetching is not None and (self._fetching.done() or not (self._stock or self._going)):
            fetching, self._fetching = self._fetching, None
            found = await fetching
            self._dry = found is None
            self._stock.extend(found or ())
            self._most = max(self._most, len(self._stock))
        if self._fetching is None and not self._dry and len(self._stock) < LOW * self._most:
            self._fetching = asyncio.ensure_future(self.fetch())

    async def _next_group(self) -> list[Waiting]:
        room = min(len(self._stock), self.in_flight - len(self._going))
        if room <= 0 or (self._going and room < min(len(self._stock), self.in_flight // 4)):
            return []
        allowed = await self.sender.window(room)
        self.held_back = allowed == 0
        return [self._stock.popleft() for _ in range(0 if self.halted() else min(allowed, len(self._stock)))]

    async def _advance(self, group: Sequence[Waiting]) -> None:
        """Records what has ended and marks the group SENDING, together; then begins it."""
        ended = [task for task in self._going if task.done()]
        if not ended and not group:
            return
        ours = await self._written([task.result() for task in ended], group)
        self._going.difference_update(ended)
        self._going.update(asyncio.create_task(self.send(one)) for one in group if one.delivery.id in ours)  # type: ignore[arg-type]  # a coroutine function

    async def _written(self, done: Sequence[Done], group: Sequence[Waiting]) -> set[str]:
        for attempt in range(RECORD_TRIES):
            try:
                ours = await self.store.advance(done, [one.delivery for one in group], self.clock() + HOLD)
            except StatementRefused:
                await self._record_apart(done)
                done = ()
            except StoreUnavailable:
                # What was sent must be written down before its hold runs out, or it would count as uncertain.
                if not done:
                    raise
                await asyncio.sleep(min(5.0, 0.2 * 2**attempt))
            else:
                self.counts.update(one.status.value for one in done)
                return set(ours)
        log.error("outcomes could not be recorded", extra={"action": "outcomes_lost", "count": len(done)})
        return set()

    async def _record_apart(self, done: Sequence[Done]) -> None:
        """One row that the database refuses must not keep the others from being written down: it steps aside, as sent if it was."""
        for one in done:
            refused = replace(one, status=DeliveryStatus.REFUSED, message=None, reason="our_bug", passed=None)
            for outcome in (one, replace(one, message=None), refused):
                try:
                    await self.store.record([outcome])
                    break
                except StatementRefused:
                    log.error("an outcome was refused", extra={"action": "poison", "learner": one.delivery.learner})

    async def _some_end(self) -> None:
        waiting: set[asyncio.Future[object]] = {*self._going}  # type: ignore[arg-type]  # only waited for
        if self._fetching is not None and not self._stock:
            waiting.add(self._fetching)  # type: ignore[arg-type]
        if waiting:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if len(self._going) > 1:
                await asyncio.sleep(TOGETHER)

    async def _wind_up(self) -> None:
        if self._fetching is not None:
            fetched = await asyncio.gather(self._fetching, return_exceptions=True)
            self._stock.extend(one for found in fetched if isinstance(found, Sequence) for one in found)
        while self._going:
            await asyncio.wait(self._going)
            await self._advance(())
        if self._stock:
            await self.store.release([one.delivery for one in self._stock], self.clock())
