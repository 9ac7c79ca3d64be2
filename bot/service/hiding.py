"""What may be shown of people who are counted: no group under ten, and nothing that would give one away.

Three forms keep it so. A *division* splits people into groups that add up; when one group is under ten, as many others are hidden
as it takes to make it unknowable. A *rate* is given in steps of five percent, and only where ten people stand on either side.
A plain number is shown from ten people on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST = 10
"""People in the smallest group that is shown. Nobody and one to nine look the same: that somebody is there at all tells something, too."""
MOST_HIDDEN = FEWEST - 1
STEP = 5
"""Rates are rounded to so many percent."""


@dataclass(frozen=True, slots=True)
class Division:
    """People in groups that add up to `total`; None where a number is hidden."""

    groups: Mapping[str, int | None]
    total: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of `whole` people did something. Not to be shown as it is."""

    part: int
    whole: int


def shown(number: int, people: int | None = None) -> int | None:
    """The number, or None when fewer than ten people (by default: that many) stand behind it."""
    return number if (number if people is None else people) >= FEWEST else None


def safe_total(numbers: Sequence[int]) -> int | None:
    """The sum of groups of which those under ten are hidden; None where it would tell more about them than that."""
    hidden = [number for number in numbers if number < FEWEST]
    return sum(numbers) if not hidden or unknowable(hidden) else None


def divided(numbers: Mapping[str, int]) -> Division:
    """The groups that may be shown. When hiding cannot make the small ones unknowable, the total is hidden with all of them."""
    total, hidden = sum(numbers.values()), {name for name, number in numbers.items() if number < FEWEST}
    while hidden and not unknowable([numbers[name] for name in hidden]):
        rest = [name for name in numbers if name not in hidden]
        if not rest:
            return Division(dict.fromkeys(numbers), None)
        hidden.add(rest[0])  # by its place, not by its size: the choice itself must tell nothing
    shown = {name: None if name in hidden else number for name, number in numbers.items()}
    return Division(shown, total if total >= FEWEST else None)


def unknowable(hidden: list[int]) -> bool:
    """True when each of these numbers under ten could be anything from none to nine, for all that their known sum tells."""
    small, large = [one for one in hidden if one < FEWEST], [one for one in hidden if one >= FEWEST]
    free = sum(hidden) - FEWEST * len(large)
    return free >= MOST_HIDDEN and (bool(large) or free <= MOST_HIDDEN * (len(small) - 1))


def rate(share: Share) -> int | None:
    """The share in whole steps of five percent; None unless ten people did it, and ten did not."""
    others = share.whole - share.part
    if share.part < FEWEST or others < FEWEST:
        return None
    return STEP * round(100 * share.part / share.whole / STEP)
