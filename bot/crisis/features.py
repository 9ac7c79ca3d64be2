"""What a message looks like to the model: pieces of letters, meanings, and pairs of meanings, hashed into one table.

Every part has a name (`c:KILL`, `p:WISH>WAKE`, `g:uici`), so that a reading can say which of them spoke.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice
from zlib import crc32

from bot.crisis.dictionary import Dictionary
from bot.crisis.phrases import Found
from bot.crisis.words import Split, normalize, script_languages

BITS = 20
MASK = (1 << BITS) - 1
PAIR_WINDOW = 5
WEIGHT_OF = {"g": 1.0, "c": 1.5, "p": 1.0, "o": 0.7, "b": 1.0, "w": 0.8, "x": 0.7, "t": 0.7}
NEARBY = (-1, 1, 2)
STATEMENT = 0.5
_GRAMMAR = (
    "ABOUT ALL ALSO AND AS AT BE BECAUSE BEFOREAFTER BOTH BUT BY COME DOWN EVEN FEW FOR FROM GET GO HAVE HERE HOW IF IT LET "
    "MAKE MORE MUCH NEXT NUM OF OFF OR OTHER OVER OWN PUT SAME SOME THAN THAT THERE THIS THROUGH UP VERY WHAT WHEN WHERE WHICH "
    "WHO WHY WITH WOULD"
)
GRAMMAR = frozenset(_GRAMMAR.split())
"""Meanings so common that only they themselves, and rows of three that hold them, say anything."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message taken apart: its language as guessed, its meanings in order, the plain statements in it."""

    normal: str
    language: str
    words: list[str]
    meanings: list[tuple[int, str]]
    statements: list[Found]


def see(text: str, dictionary: Dictionary, common: Mapping[str, Mapping[str, float]], hint: str | None = None) -> Seen:
    """Take a message apart. `common` holds the everyday words of each language; `hint` is only a tie-breaker."""
    normal = normalize(text)
    split = Split.of(normal)
    language = guess_language(normal, split, common, hint)
    words = split.words(language)
    meanings = dictionary.concepts[language].read(words)
    return Seen(normal, language, words, meanings, dictionary.phrases.search(split, language))


def language_of(text: str, common: Mapping[str, Mapping[str, float]], hint: str | None = None) -> str:
    """The language of a message, as `see` guesses it."""
    normal = normalize(text)
    return guess_language(normal, Split.of(normal), common, hint)


def guess_language(normal: str, split: Split, common: Mapping[str, Mapping[str, float]], hint: str | None) -> str:
    """The language of a message, by its script and everyday words; the hint decides between equals."""
    possible = script_languages(normal)
    if len(possible) == 1:
        return possible[0]
    scores = {
        language: sum(filter(None, map(common.get(language, {}).get, split.words(language)))) + 0.5 * (language == hint)
        for language in possible
    }
    return max(possible, key=lambda language: scores[language])


Names = dict[float, list[str]]
"""Names of features of one kind by how often each counts, before the kind is brought to its length."""


def features(seen: Seen) -> dict[str, float]:
    """Named features of a message; each kind has length one times its weight, so that long messages weigh no more."""
    return {f"{kind}:{name}": value for kind, value, names in by_kind(seen) for name in names}


def by_kind(seen: Seen) -> Iterator[tuple[str, float, Iterable[str]]]:
    """Kinds of features, each with a value and the names that have it."""
    kinds: dict[str, Names] = {
        "g": letters(seen.normal),
        "c": {1.0: unigrams(seen)},
        "p": {1.0: pairs(seen)},
        "o": {1.0: places(seen)},
        "b": {1.0: both(seen)},
        "w": {1.0: words(seen)},
        "x": {1.0: meanings_beside_words(seen)},
        "t": {1.0: triples(seen)},
    }
    for kind, counts in kinds.items():
        length = math.sqrt(sum(value * value * len(names) for value, names in counts.items()))
        for value, names in counts.items():
            if names:
                yield kind, WEIGHT_OF[kind] * value / length, names
    if seen.statements:
        yield "s", STATEMENT, {found.phrase.category for found in seen.statements}


