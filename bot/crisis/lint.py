"""The word lint: what no text of the crisis room may say, in any language (`data/forbidden_words.json`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.crisis.helplines import DATA
from bot.crisis.texts import Shelf, Texts

SECTIONS = ("cards", "ways", "notes", "buttons", "phrases")


@dataclass(frozen=True, slots=True)
class Offence:
    """One forbidden word: in which text it stands, what was found, and the rule it breaks."""

    language: str
    key: str
    found: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Lint:
    """The forbidden words of every language, ready to search."""

    why: Mapping[str, str]
    patterns: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]

    @classmethod
    def load(cls, folder: Path = DATA) -> Lint:
        """Raises OSError or ValueError: this runs in checks and tests, never while answering."""
        raw = json.loads((folder / "forbidden_words.json").read_text(encoding="utf-8"))
        listed = {language: raw[language] for language in raw if language not in ("why", "rules")}
        patterns = {
            language: tuple((rule, re.compile(word)) for rule, words in rules.items() for word in words)
            for language, rules in listed.items()
        }
        return cls(raw["rules"], patterns)

    def text(self, language: str, key: str, text: str) -> Iterator[Offence]:
        for rule, pattern in (*self.patterns["every"], *self.patterns.get(language, ())):
            match = pattern.search(text.casefold())
            if match:
                yield Offence(language, key, match.group(), rule, self.why[rule])

    def language(self, texts: Texts) -> Iterator[Offence]:
        for section in SECTIONS:
            for key, text in getattr(texts, section).items():
                yield from self.text(texts.language, f"{section}.{key}", text)

    def shelf(self, shelf: Shelf) -> list[Offence]:
        """Every offence in every language, and every language that no list covers."""
        found = [offence for texts in shelf.languages.values() for offence in self.language(texts)]
        missing = [language for language in shelf.languages if language not in self.patterns]
        return found + [
            Offence(language, "", "", "unlisted", "No list of forbidden words covers it.") for language in missing
        ]
