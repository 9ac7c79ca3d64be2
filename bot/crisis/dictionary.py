"""All word lists together: what words mean in each language, and the plain statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.crisis.helplines import DATA
from bot.crisis.phrases import Phrases
from bot.crisis.words import LANGUAGES, Concepts


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All word lists together."""

    concepts: Mapping[str, Concepts]
    phrases: Phrases

    @classmethod
    def load(cls, folder: Path = DATA / "words") -> Dictionary:
        """Raises OSError or ValueError when a list is missing or broken."""
        concepts = {
            language: Concepts.parse(language, (folder / f"concepts-{language}.txt").read_text(encoding="utf-8"))
            for language in LANGUAGES
        }
        return cls(concepts, Phrases.parse((folder / "phrases.txt").read_text(encoding="utf-8")))