def letters(normal: str) -> Names:
    """Pieces of two to four letters within words, repeated ones dampened."""
    pieces: list[str] = []
    for word in normal.split():
        padded = f" {word} "
        last = len(padded) + 1
        for size in (2, 3, 4):
            pieces += [padded[i : i + size] for i in range(max(1, last - size))]
    found: Names = {}
    for piece, count in Counter(pieces).items():
        found.setdefault(1 + math.log(count), []).append(piece)
    return found


def unigrams(seen: Seen) -> list[str]:
    return sorted({meaning for _, meaning in seen.meanings if meaning != "|"})


def pairs(seen: Seen) -> list[str]:
    """Two meanings, in order, within a few words of one sentence."""
    return list(dict.fromkeys(_pairs([one for one in seen.meanings if one[1] not in GRAMMAR])))


def _pairs(meanings: list[tuple[int, str]]) -> Iterator[str]:
    for index, (place, first) in enumerate(meanings):
        if first == "|":
            continue
        for other, second in islice(meanings, index + 1, None):
            if second == "|" or other - place > PAIR_WINDOW:
                break
            if other != place:
                yield f"{first}>{second}"


def both(seen: Seen) -> list[str]:
    """Two meanings anywhere in the message, in no order."""
    telling = [meaning for meaning in unigrams(seen) if meaning not in GRAMMAR]
    return [f"{first}+{second}" for first, second in combinations(telling, 2)]


def words(seen: Seen) -> list[str]:
    """Whole words of more than two letters."""
    return list(dict.fromkeys(word for word in seen.words if len(word) > 2 and word[0].isalnum()))


def meanings_beside_words(seen: Seen) -> list[str]:
    """A meaning with each word that stands close to it: what the lists do not know speaks through its neighbors."""
    written = [word if word[0].isalnum() else "" for word in seen.words]
    around = [
        (0 <= place + near < len(written) and written[place + near]) for place in range(len(written)) for near in NEARBY
    ]
    return list(
        dict.fromkeys(
            f"{meaning}~{word}"
            for place, meaning in seen.meanings
            if meaning != "|"
            for word in around[len(NEARBY) * place : len(NEARBY) * (place + 1)]
            if word
        )
    )


def triples(seen: Seen) -> list[str]:
    """Three meanings in a row, within a sentence."""
    in_order = [meaning for _, meaning in seen.meanings]
    rows = zip(in_order, in_order[1:], in_order[2:], strict=False)
    return list(dict.fromkeys([">".join(row) for row in rows if "|" not in row]))


def places(seen: Seen) -> list[str]:
    """What the first and the last sentence speak of, and how many sentences there are."""
    sentences: list[list[str]] = [[]]
    for _, meaning in seen.meanings:
        if meaning == "|":
            sentences.append([])
        else:
            sentences[-1].append(meaning)
    spoken = [sentence for sentence in sentences if sentence]
    if not spoken:
        return []
    found = {f"first {meaning}" for meaning in spoken[0]}
    if len(spoken) > 1:
        found |= {f"last {meaning}" for meaning in spoken[-1]}
    return sorted(found | {f"sentences {min(len(spoken), 4)}"})


Marked = list[tuple[float, list[int]]]
"""Features by the hash of their name, which smaller tables of weights cut to their own size, under the value that they share."""


def marked(seen: Seen) -> Marked:
    """The features of a message, hashed once for all tables."""
    return [
        (value, [crc32(f"{kind}:{name}".encode()) & MASK for name in names]) for kind, value, names in by_kind(seen)
    ]


def place_of(name: str, bits: int = BITS) -> int:
    """Where a feature stands in a table of weights."""
    return crc32(name.encode()) & ((1 << bits) - 1)
