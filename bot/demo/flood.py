"""Telegram's flood control: messages a second for the whole bot and for each chat. Off until limits are set."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_NOT_MESSAGES = frozenset({"sendChatAction"})
WINDOW = 1.0
"""Seconds over which messages are counted."""


def counts(method: str) -> bool:
    """Whether a method sends a message, and so counts."""
    return method.startswith(("send", "copy", "forward")) and method not in _NOT_MESSAGES


@dataclass(slots=True)
class Flood:
    """`overall` messages a second for the bot, `per_chat` for a chat; None means no limit.

    With `retry_after` set, going over holds the scope for that many seconds, as Telegram does; otherwise the call is
    refused with 1 and the next may pass. `peak` is the most messages accepted in any one second, `refused` counts 429s.
    """

    overall: int | None = None
    per_chat: int | None = None
    retry_after: int | None = None
    peak: int = 0
    refused: int = 0
    clock: Callable[[], float] = time.monotonic
    _accepted: deque[float] = field(default_factory=deque)
    _by_chat: dict[int, deque[float]] = field(default_factory=dict)
    _held: dict[int | None, float] = field(default_factory=dict)

    def hold(self, seconds: float, chat_id: int | None = None) -> None:
        """Refuses every message to a chat (None: to all) for so many seconds from now."""
        self._held[chat_id] = self.clock() + seconds

    def release(self) -> None:
        """Ends all holds."""
        self._held.clear()

    def check(self, method: str, chat_id: int) -> int | None:
        """Seconds to wait if this call is too much, else None, counting the message."""
        if not counts(method):
            return None
        now = self.clock()
        wait = self._wait(chat_id, now)
        if wait is not None:
            self.refused += 1
            return wait
        self._count(chat_id, now)
        return None

    def _wait(self, chat_id: int, now: float) -> int | None:
        for scope in (None, chat_id):
            if (until := self._held.get(scope, 0.0)) > now:
                return math.ceil(until - now)
        if self.per_chat is not None and self._full(self._by_chat.setdefault(chat_id, deque()), self.per_chat, now):
            return self._excess(chat_id)
        if self.overall is not None and self._full(self._accepted, self.overall, now):
            return self._excess(None)
        return None

    @staticmethod
    def _full(times: deque[float], limit: int, now: float) -> bool:
        while times and times[0] <= now - WINDOW:
            times.popleft()
        return len(times) >= limit

    def _excess(self, scope: int | None) -> int:
        if self.retry_after is None:
            return 1
        self.hold(self.retry_after, scope)
        return self.retry_after

    def _count(self, chat_id: int, now: float) -> None:
        self._full(self._accepted, 0, now)
        self._accepted.append(now)
        self.peak = max(self.peak, len(self._accepted))
        if self.per_chat is not None:
            self._by_chat.setdefault(chat_id, deque()).append(now)
