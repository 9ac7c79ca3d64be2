"""What the chat page may offer beside the chats: a clock to turn and a plug to pull, given by whoever starts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Jump = Literal["next_lesson", "hour", "tomorrow", "clock_change"] | float
"""Where the clock goes: a named moment, or so many seconds ahead."""
Database = Literal["fine", "gone", "hung"]


class ClockControl(Protocol):
    """The clock that the bot and the server share."""

    async def jump(self, kind: Jump) -> str:
        """Turns the clock and says in words what time it is now or why it could not."""

    async def local_time(self, person_id: int) -> datetime | None:
        """A person's own wall clock (aware), or None if it is not known."""


class PlugControl(Protocol):
    """The bot's database."""

    async def set_plug(self, state: Database) -> str:
        """Pulls or mends the plug and says in words what happened."""

    async def state(self) -> Database:
        """How the database is now."""


class Preview(Protocol):
    """Pieces of writing that are shown as they will look in a chat, before they are sent to anybody. Answers are as JSON has them."""

    async def version(self) -> str:
        """A word that changes whenever something was saved."""

    async def pieces(self) -> Mapping[str, Any]:
        """What there is: `{"groups": [{"title", "pieces": [{"id", "title", "note"}]}], "wishes": {name: {value: label}}, "version": …}`."""

    async def look(self, piece: str, wishes: Mapping[str, str]) -> Mapping[str, Any]:
        """How a piece looks: `{"steps": [{"by", "messages": [{"html", "rows", "silent", "protected"}]}], "findings": [{"line", "rule",
        "level", "says", "fix"}], "facts": [[name, value]], "file": …, "trouble": …}`. `by` is what the reader did before, if anything."""


@dataclass(slots=True)
class Panel:
    """The panel's parts; one that is None is not shown. `notes` are lines of plain text at its top."""

    clock: ClockControl | None = None
    plug: PlugControl | None = None
    preview: Preview | None = None
    notes: list[str] = field(default_factory=list)
    on_new_person: Callable[[int], Awaitable[None]] | None = None
    """Told the id of a person whom someone added on the page."""
