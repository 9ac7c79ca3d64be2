"""A lesson or a track rehearsed: the bot's own flows for one reader, with a book in the messenger's place that keeps what would be sent."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.course.journey import Standing, next_lesson
from bot.course.lesson import Course, PracticeForm
from bot.course.pace import local
from bot.messages import Button, ChatRef, Edit, FileRef, Incoming, Kind, Outcome, Outgoing, Receipt, Say, Toast
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
    """For whom it is rehearsed."""

    language: str = "en"
    form: PracticeForm = PracticeForm.SOLO
    closeness: bool = True
    discreet: bool = False


class Book:
    """The port `Sender`, which keeps instead of sending. Who makes one says what becomes of each piece."""

    def __init__(self) -> None:
        self.last: Say | Edit | None = None
        self.number = 0

    def day(self, moment: datetime) -> None:
        """A day begins."""

    def tapped(self, label: str) -> None:
        """The reader taps a button."""

    def wrote(self, text: str) -> None:
        """The reader writes."""

    def keep(self, outgoing: Say | Edit | Toast) -> None:
        """The bot sends something, changes a message, or shows a word for a moment."""

    @property
    def at_once(self) -> int:
        """As many as are looked at together."""
        return 128

    async def window(self, most: int) -> int:
        """There is no hurry on paper."""
        return most

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        """A message that the clock sends."""
        return await self.reply(chat, say)

    async def reply(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None = None) -> Receipt:
        """An answer."""
        if isinstance(outgoing, Say):
            self.number += 1
        if isinstance(outgoing, Say | Edit):
            self.last = outgoing
        if isinstance(outgoing, Say | Edit | Toast) and outgoing.text:
            self.keep(outgoing)
        return Receipt(Outcome.SENT, self.number)

    async def fetch(self, file: FileRef) -> bytes | None:
        """A reader sends no files."""
        return None

    def let_go(self, chat: ChatRef) -> None:
        """Nothing is on its way in a book."""

    def welcome(self, chat: ChatRef) -> None:
        """Nor is it held back."""


async def rehearse(course: Course, name: str, reader: Reader, book: Book, *, buttons: bool) -> None:
    """Fills the book with a lesson, or with a whole track and what comes before it. Raises UnknownLessonError."""
    lesson = course.lesson(name, reader.language)
    track = lesson.track if lesson is not None else name
    if track not in course.tracks:
        raise UnknownLessonError(name)
    with tempfile.TemporaryDirectory(prefix="kindling-") as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder, 'rehearsal.sqlite3')}")
        store = SqlStore(database, Keyring([bytes(32)]))
        try:
            await store.ready()
            before = () if lesson is None else lessons_before(course, lesson.id, reader)
            await _sign_up(store, track, before, reader)
            chat = _Chat(course, store, book, buttons)
            await chat.days(1 if lesson is not None else len(list(course)) + 2)
        finally:
            await store.close()


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
        hour = local(FIRST_DAY, ZONE).hour
        learner = learner.with_profile(
            zone=ZONE, hour=hour, form=reader.form, closeness=closeness, discreet=reader.discreet
        )
        learner = replace(learner, state=State.ACTIVE, consent_version=CONSENT_VERSION)
        await turn.save(learner.rescheduled(start))


class _Chat:
    """A reader who gets lessons day by day, opens each, and perhaps tries its buttons."""

    def __init__(self, course: Course, store: SqlStore, book: Book, buttons: bool) -> None:
        self._store, self._book, self._buttons = store, book, buttons
        self._delivery = Delivery(store, book, course)
        self._conversation = Conversation(store, book, course)
        self._updates = count(1)
        self._now = FIRST_DAY

    async def days(self, most: int) -> None:
        """So many days, or fewer when nothing comes any more."""
        for _ in range(most):
            self._book.last = None
            self._book.day(self._now)
            await self._delivery.send_due(lambda: self._now)
            if self._book.last is None:
                return
            await self._read()
            self._now += timedelta(days=1)

    async def _read(self) -> None:
        if (button := self._button("ls:open:")) is not None:
            await self._tap(button)
        if self._buttons:
            message = self._book.number
            for button in [found for verb in BUTTONS if (found := self._button(f"ls:{verb}:")) is not None]:
                await self._tap(button, message)
            await self._write(ANSWER)

    def _button(self, beginning: str) -> Button | None:
        rows = self._book.last.rows if self._book.last is not None else ()
        return next((button for row in rows for button in row if button.action.startswith(beginning)), None)

    async def _tap(self, button: Button, message: int | None = None) -> None:
        self._book.tapped(button.label)
        on = self._book.number if message is None else message
        await self._do(Kind.PRESS, data=button.action, message=on, press_id="1")

    async def _write(self, text: str) -> None:
        self._book.wrote(text)
        await self._do(Kind.TEXT, text=text)

    async def _do(self, kind: Kind, **what: Any) -> None:
        await self._conversation.handle(Incoming(f"update-{next(self._updates)}", CHAT, kind, **what), self._now)
