"""What is looked after at night: who is behind, by how much and why; and due times that a new tz database has moved."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.course.journey import next_lesson
from bot.course.lesson import Course
from bot.messages import utc_text
from bot.service.behind import NO_DECISION, THINNED, missed
from bot.service.hiding import shown
from bot.service.learners import Learner, State
from bot.service.records import Record

log = logging.getLogger(__name__)

PAGE = 200
LOOKED_AT_ONCE = 20
DAYS = 7
"""Days of the past on which somebody can be behind, for the figure. What one person missed in four weeks `learners show` tells."""
MEANT = frozenset({State.PAUSED.value, State.STOPPED.value, State.GONE.value, "holiday", THINNED})
"""Reasons that are the learner's own choice, or kindness: nobody is behind for them."""
AUDIT, TZ = "audit", "tzdata"


@dataclass(frozen=True, slots=True)
class Audit:
    """How it stood when it was looked at. `people` are behind, by `days` lessons altogether; `reasons` counts those lessons."""

    at: str
    learners: int
    people: int
    days: int
    reasons: Mapping[str, int]

    @property
    def moment(self) -> datetime:
        """When it was looked, aware."""
        return datetime.fromisoformat(self.at)

    @property
    def unexplained(self) -> int:
        """Lessons that were due and about which nothing at all was decided: a fault of ours, always."""
        return self.reasons.get(NO_DECISION, 0)


class Ledger(Protocol):
    """Where learners are looked through, page by page. Every method raises StoreUnavailable."""

    async def page(self, after: str, take: int, now: datetime) -> Sequence[Record]:
        """Active learners in the order of their ids, from behind `after` on, with their topics and the ledger of the four weeks
        before now."""

    async def move_due(self, moved: Sequence[tuple[Learner, datetime]]) -> None:
        """Gives these learners another due time, unless theirs has changed meanwhile."""

    async def noted(self, name: str) -> str | None:
        """What was noted for the whole installation under that name."""

    async def note(self, name: str, value: str) -> None:
        """Notes it."""


def audit_of(noted: str) -> Audit:
    """What was noted of an audit."""
    return Audit(**json.loads(noted))


async def audit(ledger: Ledger, course: Course, now: datetime) -> Audit:
    """Looks through everybody who has lessons, notes what was found, and says so in the log: numbers only."""
    learners, people, reasons = 0, 0, Counter[str]()
    after = ""
    while records := await ledger.page(after, PAGE, now):
        for record in records:
            learners += 1
            days = () if through(record, course) else behind(record, now)
            people += bool(days)
            reasons.update(days)
            if learners % LOOKED_AT_ONCE == 0:
                await asyncio.sleep(0)
        after = records[-1].learner.id
    found = Audit(utc_text(now), learners, people, sum(reasons.values()), dict(reasons))
    await ledger.note(AUDIT, json.dumps(asdict(found)))
    log.info("audit: %s of %s behind, %s", people, learners, dict(reasons), extra={"action": "audit"})
    if found.unexplained:
        log.error(
            "lessons were due and nothing was decided", extra={"action": "unexplained", "count": found.unexplained}
        )
    return found


async def last_audit(ledger: Ledger) -> Audit | None:
    """What the last look found; None before the first."""
    noted = await ledger.noted(AUDIT)
    return audit_of(noted) if noted else None


def told(found: Audit) -> dict[str, Any]:
    """An audit fit to be shown, in the types of JSON: numbers only, and none that stands for fewer than ten people."""
    return {
        "at": found.at,
        "learners": shown(found.learners),
        "people": shown(found.people),
        "days": shown(found.days, found.people),
        "reasons": {name: shown(number) for name, number in found.reasons.items()},
    }


def through(record: Record, course: Course) -> bool:
    """Whether they have been through every topic that they chose: then nothing is due any more."""
    chosen = sorted((one for one in record.tracks if one.left_at is None), key=lambda one: one.position)
    been = frozenset(one.lesson for one in record.lessons)
    return next_lesson(course, record.learner.standing(tuple(one.track for one in chosen), been)) is None


def behind(record: Record, now: datetime) -> tuple[str, ...]:
    """Why each lesson of the last week that somebody is behind by did not come."""
    since = (now - timedelta(days=DAYS)).date()
    try:
        return tuple(one.reason for one in missed(record, now) if one.day > since and one.reason not in MEANT)
    except (KeyError, ValueError):
        return ()  # a zone that does not exist any more: the tick says so, loudly


async def reckon_anew(ledger: Ledger, version: str, now: datetime) -> int:
    """Reckons every due time once more when the tz database has changed since. Answers how many moved."""
    before = await ledger.noted(TZ)
    if before is None:
        await ledger.note(TZ, version)
    if before in (None, version):
        return 0
    count, after = 0, ""
    while records := await ledger.page(after, PAGE, now):
        moved = [(record.learner, due) for record in records if (due := _moved(record.learner, now)) is not None]
        await ledger.move_due(moved)
        count, after = count + len(moved), records[-1].learner.id
    await ledger.note(TZ, version)
    log.info("tz database %s: %s due times moved", version, count, extra={"action": "reckoned_anew"})
    return count


def _moved(learner: Learner, now: datetime) -> datetime | None:
    if learner.due_at is None or learner.due_at <= now or learner.owed_since is not None:
        return None
    try:
        due = learner.due_after(now)
    except (KeyError, ValueError):
        return None
    return due if due != learner.due_at else None
