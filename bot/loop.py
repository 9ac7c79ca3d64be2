"""How the process runs: its event loop, and when it looks for garbage."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

YOUNG = 5_000
"""New objects after which the youngest are looked through: a few lessons make as many as Python's own 700."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end, on uvloop where there is one (on Windows there is none)."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


def settle_down() -> None:
    """To be called once everything is loaded: what is there stays, and is not looked through again for garbage. With a course and
    its libraries in memory, that would stop everybody for a tenth of a second, again and again in a broadcast."""
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
