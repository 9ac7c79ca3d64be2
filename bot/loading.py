"""What is loaded after the start: beside the event loop, one thing after the other, and not before those are answered who wait for help."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

HEAD_START = 1.0
"""Seconds that listening has before anything else is loaded."""


class Loading:
    """Loads in a thread. Two that load at once would take turns with each other at Python's lock, and a call for help, which needs
    it a dozen times, would wait for both each time."""

    def __init__(self, listening: asyncio.Event) -> None:
        self._listening = listening
        self._one_by_one = asyncio.Lock()
        self._began = False

    async def load(self, work: Callable[..., T], *arguments: object, at_once: bool = False) -> T:
        """What `work` answers, once it is its turn. `at_once` is for what listening itself waits for. Raises what `work` raises."""
        if not at_once:
            await self._head_start()
        async with self._one_by_one:
            return await asyncio.to_thread(work, *arguments)

    async def _head_start(self) -> None:
        """Returns when what had come in before the start is taken, or cannot be had at once."""
        if not self._began:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEAD_START):
                    await self._listening.wait()
            self._began = True
