"""The metronome: APScheduler calls the flows on time, and remembers nothing. What is due is a column in the database."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.service.ports import StoreUnavailable

log = logging.getLogger(__name__)

TICK_SECONDS = 10
"""How often due lessons are looked for. A lesson's minute begins at second 0; a tick comes at 0, 10, 20 …"""
NIGHTLY_HOUR_UTC = 3
HOURLY_MINUTE = 41

Work = Callable[[], Awaitable[object]]


def metronome(tick: Work, hourly: Work, nightly: Work, first: datetime) -> AsyncIOScheduler:
    """A scheduler that ticks once it is started, from `first` on. A tick that is late still runs (misfire_grace_time=None: the default
    of one second would drop it silently), and one that is still running is never joined by a second."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.add_job(_guarded("tick", tick), "cron", second=f"*/{TICK_SECONDS}", id="tick", next_run_time=first)
    scheduler.add_job(_guarded("hourly", hourly), "cron", minute=HOURLY_MINUTE, id="hourly")
    scheduler.add_job(_guarded("nightly", nightly), "cron", hour=NIGHTLY_HOUR_UTC, minute=17, id="nightly")
    return scheduler


def _guarded(name: str, work: Work) -> Callable[[], Awaitable[None]]:
    state = {"failing": False}

    async def run() -> None:
        try:
            await work()
            state["failing"] = False
        except StoreUnavailable:
            if not state["failing"]:
                log.warning(
                    "%s: the database cannot be reached; trying again at every tick",
                    name,
                    extra={"action": "tick_waits"},
                )
            state["failing"] = True
        except Exception as error:
            log.error("%s failed: %s", name, type(error).__name__, extra={"action": "tick_failed"})

    return run
