"""What the operator sees of everyone together: how many, never who. bot/service/hiding.py says what may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from statistics import mean, stdev

from bot.course.lesson import Course
from bot.service.figures import Figure
from bot.service.hiding import FEWEST, Division, Share, divided, rate, shown

NOBODY = Share(0, 0)


@dataclass(frozen=True, slots=True)
class LongCounted:
    """What takes the database a while, before anything is hidden. Not to be shown as it is.

    `open_steps` is step → people still signing up there; `came` how far → people who came that far, `everyone` among whom; `passed`
    lesson → people who had it; `replied` lesson → people who wrote; `hours` is the hour that people chose, in their own time → how
    many of those who got lessons over the last weeks wrote. `changes` is a question of the weekly check-in → each person's change
    from the first to the last, of those who let theirs be added up; `harm` how many of those who rated the course told of harm.
    """

    open_steps: Mapping[str, int]
    passed: Mapping[str, int]
    replied: Mapping[str, int]
    hours: Mapping[int, Share]
    came: Mapping[str, int] = field(default_factory=dict)
    everyone: int = 0
    changes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    harm: Share = NOBODY


@dataclass(frozen=True, slots=True)
class Change:
    """A mean change on a scale from 0 to 10, with the range in which the true one lies in nineteen cases of twenty; of how many
    people, rounded down to whole tens."""

    people: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tracks:
    """Where people are in each track: after how many of its lessons, and how many answered each lesson, in percent."""

    title: str
    stops: Division
    rates: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Long:
    """The slow part of the page, fit to be shown."""

    made_at: datetime
    onboarding: Division
    tracks: Mapping[str, Tracks]
    hours: Mapping[int, int | None] = field(default_factory=dict)
    came: Mapping[str, int | None] = field(default_factory=dict)
    changes: Mapping[str, Change | None] = field(default_factory=dict)
    harmed: int | None = None
    harm_rate: int | None = None


def long_view(counted: LongCounted, course: Course, steps: tuple[str, ...], made_at: datetime) -> Long:
    """What may be shown of it. `steps` are the steps of signing up, in order."""
    names = ("met", *steps, "left in between")
    onboarding = divided({name: counted.open_steps.get(name, 0) for name in names})
    tracks = {}
    for track in course.tracks.values():
        rates = {one: rate(Share(counted.replied.get(one, 0), counted.passed.get(one, 0))) for one in track.order}
        title = track.title.get(course.default_language, track.id)
        tracks[track.id] = Tracks(title, divided(_stops(counted.passed, track.order)), rates)
    hours = {hour: rate(share) for hour, share in sorted(counted.hours.items())}
    came = {name: rate(Share(number, counted.everyone)) for name, number in counted.came.items()}
    changes = {name: change(values) for name, values in counted.changes.items()}
    return Long(
        made_at, onboarding, tracks, hours, came, changes, shown(counted.harm.part), rate(counted.harm)
    )  # fmt: skip


def change(values: Sequence[float]) -> Change | None:
    """The mean of these changes, one for each person, with its uncertainty; None for fewer than ten people."""
    number = len(values)
    if number < FEWEST:
        return None
    middle = mean(values)
    # Student's t for nineteen in twenty, near enough from ten people on.
    reach = (1.96 + 2.5 / (number - 1)) * stdev(values) / sqrt(number)
    return Change(number // 10 * 10, *(round(one, 1) for one in (middle, middle - reach, middle + reach)))


def _stops(passed: Mapping[str, int], order: tuple[str, ...]) -> dict[str, int]:
    """After how many lessons people are: those who had one, less those who had the next."""
    numbers = [*(passed.get(lesson, 0) for lesson in order), 0]
    return {str(place): max(0, numbers[place - 1] - numbers[place]) for place in range(1, len(numbers))}


def long_figures(view: Long) -> tuple[Figure, ...]:
    """The same as a list, for `stats`."""
    found = [Figure("onboarding", name, number) for name, number in view.onboarding.groups.items()]
    for track, one in view.tracks.items():
        found += [Figure(f"after lessons of {track}", place, number) for place, number in one.stops.groups.items()]
    for one in view.tracks.values():
        found += [Figure("replies, percent", lesson, percent) for lesson, percent in one.rates.items()]
    found += [Figure("replies by hour (their own), percent", f"{hour:02}", one) for hour, one in view.hours.items()]
    found += [Figure("came so far, percent", name, percent) for name, percent in view.came.items()]
    for name, one_change in view.changes.items():
        parts = {"people": None, "mean": None, "low": None, "high": None} if one_change is None else asdict(one_change)
        found += [
            Figure("check-in change, tenths", f"{name}, {part}", _tenths(part, value)) for part, value in parts.items()
        ]
    found += [Figure("told of harm", "people", view.harmed), Figure("told of harm", "percent", view.harm_rate)]
    return tuple(found)


def _tenths(part: str, value: float | None) -> int | None:
    if value is None:
        return None
    return int(value) if part == "people" else round(value * 10)


# -- how the program is ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that the bot needs: whether it answers, in how many seconds, and if not, what is wrong and what to do."""

    name: str
    fine: bool
    says: str
    seconds: float
    do: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the doctor found: what it is about, whether it keeps something from working, what it is, and what to do."""

    id: str
    grave: bool
    says: str
    do: str


@dataclass(frozen=True, slots=True)
class Now:
    """The quick part of the page, fit to be shown. `figures` is None while the database is away."""

    made_at: datetime
    version: str
    schema: str
    started_at: datetime
    dependencies: tuple[Dependency, ...]
    figures: tuple[Figure, ...] | None
    events: Mapping[str, int]
    reviews_due: int
    review_by: str

    @property
    def running(self) -> timedelta:
        """Since when the process runs."""
        return self.made_at - self.started_at
