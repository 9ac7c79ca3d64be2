"""The pump: keeps lessons flowing at the pace that is allowed, with as few words to the database as possible.

What has ended is recorded in the same transaction in which the next are marked SENDING; more is fetched, and the next moments
are asked for, while those under way are still going. Never more are marked than are about to leave: that many a crash can leave
uncertain.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.service.learners import Delivery, DeliveryStatus
from bot.service.ports import Done, Sender, StatementRefused, Store, StoreUnavailable, Waiting

log = logging.getLogger(__name__)

LOW = 0.6
"""More is fetched when so much of what was fetched last is left."""
HOLD = timedelta(minutes=2)
"""How long a process keeps a delivery to itself; longer than any call may take."""
TOGETHER = 0.005
"""Seconds that outcomes are gathered for, so that they are recorded together."""
BEGUN_TOGETHER = 16
"""Sends that are begun before anything else gets a turn."""
RECORD_TRIES = 20
POISON = timedelta(hours=1)
"""How far a row that makes deciding or marking fail is pushed out of the others' way."""
LONG_AGO = timedelta(days=2)
"""A row of so old a date that still cannot be marked is given up."""

Fetch = Callable[[], Awaitable[Sequence[Waiting] | None]]
SendOne = Callable[[Waiting], Coroutine[Any, Any, Done]]
T = TypeVar("T")


@dataclass(slots=True)
class Pump:
    """One run. `fetch` answers more to send, or None when there is no more; `send` makes the call and says what came of it."""

    store: Store
    sender: Sender
    clock: Callable[[], datetime]
    halted: Callable[[], bool]
    fetch: Fetch
    send: SendOne
    counts: Counter[str]
    held_back: bool = False
    _stock: deque[Waiting] = field(default_factory=deque)
    _going: set[asyncio.Task[Done]] = field(default_factory=set)
    _over: list[asyncio.Task[Done]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _fetching: asyncio.Future[Sequence[Waiting] | None] | None = None
    _asking: asyncio.Future[int] | None = None
    _dry: bool = False
    _most: int = 1

    async def run(self) -> None:
        """Until nothing is left, the messenger wants none, or the process is told to stop. Raises StoreUnavailable."""
        try:
            while not self._ended():
                self._stock_up()
                await self._advance(self._next_group())
                await self._something_new()
        except asyncio.CancelledError:
            for task in (*self._going, self._fetching, self._asking):
                if task is not None:
                    task.cancel()  # as in a crash: what is under way is found by whoever comes next
            raise
        except StoreUnavailable:
            await self._wind_up()
            raise
        await self._wind_up()

    def _ended(self) -> bool:
        return self.halted() or self.held_back or (self._dry and not self._stock and not self._going)

    def _stock_up(self) -> None:
        if self._fetching is not None and self._fetching.done():
            fetching, self._fetching = self._fetching, None
            found = fetching.result()
            self._dry = found is None
            self._stock.extend(found or ())
            self._most = max(self._most, len(self._stock))
        if self._fetching is None and not self._dry and len(self._stock) < LOW * self._most:
            self._fetching = self._beside(self.fetch())

    def _next_group(self) -> list[Waiting]:
        """What may leave soon, once that is known; and asks about those after them."""
        group: list[Waiting] = []
        if self._asking is not None and self._asking.done():
            asking, self._asking = self._asking, None
            allowed = asking.result()
            self.held_back = allowed == 0
            group = [self._stock.popleft() for _ in range(0 if self.halted() else min(allowed, len(self._stock)))]
        if self._asking is None and not self.held_back and (room := self._room(len(group))):
            self._asking = self._beside(self.sender.window(room))
        return group

    def _room(self, begun: int) -> int:
        """How many more may be marked; 0 as well while it is too few to bother the database with."""
        at_once = self.sender.at_once
        under_way = len(self._going) - len(self._over) + begun
        room = min(len(self._stock), at_once - under_way)
        worth_it = not under_way or room >= min(len(self._stock), at_once // 4)
        return room if room > 0 and worth_it else 0

    def _beside(self, work: Awaitable[T]) -> asyncio.Future[T]:
        task = asyncio.ensure_future(work)
        task.add_done_callback(lambda _: self._news.set())
        return task

    async def _advance(self, group: Sequence[Waiting]) -> None:
        """Records what has ended and marks the group SENDING, together; then begins it."""
        ended, self._over = self._over, []
        if not ended and not group:
            return
        self._going.difference_update(ended)
        try:
            ours = await self._written([task.result() for task in ended], group)
        except StoreUnavailable:
            self._stock.extendleft(reversed(group))  # not begun: given back with the rest, once the database hears it
            raise
        for number, one in enumerate([one for one in group if one.delivery.id in ours], start=1):
            task = asyncio.create_task(self.send(one))
            self._going.add(task)
            task.add_done_callback(self._is_over)
            if number % BEGUN_TOGETHER == 0:
                await asyncio.sleep(0)  # a call for help may be waiting for its turn

    def _is_over(self, task: asyncio.Task[Done]) -> None:
        self._over.append(task)
        self._news.set()

    async def _written(self, done: Sequence[Done], group: Sequence[Waiting]) -> set[str]:
        for attempt in range(RECORD_TRIES):
            try:
                ours = await self.store.advance(done, [one.delivery for one in group], self.clock() + HOLD)
            except StatementRefused:
                await self._record_apart(done)
                return await self._mark_apart(group)
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

    async def _mark_apart(self, group: Sequence[Waiting]) -> set[str]:
        """Marks one after the other: a row that the database refuses to mark steps aside for a while, and the others go."""
        ours: set[str] = set()
        for one in group:
            try:
                ours.update(await self.store.advance((), [one.delivery], self.clock() + HOLD))
            except StatementRefused:
                log.error("marking was refused", extra={"action": "poison", "learner": one.delivery.learner})
                await self._put_aside(one.delivery)
        return ours

    async def _put_aside(self, delivery: Delivery) -> None:
        now = self.clock()
        aside = Done(delivery, DeliveryStatus.RETRY, now, reason="our_bug", retry_at=now + POISON)
        if delivery.slot < (now - LONG_AGO).date():
            aside = replace(aside, status=DeliveryStatus.REFUSED, retry_at=None)
        with suppress(StatementRefused):  # then it is left as it is, and comes up again when its hold is over
            await self.store.record([aside])
            self.counts[aside.status.value] += 1

    async def _record_apart(self, done: Sequence[Done]) -> None:
        """One row that the database refuses must not keep the others from being written down: it steps aside, as sent if it was."""
        for one in done:
            refused = replace(one, status=DeliveryStatus.REFUSED, message=None, reason="our_bug", passed=None)
            for outcome in (one, replace(one, message=None), refused):
                try:
                    await self.store.record([outcome])
                    self.counts[outcome.status.value] += 1
                    break
                except StatementRefused:
                    log.error("an outcome was refused", extra={"action": "poison", "learner": one.delivery.learner})

    async def _something_new(self) -> None:
        self._stock_up()
        if self._ended() or not (self._going or self._fetching or self._asking):
            return  # nobody would bring any: those of the group were not ours to send
        await self._news.wait()
        if len(self._going) > 1:
            await asyncio.sleep(TOGETHER)
        self._news.clear()

    async def _wind_up(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._fetching is not None:
            fetched = await asyncio.gather(self._fetching, return_exceptions=True)
            self._stock.extend(one for found in fetched if isinstance(found, Sequence) for one in found)
        while self._going:
            await asyncio.wait(self._going)
            await self._advance(())
        if self._stock:
            await self.store.release([one.delivery for one in self._stock], self.clock())
