"""How the process runs: its event loop, and when it looks for garbage."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

YOUNG, GROWN, OLD = 5_000, 2, 500
"""How many new objects make a search through the youngest, how many of those one through the grown, and how many of those one through
all. A few lessons make as many objects as Python's own 700; and what is grown is looked through for as long as it takes, while
everybody waits: with so few of them, for some milliseconds."""
SWITCH = 0.001
"""Seconds after which a thread that loads lets the event loop have its turn, where Python's own are 0.005: a call for help needs a
dozen turns."""


def seldom_look_for_garbage() -> None:
    """To be called once, by who starts the process, before anything is loaded: what is loaded stays, and to look all of it through
    takes a tenth of a second."""
    gc.set_threshold(YOUNG, GROWN, OLD)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end, on uvloop where there is one (on Windows there is none)."""
    import asyncio  # not every command needs it

    sys.setswitchinterval(SWITCH)
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
