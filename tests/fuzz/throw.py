"""Throws hostile updates at the whole bot over real HTTP, and looks at what became of it."""

from __future__ import annotations

import gc
import logging
import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.shapes import hostile
from tests.world import world

BATCH = 100


@dataclass(frozen=True)
class Report:
    """What a run found. `grew` is how many MB of memory were added by its last four fifths."""

    seed: int
    updates: int
    seconds: float
    errors: tuple[str, ...]
    violations: tuple[str, ...]
    unanswered: int
    stuck: bool
    help_works: bool
    grew: float

    @property
    def fine(self) -> bool:
        """True when nothing at all went wrong."""
        wrong = self.errors or self.violations or self.unanswered or self.stuck
        return not wrong and self.help_works and self.grew < 40


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage()[:200])


async def throw(folder: Path, seed: int, number: int) -> Report:
    """So many updates, from a few people who are at all kinds of places in the course."""
    chance, errors, start = random.Random(seed), _Errors(), time.monotonic()
    logging.getLogger().addHandler(errors)
    try:
        async with world(folder) as there:
            people = [there.person(f"P{one}") for one in range(12)]
            chats, early = [person.id for person in people], 0.0
            for done in range(0, number, BATCH):
                for one in range(done, min(done + BATCH, number)):
                    there.server.raw(hostile(chance, chats, one + 1))
                await there.server.settled(quiet=0, within=120)
                there.server.log.calls.clear()
                if done <= number // 5:
                    early = _megabytes()
            ana = there.person("Ana")
            ana.says("/help")
            card = await ana.receives("nobody reads this chat")
            await there.server.settled(quiet=0, within=120)
            return Report(
                seed, number, round(time.monotonic() - start, 1), tuple(errors.heard[:10]),
                tuple(str(one) for one in there.server.violations[:10]), len(there.server.unanswered),
                not there.app.lanes.idle, card is not None, round(_megabytes() - early, 1),
            )  # fmt: skip
    finally:
        logging.getLogger().removeHandler(errors)


def _megabytes() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
