"""What a check is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.settings import Settings

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at: "ok", "warning" (works, but needs care) or "error" (keeps something from working).

    `id` never changes, `do` says what to do. Neither text holds a secret, an address or anything about a person.
    """

    id: str
    state: State
    says: str
    do: str = ""

    @property
    def fine(self) -> bool:
        """True when there is nothing to do."""
        return self.state == "ok"


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation that is looked at, and when. `hurried` leaves out what would keep a machine at work for seconds: the search
    for damage in an SQLite file, and the rules of the lesson check."""

    settings: Settings
    now: datetime
    hurried: bool = False
