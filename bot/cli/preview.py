"""The live preview for authors: any lesson as a learner will see it, by the bot's own flows, with what the check finds beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.telegram.render import as_html, in_pieces
from bot.cli.rehearsal import Book, Reader, rehearse
from bot.content import shape
from bot.content.check import check_reading
from bot.content.draft import Draft, as_it_stands
from bot.content.finding import Finding, as_json
from bot.content.prose import reading_grade, words_in
from bot.content.read import Reading, read_course, version_of
from bot.course.lesson import Course, PracticeForm
from bot.i18n.texts import languages
from bot.messages import Edit, Rows, Say, Toast

FORMS = {"solo": "just me", "together": "with someone", "either": "either"}
YES, NO = "yes", "no"
NOT_SHOWN = "This file cannot be shown before its errors are mended. They stand under “What the check says”."
NOT_SENT = "This lesson is not sent to such a reader."


class Screen(Book):
    """Keeps what would be sent, step by step: what the reader did, and the messages that came of it."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[dict[str, Any]] = [{"by": "", "messages": []}]

    def tapped(self, label: str) -> None:
        """The reader taps a button."""
        self.steps.append({"by": label, "messages": []})

    def wrote(self, text: str) -> None:
        """The reader answers."""
        self.steps.append({"by": f"“{text}”", "messages": []})

    def keep(self, outgoing: Say | Edit | Toast) -> None:
        """One bubble; several where it is too long for one message."""
        rows: Rows = () if isinstance(outgoing, Toast) else outgoing.rows
        *before, last = in_pieces(outgoing.text)
        messages = [{"html": as_html(piece), "rows": [], "silent": False, "protected": False} for piece in before]
        messages.append(
            {
                "html": as_html(last),
                "rows": [[button.label for button in row] for row in rows],
                "silent": isinstance(outgoing, Say) and outgoing.silent,
                "protected": isinstance(outgoing, Say) and outgoing.protected,
                "edited": isinstance(outgoing, Edit),
                "toast": isinstance(outgoing, Toast),
            }
        )
        self.steps[-1]["messages"] += messages


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the author's desk at one moment: the course as read, and everything that the check finds in it."""

    version: str
    reading: Reading
    findings: tuple[Finding, ...]

    def draft(self, lesson: str, language: str) -> Draft | None:
        """The file of a lesson, in that language or the course's own."""
        found = {one.language: one for one in self.reading.drafts if one.id == lesson}
        return (
            found.get(language) or found.get(self.reading.course.default_language) or next(iter(found.values()), None)
        )

    def course_with(self, draft: Draft) -> Course | None:
        """The course with this lesson in it, also while no list names it or prompts are left in it; None where it has no shape yet."""
        course, track = self.reading.course, self.reading.tracks.get(draft.track)
        if track is None:
            return None
        order = track.order if draft.id in track.order else (*track.order, draft.id)
        lesson = draft.lesson or as_it_stands(draft, order.index(draft.id) + 1)
        if lesson is None:
            return None
        forms = {**track.lessons.get(draft.id, {}), draft.language: lesson}
        forms.setdefault(course.default_language, lesson)
        track = replace(track, order=order, lessons={**track.lessons, draft.id: forms})
        return replace(course, tracks={**course.tracks, track.id: track})


class LessonPreview:
    """The port `Preview` of the demo page, over a lessons folder. `learned` is told every course that was read and is whole."""

    def __init__(self, folder: Path, learned: Callable[[Course], None] | None = None) -> None:
        self.folder = folder
        self._learned = learned
        self._desk: Desk | None = None
        self._reading = asyncio.Lock()
        self._rehearsing = asyncio.Lock()

    async def version(self) -> str:
        """Changes with the name, size or time of any file of the lessons. With it, a demo's bot learns the new lessons."""
        version = await asyncio.to_thread(version_of, self.folder)
        if self._learned is not None and self._desk is not None and self._desk.version != version:
            await self.desk()
        return version

    async def desk(self) -> Desk:
        """The folder as it is now, read anew only when something was saved."""
        async with self._reading:
            version = await asyncio.to_thread(version_of, self.folder)
            if self._desk is None or self._desk.version != version:
                self._desk = await asyncio.to_thread(_read, self.folder, version)
                course = self._desk.reading.course
                if self._learned is not None and any(track.order for track in course.tracks.values()):
                    self._learned(course)
            return self._desk

    async def pieces(self) -> Mapping[str, Any]:
        """Every track with its lessons, and what a reader may be like."""
        desk = await self.desk()
        written = sorted({draft.language for draft in desk.reading.drafts} | set(languages()))
        return {
            "groups": [_group(desk, track) for track in desk.reading.tracks],
            "wishes": {
                "language": {code: code for code in written},
                "form": FORMS,
                "closeness": {YES: "chose it", NO: "left it out"},
                "discreet": {NO: "off", YES: "on"},
            },
            "version": desk.version,
        }

    async def look(self, piece: str, wishes: Mapping[str, str]) -> Mapping[str, Any]:
        """How a lesson looks to such a reader, with every button tried."""
        desk = await self.desk()
        reader = reader_of(wishes)
        draft = desk.draft(piece, reader.language)
        if draft is None:
            return {"steps": [], "findings": [], "facts": [], "file": "", "trouble": f"There is no lesson {piece}."}
        findings = [one for one in desk.findings if one.file == draft.file]
        others = len(desk.findings) - len(findings)
        screen = Screen()
        course = desk.course_with(draft)
        if course is not None:
            async with self._rehearsing:
                await rehearse(course, piece, reader, screen, buttons=True)
        steps = [step for step in screen.steps if step["messages"]]
        trouble = NOT_SHOWN if course is None else "" if steps else NOT_SENT
        return {
            "steps": steps,
            "findings": as_json(findings),
            "facts": [*_facts(draft), ["findings elsewhere", str(others)]],
            "file": draft.file,
            "trouble": trouble,
        }


def reader_of(wishes: Mapping[str, str]) -> Reader:
    """A reader from the page's words; what is not known is as usual."""
    form = wishes.get("form", "solo")
    return Reader(
        wishes.get("language", "en"),
        PracticeForm(form) if form in FORMS else PracticeForm.SOLO,
        wishes.get("closeness", YES) == YES,
        wishes.get("discreet", NO) == YES,
    )


def _read(folder: Path, version: str) -> Desk:
    reading = read_course(folder)
    return Desk(version, reading, check_reading(reading, datetime.now(UTC).date()).findings)


def _group(desk: Desk, track_id: str) -> dict[str, Any]:
    track = desk.reading.tracks[track_id]
    found: dict[str, Draft] = {}
    for draft in desk.reading.drafts:
        if draft.track == track_id and draft.id:
            found.setdefault(draft.id, draft)
    order = [*track.order, *(one for one in found if one not in track.order)]
    files = {one.file for one in desk.findings}
    pieces = []
    for lesson in (one for one in order if one in found):
        draft = found[lesson]
        note = "not listed yet" if lesson not in track.order else "findings" if draft.file in files else ""
        pieces.append({"id": lesson, "title": str(draft.head.get("title", lesson)), "note": note})
    return {"title": track.title.get(desk.reading.course.default_language, track_id), "pieces": pieces}


def _facts(draft: Draft) -> list[list[str]]:
    if draft.lesson is None:
        return []
    facts = []
    for message in shape.messages(draft):
        grade = reading_grade(list(message.paragraphs[1:]))
        words = words_in(message.paragraphs)
        facts.append([message.form, f"{words} words, grade {grade:.1f}"])
    return facts
