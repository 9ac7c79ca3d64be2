"""All word lists together: what words mean in each language, and the plain statements.

They are written in `data/words` and read from `data/ready`, which holds the same made ready, since parsing them would take
longer than the rest of a start. `python -m tests.crisis.lists` writes it anew; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from bot.crisis.helplines import DATA
from bot.crisis.phrases import Index, Phrases
from bot.crisis.words import LANGUAGES, Concepts

LISTS = DATA / "words"
READY = DATA / "ready"
STATEMENTS = "statements.json"


class Shelf(Mapping[str, Concepts]):
    """The words of each language, opened when the first message in it comes: most bots are written to in one or two."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Concepts] = {}

    def __getitem__(self, language: str) -> Concepts:
        if language not in self._open:
            raw = json.loads((self._folder / _file(language)).read_text(encoding="utf-8"))
            self._open[language] = Concepts(language, **raw)
        return self._open[language]

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All word lists together."""

    concepts: Mapping[str, Concepts]
    phrases: Phrases

    @classmethod
    def parse(cls, folder: Path = LISTS) -> Dictionary:
        """From the lists as they are written. Raises OSError or ValueError when one is missing or broken."""
        concepts = {
            language: Concepts.parse(language, (folder / f"concepts-{language}.txt").read_text(encoding="utf-8"))
            for language in LANGUAGES
        }
        return cls(concepts, Phrases.parse((folder / "phrases.txt").read_text(encoding="utf-8")))

    @classmethod
    def load(cls, folder: Path = READY) -> Dictionary:
        """From the prepared form. Raises OSError, KeyError, TypeError or ValueError when a file of it is missing or broken, also one
        that would be opened later only."""
        raw = json.loads((folder / STATEMENTS).read_text(encoding="utf-8"))
        for language in LANGUAGES:
            if _sum((folder / _file(language)).read_bytes()) != raw["sums"][language]:
                raise ValueError(f"the prepared words are not those that belong here: {language}")
        phrases = raw["phrases"]
        closed, opened = Index(**phrases["closed"]), Index(**phrases["opened"])
        return cls(Shelf(folder), Phrases(closed, opened, phrases["joined"], phrases["slips"]))

    def prepared(self) -> dict[str, str]:
        """The files that `load` reads, by their names."""
        files = {
            language: _json({"single": one.single, "longer": one.longer}) for language, one in self.concepts.items()
        }
        sums = {language: _sum(text.encode()) for language, text in files.items()}
        statements = _json({"phrases": asdict(self.phrases), "sums": sums})
        return {_file(language): text for language, text in files.items()} | {STATEMENTS: statements}


def _file(language: str) -> str:
    return f"{language}.json"


def _json(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _sum(data: bytes) -> str:
    return sha256(data).hexdigest()
