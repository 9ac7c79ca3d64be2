"""The vocabulary that every room shares: what comes in, what goes out, and where a person can be reached.

Texts are strings in one small markup, so that no room but the messenger knows HTML: `**bold**`, `*italic*`, `||spoiler||`,
a line that starts with "> " is a quotation, and a backslash makes the next character plain. `plain` escapes what people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_MARKUP = re.compile(r"([\\*|>])")


def plain(text: str) -> str:
    """`text` with every character of the markup escaped, so that it shows exactly as it was written."""
    return _MARKUP.sub(r"\\\1", text)


@dataclass(frozen=True, slots=True)
class ChatRef:
    """Where a person can be reached: the messenger and its own address. Its repr hides the address, as logs may show it."""

    channel: str
    address: str

    def __repr__(self) -> str:
        return f"ChatRef({self.channel}, hidden)"

    def __str__(self) -> str:
        return self.__repr__()


class Kind(StrEnum):
    """What came in."""

    TEXT = "text"
    EDIT = "edit"
    PRESS = "press"
    OTHER = "other"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that somebody sent and that could be JSON: where the messenger has it, and its size in bytes."""

    id: str = field(repr=False)
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did, in the words of no messenger in particular.

    `key` names the update for good, so that a second copy of it is known. `text` is what they wrote (text, caption or
    edit), `data` what a pressed button carries. `thing` names what came where it is no text: "sticker", "voice", …
    `message` is the id of their message, or of the one whose button they pressed; `reply_to` the one they replied to.
    What people wrote never shows in a repr.
    """

    key: str
    chat: ChatRef
    kind: Kind
    text: str = field(default="", repr=False)
    data: str = ""
    thing: str = ""
    message: int | None = None
    reply_to: int | None = None
    language: str | None = None
    press_id: str | None = None
    forwarded: bool = False
    file: FileRef | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button: `action` comes back when it is pressed (64 bytes at most); with `url` it opens an address instead."""

    label: str
    action: str = ""
    url: str | None = None


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A text file that goes with a message: its name, and what is in it."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, drawn only when it is sent: plain values (those of JSON) that the drawing room understands."""

    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Say:
    """A new message. `delivery` names the ledger row it fulfils; `silent` comes without a sound, `protected` cannot be forwarded.
    With a `file` it is a document, and the text (1024 characters at most) stands under it.
    With a `picture`, the text stands under it (1024 characters at most) and says what it shows, for those who cannot see it."""

    text: str = field(repr=False)
    rows: Rows = ()
    silent: bool = False
    protected: bool = False
    delivery: str | None = None
    file: File | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Other words for a message already sent. Doing it twice does no harm."""

    message: int
    text: str = field(repr=False)
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Unbutton:
    """Takes the buttons off a message, or gives it others, and leaves its words."""

    message: int
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Remove:
    """Deletes messages of this chat, as far as the messenger allows."""

    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A message pinned at the top of the chat without a sound. With `message` it takes the place of the one pinned before."""

    text: str = field(repr=False)
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Toast:
    """The short answer to a pressed button; `alert` keeps it on screen until it is closed. 200 characters at most."""

    text: str = ""
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands that the messenger offers in this chat, each with what it gets. Without any, the usual ones come back."""

    commands: tuple[tuple[str, str], ...] = ()


Outgoing = Say | Edit | Unbutton | Remove | Pin | Toast | Menu


class Outcome(StrEnum):
    """How a send ended. GONE: they blocked us or left; SLOW_DOWN, TRY_LATER: not now; OUR_BUG: the messenger will never take it."""

    SENT = "sent"
    GONE = "gone"
    SLOW_DOWN = "slow_down"
    TRY_LATER = "try_later"
    OUR_BUG = "our_bug"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one send: `message` is its id in the chat, `before` the ids of the pieces that came before it where it was too
    long for one, `retry_after` seconds to wait, `detail` a word for the operator."""

    outcome: Outcome
    message: int | None = None
    retry_after: float | None = None
    detail: str = ""
    before: tuple[int, ...] = ()

    @property
    def messages(self) -> tuple[int, ...]:
        """Every message that it left in the chat."""
        return self.before if self.message is None else (*self.before, self.message)


def utc_text(moment: datetime) -> str:
    """An aware datetime as ISO 8601 in UTC, to the second. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
