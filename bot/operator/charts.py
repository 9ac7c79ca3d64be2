"""Bars, drawn as SVG. Each says its number in words, so that nobody has to guess from a length or a color."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROW, BAR, LABEL, WIDTH, VALUE = 25, 15, 122, 350, 62
"""In the units of the picture, which is about as wide on a phone."""
HIDDEN = "under 10"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; a hidden number is None, and `hidden` says why."""

    label: str
    number: int | None
    unit: str = ""
    hidden: str = HIDDEN

    @property
    def says(self) -> str:
        """The number as people read it."""
        return self.hidden if self.number is None else f"{self.number:,}{self.unit}".replace(",", "\u202f")


def bars(title: str, rows: Sequence[Bar], most: int | None = None) -> str:
    """Bars, the longest as wide as the picture, or `most` as wide as that. A hidden one is an outline."""
    longest = most or max((row.number or 0 for row in rows), default=0) or 1
    height = ROW * len(rows) + 4
    spoken = "; ".join(f"{row.label}: {row.says}" for row in rows)
    drawn = "".join(_bar(row, place, longest) for place, row in enumerate(rows))
    return (
        f'<svg class="bars" role="img" viewBox="0 0 {WIDTH} {height}" aria-label="{escape(f"{title}. {spoken}")}">'
        f"{drawn}</svg>"
    )


def _bar(row: Bar, place: int, longest: int) -> str:
    top = place * ROW + 4
    room = WIDTH - LABEL - VALUE
    long = round(room * (row.number or 0) / longest, 1)
    shape = (
        f'<rect class="unknown" x="{LABEL}" y="{top}" width="22" height="{BAR}" rx="4"/>'
        if row.number is None
        else f'<rect class="bar" x="{LABEL}" y="{top}" width="{max(long, 2)}" height="{BAR}" rx="4"/>'
    )
    end = LABEL + (22 if row.number is None else max(long, 2)) + 7
    return (
        f'<text class="label" x="{LABEL - 10}" y="{top + 12}" text-anchor="end">{escape(row.label)}</text>{shape}'
        f'<text class="value" x="{end}" y="{top + 12}">{escape(row.says)}</text>'
    )
