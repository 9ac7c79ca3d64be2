"""Who draws: one thread of its own, so that an answer never waits for a picture, and pictures wait only for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class Artist:
    """Draws pictures from plain values. The drawing library is loaded with the first one."""

    def __init__(self) -> None:
        self._hand = ThreadPoolExecutor(1, "drawing")

    async def draw(self, values: Mapping[str, Any]) -> bytes:
        """The picture as PNG. Raises whatever went wrong while drawing."""
        return await asyncio.get_running_loop().run_in_executor(self._hand, _draw, values)

    def close(self) -> None:
        """Lets go of what waits; what is being drawn is finished."""
        self._hand.shutdown(wait=False, cancel_futures=True)


def _draw(values: Mapping[str, Any]) -> bytes:
    from bot.drawing.progress import draw_progress

    return draw_progress(values)
