"""From a message to words, and from words to what they mean: the lists in `data/words`, one per language.

`concepts-<lang>.txt` holds words by meaning (`KILL: kill* murder*`), the same meanings in every language, so that what
is learned in one helps in all. `phrases.txt` holds the plain statements that must never be missed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.crisis.helplines import DATA

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "pt", "ru", "tr", "uk")
SENTENCE_ENDS = frozenset(".!?…\n।؟")
PAUSES = frozenset(",;:،")
SPLITS_APOSTROPHES = frozenset({"fr", "it"})
_TOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u0903\u093a-\u094f])+|[.!?…,;:\n।؟،]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_SPACED_OUT = re.compile(r"(?<!\w)(?:\w[ .*_-]){3,}\w(?!\w)")
_DRAWN_OUT = re.compile(r"([aiuyаиуыюяії])\1{2,}")
_REPEATED = re.compile(r"(.)\1{2,}")
_LEET_INSIDE = re.compile(r"(?<=[a-z])[013457@$!](?=[a-z])")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_FOLDED = str.maketrans({
    "ı": "i", "ß": "ss", "ё": "е", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None, "ء": None,
    "\u093c": None, "ँ": "ं",
})  # fmt: skip
_LOOKALIKES = str.maketrans("аеорсухіѕј", "aeopcyxisj")
_CYRILLIC = str.maketrans("aeopcyxi", "аеорсухі")
_ARABIC_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")


def normalize(text: str) -> str:
    """Lower case without accents, disguises and invisible marks: `K1LL mys3lf` and `k i l l` read as what they say."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower().translate(_FOLDED)
    decomposed = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in decomposed if not unicodedata.combining(c) or "\u0900" <= c <= "\u0dff")
    text = text.translate(_FOLDED)
    text = _SPACED_OUT.sub(lambda found: re.sub(r"[ .*_-]", "", found.group()), text)
    text = _LEET_INSIDE.sub(lambda found: found.group().translate(_LEET), text)
    text = _DRAWN_OUT.sub(r"\1", " ".join(map(_without_lookalikes, text.split(" "))))
    return _REPEATED.sub(r"\1\1", text)


def _without_lookalikes(word: str) -> str:
    """A word with letters of the other script smuggled in becomes one of the script that most of its letters have."""
    latin = sum("a" <= c <= "z" for c in word)
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in word)
    if not latin or not cyrillic:
        return word
    certain = any(c.isalpha() and ord(c) not in _LOOKALIKES and "\u0400" <= c <= "\u04ff" for c in word)
    return word.translate(_CYRILLIC) if certain else word.translate(_LOOKALIKES)


def tokens(normal: str, language: str = "en") -> list[str]:
    """Words and punctuation of a normalized text. French and Italian split at apostrophes, the others close up."""
    return _TOKEN.findall(re.sub(r"(?<=\w)'(?=\w)", " " if language in SPLITS_APOSTROPHES else "", normal))


@dataclass(frozen=True, slots=True)
class Concepts:
    """The words of one language by meaning."""

    language: str
    exact: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    beginnings: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]

    @classmethod
    def parse(cls, language: str, text: str) -> Concepts:
        """Lines of `MEANING: word begin* two_words`. Raises ValueError for a line without a meaning."""
        exact: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        beginnings: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            meaning, words = line.split(":", 1)
            for entry in words.split():
                parts = tuple(_folded(part) for part in entry.split("_") if part)
                first = parts[0]
                place, key = (beginnings, first[:2]) if first.endswith("*") else (exact, first)
                place.setdefault(key, []).append((meaning.strip(), parts))
        return cls(language, {k: tuple(v) for k, v in exact.items()}, {k: tuple(v) for k, v in beginnings.items()})

    def at(self, words: list[str], place: int) -> set[str]:
        """The meanings of the word, or of a sequence that begins with it."""
        found: set[str] = set()
        for form in self.forms(words[place]):
            for meaning, parts in self.exact.get(form, ()):
                if len(parts) == 1 or self._follows(words, place + 1, parts[1:]):
                    found.add(meaning)
            for meaning, parts in self.beginnings.get(form[:2], ()):
                if form.startswith(parts[0][:-1]) and (len(parts) == 1 or self._follows(words, place + 1, parts[1:])):
                    found.add(meaning)
        return found

    def _follows(self, words: list[str], place: int, parts: tuple[str, ...]) -> bool:
        """Whether the parts follow, each at once or after one other word."""
        for part in parts:
            for skipped in (0, 1):
                if place + skipped < len(words) and self._is(words[place + skipped], part):
                    place += skipped + 1
                    break
            else:
                return False
        return True

    def _is(self, word: str, part: str) -> bool:
        return any(fits(form, part) for form in self.forms(word))

    def forms(self, word: str) -> list[str]:
        """Arabic writes "and", "the", "to" onto the word: it is looked up without them as well."""
        if self.language != "ar":
            return [word]
        return [word, *(word[len(p) :] for p in _ARABIC_PREFIXES if word.startswith(p) and len(word) - len(p) >= 2)]


