"""One update's conversation: who is speaking, what they did, when, and what we answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.course.journey import Standing, next_lesson
from bot.course.lesson import Course, Lesson
from bot.i18n.texts import Texts, texts_for
from bot.messages import Button, Edit, Incoming, Kind, Outgoing, Rows, Say, Toast, Unbutton
from bot.service.fitting import fit
from bot.service.learners import Enrolment, Learner, Passage, State
from bot.service.places import fold
from bot.service.ports import Aside, NoAside, Turn
from bot.service.records import Forgotten

LEAVING = frozenset({"later", "cancel", "stop"})
"""Words, folded, that leave a question unanswered."""


@dataclass(slots=True)
class Talk:
    """Handlers read from it, change the learner through it, and leave their answers in `out`.

    `forgotten` is set once they were deleted. `under_way` asks to be called again in a moment, as something is on its way to them;
    `can_wait` is False at the last call. With `under_way` and a file in `incoming`, it is fetched: then `file_tried` is True, and
    `file` holds what is in it, unless it could not be had.
    """

    turn: Turn
    incoming: Incoming
    now: datetime
    course: Course
    out: list[Outgoing] = field(default_factory=list)
    aside: Aside = field(default_factory=NoAside)
    backup_days: int | None = None
    can_wait: bool = True
    under_way: bool = False
    forgotten: Forgotten | None = None
    file: bytes | None = None
    file_tried: bool = False

    @property
    def texts(self) -> Texts:
        """The texts of the learner's language; a stranger's messenger tells theirs."""
        learner = self.turn.learner
        return texts_for(learner.language if learner else self.incoming.language or "")

    @property
    def learner(self) -> Learner:
        """The learner. Only for handlers that strangers do not reach."""
        if self.turn.learner is None:
            raise AssertionError("a stranger reached a handler that needs a learner")
        return self.turn.learner

    @property
    def pressed(self) -> bool:
        """True when a button brought us here."""
        return self.incoming.kind is Kind.PRESS

    def text(self, key: str, **words: object) -> str:
        """A text in their language."""
        return self.texts(key, **words)

    def say(self, key: str, rows: Rows = (), **words: object) -> None:
        """Answers with a new message."""
        self.out.append(Say(self.texts(key, **words), rows))

    def say_text(self, text: str, rows: Rows = (), *, delivery: str | None = None) -> None:
        """Answers with a new message made of a text that is ready."""
        self.out.append(Say(text, rows, delivery=delivery))

    def toast(self, key: str, *, alert: bool = False, **words: object) -> None:
        """Answers a pressed button in a line that fades."""
        self.out.append(Toast(self.texts(key, **words), alert))

    def edit(self, text: str, rows: Rows = ()) -> None:
        """Gives the message whose button was pressed other words. One that is gone cannot be edited: then it is a new message."""
        if self.incoming.message is not None:
            self.out.append(Edit(self.incoming.message, text, rows))
        else:
            self.out.append(Say(text, rows))

    def unbutton(self, rows: Rows = ()) -> None:
        """Takes the buttons off the message that was pressed, so that nobody presses them again, or puts others there."""
        if self.pressed and self.incoming.message is not None:
            self.out.append(Unbutton(self.incoming.message, rows))

    def say_or_edit(self, text: str, rows: Rows = ()) -> None:
        """A page: pressed from another page it takes its place, otherwise it is a new message."""
        if self.pressed:
            self.edit(text, rows)
        else:
            self.say_text(text, rows)

    def button(self, key: str, action: str, **words: object) -> Button:
        """A button with a label in their language."""
        return Button(self.texts(key, **words), action)

    async def change(self, **changes: Any) -> Learner:
        """Keeps changes to the learner."""
        learner = replace(self.learner, **changes)
        await self.turn.save(learner)
        return learner

    async def change_profile(self, **changes: Any) -> Learner:
        """Keeps changes to what they told us, and reckons their next due time anew."""
        return await self._rescheduled(self.learner.with_profile(**changes))

    async def left_open(self, text: str) -> bool:
        """Whether this leaves the open question unanswered. Then it is closed, with nothing changed."""
        if fold(text) not in LEAVING:
            return False
        await self.change(step=None)
        self.say("settings-unchanged")
        return True

    async def tracks(self) -> tuple[str, ...]:
        """The tracks they chose that this course still has, in order."""
        chosen: tuple[Enrolment, ...] = await self.turn.enrolments()
        return tuple(one.track for one in chosen if one.track in self.course.tracks)

    async def standing(self) -> Standing:
        """Where they are in the course."""
        return self.learner.standing(await self.tracks(), frozenset(await self.passages()))

    async def reschedule(self) -> Learner:
        """Reckons anew when the next lesson is due: not at all while none is left."""
        return await self._rescheduled(self.learner)

    async def _rescheduled(self, learner: Learner) -> Learner:
        learner = learner.rescheduled(self.now)
        if learner.state is State.ACTIVE and learner.due_at is not None:
            standing = learner.standing(await self.tracks(), frozenset(await self.passages()))
            learner = learner if next_lesson(self.course, standing) else replace(learner, due_at=None)
        await self.turn.save(learner)
        return learner

    async def passages(self) -> dict[str, Passage]:
        """Lesson id → how they went through it."""
        return dict(await self.turn.passages())

    def lesson(self, lesson_id: str | None) -> Lesson | None:
        """A lesson in their language, fitted to their boundaries, if the course still has it."""
        found = self.course.lesson(lesson_id, self.learner.language) if lesson_id else None
        return fit(found, self.learner, self.course) if found else None


def rows_of(*rows: tuple[Button, ...] | list[Button]) -> Rows:
    """Rows of buttons, without empty ones."""
    return tuple(tuple(row) for row in rows if row)


def in_columns(buttons: list[Button], width: int) -> list[tuple[Button, ...]]:
    """Buttons in rows of `width`."""
    return [tuple(buttons[start : start + width]) for start in range(0, len(buttons), width)]
