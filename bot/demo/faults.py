"""Trouble on demand: answers and connections that go wrong the way real ones do."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, get_args

FaultKind = Literal["429", "500", "502", "reset", "accept_then_cut", "slow", "hang"]
"""What goes wrong:

"429", "500", "502": refused with that code, nothing done; "reset": the connection is cut, nothing done;
"accept_then_cut": done, then the connection is cut before the answer; "slow": done and answered after `seconds`, or once it is removed;
"hang": never done and never answered, for `seconds` or until the caller gives up.
"""
KINDS = frozenset(get_args(FaultKind))


@dataclass(eq=False, slots=True)
class Fault:
    """One rule: which calls it strikes (a method or "*", a chat or any) and how.

    `after` calls pass before it starts, `times` is how many it strikes (None: all), `share` is the part it strikes at
    random. `struck` counts.
    """

    kind: FaultKind
    method: str = "*"
    chat_id: int | None = None
    retry_after: int = 1
    seconds: float | None = None
    times: int | None = None
    after: int = 0
    share: float = 1.0
    struck: int = 0
    _owner: Faults | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def remove(self) -> None:
        """Ends it, for slow calls that are under way, too."""
        self._over.set()
        if self._owner is not None:
            self._owner.remove(self)

    async def delay(self) -> None:
        """What a slow call waits for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0 if self.seconds is None else self.seconds):
                await self._over.wait()

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Whether a call is in its scope."""
        return self.method in ("*", method) and self.chat_id in (None, chat_id)


@dataclass(slots=True)
class Faults:
    """The rules in force. Polling (getUpdates) is struck only by a rule that names it."""

    random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - repeatable trouble
    rules: list[Fault] = field(default_factory=list)

    def add(
        self,
        kind: FaultKind,
        *,
        method: str = "*",
        chat_id: int | None = None,
        retry_after: int = 1,
        seconds: float | None = None,
        times: int | None = None,
        after: int = 0,
        share: float = 1.0,
    ) -> Fault:
        """Starts a rule and returns it, so that it can be removed."""
        if kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}")
        fault = Fault(kind, method, chat_id, retry_after, seconds, times, after, share, _owner=self)
        self.rules.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Ends one rule; no harm if it has ended."""
        if fault in self.rules:
            self.rules.remove(fault)

    def clear(self) -> None:
        """Ends all."""
        self.rules.clear()

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """The rule that strikes this call, if any, counting it."""
        for fault in self.rules:
            if method == "getUpdates" and fault.method != method:
                continue
            if fault.concerns(method, chat_id) and self._falls(fault):
                return fault
        return None

    def _falls(self, fault: Fault) -> bool:
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.share < 1 and self.random.random() >= fault.share:
            return False
        fault.struck += 1
        if fault.times is not None and fault.struck >= fault.times:
            self.remove(fault)
        return True
