"""The picture of /progress: check-ins over time with gaps left as gaps, lessons by topic, what helped. Light and dark.

Nothing is told by color alone: every line has a panel and a title of its own, every bar its words. The colors are those of Okabe and
Ito, which people with any kind of color vision can tell apart.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

WIDTH, DPI = 7.2, 150
SMOOTHED = 3
PANEL, BAR, HEAD = 1.55, 0.34, 0.75  # inches
MARKERS = ("o", "s", "D", "^")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colors of one theme."""

    paper: str
    ink: str
    quiet: str
    grid: str
    lines: tuple[str, ...]
    rest: str


LIGHT = Theme("#ffffff", "#1d2433", "#5a6478", "#d9dee8", ("#0072b2", "#d55e00", "#007a5a", "#a04a80"), "#e4e8f0")
DARK = Theme("#171d29", "#eef1f6", "#a9b3c4", "#343d4f", ("#56b4e9", "#e69f00", "#35c9a0", "#e79bc6"), "#2b3446")


def draw_progress(values: Mapping[str, Any]) -> bytes:
    """A PNG, 1080 pixels wide. `values`: dark, title, empty; lines (title, low, high, gap_days, first, last, points of
    [YYYY-MM-DD, number], ticks of [YYYY-MM-DD, label]); tracks_title and tracks ([title, done, of]); helped_title and helped
    ([title, mean from 0 to 2, label])."""
    theme = DARK if values["dark"] else LIGHT
    heights = _heights(values)
    with rc_context({"font.family": _fonts(), "font.size": 10.5}):
        figure = Figure(figsize=(WIDTH, HEAD + sum(heights)), dpi=DPI, facecolor=theme.paper)
        FigureCanvasAgg(figure)
        figure.text(0.045, 1 - 0.36 / figure.get_figheight(), values["title"], color=theme.ink, size=15, weight="bold")
        _draw_panels(figure, values, theme, heights)
        out = io.BytesIO()
        figure.savefig(out, format="png", facecolor=theme.paper)
    return out.getvalue()


