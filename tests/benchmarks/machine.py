"""Processes to measure, and how figures are put in short."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

TOKEN = "1000:demo"
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def process(*arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python process of this project; ended at the end."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**os.environ, **environment}, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.terminate()
            await asyncio.wait_for(running.wait(), 15)


class Stall:
    """The longest time for which the event loop did nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - before - 0.001)


@asynccontextmanager
async def watched() -> AsyncIterator[Stall]:
    """Watches the event loop for stalls."""
    stall = Stall()
    watching = asyncio.create_task(stall.watch())
    await asyncio.sleep(0.005)
    stall.longest = 0.0
    yield stall
    watching.cancel()


class Nowhere:
    """A sender that sends nothing."""

    @property
    def at_once(self) -> int:
        return 128

    async def window(self, most: int) -> int:
        return most

    async def reply(self, *_: Any) -> Any:
        raise AssertionError

    async def lesson(self, *_: Any) -> Any:
        raise AssertionError


def resident(pid: int) -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no such process")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def in_short(seconds: Sequence[float]) -> dict[str, float]:
    """Times as milliseconds: median, p99 and how many."""
    return {
        "p50_ms": round(statistics.median(seconds) * 1000, 2),
        "p99_ms": round(percentile(seconds, 0.99) * 1000, 2),
        "samples": len(seconds),
    }
