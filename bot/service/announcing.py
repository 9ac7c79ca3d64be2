"""A word from the operator to everyone, and the last one when the service ends.

The command writes the words down; the bot goes through the list of learners a little at every tick, and puts a row for each into
the ledger. So it is paced, goes on after a restart, never comes twice, and can be called off at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.course.pace import end_of_quiet, is_quiet
from bot.i18n.texts import Texts
from bot.messages import Button, Say
from bot.service.learners import DeliveryKind, Learner, State

LONGEST = 3000
"""Characters that an announcement may have, so that it fits into one message."""
PREFIX = "announcement:"
TICKS_A_MINUTE = 6
KINDS = (DeliveryKind.ANNOUNCEMENT, DeliveryKind.SUNSET)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is to be said, and how far that has come. `last_day` is set for a sunset. `a_minute` is how many people at most."""

    number: int
    kind: DeliveryKind
    text: str
    a_minute: int
    made_at: datetime
    last_day: date | None = None
    listed_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def name(self) -> str:
        """What stands in the ledger in place of a lesson."""
        return f"{PREFIX}{self.number}"


class Announcements(Protocol):
    """Where they are kept. Every method raises StoreUnavailable."""

    async def going_on(self) -> tuple[Announcement, ...]:
        """Those that were not stopped, and whose messages may still be under way."""

    async def list_some(
        self, one: Announcement, take: int, now: datetime, when: Callable[[Learner], datetime | None]
    ) -> int:
        """Takes the next learners of the list, and puts a row into the ledger for each that `when` gives a moment. Answers how many
        learners it looked at; none when another process is at it."""


@dataclass(slots=True)
class Announcing:
    """The flow. `open` holds the announcements by name, for those who put the words together."""

    announcements: Announcements
    open: dict[str, Announcement] = field(default_factory=dict)

    async def list_some(self, now: datetime) -> None:
        """Goes on with every announcement, at its pace."""
        found = await self.announcements.going_on()
        self.open.clear()
        self.open.update({one.name: one for one in found})
        for one in found:
            if one.listed_at is None:
                take = max(1, one.a_minute // TICKS_A_MINUTE)
                await self.announcements.list_some(one, take, now, lambda learner, one=one: when(one, learner, now))  # type: ignore[misc]  # bound at once


def reaches(kind: DeliveryKind, state: State) -> bool:
    """Who hears of it: those who take lessons; of the end of the service also those in a pause. Never those who stopped or left."""
    return state is State.ACTIVE or (kind is DeliveryKind.SUNSET and state is State.PAUSED)


def when(one: Announcement, learner: Learner, now: datetime) -> datetime | None:
    """When this learner may be told: now, or when their quiet hours are over; None for those who are not."""
    if not reaches(one.kind, learner.state) or not learner.consented:
        return None
    return quiet_until(learner, now) or now


def quiet_until(learner: Learner, now: datetime) -> datetime | None:
    """When the learner's quiet hours end; None when it is not quiet, or their zone is not known."""
    rule = learner.rule
    return end_of_quiet(rule, now) if rule is not None and is_quiet(rule, now) else None


def takes(number: int, a_minute: int) -> timedelta:
    """How long it takes to tell so many, apart from quiet hours."""
    each = max(1, a_minute // TICKS_A_MINUTE)
    return timedelta(seconds=60 / TICKS_A_MINUTE) * -(-number // each)


def message(open_ones: Mapping[str, Announcement], name: str, texts: Texts, delivery: str | None) -> Say | None:
    """The words of an announcement; None when it was called off."""
    one = open_ones.get(name)
    if one is None:
        return None
    if one.kind is DeliveryKind.ANNOUNCEMENT or one.last_day is None:
        return Say(texts("announcement", words=one.text), delivery=delivery)
    rows = (
        (Button(texts("button-export"), "my:export"),),
        (Button(texts("button-rest-of-course"), "my:course"),),
    )
    words = texts("sunset", day=texts.day(one.last_day))
    more = texts("announcement", words=one.text) if one.text else ""
    return Say(f"{words}\n\n{more}".strip(), rows, delivery=delivery)
