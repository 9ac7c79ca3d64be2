"""The notebook: everything that happens in a chat, written down as Markdown for the people who write lessons."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.demo import Button, Message, Person

TAGS = {"b": "**", "i": "*", "u": "", "s": "~~", "code": "`", "pre": "`", "tg-spoiler": "||"}


@dataclass
class Notebook:
    """Listens to the messenger and writes. `clock` answers the time on the person's own wall."""

    person: Person
    clock: Callable[[], datetime]
    lines: list[str] = field(default_factory=list)
    _day: date | None = None
    _seen: dict[int, tuple[str, str]] = field(default_factory=dict)

    def note(self, event: str, subject: Any) -> None:
        """Something happened in the messenger."""
        if event in ("message", "edited", "deleted") and subject.chat is self.person.chat:
            self._note_message(event, subject)
        elif event == "answer" and subject[0] is self.person and (toast := subject[2]).text:
            where = "in a box to be closed" if toast.alert else "for a moment"
            self.write("Kindling", f"*(shown {where})* {_marked(html.escape(toast.text, quote=False))}")

    def write(self, speaker: str, what: str) -> None:
        """A line with the time and who it was."""
        self._begin_day()
        self.lines += [f"**{self.clock():%H:%M} {speaker}** {what}", ""]

    def remark(self, text: str) -> None:
        """A line of the narrator's."""
        self._begin_day()
        self.lines += [f"**{self.clock():%H:%M}** *{text}*", ""]

    def until(self, last: date) -> None:
        """The days up to the last one, when nothing happens any more."""
        self._quiet_days(last + timedelta(days=1))

    def _begin_day(self) -> None:
        today = self.clock().date()
        if today == self._day:
            return
        self._quiet_days(today)
        self.lines += [f"## {named(today)}", ""]
        self._day = today

    def _quiet_days(self, today: date) -> None:
        first = today if self._day is None else self._day + timedelta(days=1)
        last = today - timedelta(days=1)
        if first < last:
            self.lines += [f"*{named(first)} to {named(last)}: nothing.*", ""]
        elif first == last:
            self.lines += [f"*{named(first)}: nothing.*", ""]

    # -- messages ------------------------------------------------------------------------------------------------------

    def _note_message(self, event: str, message: Message) -> None:
        text, buttons = written(message), buttons_of(message)
        before = self._seen.get(message.id, ("", ""))
        self._seen[message.id] = (text, buttons)
        if message.kind == "pinned_message":
            self.write("Kindling", "*(pins that message to the top of the chat)*")
        elif event == "deleted":
            self.write(
                "Kindling" if message.from_bot else self.person.name, f"*(gone from the chat: “{beginning(message)}”)*"
            )
        elif not message.from_bot:
            self._note_own(event, message, text)
        elif event == "message":
            self._quote("", text, buttons)
        elif text != before[0]:
            which = "the pinned message" if message.id in message.chat.pinned else "that message"
            self._quote(f"*({which} becomes)*", text, buttons)
        elif buttons != before[1]:
            self.write("Kindling", f"*({_changed(before[1], buttons)})*")

    def _note_own(self, event: str, message: Message, text: str) -> None:
        replied = message.chat.find(message.reply_to) if message.reply_to else None
        how = f"*(in reply to “{beginning(replied)}”)* " if replied else ""
        if event == "edited":
            how = "*(edits that message)* "
        self.write(self.person.name, how + text.replace("\n", "\\\n"))

    def _quote(self, how: str, text: str, buttons: str) -> None:
        self.write("Kindling", how)
        self.lines[-2] = self.lines[-2].rstrip()
        self.lines += _as_quotation(text)
        if buttons:
            self.lines += [">", *_as_quotation(buttons)]
        self.lines.append("")


def named(day: date) -> str:
    """A day as in "Tuesday, March 3"."""
    return f"{day:%A, %B} {day.day}"


def beginning(message: Message) -> str:
    """The first line of a message, by which a reader knows it."""
    return message.text.partition("\n")[0]


def written(message: Message) -> str:
    """A message as Markdown."""
    kind = "" if message.kind == "text" else f"*(a {message.kind})* "
    return kind + _marked(message.html)


def buttons_of(message: Message) -> str:
    """The buttons of a message, a line for each row."""
    return "\n".join(" ".join(_button(button) for button in row) for row in message.rows)


def _changed(before: str, after: str) -> str:
    old, new = re.findall(r"\[.*?\]", before), re.findall(r"\[.*?\]", after)
    if not new:
        return "takes the buttons away"
    changes = [f"{one} becomes {other}" for one, other in zip(old, new, strict=False) if one != other]
    return ", ".join(changes) if len(old) == len(new) else f"the buttons are now {' '.join(new)}"


def _button(button: Button) -> str:
    return f"[{button.label} ↗]" if button.url else f"[{button.label}]"


def _marked(markup: str) -> str:
    text = markup.replace("*", "\\*")
    text = re.sub(
        r"<blockquote[^>]*>(.*?)</blockquote>", lambda found: _inner_quotation(found[1]), text, flags=re.DOTALL
    )
    text = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"[\2](\1)", text)
    text = re.sub(r"</?([a-z-]+)[^>]*>", lambda found: TAGS[found[1]], text)
    return html.unescape(text)


def _inner_quotation(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _as_quotation(text: str) -> list[str]:
    # A backslash keeps the line break; a blank line parts paragraphs by itself.
    lines = text.split("\n")
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    broken = [f"{line}\\" if line and after and not after.startswith(">") else line for line, after in pairs]
    return [f"> {line}".rstrip() for line in broken]
