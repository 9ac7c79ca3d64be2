"""What the crisis room hands over: plain values that know nothing of any messenger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Need = Literal["suicide", "abuse", "assault", "compulsion", "worried", "young", "danger", "lgbtq", "addiction"]
NEEDS: tuple[Need, ...] = (
    "suicide", "abuse", "assault", "compulsion", "worried", "young", "danger", "lgbtq", "addiction",
)  # fmt: skip
CATEGORY_NEEDS: dict[str, Need] = {
    "self_harm": "suicide",
    "abuse": "abuse",
    "sexual_assault": "assault",
    "danger_other": "danger",
}
MAIN = "main"
PREFIX = "sos:"
ACTION_BYTES = 48
ESSENTIALS_CHARACTERS = 500
SHORT_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class CardButton:
    """A button: either an action for `answer.press` (at most 48 ASCII bytes, from `sos:` on) or a web address."""

    label: str
    action: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One message: paragraphs to join by an empty line, rows of buttons, whether to send it without a sound."""

    paragraphs: tuple[str, ...]
    rows: tuple[tuple[CardButton, ...], ...] = ()
    silent: bool = False
    kind: str = MAIN


@dataclass(frozen=True, slots=True)
class Effects:
    """What to do around the answer, as well as it can be done.

    country: the ISO code chosen; "" wipes the stored one; None leaves it. pause: stop lessons and reminders.
    no_follow_up: send nothing later unless asked. hide_exchange: remove these messages from the chat.
    carry_on: it was a false alarm, return to where they were. notice: a short line over the button that was pressed.
    """

    country: str | None = None
    pause: bool = False
    hello_tomorrow: bool = False
    hide_exchange: bool = False
    no_follow_up: bool = False
    carry_on: bool = False
    underage: bool = False
    open_plan: bool = False
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One or two cards, and what should happen around them."""

    cards: tuple[Card, ...]
    effects: Effects = Effects()
