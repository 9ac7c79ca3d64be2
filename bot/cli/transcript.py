"""The chat that a learner sees in a lesson or a track, as Markdown: the bot's own flows, with a notebook in the messenger's place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.course.journey import Standing, next_lesson
from bot.course.lesson import Course, PracticeForm
from bot.course.pace import local
from bot.i18n.texts import Texts, texts_for
from bot.messages import Button, ChatRef, Edit, FileRef, Incoming, Kind, Outcome, Outgoing, Receipt, Rows, Say, Toast
from bot.service.conversation import Conversation
from bot.service.delivery import Delivery
from bot.service.learners import CONSENT_VERSION, Closeness, Passage, State
from bot.storage.database import Database
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore

CHAT = ChatRef("telegram", "1")
ZONE = "Europe/Berlin"
FIRST_DAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, eight in the morning in Berlin."""
BUTTONS = ("both", "did", "not", "short", "deeper", "gentle", "why")
"""The buttons under a lesson, in the order in which they are tried."""
ANSWER = "This is what I noticed."


class UnknownLessonError(LookupError):
    """Neither a lesson nor a track of this course."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the transcript is made."""

    language: str = "en"
    form: PracticeForm = PracticeForm.SOLO
    closeness: bool = True


@dataclass
class Notebook:
    """The port `Sender`: writes down what would be sent."""

    texts: Texts
    lines: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    last: Say | Edit | None = None
    number: int = 0

    async def window(self, most: int) -> int:
        """There is no hurry on paper."""
        return most

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        """A message that the clock sends."""
        return await self.reply(chat, say)

    async def reply(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None = None) -> Receipt:
        """An answer."""
        match outgoing:
            case Say():
                self.number, self.last = next(self._numbers), outgoing
                self._write(outgoing.text, outgoing.rows)
            case Edit():
                self.last = outgoing
                self._write(outgoing.text, outgoing.rows, "the message becomes")
            case Toast() if outgoing.text:
                self._write(outgoing.text, (), "shown for a moment")
            case _:
                pass
        return Receipt(Outcome.SENT, self.number)

    async def fetch(self, file: FileRef) -> bytes | None:
        """A reader sends no files."""
        return None

    def let_go(self, chat: ChatRef) -> None:
        """Nothing is on its way in a notebook."""

    def welcome(self, chat: ChatRef) -> None:
        """Nor is it held back."""

    def day(self, moment: datetime) -> None:
        """A heading for a day."""
        here = local(moment, ZONE)
        self.lines += [f"## {self.texts.day(here.date())}, {self.texts.clock(here)}", ""]

    def act(self, what: str) -> None:
        """What the reader does."""
        self.lines += [f"**You** {what}", ""]

    def _write(self, text: str, rows: Rows, note: str = "") -> None:
        self.lines += [f"**Kindling**{f' ({note})' if note else ''}", "", *quoted(text)]
        for row in rows:
            self.lines += [">", "> " + " ".join(f"`{button.label}`" for button in row)]
        self.lines.append("")


def quoted(text: str) -> list[str]:
    """A text in our markup as a Markdown quotation; the two markups agree but for line breaks."""
    lines = text.split("\n")
    broken = [line + "  " if line and after else line for line, after in zip(lines, [*lines[1:], ""], strict=True)]
    return [f"> {line}" if line else ">" for line in broken]


async def transcript(course: Course, name: str, reader: Reader, *, buttons: bool) -> str:
    """The chat of a lesson, or of a whole track with what comes before it. Raises UnknownLessonError."""
    lesson = course.lesson(name, reader.language)
    track = lesson.track if lesson is not None else name
    if track not in course.tracks:
        raise UnknownLessonError(name)
    notebook = Notebook(texts_for(reader.language))
    with tempfile.TemporaryDirectory(prefix="kindling-") as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder, 'transcript.sqlite3')}")
        store = SqlStore(database, Keyring([bytes(32)]))
        try:
            await store.ready()
            before = () if lesson is None else lessons_before(course, lesson.id, reader)
            await _sign_up(store, track, before, reader)
            chat = _Chat(course, store, notebook, buttons)
            await chat.days(1 if lesson is not None else len(list(course)) + 2)
        finally:
            await store.close()
    return "\n".join([f"# {name}", "", *notebook.lines]).rstrip() + "\n"


def lessons_before(course: Course, lesson: str, reader: Reader) -> tuple[str, ...]:
    """What a reader has been through when this lesson comes next: the lessons before it, and those it rests on."""
    track = course.tracks[lesson.rpartition("-")[0]]
    passed = list(track.order[: track.order.index(lesson)])
    for _ in course:
        coming = next_lesson(course, Standing((track.id,), passed, reader.closeness, reader.language))
        if coming is None or coming.id == lesson:
            break
        passed.append(coming.id)
    return tuple(passed)


async def _sign_up(store: SqlStore, track: str, before: tuple[str, ...], reader: Reader) -> None:
    start = FIRST_DAY - timedelta(hours=1)
    closeness = Closeness.SAFE if reader.closeness else Closeness.NOT_NOW
    async with store.turn(CHAT, "sign-up", start) as turn:
        learner = await turn.meet(reader.language)
        await turn.enrol([track])
        for lesson in before:
            await turn.pass_through(lesson, Passage.SENT)
        learner = learner.with_profile(
            zone=ZONE, hour=local(FIRST_DAY, ZONE).hour, form=reader.form, closeness=closeness
        )
        learner = replace(learner, state=State.ACTIVE, consent_version=CONSENT_VERSION)
        await turn.save(learner.rescheduled(start))


class _Chat:
    """A reader who gets lessons day by day, opens each, and perhaps tries its buttons."""

    def __init__(self, course: Course, store: SqlStore, notebook: Notebook, buttons: bool) -> None:
        self._store, self._notebook, self._buttons = store, notebook, buttons
        self._delivery = Delivery(store, notebook, course)
        self._conversation = Conversation(store, notebook, course)
        self._updates = count(1)
        self._now = FIRST_DAY

    async def days(self, most: int) -> None:
        """So many days, or fewer when nothing comes any more."""
        for _ in range(most):
            self._notebook.last = None
            start = len(self._notebook.lines)
            self._notebook.day(self._now)
            await self._delivery.send_due(lambda: self._now)
            if self._notebook.last is None:
                del self._notebook.lines[start:]
                return
            await self._read()
            self._now += timedelta(days=1)

    async def _read(self) -> None:
        if (button := self._button("ls:open:")) is not None:
            await self._tap(button)
        if self._buttons:
            message = self._notebook.number
            for button in [found for verb in BUTTONS if (found := self._button(f"ls:{verb}:")) is not None]:
                await self._tap(button, message)
            await self._write(ANSWER)

    def _button(self, beginning: str) -> Button | None:
        rows = self._notebook.last.rows if self._notebook.last is not None else ()
        return next((button for row in rows for button in row if button.action.startswith(beginning)), None)

    async def _tap(self, button: Button, message: int | None = None) -> None:
        self._notebook.act(f"tap `{button.label}`")
        on = self._notebook.number if message is None else message
        await self._do(Kind.PRESS, data=button.action, message=on, press_id="1")

    async def _write(self, text: str) -> None:
        self._notebook.act(f"write “{text}”")
        await self._do(Kind.TEXT, text=text)

    async def _do(self, kind: Kind, **what: Any) -> None:
        await self._conversation.handle(Incoming(f"update-{next(self._updates)}", CHAT, kind, **what), self._now)
