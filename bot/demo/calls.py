"""A record of what the bot called."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True, eq=False)
class Call:
    """One call of the bot.

    `params` are typed once they were understood, else as they came; uploads are shown as "<n bytes>". `status` is the
    HTTP status, 0 while the call is under way or when the connection was cut. `started` and `ended` are monotonic
    seconds, `at` is the server's clock.
    """

    number: int
    method: str
    params: dict[str, Any]
    chat_id: int | None
    at: datetime
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    status: int = 0
    description: str = ""
    result: Any = None
    fault: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was answered with `ok: true`."""
        return self.status == 200

    @property
    def text(self) -> str:
        """The text or caption it carried, with its markup."""
        return str(self.params.get("text") or self.params.get("caption") or "")


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that no state of Telegram would accept."""

    method: str
    description: str
    params: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method}: {self.description}"


class CallLog:
    """All calls but getUpdates, newest last; the newest `keep` only, if that is set (0 keeps none)."""

    def __init__(self, keep: int | None) -> None:
        self.calls: deque[Call] = deque(maxlen=keep)
        self.listeners: list[Callable[[Call], None]] = []
        self.count = 0

    @property
    def watched(self) -> bool:
        """Whether anyone reads what is recorded."""
        return self.calls.maxlen != 0 or bool(self.listeners)

    def begin(self, method: str, params: dict[str, Any], chat_id: int | None, at: datetime) -> Call:
        """Records that a call came in."""
        self.count += 1
        call = Call(self.count, method, params, chat_id, at)
        self.calls.append(call)
        return call

    def end(self, call: Call, status: int) -> None:
        """Records how it was answered (0: not at all)."""
        call.status = status
        call.ended = time.monotonic()
        for listener in self.listeners:
            listener(call)
