"""An event loop on a time of its own: nothing waits for real, and each part of what runs on it can be made to stand still."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

PART: ContextVar[str] = ContextVar("PART", default="")
"""The part to which what runs belongs; what it begins belongs to it, too."""


class StandstillLoop(asyncio.SelectorEventLoop):
    """Its time passes only while it has nothing to do. A part that stands still begins nothing, and its clock goes on."""

    def __init__(self) -> None:
        self._now = 0.0
        self._still: dict[str, float] = {}
        super().__init__(_Skipping(self))

    def time(self) -> float:
        """Seconds since it was made."""
        return self._now

    def stand_still(self, part: str, seconds: float) -> None:
        """Keeps a part from doing anything for so long from now on."""
        self._still[part] = max(self._still.get(part, 0.0), self._now + seconds)

    def skip(self, seconds: float) -> None:
        """Lets time pass."""
        self._now += seconds

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        """See asyncio."""
        context = context or copy_context()
        return super().call_soon(self._when_going, context, callback, args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See asyncio."""
        context = context or copy_context()
        return super().call_at(when, self._when_going, context, callback, args, context=context)

    def _when_going(self, context: Context, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        until = self._still.get(context.get(PART, ""), 0.0)
        if until > self._now:
            super().call_at(until, self._when_going, context, callback, args, context=context)
        else:
            callback(*args)


class _Skipping(selectors.DefaultSelector):
    def __init__(self, loop: StandstillLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            self._loop.skip(timeout)
        return super().select(0)


def run(work: Callable[[StandstillLoop], Coroutine[Any, Any, T]]) -> T:
    """Runs `work` to its end on such a loop."""
    with asyncio.Runner(loop_factory=StandstillLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, StandstillLoop)
        return runner.run(work(loop))
