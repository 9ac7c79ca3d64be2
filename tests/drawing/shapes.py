"""The five shapes of data that pictures are looked at in: empty, one point, gaps, long, all topics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.service.progress import _spread

START = date(2026, 3, 2)
TITLES = ("How heavy the week was", "How rested you felt", "How close to people, as close as you wanted")


def line(number: int, weeks: Sequence[int], high: int = 10) -> dict[str, Any]:
    """A panel with a point in each of these weeks."""
    days = [START + timedelta(weeks=week) for week in weeks]
    points = [
        [day.isoformat(), (week * (number + 2) * 3 + number) % (high + 1)]
        for week, day in zip(weeks, days, strict=True)
    ]
    shown = _spread(days)
    title = TITLES[number % 3] if number < 3 else "The four questions (lower is easier)"
    return {"title": title, "low": 0, "high": high, "gap_days": 20 if number == 3 else 10,
            "points": points, "first": days[0].isoformat(), "last": days[-1].isoformat(),
            "ticks": [[day.isoformat(), f"{day:%b} {day.day}"] for day in shown]}  # fmt: skip


def picture(
    lines: Sequence[dict[str, Any]] = (), tracks: Sequence[Sequence[Any]] = (), helped: Sequence[Sequence[Any]] = ()
) -> dict[str, Any]:
    return {"dark": False, "title": "Where you are", "empty": "Nothing here yet.\nThere is no hurry.",
            "lines": list(lines), "tracks_title": "Lessons", "tracks": list(tracks),
            "helped_title": "What helped, by your own taps", "helped": list(helped)}  # fmt: skip


ALL = ("Calm in small steps", "Kinder nights", "Say it kindly", "Yes, no, maybe", "Easing back", "Move your mood", "Body on your side",
       "Here, now", "Know yourself", "Medicine and desire", "When desire differs", "When sex is how you cope", "Less alone",
       "Getting help")  # fmt: skip

SHAPES: dict[str, dict[str, Any]] = {
    "empty": picture(),
    "one": picture([line(n, [0]) for n in range(3)], [["Calm in small steps", 1, 7]]),
    "gaps": picture([line(n, [0, 1, 2, 5, 6, 7, 8, 13]) for n in range(3)], [["Calm in small steps", 5, 7], ["Kinder nights", 2, 7]],
                    [["Slow the breath", 2.0, "helped a lot · 4"], ["Park the day", 1.0, "a bit · 1"]]),
    "long": picture([*(line(n, range(52)) for n in range(3)), line(3, range(0, 52, 2), 12)], [[name, 7, 7] for name in ALL[:4]],
                    [[f"A practice of their own with a long name {n}", 2 - n / 3, "helped · 12"] for n in range(5)]),
    "all": picture([line(n, range(12)) for n in range(3)], [[name, n % 8, 7] for n, name in enumerate(ALL)],
                   [["Slow the breath", 1.8, "helped a lot · 9"], ["A time for worry", 0.0, "not this time · 2"]]),
}  # fmt: skip
