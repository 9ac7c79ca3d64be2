"""What a message looks like to the model: pieces of letters, meanings, and pairs of meanings, hashed into one table.

Every part has a name (`c:KILL`, `p:WISH>WAKE`, `g:uici`), so that a reading can say which of them spoke.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, combinations
from zlib import crc32

from bot.crisis.words import (
    PAUSES,
    SENTENCE_ENDS,
    SPLITS_APOSTROPHES,
    Dictionary,
    Found,
    normalize,
    script_languages,
    tokens,
)

BITS = 18
PAIR_WINDOW = 5
WEIGHT_OF = {"g": 1.0, "c": 1.5, "p": 1.0, "o": 0.7, "b": 1.0, "w": 0.8, "x": 0.7, "t": 0.7}
NEARBY = (-1, 1, 2)
STATEMENT = 0.5


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
    closed, split = tokens(normal), tokens(normal, "fr")
    language = guess_language(normal, closed, split, common, hint)
    words = split if language in SPLITS_APOSTROPHES else closed
    concepts = dictionary.concepts[language]
    meanings: list[tuple[int, str]] = []
    for place, word in enumerate(words):
        if word in SENTENCE_ENDS:
            meanings.append((place, "|"))
        elif word not in PAUSES:
            meanings += [(place, meaning) for meaning in sorted(concepts.at(words, place))]
    other = closed if words is split else split
    statements = [_among(words, found, other) for found in dictionary.phrases.search(closed, split)]
    return Seen(normal, language, words, meanings, statements)


def _among(words: list[str], found: Found, other: list[str]) -> Found:
    """Where a phrase stands among the words, when it was found in the message split the other way: told by the letters before it."""
    splits = found.phrase.language in SPLITS_APOSTROPHES
    if len(words) == len(other) or splits == (len(words) > len(other)):
        return found
    ends = list(accumulate(map(len, words)))
    before, through = sum(map(len, other[: found.start])), sum(map(len, other[: found.end]))
    return Found(found.phrase, bisect_right(ends, before), bisect_right(ends, through - 1) + 1)


def guess_language(
    normal: str, closed: list[str], split: list[str], common: Mapping[str, Mapping[str, float]], hint: str | None
) -> str:
    """The language of a message, by its script and everyday words; the hint decides between equals."""
    possible = script_languages(normal)
    scores = {}
    for language in possible:
        everyday = common.get(language, {})
        words = split if language in SPLITS_APOSTROPHES else closed
        scores[language] = sum(everyday.get(word, 0.0) for word in words) + (0.5 if language == hint else 0.0)
    return max(possible, key=lambda language: scores[language])


def features(seen: Seen) -> dict[str, float]:
    """Named features of a message; each kind has length one times its weight, so that long messages weigh no more."""
    found: dict[str, float] = {}
    kinds = {
        "g": letters(seen.normal),
        "c": unigrams(seen),
        "p": pairs(seen),
        "o": places(seen),
        "b": both(seen),
        "w": words(seen),
        "x": meanings_beside_words(seen),
        "t": triples(seen),
    }
    for kind, counts in kinds.items():
        length = math.sqrt(sum(value * value for value in counts.values()))
        for name, value in counts.items():
            found[f"{kind}:{name}"] = WEIGHT_OF[kind] * value / length
    for statement in seen.statements:
        found[f"s:{statement.phrase.category}"] = STATEMENT
    return found


def letters(normal: str) -> dict[str, float]:
    """Pieces of two to four letters within words, repeated ones dampened."""
    counts: dict[str, int] = {}
    for word in normal.split():
        padded = f" {word} "
        for size in (2, 3, 4):
            for i in range(max(1, len(padded) - size + 1)):
                piece = padded[i : i + size]
                counts[piece] = counts.get(piece, 0) + 1
    return {piece: 1 + math.log(count) for piece, count in counts.items()}


def unigrams(seen: Seen) -> dict[str, float]:
    return {meaning: 1.0 for _, meaning in seen.meanings if meaning != "|"}


def pairs(seen: Seen) -> dict[str, float]:
    """Two meanings, in order, within a few words of one sentence."""
    return dict.fromkeys(_pairs(seen.meanings), 1.0)


def _pairs(meanings: list[tuple[int, str]]) -> Iterator[str]:
    for index, (place, first) in enumerate(meanings):
        if first == "|":
            continue
        for other, second in meanings[index + 1 :]:
            if second == "|" or other - place > PAIR_WINDOW:
                break
            if other != place:
                yield f"{first}>{second}"


def both(seen: Seen) -> dict[str, float]:
    """Two meanings anywhere in the message, in no order."""
    present = sorted({meaning for _, meaning in seen.meanings if meaning != "|"})
    return {f"{first}+{second}": 1.0 for first, second in combinations(present, 2)}


def words(seen: Seen) -> dict[str, float]:
    """Whole words of more than two letters."""
    return {word: 1.0 for word in seen.words if len(word) > 2 and word[0].isalnum()}


def meanings_beside_words(seen: Seen) -> dict[str, float]:
    """A meaning with each word that stands close to it: what the lists do not know speaks through its neighbors."""
    found = {}
    for place, meaning in seen.meanings:
        if meaning == "|":
            continue
        for near in NEARBY:
            if 0 <= place + near < len(seen.words) and seen.words[place + near][0].isalnum():
                found[f"{meaning}~{seen.words[place + near]}"] = 1.0
    return found


def triples(seen: Seen) -> dict[str, float]:
    """Three meanings in a row, within a sentence."""
    in_order = [meaning for _, meaning in seen.meanings]
    rows = zip(in_order, in_order[1:], in_order[2:], strict=False)
    return {f"{first}>{second}>{third}": 1.0 for first, second, third in rows if "|" not in (first, second, third)}


def places(seen: Seen) -> dict[str, float]:
    """What the first and the last sentence speak of, and how many sentences there are."""
    sentences: list[list[str]] = [[]]
    for _, meaning in seen.meanings:
        if meaning == "|":
            sentences.append([])
        else:
            sentences[-1].append(meaning)
    spoken = [sentence for sentence in sentences if sentence]
    if not spoken:
        return {}
    found = {f"first {meaning}": 1.0 for meaning in spoken[0]}
    if len(spoken) > 1:
        found |= {f"last {meaning}": 1.0 for meaning in spoken[-1]}
    return found | {f"sentences {min(len(spoken), 4)}": 1.0}


Marked = list[tuple[int, float]]
"""Features by the hash of their name, which every table of weights cuts to its own size."""


def marked(named: Mapping[str, float]) -> Marked:
    """Named features, hashed once for all tables."""
    return [(crc32(name.encode()), value) for name, value in named.items()]


def place_of(name: str, bits: int = BITS) -> int:
    """Where a feature stands in a table of weights."""
    return crc32(name.encode()) & ((1 << bits) - 1)
