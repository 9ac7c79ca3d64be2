"""One lesson file, read part by part. What is wrong becomes a finding; what is there is kept for the check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.content.marks import Paragraph, Sentence, read_paragraph
from bot.content.structure import (
    FILE_NAME,
    LARGEST_LESSON,
    LESSON_ID,
    LESSON_KEYS,
    OPTIONAL_LESSON_KEYS,
    PROMPT,
    REQUIRED_PARTS,
    Notes,
)
from bot.content.yamlfile import Table, parse_table, read_text, short, typed
from bot.course.lesson import Lesson, Part


@dataclass(frozen=True, slots=True)
class PartText:
    """One part of a lesson file. `line` is its heading's."""

    line: int
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """As the learner reads it: marks out, paragraphs parted by a blank line."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs if paragraph.text)

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence in order, with the marks that close it."""
        for paragraph in self.paragraphs:
            yield from paragraph.sentences


@dataclass(frozen=True, slots=True)
class Draft:
    """One lesson file as read, finished or not: what the rules of the check look at. `head` holds the keys whose values
    make sense, `raw` the lines of the file; `lesson` is None while something that the bot needs is missing."""

    file: str
    track: str
    language: str
    head: Mapping[str, Any]
    key_lines: Mapping[str, int]
    parts: Mapping[Part, PartText]
    raw: tuple[str, ...]
    lesson: Lesson | None = None

    @property
    def id(self) -> str:
        """The lesson's id, or nothing."""
        return str(self.head.get("id", ""))

    @property
    def sensitivity(self) -> int:
        """The lesson's sensitivity, or 0."""
        return int(self.head.get("sensitivity", 0))

    @property
    def cites(self) -> tuple[str, ...]:
        """The source ids in the order of the parts (see Part) and, within a part, of the text."""
        texts = (self.parts[part] for part in Part if part in self.parts)
        return tuple(dict.fromkeys(name for text in texts for p in text.paragraphs for name in p.cites))

    def key_line(self, key: str) -> int:
        """The line of a front matter key; 1 if it is not there."""
        return self.key_lines.get(key, 1)


def read_draft(folder: Path, file: str, track: str, language: str, order: Sequence[str], notes: Notes) -> Draft | None:
    """The lesson file, or None if it cannot be opened. `order` are the ids of the track's lessons."""
    text = read_text(folder, file, LARGEST_LESSON, notes)
    if text is None:
        return None
    lines = text.split("\n")
    table, body_from = _front_matter(lines, file, notes)
    head = _head(table, notes) if table else {}
    key_lines = table.key_lines if table else {}
    draft = Draft(file, track, language, head, key_lines, _read_parts(lines, body_from, file, notes), tuple(lines))
    return replace(draft, lesson=_lesson(draft, _place(draft, order, notes)))


def _front_matter(lines: Sequence[str], file: str, notes: Notes) -> tuple[Table | None, int]:
    """The keys, and the index of the first line behind them."""
    if lines[0].rstrip() != "---":
        notes.add("front-matter-missing", file, 1, "The file does not begin with its keys.")
        return None, 0
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)
    if not end:
        notes.add("front-matter-missing", file, 1, "The keys are not closed by a line of three dashes.")
        return None, len(lines)
    return parse_table("\n".join(["", *lines[1:end]]), file, notes), end + 1


def _head(table: Table, notes: Notes) -> dict[str, Any]:
    """The keys whose values are of the right kind and make sense."""
    head = typed(table.values, LESSON_KEYS, table, notes, optional=OPTIONAL_LESSON_KEYS)
    wrong = {
        "sensitivity is not 0, 1 or 2": head.get("sensitivity", 0) not in (0, 1, 2),
        "version is not 1 or more": head.get("version", 1) < 1,
        "minutes is not 1 or more": head.get("minutes", 1) < 1,
        "title is empty": not head.get("title", "-").strip(),
        "not_when is empty": not head.get("not_when", "-").strip(),
        "prerequisites is not a list of lesson ids": not all(isinstance(n, str) for n in head.get("prerequisites", [])),
    }
    for says in (says for says, is_so in wrong.items() if is_so):
        key = says.partition(" ")[0]
        notes.add("key-wrong", table.file, table.line(key), f"{says}.")
        del head[key]
    return head