def fits(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


def _folded(part: str) -> str:
    return normalize(part.rstrip("*")).replace("'", "") + ("*" if part.endswith("*") else "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A plain statement: its category, its parts (`~` is a gap of up to three words), and how it is named in reports."""

    category: str
    language: str
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.language}: {' '.join(self.parts)}"


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a message, from one word to another."""

    phrase: Phrase
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every plain statement of every language, found by its first letters."""

    by_start: Mapping[str, tuple[Phrase, ...]]
    joined: Mapping[str, Phrase]
    slips: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Phrases:
        """Sections `[lang category]` with statements between bars. Raises ValueError for a statement outside a section."""
        everything = list(_phrases(text))
        by_start: dict[str, list[Phrase]] = {}
        for phrase in everything:
            by_start.setdefault(phrase.parts[0][:2], []).append(phrase)
        written_together = (("".join(p.parts).replace("*", "").replace("~", ""), p) for p in everything)
        joined = {word: p for word, p in written_together if len(p.parts) > 1 and len(word) >= 9}
        return cls({k: tuple(v) for k, v in by_start.items()}, joined, _slips(everything))

    def search(self, words: list[str], split_words: list[str]) -> list[Found]:
        """Every phrase in a message, given both ways of splitting it (see `tokens`)."""
        found = list(self._in(words, split=False))
        found += self._in(split_words, split=True)
        return found

    def _in(self, words: list[str], *, split: bool) -> Iterator[Found]:
        corrected = [self.slips.get(word, word) for word in words]
        for place, word in enumerate(corrected):
            for phrase in self.by_start.get(word[:2], ()):
                if (phrase.language in SPLITS_APOSTROPHES) == split:
                    end = _matches(corrected, place, phrase.parts)
                    if end:
                        yield Found(phrase, place, end)
            if not split and word in self.joined:
                yield Found(self.joined[word], place, place + 1)


def _phrases(text: str) -> Iterator[Phrase]:
    language = category = ""
    for line in text.splitlines():
        if line.startswith("["):
            language, category = line.strip(" []").split(" ", 1)
        elif line.strip() and not line.startswith("#"):
            if not category:
                raise ValueError("a phrase stands before the first section")
            for statement in line.split("|"):
                parts = tuple(part if part == "~" else _folded(part) for part in statement.split())
                if parts:
                    yield Phrase(category, language, parts)


def _matches(words: list[str], place: int, parts: tuple[str, ...]) -> int:
    """The place after the phrase if it begins here, else 0. No phrase runs over the end of a sentence."""
    gap = 0
    for part in parts:
        if part == "~":
            gap = 3
            continue
        for skipped in range(gap + 1):
            if place + skipped >= len(words) or words[place + skipped] in SENTENCE_ENDS:
                return 0
            if fits(words[place + skipped], part):
                place += skipped + 1
                break
        else:
            return 0
        gap = 0
    return place


def _slips(phrases: list[Phrase]) -> dict[str, str]:
    """Misspelt key words: neighbors swapped, a letter missing or doubled; never a word that is written elsewhere."""
    known = {part.rstrip("*") for phrase in phrases for part in phrase.parts}
    long_words = sorted({part for phrase in phrases for part in phrase.parts if len(part) >= 6 and part.isalpha()})
    slips: dict[str, str] = {}
    for word in long_words:
        swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
        missing = {word[:i] + word[i + 1 :] for i in range(2, len(word) - 1)}
        for slip in sorted(swapped | missing):
            if slip not in known and not _begins_one(slip, long_words):
                slips.setdefault(slip, word)
    return slips


def _begins_one(start: str, in_order: list[str]) -> bool:
    """Whether any of these words, which are in order, begins so: then the first that is not before it does."""
    place = bisect_left(in_order, start)
    return place < len(in_order) and in_order[place].startswith(start)


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


def script_languages(normal: str) -> tuple[str, ...]:
    """The languages that a script leaves possible, by the letters that occur most."""
    counts = {"latin": 0, "cyrillic": 0, "arabic": 0, "devanagari": 0}
    for character in normal:
        if "a" <= character <= "z":
            counts["latin"] += 1
        elif "\u0400" <= character <= "\u04ff":
            counts["cyrillic"] += 1
        elif "\u0600" <= character <= "\u06ff":
            counts["arabic"] += 1
        elif "\u0900" <= character <= "\u097f":
            counts["devanagari"] += 1
    script = max(counts, key=lambda name: counts[name])
    if script == "cyrillic":
        return ("ru", "uk")
    return {"arabic": ("ar",), "devanagari": ("hi",)}.get(script, ("en", "de", "es", "fr", "it", "pt", "tr", "hi"))
