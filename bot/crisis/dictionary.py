"""All word lists together: what words mean in each language, and the plain statements.

They are written in `data/words` and read from `data/words.json`, which holds the same made ready, since parsing them would
take longer than the rest of a start. `python -m tests.crisis.lists` writes it anew; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.crisis.helplines import DATA
from bot.crisis.phrases import Index, Phrases
from bot.crisis.words import LANGUAGES, Concepts

LISTS = DATA / "words"
READY = DATA / "words.json"


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
    def load(cls, path: Path = READY) -> Dictionary:
        """From the prepared form. Raises OSError, KeyError, TypeError or ValueError when it is missing or broken."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        concepts = {language: Concepts(language, **raw["concepts"][language]) for language in LANGUAGES}
        phrases = raw["phrases"]
        closed, opened = Index(**phrases["closed"]), Index(**phrases["opened"])
        return cls(concepts, Phrases(closed, opened, phrases["joined"], phrases["slips"]))

    def prepared(self) -> str:
        """The JSON that `load` reads."""
        concepts = {language: {"single": one.single, "longer": one.longer} for language, one in self.concepts.items()}
        raw = {"concepts": concepts, "phrases": asdict(self.phrases)}
        return json.dumps(raw, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
