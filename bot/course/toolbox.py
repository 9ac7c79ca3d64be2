"""The toolbox: practices kept for later, and which to offer first. Most of what is offered is not about closeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

MINUTES = (1, 3, 5)
OFFERED = 3
"""How many practices are offered at once; at most one of them is about closeness."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A practice they kept: that of a lesson, or one in their own words. `minutes` is 1 to 5."""

    id: str
    saved_at: datetime
    minutes: int
    lesson: str | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A practice that could be offered. `helped` is their own mean rating, from 0 to 2, or None; `saved` those they kept."""

    about: str
    minutes: int
    sensitive: bool
    helped: float | None = None
    saved: bool = False


def in_order(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """What helped before first, then what they kept, then the rest, each in the order given. What did not help comes last."""
    return tuple(sorted(candidates, key=lambda one: (-_worth(one), not one.saved)))


def _worth(one: Candidate) -> float:
    return 1.0 if one.helped is None else one.helped + 0.5 if one.helped >= 1 else one.helped


def offer(
    candidates: Sequence[Candidate], minutes: int, shown: Mapping[str, int] | None = None
) -> tuple[Candidate, ...]:
    """Up to three that fit into so many minutes. Those offered least of late (`shown`: about -> times) come first among equals."""
    seen = shown or {}
    fitting = [one for one in in_order(candidates) if one.minutes <= minutes]
    fitting.sort(key=lambda one: (-_worth(one), seen.get(one.about, 0)))
    plain = [one for one in fitting if not one.sensitive]
    close = [one for one in fitting if one.sensitive][:1]
    if len(plain) < OFFERED - 1:
        return tuple(plain)  # an offer that is mostly about closeness is none
    return tuple(in_order([*plain[: OFFERED - len(close)], *close]))


def mostly_about_closeness(candidates: Sequence[Candidate]) -> bool:
    """True when more of what they kept is about closeness than is not: a word about other ways is due."""
    kept = [one for one in candidates if one.saved]
    return sum(one.sensitive for one in kept) * 2 > len(kept)
