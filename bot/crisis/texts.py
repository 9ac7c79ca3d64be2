"""The crisis room's own words per language, from `data/texts/<lang>.json`, and the names of countries.

A language whose file is missing or broken falls back to English; without English too, only the built-in minimum speaks.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.crisis.helplines import DATA

FALLBACK = "en"
SECTIONS = ("cards", "ways", "notes", "buttons", "phrases")
_OPEN_ISOLATE, _CLOSE_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. `fill` puts values into a sentence; in right-to-left languages each value keeps its own order."""

    language: str
    right_to_left: bool
    reviewed_by: str | None
    call_words: tuple[str, ...]
    typos: tuple[str, ...]
    cards: Mapping[str, str]
    ways: Mapping[str, str]
    notes: Mapping[str, str]
    buttons: Mapping[str, str]
    phrases: Mapping[str, str]

    def fill(self, template: str, *positional: str, **named: str) -> str:
        return template.format(*positional, **named)

    def keep(self, value: str) -> str:
        """Numbers, names and links as they are written: digit groups would swap places inside right-to-left text."""
        return f"{_OPEN_ISOLATE}{value}{_CLOSE_ISOLATE}" if self.right_to_left else value

    def phrase(self, given: str) -> str:
        """Hours, audiences and places in this language where known, else as the data gives them."""
        translated = self.phrases.get(given)
        return translated if translated is not None else self.keep(given)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every language that could be read, the names of countries, and what could not be read."""

    languages: Mapping[str, Texts]
    country_names: Mapping[str, Mapping[str, str]]
    problems: tuple[str, ...]

    def choose(self, language: str | None, normalise: Mapping[str, str]) -> Texts | None:
        for tag in tags(language, normalise):
            if tag in self.languages:
                return self.languages[tag]
        return self.languages.get(FALLBACK)

    def country_name(self, iso: str, language: str) -> str:
        for names in (self.country_names.get(language), self.country_names.get(FALLBACK)):
            if names and iso in names:
                return names[iso]
        return iso


def tags(language: str | None, normalise: Mapping[str, str]) -> list[str]:
    """A language tag and its broader forms, most exact first: `pt_BR` gives `pt-br`, `pt`."""
    full = (language or "").replace("_", "-").lower()
    first = full.split("-")[0]
    found = [normalise.get(full, full), full, normalise.get(first, first), first]
    return [tag for position, tag in enumerate(found) if tag and tag not in found[:position]]


def sort_key(name: str) -> str:
    """Alphabetical order without accents, good enough for a list of countries."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


def load(folder: Path = DATA) -> Shelf:
    """Read every language of `folder`. Never raises."""
    problems: list[str] = []
    languages: dict[str, Texts] = {}
    for path in sorted((folder / "texts").glob("*.json")):
        raw = _read(path, problems)
        try:
            languages[path.stem] = _texts(path.stem, raw)
        except Exception as error:
            problems.append(f"texts/{path.name} cannot be used ({type(error).__name__}): {FALLBACK} is shown instead")
    if FALLBACK not in languages:
        problems.append(f"texts/{FALLBACK}.json cannot be used: other languages have no fallback")
    whole = {code: texts for code, texts in languages.items() if _covers(texts, languages.get(FALLBACK))}
    problems += [f"texts/{code}.json lacks some texts: {FALLBACK} is shown" for code in languages if code not in whole]
    return Shelf(whole, _read(folder / "countries.json", problems), tuple(problems))


def _covers(texts: Texts, model: Texts | None) -> bool:
    sections = ("cards", "ways", "notes", "buttons")
    return model is None or all(getattr(texts, name).keys() >= getattr(model, name).keys() for name in sections)


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return raw if isinstance(raw, dict) else {}
    except (OSError, ValueError) as error:
        problems.append(f"{path.name} cannot be read ({type(error).__name__})")
        return {}


def _texts(code: str, raw: Mapping[str, Any]) -> Texts:
    return Texts(
        language=code,
        right_to_left=raw["direction"] == "rtl",
        reviewed_by=raw["reviewed_by"],
        call_words=tuple(raw["call_words"]),
        typos=tuple(raw["typos"]),
        cards=raw["cards"],
        ways=raw["ways"],
        notes=raw["notes"],
        buttons=raw["buttons"],
        phrases=raw["phrases"],
    )
