"""Plain statements of every language (`data/words/phrases.txt`), found in a message whatever its language is taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.crisis.words import SENTENCE_ENDS, SPLITS_APOSTROPHES, Split, fits, folded, together

_GAP = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """A plain statement: its category, its parts (`~` is a gap of up to three words), and how it is named in reports."""

    category: str
    language: str
    parts: tuple[str, ...]

    @classmethod
    def read(cls, entry: str) -> Phrase:
        """From `category language part part`, as the index keeps it."""
        category, language, *parts = entry.split()
        return cls(category, language, tuple(parts))

    @property
    def entry(self) -> str:
        return " ".join((self.category, self.language, *self.parts))

    @property
    def name(self) -> str:
        return f"{self.language}: {' '.join(self.parts)}"

    @property
    def opens(self) -> bool:
        """Whether its words are those of a message split at apostrophes."""
        return self.language in SPLITS_APOSTROPHES

    @property
    def whole(self) -> list[str]:
        """Its whole words: a message that lacks one of them cannot hold it."""
        return [part for part in self.parts if part != "~" and not part.endswith("*")]


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a message, from one word to another."""

    phrase: Phrase
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Index:
    """Phrases by the rarest of their whole words, or by the longest beginning of a word when they have none.

    They are kept as text, with bars between, and read when a message holds such a word: making all of them is slow.
    """

    by_word: Mapping[str, str]
    by_beginning: Mapping[str, str]

    @classmethod
    def of(cls, phrases: Sequence[Phrase]) -> Index:
        often = Counter(word for phrase in phrases for word in phrase.whole)
        by_word: dict[str, list[str]] = {}
        by_beginning: dict[str, list[str]] = {}
        for phrase in phrases:
            if phrase.whole:
                rarest = min(phrase.whole, key=lambda word: (often[word], word))
                by_word.setdefault(rarest, []).append(phrase.entry)
            else:
                by_beginning.setdefault(max(phrase.parts, key=len).rstrip("*"), []).append(phrase.entry)
        return cls(together(by_word, "|"), together(by_beginning, "|"))

    def search(self, words: list[str]) -> Iterator[Found]:
        """Every phrase among the words, in no order."""
        present = dict.fromkeys(words)
        for entry in dict.fromkeys(self._possible(present)):
            phrase = Phrase.read(entry)
            if all(word in present for word in phrase.whole):
                for place, word in enumerate(words):
                    end = _matches(words, place, phrase.parts) if fits(word, phrase.parts[0]) else 0
                    if end:
                        yield Found(phrase, place, end)

    def _possible(self, present: Iterable[str]) -> Iterator[str]:
        for word in present:
            if word in self.by_word:
                yield from self.by_word[word].split("|")
            for length in range(2, len(word) + 1):
                if word[:length] in self.by_beginning:
                    yield from self.by_beginning[word[:length]].split("|")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every plain statement of every language: `closed` and `opened` by how their words are split, see `Split`;
    `joined` for those written without blanks; `slips` from misspelt words to what they mean."""

    closed: Index
    opened: Index
    joined: Mapping[str, str]
    slips: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Phrases:
        """Sections `[lang category]` with statements between bars. Raises ValueError for a statement outside a section."""
        everything = list(_phrases(text))
        written_together = (("".join(p.parts).replace("*", "").replace("~", ""), p) for p in everything)
        joined = {word: p.entry for word, p in written_together if len(p.parts) > 1 and len(word) >= 9}
        closed, opened = [p for p in everything if not p.opens], [p for p in everything if p.opens]
        return cls(Index.of(closed), Index.of(opened), joined, _slips(everything))

    def search(self, split: Split, language: str) -> list[Found]:
        """Every phrase in a message, in its order; places are those of the words as the message's language splits them."""
        opened = language in SPLITS_APOSTROPHES
        found = [*self._closed(split.closed), *self.opened.search(self._corrected(split.opened))]
        if split.closed is not split.opened:
            found = [
                one if one.phrase.opens == opened else Found(one.phrase, *split.moved(one.start, one.end, opens=opened))
                for one in found
            ]
        return sorted(found, key=lambda one: (one.start, one.end, one.phrase.name))

    def _closed(self, words: list[str]) -> Iterator[Found]:
        corrected = self._corrected(words)
        yield from self.closed.search(corrected)
        for place, word in enumerate(corrected):
            if word in self.joined:
                yield Found(Phrase.read(self.joined[word]), place, place + 1)

    def _corrected(self, words: Iterable[str]) -> list[str]:
        return [self.slips.get(word, word) for word in words]


def _phrases(text: str) -> Iterator[Phrase]:
    language = category = ""
    for line in text.splitlines():
        if line.startswith("["):
            language, category = line.strip(" []").split(" ", 1)
        elif line.strip() and not line.startswith("#"):
            if not category:
                raise ValueError("a phrase stands before the first section")
            for statement in line.split("|"):
                parts = [part if part == "~" else folded(part) for part in statement.split()]
                if parts:
                    yield Phrase(category, language, tuple(parts))


def _matches(words: list[str], place: int, parts: tuple[str, ...]) -> int:
    """The place after the phrase if it begins here, else 0. No phrase runs over the end of a sentence."""
    gap = 0
    for part in parts:
        if part == "~":
            gap = _GAP
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
    begun = {word[:length] for word in long_words for length in range(1, len(word) + 1)}
    slips: dict[str, str] = {}
    for word in long_words:
        swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
        missing = {word[:i] + word[i + 1 :] for i in range(2, len(word) - 1)}
        for slip in sorted(swapped | missing):
            if slip not in known and slip not in begun:
                slips.setdefault(slip, word)
    return slips
