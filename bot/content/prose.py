"""Measuring prose: sentences, words, the reading grade of English, and length as Telegram counts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.content.syllables import syllables

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)*\]]*(?=\s+[\"'“‘(*\[]*[A-Z0-9À-Þ]|\s*$)")
_SHORT_FORM = re.compile(r"\b(?:e\.g|i\.e|vs|Dr|Mr|Mrs|Ms|St)\.$")  # before a capital that begins no sentence
_WORD = re.compile(r"[^\W_]+(?:['’‑\-.,:][^\W_]+)*")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every sentence of one paragraph, end punctuation included, outer blanks left out."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        stop_at = end.end()
        if text[end.start()] == "." and _SHORT_FORM.search(text[start : end.start() + 1]) and stop_at < len(text):
            continue
        if text[start:stop_at].strip():
            yield _trimmed(text, start, stop_at)
        start = stop_at
    if text[start:].strip():
        yield _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph, without star marks."""
    plain = paragraph.replace("*", "")
    return [plain[start:end] for start, end in sentence_spans(plain)]


def words(text: str) -> list[str]:
    """The words of a text; "two-minute", "don't", "7.5" and "7:30" are one word each."""
    return _WORD.findall(text.replace("*", ""))


def words_in(paragraphs: Iterable[str]) -> int:
    """How many words the paragraphs have together."""
    return sum(len(words(paragraph)) for paragraph in paragraphs)


def utf16_units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units, so an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def reading_grade(paragraphs: Sequence[str]) -> float:
    """US school grade by the Flesch-Kincaid formula: 0.39 x words per sentence + 11.8 x syllables per word - 15.59
    (Kincaid, Fishburne, Rogers and Chissom 1975, Naval Technical Training Command, Research Branch Report 8-75).
    0.0 for no words."""
    found = [piece for paragraph in paragraphs for piece in sentences(paragraph) if words(piece)]
    spoken = [word for piece in found for word in words(piece)]
    if not spoken:
        return 0.0
    per_word = sum(map(syllables, spoken)) / len(spoken)
    return 0.39 * len(spoken) / len(found) + 11.8 * per_word - 15.59
