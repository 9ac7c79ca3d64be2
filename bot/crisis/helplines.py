"""The helplines: read once from `data/helplines.json`, judged line by line, and kept in memory.

A line that breaks a rule of the data (no source, low confidence, a number known to be wrong) is left out and named in
`Book.problems`; a file that cannot be read leaves the international minimum. Reading never raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
DIRECTORY = "https://findahelpline.com"
NEEDS = ("suicide_crisis", "domestic_violence", "sexual_violence", "sexual_health_relationship", "lgbtq", "addiction")
ASKED_FOR = frozenset({"lgbtq", "sexual_health_relationship"})


@dataclass(frozen=True, slots=True)
class Note:
    """A short remark for the person who calls: the key of its text, and the numbers that go into it."""

    key: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One service. `phone`, `sms_number`, `whatsapp` and the links are printed exactly as they stand here."""

    id: str
    needs: tuple[str, ...]
    name: str
    hours: str
    confidence: str
    display: str
    sources: tuple[str, ...]
    newest_source: str
    last_checked: date
    checked: bool
    review_due: date
    give_way: date
    phone: str | None = None
    dial: tuple[str, ...] = ()
    sms_number: str | None = None
    sms_keyword: str | None = None
    whatsapp: str | None = None
    chat_url: str | None = None
    url: str | None = None
    languages: tuple[str, ...] = ()
    cost: str | None = None
    audience: str | None = None
    scope: str | None = None
    open_to_all: bool = True
    for_young: bool = False
    ask_only: bool = False
    short_code: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether one can write to it: text message, chat or WhatsApp."""
        return bool(self.sms_number or self.chat_url or self.whatsapp)

    @property
    def recheck(self) -> bool:
        return self.display != "show"

    def stale(self, today: date) -> bool:
        return today > self.review_due

    def usable(self, today: date) -> bool:
        """Twelve months past its review date, a line of medium confidence gives way to the directory."""
        return self.confidence == "high" or today <= self.give_way


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    number: str
    reaches: str  # any | mobile | police | ambulance | fire


@dataclass(frozen=True, slots=True)
class Country:
    iso: str
    emergency: tuple[EmergencyNumber, ...]
    emergency_notes: tuple[Note, ...]
    lines: tuple[Line, ...]
    gaps: frozenset[str]
    do_not_use: tuple[tuple[str, str], ...]
    private_needs: frozenset[str]
    never_offer: frozenset[str]
    emergency_operator_note: str | None = None
    operator_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    url: str
    date: str
    kind: str


@dataclass(frozen=True, slots=True)
class Book:
    """Everything known about where help is, and what is wrong with that knowledge."""

    countries: Mapping[str, Country]
    international: tuple[Line, ...]
    anywhere: tuple[str, ...]
    directory: str
    generated: date
    review_by: date
    language_names: Mapping[str, str]
    candidates: Mapping[str, tuple[str, ...]]
    normalise: Mapping[str, str]
    sources: Mapping[str, Source]
    problems: tuple[str, ...] = field(default=())

    def country(self, iso: str | None) -> Country | None:
        return self.countries.get(iso) if iso else None

    def lines(self, iso: str | None, need: str, today: date) -> tuple[Line, ...]:
        """The lines to show for one need in one country, best first; the international ones for nowhere known.

        Lines for LGBTQ+ people or about sexual health appear only under those needs: only when asked for.
        """
        country = self.country(iso)
        if country is None:
            return tuple(line for line in self.international if need in line.needs)
        if need in country.never_offer:
            return ()
        asked = need in ASKED_FOR
        open_lines = [line for line in country.lines if asked or not line.ask_only]
        fitting = [line for line in open_lines if need in line.needs and line.usable(today)]
        return tuple(sorted(fitting, key=_rank))

    def young(self, iso: str | None, today: date) -> tuple[Line, ...]:
        """Lines whose operator names children or young people as their callers."""
        country = self.country(iso)
        return tuple(line for line in country.lines if line.for_young and line.usable(today)) if country else ()


def _rank(line: Line) -> tuple[bool, bool, bool, bool]:
    """Open to everyone, in the whole country, surest, round the clock. The order in the file breaks ties."""
    return (not line.open_to_all, line.scope is not None, line.confidence != "high", not line.hours.startswith("24"))


def two_ways(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The best line and the best complement: one to write to when the first takes calls only, else another language."""
    if len(lines) < 3:
        return lines
    first, rest = lines[0], lines[1:]
    shared = [line for line in rest if line.open_to_all and set(line.languages) & set(first.languages)]
    other_tongue = [line for line in rest if line.open_to_all and set(line.languages) - set(first.languages)]
    wanted = [] if first.writes else [line for line in (*shared, *rest) if line.writes]
    return first, (wanted or other_tongue or list(rest))[0]


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def load(folder: Path = DATA) -> Book:
    """Read the helplines of `folder`. Whatever is broken is left out and told in `problems`."""
    try:
        raw = json.loads((folder / "helplines.json").read_text(encoding="utf-8"))
        return _book(raw)
    except Exception as error:
        return minimum(
            f"helplines.json cannot be used ({type(error).__name__}): only the international minimum is shown"
        )


