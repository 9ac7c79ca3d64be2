"""In order for each person, side by side across people: nobody's stuck answer keeps another waiting."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.messages import ChatRef

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]


class Lanes:
    """A queue for each chat that has something waiting; empty ones take no room."""

    def __init__(self, side_by_side: int = 64, longest: int = 30) -> None:
        self._slots = asyncio.Semaphore(side_by_side)
        self._longest = longest
        self._waiting: dict[ChatRef, deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, chat: ChatRef, work: Work) -> bool:
        """Lines work up behind this chat's earlier work. False when the chat has too much waiting already."""
        lane = self._waiting.get(chat)
        if lane is None:
            self._waiting[chat] = deque([work])
            task = asyncio.create_task(self._run(chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return True
        if len(lane) >= self._longest:
            return False
        lane.append(work)
        return True

    async def _run(self, chat: ChatRef) -> None:
        lane = self._waiting[chat]
        try:
            while lane:
                async with self._slots:
                    await self._one(lane[0])
                lane.popleft()
        finally:
            del self._waiting[chat]

    async def _one(self, work: Work) -> None:
        try:
            await work()
        except Exception as error:
            # Our bug, loud, without a traceback: its values could be what a person wrote.
            log.error("an update could not be handled: %s", _where(error), extra={"action": "update_failed"})

    async def drain(self, seconds: float) -> None:
        """Waits until everything is done, for so long at most; then lets the rest go, to be handled after the next start."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def idle(self) -> bool:
        """True when nothing waits."""
        return not self._waiting


class Seldom:
    """Allows a thing once in a while for each chat; remembers the latest chats only."""

    def __init__(self, gap: timedelta, remembered: int = 10_000) -> None:
        self._gap = gap
        self._remembered = remembered
        self._last: OrderedDict[ChatRef, datetime] = OrderedDict()

    def may(self, chat: ChatRef, now: datetime) -> bool:
        """True when it was not allowed for this chat so shortly before."""
        last = self._last.get(chat)
        if last is not None and now - last < self._gap:
            return False
        self._last[chat] = now
        self._last.move_to_end(chat)
        if len(self._last) > self._remembered:
            self._last.popitem(last=False)
        return True


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
