"""How long each kind of data is kept, and what becomes of somebody who is away for long: told once, then forgotten."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.course.pace import end_of_quiet
from bot.service.learners import Learner, State

log = logging.getLogger(__name__)

HANDLED = timedelta(days=3)
"""How long an update is known to have been handled, and its messages for /hide; Telegram delivers none again after a day."""
DRAFTS = timedelta(days=1)
"""Words that wait for "keep this as a note?"."""
DECISIONS = timedelta(days=400)
"""What was sent, and what was not and why: a year, and a month to ask about it."""
NEVER_AGREED = timedelta(days=90)
"""Somebody who wrote once and never agreed to anything."""
AWAY = timedelta(days=365)
"""How long somebody may be silent before they are asked whether to keep all this."""
LAST_CALL = timedelta(days=30)
"""From that question to the end."""
COUNTS = timedelta(days=731)
"""Bare numbers a day, tied to nobody."""
TOMBSTONES = timedelta(days=731)
"""Marks of those who were forgotten. No backup may be older than this when it is restored."""

AT_ONCE = 100
"""Learners in one transaction: few enough that a person who writes meanwhile does not notice."""


class Ageing(Protocol):
    """Where things get old. Every method raises StoreUnavailable."""

    async def purge(self, now: datetime) -> Counter[str]:
        """Deletes what has had its time, as above. Answers how many rows, by kind."""

    async def away_since(self, since: datetime, take: int) -> tuple[Learner, ...]:
        """Learners who were last here before that, and have not been asked."""

    async def ask(self, learner: Learner, at: datetime | None, leaves_at: datetime, now: datetime) -> None:
        """Keeps when they will be forgotten. With `at`, a delivery then asks whether to keep all this."""

    async def forget_some(self, now: datetime, take: int) -> int:
        """Forgets learners whose time is up, with a tombstone each. Answers how many."""

    async def sweep(self, *, thorough: bool) -> bool:
        """Clears what deleted rows leave in the files. Thorough work may hold people up for a moment."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The nightly flow."""

    ageing: Ageing

    async def nightly(self, now: datetime) -> Counter[str]:
        """Forgets what is not needed any more. Answers what happened, counted by word."""
        counts = await self.ageing.purge(now)
        while away := await self.ageing.away_since(now - AWAY, AT_ONCE):
            for learner in away:
                await self.ageing.ask(learner, asked_at(learner, now), now + LAST_CALL, now)
            counts["asked"] += len(away)
        while gone := await self.ageing.forget_some(now, AT_ONCE):
            counts["forgotten"] += gone
        await self.ageing.sweep(thorough=True)
        if +counts:
            log.info("purged: %s", dict(+counts), extra={"action": "purged"})
        return counts


def asked_at(learner: Learner, now: datetime) -> datetime | None:
    """When to ask somebody who has been away: not in the middle of their night. None for those who cannot be reached, or to whom
    it was promised that nothing more comes; /stop and the privacy page tell them when all this goes."""
    if learner.state in (State.GONE, State.STOPPED) or not learner.consented:
        return None
    return end_of_quiet(learner.rule, now) if learner.rule is not None else now
