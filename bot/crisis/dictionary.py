"""All word lists together: what words mean in each language, and the plain statements.

They are written in `data/words` and read from `data/ready`, which holds the same made ready, since parsing them would take
longer than the rest of a start. `python -m tests.crisis.lists` writes it anew; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bot.crisis.helplines import DATA
from bot.crisis.phrases import Index, Phrases
from bot.crisis.words import LANGUAGES, Concepts

LISTS = DATA / "words"
READY = DATA / "ready"
STATEMENTS = "statements.jsonl"
"""A piece of a table on each line."""
AT_ONCE = 4_000
"""Entries of a table that are read at once, which takes some milliseconds: a thread that reads them all in one call keeps the others
waiting for as long as that takes."""


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

    def at_hand(self, language: str) -> bool:
        """Whether they are open: it takes a hundredth of a second."""
        return language in self._open

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All word lists together."""

    concepts: Mapping[str, Concepts]
    phrases: Phrases

    def at_hand(self, language: str) -> bool:
        """Whether the words of that language can be looked up at once."""
        return self.concepts.at_hand(language) if isinstance(self.concepts, Shelf) else True

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
        tables: dict[str, dict[str, str]] = {}
        for line in (folder / STATEMENTS).read_text(encoding="utf-8").split("\n")[:-1]:
            for name, piece in json.loads(line).items():
                tables.setdefault(name, {}).update(piece)
        for language in LANGUAGES:
            if _sum((folder / _file(language)).read_bytes()) != tables["sums"][language]:
                raise ValueError(f"the prepared words are not those that belong here: {language}")
        closed, opened = (Index(tables[f"{how} word"], tables[f"{how} beginning"]) for how in ("closed", "opened"))
        return cls(Shelf(folder), Phrases(closed, opened, tables["joined"], tables["slips"]))

    def prepared(self) -> dict[str, str]:
        """The files that `load` reads, by their names."""
        files = {
            language: _json({"single": one.single, "longer": one.longer}) for language, one in self.concepts.items()
        }
        sums = {language: _sum(text.encode()) for language, text in files.items()}
        statements = "".join(_json({name: piece}) for name, table in self._tables(sums) for piece in _pieces(table))
        return {_file(language): text for language, text in files.items()} | {STATEMENTS: statements}

    def _tables(self, sums: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
        yield "sums", sums
        for how, index in (("closed", self.phrases.closed), ("opened", self.phrases.opened)):
            yield f"{how} word", index.by_word
            yield f"{how} beginning", index.by_beginning
        yield "joined", self.phrases.joined
        yield "slips", self.phrases.slips


def _pieces(table: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """A table in pieces that are read quickly; an empty one is a piece, too."""
    entries = sorted(table.items())
    for start in range(0, max(1, len(entries)), AT_ONCE):
        yield dict(entries[start : start + AT_ONCE])


def _file(language: str) -> str:
    return f"{language}.json"


def _json(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _sum(data: bytes) -> str:
    return sha256(data).hexdigest()
