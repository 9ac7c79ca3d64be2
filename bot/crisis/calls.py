"""Recognizing an outright call for help: a command, or the bare word in any shipped language, slips included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_CALL = 60
_COMMAND = re.compile(r"^[/\uff0f]\s*(help|crisis|sos)(@\w+)?(\W|$)", re.IGNORECASE)
_SIGNS = frozenset({"\U0001f198", "\U0001f198\ufe0f"})
_ORDINARY_WORDS = frozenset({"hell", "held", "heap", "aide", "aider", "aid", "hep"})
_ALWAYS = ("help", "sos", "s o s")


@dataclass(frozen=True, slots=True)
class Calls:
    """Every bare call, the same with repeated letters taken together, and the slips that are no word of their own."""

    exact: frozenset[str]
    squeezed: frozenset[str]
    slips: frozenset[str]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Calls:
        exact = frozenset(bare(phrase) for phrase in (*phrases, *_ALWAYS)) - {""}
        words = [call for call in exact if " " not in call and len(call) >= 4 and call.isalpha()]
        slips = frozenset(slip for word in words for slip in _slips(word)) - exact - _ORDINARY_WORDS
        return cls(exact, frozenset(_squeezed(call) for call in exact if len(call) >= 3), slips)

    def heard_in(self, text: str) -> bool:
        """Whether `text` is /help, /crisis or /sos with anything after it, or nothing but a call for help."""
        text = text.strip()
        if _COMMAND.match(text) or text in _SIGNS:
            return True
        if len(text) > LONGEST_CALL:
            return False
        said = bare(text)
        return said in self.exact or said in self.slips or (len(said) >= 3 and _squeezed(said) in self.squeezed)


def bare(text: str) -> str:
    """Lower case, without punctuation, emoji and extra spaces; the vowel signs of Hindi and Arabic stay."""
    kept = "".join(c if c.isalnum() or "\u0300" <= c <= "\u0fff" else " " for c in text.casefold())
    return " ".join(kept.split())


def _squeezed(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", text)


def _slips(word: str) -> set[str]:
    """Two neighbors swapped, or one inner letter missing."""
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    missing = {word[:i] + word[i + 1 :] for i in range(1, len(word) - 1)} if len(word) >= 5 else set()
    return swapped | missing
