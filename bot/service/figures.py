"""Figures for the operator: how many, never who. Groups of fewer than ten people are hidden, and so is what would give them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.service.hiding import safe_total, shown
from bot.service.learners import DeliveryStatus, State


@dataclass(frozen=True, slots=True)
class Backlog:
    """What should have been sent by now and was not: learners whose due time went by, deliveries that wait, and the oldest of both."""

    due: int = 0
    waiting: int = 0
    oldest: datetime | None = None

    @property
    def size(self) -> int:
        """All of them together."""
        return self.due + self.waiting

    def late(self, now: datetime) -> timedelta:
        """For how long the oldest has been waiting."""
        return max(timedelta(), now - self.oldest) if self.oldest is not None else timedelta()


@dataclass(frozen=True, slots=True)
class Group:
    """One outcome on one day: how many deliveries ended so, and to how many people."""

    day: date
    status: DeliveryStatus
    deliveries: int
    people: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What the database counts, before anything is hidden. Not to be shown as it is."""

    states: Mapping[State, int]
    outcomes: tuple[Group, ...]
    backlog: Backlog
    help_cards: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number to show: of what (`section`, `name`), on which day; None where it is hidden."""

    section: str
    name: str
    number: int | None
    day: date | None = None


def figures(counted: Counted, days: tuple[date, ...], now: datetime) -> tuple[Figure, ...]:
    """Everything that may be shown, in order: learners by state, deliveries by outcome and day, backlog, help cards by day."""
    return (*_learners(counted.states), *_deliveries(counted.outcomes, days), *_backlog(counted.backlog, now),
            *(Figure("help cards", "shown", shown(counted.help_cards.get(day, 0)), day) for day in days))  # fmt: skip


def _learners(states: Mapping[State, int]) -> list[Figure]:
    numbers = {state: states.get(state, 0) for state in State}
    found = [Figure("learners", state.value, shown(number)) for state, number in numbers.items()]
    return [*found, Figure("learners", "all", safe_total(list(numbers.values())))]


def _deliveries(groups: tuple[Group, ...], days: tuple[date, ...]) -> list[Figure]:
    found = {(group.day, group.status): shown(group.deliveries, group.people) for group in groups}
    return [
        Figure("deliveries", status.value, found.get((day, status)), day) for day in days for status in DeliveryStatus
    ]


def _backlog(backlog: Backlog, now: datetime) -> list[Figure]:
    # How late the oldest is tells about the program, not about people.
    return [
        Figure("backlog", "due or waiting", 0 if backlog.size == 0 else shown(backlog.size)),
        Figure("backlog", "oldest, seconds", round(backlog.late(now).total_seconds())),
    ]


def span(length: timedelta) -> str:
    """A length of time in its largest unit, such as "20 minutes"."""
    seconds = int(abs(length).total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' * (number != 1)}"
    return f"{seconds} second{'s' * (seconds != 1)}"
