"""The marks that say where a sentence comes from: [@S07], [@D05; @D18] for sources, [advice] for practice wisdom.

A mark closes the sentences it stands behind, back to the mark before it in the same paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.content.prose import sentence_spans

ADVICE = "advice"
SOURCE_ID = r"[A-Z]\d{2,3}"
_MARK = re.compile(rf"[ \t]*\[((?:@{SOURCE_ID}|{ADVICE})(?:\s*;\s*(?:@{SOURCE_ID}|{ADVICE}))*)\]")
_MEANT_AS_MARK = re.compile(r"[ \t]*\[\s*(?:@|[Aa]dvice|ADVICE|[A-Za-z]\d{2,3}\b)[^\]\n]*\]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the learner reads it, the file line it begins on, and what closes it: source ids, "advice"."""

    text: str
    line: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its marks taken out. `cites` are its source ids in order; `faulty` are the brackets that look
    like marks and are none, with their lines; `idle` are the lines of marks that close no sentence."""

    text: str
    sentences: tuple[Sentence, ...]
    cites: tuple[str, ...]
    faulty: tuple[tuple[int, str], ...]
    idle: tuple[int, ...]
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    def line_at(self, offset: int) -> int:
        """The file line on which the character at this place of the text stands."""
        return _line_at(offset, self.starts, self.lines)


def read_paragraph(raw: Sequence[tuple[int, str]]) -> Paragraph:
    """One paragraph from its (file line, text) pairs, at least one; broken lines are joined by a blank."""
    text, starts, lines = "", [], []
    placed: list[tuple[int, int, tuple[str, ...]]] = []
    faulty: list[tuple[int, str]] = []
    for number, line in raw:
        joint = " " if text and line.strip() else ""
        for piece, mark in _pieces(line.strip()):
            lead = joint if piece and not piece[0].isspace() else ""
            text, joint = text + lead, joint if not piece else ""
            starts.append(len(text))
            lines.append(number)
            text += piece
            if mark is not None:
                names = _names(mark)
                placed.append((len(text), number, names))
                if not names:
                    faulty.append((number, mark.strip()))
    return _paragraph(text, placed, faulty, starts, lines)


def _pieces(line: str) -> Iterator[tuple[str, str | None]]:
    """The line cut at its marks: (text before, mark) pairs, the last with None."""
    at = 0
    for found in sorted((*_MARK.finditer(line), *_MEANT_AS_MARK.finditer(line)), key=lambda match: match.start()):
        if found.start() >= at:
            yield line[at : found.start()], found.group()
            at = found.end()
    yield line[at:], None


def _names(mark: str) -> tuple[str, ...]:
    found = _MARK.fullmatch(mark)
    return tuple(name.strip().removeprefix("@") for name in found.group(1).split(";")) if found else ()


def _paragraph(
    text: str,
    placed: Sequence[tuple[int, int, tuple[str, ...]]],
    faulty: Sequence[tuple[int, str]],
    starts: Sequence[int],
    lines: Sequence[int],
) -> Paragraph:
    spans = list(sentence_spans(text))
    closed: list[list[str]] = [[] for _ in spans]
    idle, since, behind = [], 0, list[int]()
    for place, line, names in placed:
        if not behind or text[since:place].strip(" .?!…"):
            behind = [i for i, span in enumerate(spans) if span[0] < place and _words_end(text, span) > since]
        for i in behind:
            closed[i].extend(name for name in names if name not in closed[i])
        if not behind and names:
            idle.append(line)
        since = place
    cites = tuple(dict.fromkeys(name for _, _, names in placed for name in names if name != ADVICE))
    sentences = tuple(
        Sentence(text[start:end], _line_at(start, starts, lines), tuple(names))
        for (start, end), names in zip(spans, closed, strict=True)
    )
    return Paragraph(text, sentences, cites, tuple(faulty), tuple(idle), tuple(starts), tuple(lines))


def _line_at(offset: int, starts: Sequence[int], lines: Sequence[int]) -> int:
    return lines[max(0, bisect_right(starts, offset) - 1)]


def _words_end(text: str, span: tuple[int, int]) -> int:
    """Where the sentence's last word ends: a mark may stand before or behind the full stop."""
    return span[0] + len(text[span[0] : span[1]].rstrip(".!?…\"'”’)*"))