def _fonts() -> list[str]:
    """The font that ships with the drawing library, then those of the machine for scripts it lacks."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return [
        "DejaVu Sans",
        *(name for name in ("Noto Sans", "Noto Sans CJK JP", "Noto Sans Devanagari") if name in known),
    ]


def _heights(values: Mapping[str, Any]) -> list[float]:
    heights = [PANEL for _ in values["lines"]]
    heights += [0.75 + BAR * len(values[part]) for part in ("tracks", "helped") if values[part]]
    return heights or [1.9]


def _draw_panels(figure: Figure, values: Mapping[str, Any], theme: Theme, heights: Sequence[float]) -> None:
    tall, top = figure.get_figheight(), figure.get_figheight() - HEAD + 0.1
    places = iter(heights)

    def panel(left: float, *, above: float = 0.42, below: float = 0.3) -> Axes:
        nonlocal top
        high = next(places)
        axes = figure.add_axes((left, (top - high + below) / tall, 0.955 - left, (high - above - below) / tall))
        top -= high
        return axes

    for number, line in enumerate(values["lines"]):
        _draw_line(panel(0.075), line, theme, number)
    if values["tracks"]:
        _draw_tracks(panel(0.42, below=0.12), values, theme)
    if values["helped"]:
        _draw_helped(panel(0.42, below=0.12), values, theme)
    if not (values["lines"] or values["tracks"] or values["helped"]):
        figure.text(0.5, 0.42, values["empty"], color=theme.quiet, size=13, ha="center", va="center", linespacing=1.6)


def _plain(axes: Axes, theme: Theme, title: str) -> None:
    axes.set_facecolor(theme.paper)
    axes.set_title(title, loc="left", color=theme.ink, size=11.5, pad=7)
    axes.tick_params(colors=theme.quiet, length=0, labelsize=9.5)
    for side in axes.spines.values():
        side.set_visible(False)


# -- check-ins ---------------------------------------------------------------------------------------------------------


def _draw_line(axes: Axes, line: Mapping[str, Any], theme: Theme, number: int) -> None:
    _plain(axes, theme, line["title"])
    color, marker = theme.lines[number % len(theme.lines)], MARKERS[number % len(MARKERS)]
    low, high = line["low"], line["high"]
    for run in in_runs(line["points"], line["gap_days"]):
        days = [day.toordinal() for day, _ in run]
        numbers = [value for _, value in run]
        axes.plot(
            days,
            numbers,
            marker,
            color=color,
            markersize=5.5,
            alpha=0.55 if len(run) >= SMOOTHED else 1,
            zorder=3,
            clip_on=False,
        )
        if len(run) >= SMOOTHED:
            axes.plot(days, smoothed(numbers), color=color, linewidth=2.4, solid_capstyle="round", zorder=4)
        elif len(run) > 1:
            axes.plot(days, numbers, color=color, linewidth=1.2, alpha=0.6, zorder=2)
    axes.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))
    axes.set_yticks([low, (low + high) / 2, high], [str(low), f"{(low + high) / 2:g}", str(high)])
    axes.grid(axis="y", color=theme.grid, linewidth=0.8)
    _dates(axes, line)


def _dates(axes: Axes, line: Mapping[str, Any]) -> None:
    ticks = [(date.fromisoformat(day).toordinal(), label) for day, label in line["ticks"]]
    axes.set_xticks([day for day, _ in ticks], [label for _, label in ticks])
    first, last = (date.fromisoformat(line[end]).toordinal() for end in ("first", "last"))
    room = max(2.0, 0.03 * (last - first))
    axes.set_xlim(first - room, last + room)


def in_runs(points: Sequence[Sequence[Any]], gap_days: int) -> list[list[tuple[date, float]]]:
    """The points, parted where nothing was said for longer than `gap_days`: there the line breaks, and nothing is drawn."""
    runs: list[list[tuple[date, float]]] = []
    for text, value in points:
        day = date.fromisoformat(text)
        if runs and (day - runs[-1][-1][0]).days <= gap_days:
            runs[-1].append((day, float(value)))
        else:
            runs.append([(day, float(value))])
    return runs


def smoothed(numbers: Sequence[float]) -> list[float]:
    """Each number averaged with the two before it, as far as there are such."""
    return [
        sum(numbers[max(0, place - SMOOTHED + 1) : place + 1]) / min(place + 1, SMOOTHED)
        for place in range(len(numbers))
    ]


# -- lessons and what helped -------------------------------------------------------------------------------------------


def _draw_tracks(axes: Axes, values: Mapping[str, Any], theme: Theme) -> None:
    rows = values["tracks"]
    _plain(axes, theme, values["tracks_title"])
    places = range(len(rows))
    axes.barh(places, [1.0] * len(rows), color=theme.rest, height=0.55)
    axes.barh(places, [done / of if of else 0 for _, done, of in rows], color=theme.lines[0], height=0.55)
    for place, (_, done, of) in enumerate(rows):
        axes.text(1.02, place, f"{done}/{of}", color=theme.ink, va="center", size=9.5)
    _named(axes, [title for title, _, _ in rows], theme, 1.12)


def _draw_helped(axes: Axes, values: Mapping[str, Any], theme: Theme) -> None:
    rows = values["helped"]
    _plain(axes, theme, values["helped_title"])
    axes.barh(range(len(rows)), [max(0.03, mean / 2) for _, mean, _ in rows], color=theme.lines[2], height=0.55)
    for place, (_, mean, label) in enumerate(rows):
        axes.text(max(0.03, mean / 2) + 0.02, place, label, color=theme.ink, va="center", size=9.5)
    _named(axes, [title for title, _, _ in rows], theme, 1.35)


def _named(axes: Axes, names: Sequence[str], theme: Theme, width: float) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    axes.tick_params(axis="y", colors=theme.ink)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, width)
    axes.set_xticks([])


def _short(name: str) -> str:
    name = name.replace("$", r"\$")
    return name if len(name) <= 34 else f"{name[:33].rstrip()}…"
