"""Moments by the clock on somebody's wall, and what came to their chat by that clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.demo import Message
from tests.e2e.chat import Chat

LESSON = "Think about:"
ENVELOPE = "Your lesson is ready. Open it"
CATCH_UP = "I was away for a while"
READY = "Ready when you are."
DID_NOT_REACH = "did not reach you"
FINISH = "You have been through every lesson you chose."
WELCOME_BACK = "Lessons stopped while I could not reach you"
BERLIN = "Europe/Berlin"


def on(day: str, clock: str, zone: str = BERLIN) -> datetime:
    """The moment (UTC) at which a wall in that zone shows this day ("2026-03-03") and time ("08:00")."""
    wall = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC)


def wall(moment: datetime, zone: str = BERLIN) -> str:
    """The same the other way: "2026-03-03 08:00"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def is_lesson(message: Message) -> bool:
    """A lesson, or the envelope of one."""
    return LESSON in message.text or ENVELOPE in message.text


def lessons(chat: Chat) -> list[Message]:
    """The lessons in somebody's chat, oldest first."""
    return [message for message in chat.person.chat.from_bot if is_lesson(message)]


def times(messages: Iterable[Message], zone: str = BERLIN) -> list[str]:
    """When they came, by the clock on the wall."""
    return [wall(message.at, zone) for message in messages]


def titles(chat: Chat) -> list[str]:
    """The ids of the lessons in somebody's chat, oldest first; "(closed)" for an envelope."""
    return [title_of(chat, message) for message in lessons(chat)]


def title_of(chat: Chat, message: Message) -> str:
    """The id of the lesson in a message; "(closed)" for an envelope."""
    if ENVELOPE in message.text:
        return "(closed)"
    lines = set(message.text.splitlines())
    return next(lesson.id for lesson in chat.course if lesson.title in lines)


def heard(chat: Chat, words: str) -> int:
    """How many standing messages of the bot hold these words."""
    return sum(words in message.text for message in chat.person.chat.from_bot)