def minimum(problem: str) -> Book:
    """What is known without any file."""
    never = date(2026, 11, 22)
    directory = Line(
        id="intl-findahelpline", needs=NEEDS, name="Find A Helpline", hours="directory, always on", confidence="high",
        display="show", sources=(), newest_source="2026-04", last_checked=never, checked=False,
        review_due=date.max, give_way=date.max, url=DIRECTORY,
    )  # fmt: skip
    return Book({}, (directory,), ("112", "911", "999"), DIRECTORY, never, date.max, {}, {}, {}, {}, (problem,))


def _book(raw: Mapping[str, Any]) -> Book:
    problems: list[str] = []
    ages = _Ages(date.fromisoformat(raw["generated"]), int(raw["review_days"]), int(raw["grace_days"]))
    countries = {}
    for iso, entry in raw["countries"].items():
        try:
            countries[iso] = _country(iso, entry, ages, problems)
        except Exception as error:
            problems.append(f"{iso}: country left out, its entry is broken ({type(error).__name__})")
    international = raw["international"]
    return Book(
        countries=countries,
        international=tuple(_lines("international", international["lines"], ages, set(), problems)),
        anywhere=tuple(international["emergency_numbers"]),
        directory=raw["directory"],
        generated=ages.generated,
        review_by=date.fromisoformat(raw["review_by"]),
        language_names=raw["language_names"],
        candidates={tag: tuple(isos) for tag, isos in raw["picker"]["candidates"].items()},
        normalise=raw["picker"]["normalise"],
        sources={key: Source(key, s["url"], s["date"], s["kind"]) for key, s in raw["sources"].items()},
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class _Ages:
    generated: date
    review_days: int
    grace_days: int

    def of(self, checked_on: str | None) -> dict[str, date]:
        checked = date.fromisoformat(checked_on) if checked_on else self.generated
        due = checked + timedelta(days=self.review_days)
        return {"last_checked": checked, "review_due": due, "give_way": due + timedelta(days=self.grace_days)}


def _country(iso: str, raw: Mapping[str, Any], ages: _Ages, problems: list[str]) -> Country:
    emergency = raw["emergency"]
    known_wrong = {digits(entry["number"]) for entry in raw["do_not_use"]}
    own_ages = _Ages(ages.generated, int(raw.get("review_days", ages.review_days)), ages.grace_days)
    return Country(
        iso=iso,
        emergency=tuple(EmergencyNumber(n["number"], n["for"]) for n in emergency["numbers"]),
        emergency_notes=_notes(emergency["notes"]),
        lines=tuple(_lines(iso, raw["lines"], own_ages, known_wrong, problems)),
        gaps=frozenset(raw["gaps"]),
        do_not_use=tuple((entry["number"], entry["why"]) for entry in raw["do_not_use"]),
        private_needs=frozenset(raw.get("private_needs", ())),
        never_offer=frozenset(raw.get("never_offer", ())),
        emergency_operator_note=emergency.get("operator_note"),
        operator_notes=tuple(raw["operator_notes"]),
    )


def _lines(
    where: str, raws: Iterable[Mapping[str, Any]], ages: _Ages, known_wrong: set[str], problems: list[str]
) -> Iterable[Line]:
    for raw in raws:
        try:
            line = _line(raw, ages)
            reason = _unfit(line, known_wrong)
        except Exception as error:
            problems.append(f"{where}: a line is broken and left out ({type(error).__name__})")
            continue
        if reason is None:
            yield line
        else:
            problems.append(f"{line.id}: left out, {reason}")


def _unfit(line: Line, known_wrong: set[str]) -> str | None:
    """Why a line may never be shown, whatever the file says."""
    numbers = {digits(number) for number in (*line.dial, line.phone or "", line.sms_number or "")} - {""}
    if line.confidence not in ("high", "medium"):
        return "its confidence is low"
    if line.display not in ("show", "show_and_recheck_first"):
        return "it is marked as hidden"
    if not line.sources:
        return "it has no source"
    if numbers & known_wrong:
        return "its number is on the do-not-use list"
    if not (line.phone or line.writes or line.url):
        return "it cannot be reached by any way"
    if line.short_code and any(number.startswith("+") for number in line.dial):
        return "a country code stands before a short code"
    return None


def _line(raw: Mapping[str, Any], ages: _Ages) -> Line:
    sms = raw.get("sms") or {}
    return Line(
        id=raw["id"],
        needs=tuple(raw["needs"]),
        name=raw["name"],
        hours=raw["hours"],
        confidence=raw["confidence"],
        display=raw["display"],
        sources=tuple(raw["sources"]),
        newest_source=raw["newest_source"],
        checked=raw.get("checked_on") is not None,
        **ages.of(raw.get("checked_on")),
        phone=raw.get("phone"),
        dial=tuple(raw.get("dial", ())),
        sms_number=sms.get("number"),
        sms_keyword=sms.get("keyword"),
        whatsapp=raw.get("whatsapp"),
        chat_url=raw.get("chat_url"),
        url=raw.get("url"),
        languages=tuple(raw.get("languages", ())),
        cost=raw.get("cost"),
        audience=raw.get("audience"),
        scope=raw.get("scope"),
        open_to_all=bool(raw.get("open_to_all", True)),
        for_young=bool(raw.get("for_young", False)),
        ask_only=bool(raw.get("ask_only", False)),
        short_code=bool(raw.get("short_code", False)),
        notes=_notes(raw.get("notes", ())),
    )


def _notes(raws: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    return tuple(Note(raw["key"], tuple(raw.get("numbers", ()))) for raw in raws)
