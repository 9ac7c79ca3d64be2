"""From a message to words, and from words to what they mean: the lists in `data/words`, one per language.

`concepts-<lang>.txt` holds words by meaning (`KILL: kill* murder*`), the same meanings in every language, so that what
is learned in one helps in all.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "pt", "ru", "tr", "uk")
SENTENCE_ENDS = frozenset(".!?…\n।؟")
PAUSES = frozenset(",;:،")
SPLITS_APOSTROPHES = frozenset({"fr", "it"})
_WORD = r"(?:[^\W_]|[\u0900-\u0903\u093a-\u094f])+"
_TOKEN = re.compile(rf"{_WORD}(?:'{_WORD})*|[.!?…,;:\n।؟،]")
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
    if text.isascii() and text.isalpha() and text.islower() and not _REPEATED.search(text):
        return text  # as most words of the lists are: loading them is part of every start
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


@dataclass(frozen=True, slots=True)
class Split:
    """Words and punctuation of a message split both ways: French and Italian at apostrophes, the others close them up.

    starts: for every word of `closed` its place in `opened`.
    """

    closed: list[str]
    opened: list[str]
    starts: list[int]

    @classmethod
    def of(cls, normal: str) -> Split:
        """A normalized text, walked once."""
        whole = _TOKEN.findall(normal)
        if "'" not in normal:
            return cls(whole, whole, list(range(len(whole))))
        opened: list[str] = []
        starts = []
        for word in whole:
            starts.append(len(opened))
            opened += word.split("'")
        return cls([word.replace("'", "") for word in whole], opened, starts)

    def words(self, language: str) -> list[str]:
        return self.opened if language in SPLITS_APOSTROPHES else self.closed

    def moved(self, start: int, end: int, *, opens: bool) -> tuple[int, int]:
        """A stretch of words of the other way of splitting, as a stretch of those split at apostrophes (`opens`) or not."""
        if opens:
            return self.starts[start], self.starts[end] if end < len(self.starts) else len(self.opened)
        return bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)


def tokens(normal: str, language: str = "en") -> list[str]:
    """Words and punctuation of a normalized text, split as the language is."""
    return Split.of(normal).words(language)


Lists = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Concepts:
    """The words of one language by meaning, meanings with blanks between.

    single: the meanings of a word, or with `*` of every word that begins so. longer: those of sequences, by their first and
    their second part, and after each plus what else must follow.
    """

    language: str
    single: Mapping[str, str]
    longer: Mapping[str, Mapping[str, str]]

    @classmethod
    def parse(cls, language: str, text: str) -> Concepts:
        """Lines of `MEANING: word begin* two_words`. Raises ValueError for a line without a meaning."""
        single: Lists = {}
        longer: dict[str, Lists] = {}
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            meaning, words = line.split(":", 1)
            for entry in words.split():
                first, *rest = (folded(part) for part in entry.split("_") if part)
                if rest:
                    longer.setdefault(first, {}).setdefault(rest[0], []).append("+".join((meaning.strip(), *rest[1:])))
                else:
                    single.setdefault(first, []).append(meaning.strip())
        return cls(language, together(single), {k: together(v) for k, v in longer.items()})

    def read(self, words: list[str]) -> list[tuple[int, str]]:
        """The meanings of every word, or of a sequence that begins with it, by its place; `|` ends a sentence."""
        ways = [self._ways(word) for word in words]
        found: list[tuple[int, str]] = []
        for place, word in enumerate(words):
            if word in SENTENCE_ENDS:
                found.append((place, "|"))
            elif word not in PAUSES:
                found += [(place, meaning) for meaning in sorted(self._at(ways, place))]
        return found

    def _ways(self, word: str) -> list[str]:
        """The word and, with `*`, all that it begins with: the ways in which the lists may know it."""
        forms = self.forms(word)
        return [*forms, *(f"{form[:length]}*" for form in forms for length in range(1, len(form) + 1))]

    def _at(self, ways: list[list[str]], place: int) -> set[str]:
        found: set[str] = set()
        for way in ways[place]:
            if way in self.single:
                found.update(self.single[way].split())
            if way in self.longer:
                found.update(self._sequences(self.longer[way], ways, place))
        return found

    def _sequences(self, by_second: Mapping[str, str], ways: list[list[str]], place: int) -> Iterator[str]:
        """The meanings of sequences that go on after the word; one other word may stand between."""
        for after in range(place + 1, min(place + 3, len(ways))):
            for way in ways[after]:
                if way in by_second:
                    for entry in by_second[way].split():
                        meaning, *rest = entry.split("+")
                        if not rest or _follow(ways, after + 1, rest):
                            yield meaning

    def forms(self, word: str) -> list[str]:
        """Arabic writes "and", "the", "to" onto the word: it is looked up without them as well."""
        if self.language != "ar":
            return [word]
        return [word, *(word[len(p) :] for p in _ARABIC_PREFIXES if word.startswith(p) and len(word) - len(p) >= 2)]


def _follow(ways: list[list[str]], place: int, parts: list[str]) -> bool:
    """Whether the parts follow, each at once or after one other word."""
    for part in parts:
        for skipped in (0, 1):
            if place + skipped < len(ways) and part in ways[place + skipped]:
                place += skipped + 1
                break
        else:
            return False
    return True


def together(table: Mapping[str, Iterable[str]], between: str = " ") -> dict[str, str]:
    """What stands under each word as one text, each once and in order."""
    return {word: between.join(sorted(set(entries))) for word, entries in table.items()}


def fits(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


@lru_cache(maxsize=1 << 15)
def folded(part: str) -> str:
    """An entry of the lists as it stands in a normalized text; what ends in `*` still does."""
    return normalize(part.rstrip("*")).replace("'", "") + ("*" if part.endswith("*") else "")


_SCRIPTS = {
    re.compile("[a-z]"): ("en", "de", "es", "fr", "it", "pt", "tr", "hi"),
    re.compile("[\u0400-\u04ff]"): ("ru", "uk"),
    re.compile("[\u0600-\u06ff]"): ("ar",),
    re.compile("[\u0900-\u097f]"): ("hi",),
}


def script_languages(normal: str) -> tuple[str, ...]:
    """The languages that a script leaves possible, by the letters that occur most."""
    return _SCRIPTS[max(_SCRIPTS, key=lambda letters: len(letters.findall(normal)))]
