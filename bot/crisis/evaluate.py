"""How well the reader understands a body of labelled messages, and the line-by-line form of reading.

Rows are `{"text", "lang", "label", "severity", "kind"}`; labels as in `detect`. A report holds figures only, no text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from bot.crisis import detect
from bot.crisis.detect import Reading

Read = Callable[[str, str | None], Reading]


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages of a group got the strong card, and how many the strong card or the soft line."""

    rows: int = 0
    strong: int = 0
    any: int = 0
    right_category: int = 0
    right_severity: int = 0

    def plus(self, reading: Reading, label: str, severity: str) -> Count:
        return Count(
            self.rows + 1,
            self.strong + (reading.tier == "strong"),
            self.any + (reading.tier != "none"),
            self.right_category + (reading.category == label),
            self.right_severity + (reading.severity == severity),
        )

    @property
    def strong_share(self) -> float:
        return self.strong / self.rows if self.rows else 0.0

    @property
    def any_share(self) -> float:
        return self.any / self.rows if self.rows else 0.0


@dataclass(slots=True)
class Report:
    """Counts by label, kind, language and language with risk; confusions as (label, category, tier)."""

    labels: dict[str, Count] = field(default_factory=dict)
    kinds: dict[str, Count] = field(default_factory=dict)
    languages: dict[str, Count] = field(default_factory=dict)
    severities: dict[str, Count] = field(default_factory=dict)
    confusions: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        groups = {name: getattr(self, name) for name in ("labels", "kinds", "languages", "severities")}
        return {
            **{
                name: {key: _count_json(count) for key, count in sorted(found.items())}
                for name, found in groups.items()
            },
            "confusions": [
                {"label": label, "category": category, "tier": tier, "rows": rows}
                for (label, category, tier), rows in self.confusions.most_common()
            ],
        }


def _count_json(count: Count) -> dict[str, float]:
    return {
        "rows": count.rows,
        "strong": round(count.strong_share, 4),
        "strong_or_soft": round(count.any_share, 4),
        "right_category": round(count.right_category / count.rows, 4),
        "right_severity": round(count.right_severity / count.rows, 4),
    }


def evaluate(rows: Iterable[Mapping[str, str]], read: Read | None = None) -> Report:
    """Read every row and count. For risk the shares are what was found, for `none` they are false alarms."""
    read = read or detect.read
    report = Report()
    for row in rows:
        reading = read(row["text"], row.get("lang"))
        label, severity = row["label"], row.get("severity", "")
        side = "calm" if label == "none" else "risk"
        for counts, key in (
            (report.labels, label),
            (report.kinds, f"{label} {row.get('kind', '')}"),
            (report.languages, f"{row.get('lang', '')} {side}"),
            (report.severities, severity),
        ):
            counts[key] = counts.get(key, Count()).plus(reading, label, severity)
        report.confusions[label, reading.category, reading.tier] += 1
    return report


def lines(report: Report) -> Iterator[str]:
    """The report as plain lines, kinds left out when there are more than forty."""
    for title, counts in (("label", report.labels), ("severity", report.severities), ("language", report.languages)):
        yield f"{title:<28} {'rows':>5} {'strong':>7} {'or soft':>8} {'category':>9}"
        for key, count in sorted(counts.items()):
            right = count.right_category / count.rows
            yield f"{key:<28} {count.rows:>5} {count.strong_share:>7.1%} {count.any_share:>8.1%} {right:>9.1%}"
        yield ""
    if len(report.kinds) <= 40:
        for key, count in sorted(report.kinds.items()):
            yield f"{key:<44} {count.rows:>5} {count.strong_share:>7.1%} {count.any_share:>8.1%}"
        yield ""
    yield "taken for (label, category, tier)"
    for (label, category, tier), rows in report.confusions.most_common(24):
        yield f"{label:<16} {category:<16} {tier:<7} {rows:>5}"


def rows_of(source: Iterable[str]) -> Iterator[dict[str, str]]:
    """Labelled rows from JSON lines. Raises ValueError, with the line's number, for a line that is none."""
    for number, line in enumerate(source, 1):
        if line.strip():
            try:
                raw = json.loads(line)
                yield {key: str(value) for key, value in raw.items()} | {"text": raw["text"], "label": raw["label"]}
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"line {number} is not a labelled row") from error


def why(text: str, language: str | None = None) -> list[str]:
    """Why a message is read as it is, for `crisis try`: the verdict, then what spoke for and against it."""
    reading = detect.read(text, language, explain=True)
    under = ", says to be under 18" if reading.under_18 else ""
    verdict = f"{reading.category}, {reading.severity}, {reading.tier} (score {reading.score:+.2f}){under}"
    return [verdict, *reading.why]


def read_lines(source: Iterable[str], target: IO[str]) -> int:
    """For each `{"text", "lang"}` line a `{"category", "severity", "tier"}` line, at once; gives how many were unreadable.

    A line that is not such an object is answered like an empty message, so that answers keep their order.
    """
    unreadable = 0
    for line in source:
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            text, language = str(raw["text"]), raw.get("lang")
        except (ValueError, KeyError, TypeError, AttributeError):
            unreadable += 1
            text, language = "", None
        reading = detect.read(text, language if isinstance(language, str) else None)
        answer = {"category": reading.category, "severity": reading.severity, "tier": reading.tier}
        target.write(json.dumps(answer) + "\n")
        target.flush()
    return unreadable