def _read_parts(lines: Sequence[str], body_from: int, file: str, notes: Notes) -> dict[Part, PartText]:
    parts: dict[Part, PartText] = {}
    for heading, at, body in _sections(lines, body_from):
        part = _part(heading, at, body, file, notes)
        if part in parts:
            notes.add("part-twice", file, at, f"The part {heading} is here twice.")
        elif part is not None:
            parts[part] = PartText(at, tuple(_paragraphs(body)))
    for part in REQUIRED_PARTS:
        if part not in parts:
            notes.add("part-missing", file, 1, f"There is no part {part.value.capitalize()}.")
    for part, text in parts.items():
        if not text.text:
            notes.add("part-missing", file, text.line, f"The part {part.value.capitalize()} is empty.")
        for paragraph in text.paragraphs:
            for line, mark in paragraph.faulty:
                notes.add("mark-malformed", file, line, f"{short(mark)} is not a mark.")
    return parts


def _part(heading: str | None, at: int, body: Sequence[tuple[int, str]], file: str, notes: Notes) -> Part | None:
    """The part a heading names; None with a finding for text under no heading or under an unknown one."""
    if heading is None:
        stray = next((number for number, line in body if line.strip()), 0)
        if stray:
            notes.add("part-outside", file, stray, "This text stands under no heading.")
        return None
    try:
        return Part(" ".join(heading.lower().split()))
    except ValueError:
        notes.add("part-unknown", file, at, f'"{short(heading)}" is not the heading of a part.')
        return None


def _sections(lines: Sequence[str], body_from: int) -> Iterator[tuple[str | None, int, list[tuple[int, str]]]]:
    """(heading or None, its line, its numbered lines) from the first line behind the keys on."""
    heading: str | None = None
    at, body = body_from, list[tuple[int, str]]()
    for number, line in enumerate(lines[body_from:], start=body_from + 1):
        if line.startswith("## "):
            yield heading, at, body
            heading, at, body = line[3:].strip(), number, []
        else:
            body.append((number, line))
    yield heading, at, body


def _paragraphs(body: Sequence[tuple[int, str]]) -> Iterator[Paragraph]:
    block: list[tuple[int, str]] = []
    for number, line in (*body, (0, "")):
        if line.strip():
            block.append((number, line))
        elif block:
            yield read_paragraph(block)
            block = []


def _place(draft: Draft, order: Sequence[str], notes: Notes) -> int:
    """The lesson's place in its track, from 1; 0 if it has none."""
    file, at = draft.file, draft.key_line("id")
    name = FILE_NAME.fullmatch(file.rpartition("/")[2])
    if name is None:
        notes.add("file-name", file, 1, "The file is not named like 05-a-time-for-worry.md.")
    if not draft.id:
        return 0
    match = LESSON_ID.fullmatch(draft.id)
    if match is None:
        notes.add("id-pattern", file, at, f"{short(draft.id)} is no lesson id.")
        return 0
    if match.group(1) != draft.track or draft.id not in order:
        notes.add("id-in-track", file, at, f"{short(draft.id)} is not listed in {draft.track}/track.yaml.")
        return 0
    place = order.index(draft.id) + 1
    if name is not None and int(name.group(1)) != place:
        notes.add("file-name", file, 1, f"The file's number is not {place:02}, the place of {draft.id} in its track.")
    return place


def _lesson(draft: Draft, number: int) -> Lesson | None:
    """The lesson the bot runs, or None while something that it needs is missing."""
    return None if any(PROMPT in line for line in draft.raw) else as_it_stands(draft, number)


def as_it_stands(draft: Draft, number: int) -> Lesson | None:
    """The lesson at that place of its track, from 1, also while prompts are left in it: for its author's eyes. None while a part or
    a key is missing."""
    head, texts = draft.head, {part: text.text for part, text in draft.parts.items()}
    if not number or LESSON_KEYS.keys() - OPTIONAL_LESSON_KEYS - head.keys():
        return None
    if not all(texts.get(part) for part in (*REQUIRED_PARTS, *texts)):
        return None
    return Lesson(
        id=draft.id,
        track=draft.track,
        number=number,
        language=draft.language,
        title=head["title"].strip(),
        version=head["version"],
        updated=head["updated"],
        sensitivity=head["sensitivity"],
        minutes=head["minutes"],
        not_when=head["not_when"].strip(),
        who_should_skip=head["who_should_skip"].strip(),
        prerequisites=tuple(head["prerequisites"]),
        parts=texts,
        cites=draft.cites,
    )
