"""What the crisis room says: plain cards and what should happen around them, from memory, never raising.

`open` answers a call for help or a message that was understood as one; `press` answers every button of these cards.
A caller turns a `Card` into a message and carries out `Effects` afterwards, as well as it can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from bot.crisis import helplines, texts
from bot.crisis.calls import Calls
from bot.crisis.desk import DATA_NEED, Desk, without_scheme
from bot.crisis.helplines import DATA, Book
from bot.crisis.minimum import minimum_text
from bot.crisis.texts import Shelf, Texts
from bot.crisis.values import (
    CATEGORY_NEEDS,
    ESSENTIALS_CHARACTERS,
    MAIN,
    NEEDS,
    PREFIX,
    Card,
    CardButton,
    Effects,
    Need,
    Reply,
)

__all__ = [
    "CATEGORY_NEEDS", "DEFAULT", "NEEDS", "Card", "CardButton", "Effects", "Need", "Reply", "Room",
    "back_to_course", "countries", "country_name", "essentials", "hello", "is_call_for_help", "open", "paused_line",
    "press", "short_description", "soft_line",
]  # fmt: skip


@dataclass(frozen=True)
class Room:
    """The crisis room over one set of data. `DEFAULT` is the one the product uses."""

    book: Book
    shelf: Shelf

    @classmethod
    def load(cls, folder: Path = DATA) -> Room:
        """Read the data of a folder. Never raises: what is broken is left out and named in `book` and `shelf`."""
        return cls(helplines.load(folder), texts.load(folder))

    @cached_property
    def calls(self) -> Calls:
        return Calls.of(
            phrase for words in self.shelf.languages.values() for phrase in (*words.call_words, *words.typos)
        )

    def texts(self, language: str | None) -> Texts | None:
        return self.shelf.choose(language, self.book.normalise)

    def open(
        self,
        language: str | None,
        country: str | None,
        today: date,
        *,
        group: bool = False,
        first_line: Need | None = None,
        times_today: int = 1,
        private_link: str | None = None,
    ) -> Reply:
        """The card for someone who asks for help, or whose words were understood as `first_line`. Never raises.

        language: a tag such as `pt-BR`. country: the ISO code they chose, never a guess. times_today: how often a
        card was opened for this person today, this one included. private_link: where a group can write in private.
        """
        try:
            desk = self.desk(language, country, today)
            if desk is None:
                return least(language)
            if group:
                return Reply((desk.group(private_link),))
            if first_line is None:
                return Reply((desk.main(times_today),))
            return desk.need(first_line, understood=True, times_today=times_today)
        except Exception:
            return least(language)

    def press(self, action: str, language: str | None, country: str | None, today: date) -> Reply:
        """The answer to a button of any card, old and unknown ones included. Never raises."""
        try:
            desk = self.desk(language, country, today)
            return least(language) if desk is None else _pressed(desk, action)
        except Exception:
            return least(language)

    def desk(self, language: str | None, country: str | None, today: date) -> Desk | None:
        words = self.texts(language)
        return None if words is None else Desk(self.book, words, self, language, country or None, today)

    def country_name(self, iso: str, language: str | None) -> str:
        words = self.texts(language)
        return self.shelf.country_name(iso, words.language if words else texts.FALLBACK)

    def countries(self, language: str | None) -> tuple[tuple[str, str], ...]:
        """(ISO code, name) of every country with helplines: likely ones for this language first, then by name."""
        tags = texts.tags(language, self.book.normalise)
        likely = dict.fromkeys(iso for tag in tags for iso in self.book.candidates.get(tag, ()))
        named = self._named(language)
        order = (*likely, *(iso for iso in named if iso not in likely))
        return tuple((iso, named[iso]) for iso in order if iso in named)

    def _named(self, language: str | None) -> dict[str, str]:
        """ISO code -> name of every country with helplines, by name. Sorted once for each language that has texts."""
        words = self.texts(language)
        spoken = words.language if words else texts.FALLBACK
        if spoken not in self._sorted:
            named = ((iso, self.shelf.country_name(iso, spoken)) for iso in self.book.countries)
            self._sorted[spoken] = dict(sorted(named, key=lambda one: texts.sort_key(one[1])))
        return self._sorted[spoken]

    @cached_property
    def _sorted(self) -> dict[str, dict[str, str]]:
        return {}

    def essentials(self, language: str | None, country: str | None, today: date | None) -> str:
        desk = self.desk(language, country, today or self.book.generated)
        return (desk and desk.essentials(ESSENTIALS_CHARACTERS)) or minimum_text(language)

    def sentence(self, key: str, language: str | None) -> str:
        words = self.texts(language)
        if words is None:
            return minimum_text(language)
        return words.fill(words.cards[key], directory=words.keep(without_scheme(self.book.directory)))


def _pressed(desk: Desk, action: str) -> Reply:
    """Which card a button leads to. Anything unknown, old or damaged leads to the main card."""
    name, _, rest = action.removeprefix(PREFIX).partition(":")
    known = rest if rest in DATA_NEED else MAIN
    quiet = Effects(no_follow_up=known == "abuse")
    match name:
        case "n" if rest in NEEDS:
            return desk.need(next(need for need in NEEDS if need == rest))
        case "c" | "cp":
            return _country_pressed(desk, name, rest)
        case "t":
            return Reply((desk.write(known),), quiet)
        case "m":
            return Reply((desk.more(known),), quiet)
        case "calm":
            return Reply((desk.calm(known),), quiet)
        case "later":
            return Reply((desk.later(known),), quiet)
        case "ok":
            return Reply((desk.abuse(),), Effects(pause=True, no_follow_up=True))
        case "no":
            card = Card((desk.say("abuse_not_here"),), silent=True, kind="not_here")
            return Reply((card,), Effects(pause=True, hide_exchange=True, no_follow_up=True))
        case "carry":
            card = Card((desk.say("carry_on"),), silent=True, kind="carry_on")
            return Reply((card,), Effects(carry_on=True, notice=desk.say("notice")))
        case "hello":
            card = desk.sentence("hello_yes" if rest == "y" else "hello_no", "hello")
            return Reply((card,), Effects(hello_tomorrow=rest == "y"))
        case "plan":
            return Reply((desk.sentence("plan", "plan"),), Effects(open_plan=True))
        case "key":
            return Reply((desk.key(),))
        case _:
            return Reply((desk.main(),))


def _country_pressed(desk: Desk, name: str, rest: str) -> Reply:
    need, _, value = rest.partition(":")
    need = need if need in DATA_NEED else MAIN
    if name == "cp":
        page = int(value) if value.isdigit() and len(value) < 4 else 0
        return Reply((desk.picker(need, page),), Effects(no_follow_up=need == "abuse"))
    chosen = value if desk.book.country(value) else ""
    there = replace(desk, iso=chosen or None)
    notice = there.say("country_saved", country=there.country_name) if chosen else desk.say("country_wiped")
    if need == MAIN:
        return Reply((there.main(),), Effects(country=chosen, notice=notice))
    if need == "abuse":
        return Reply((there.abuse(),), Effects(country=chosen, notice=notice, pause=True, no_follow_up=True))
    answered = there.need(next(known for known in NEEDS if known == need))
    return Reply(answered.cards, replace(answered.effects, country=chosen, notice=notice))


def least(language: str | None) -> Reply:
    """The answer that needs no file at all."""
    return Reply((Card((minimum_text(language),), kind="minimum"),))


DEFAULT = Room.load()


def is_call_for_help(text: str) -> bool:
    """Whether a message asks for help outright: /help, /crisis, /sos, or the bare word in any shipped language."""
    return DEFAULT.calls.heard_in(text)


def open(
    language: str | None,
    country: str | None,
    today: date,
    *,
    group: bool = False,
    first_line: Need | None = None,
    times_today: int = 1,
    private_link: str | None = None,
) -> Reply:
    """The crisis card. See `Room.open`."""
    return DEFAULT.open(
        language, country, today, group=group, first_line=first_line, times_today=times_today, private_link=private_link
    )


def press(action: str, language: str | None, country: str | None, today: date) -> Reply:
    """The answer to a button. See `Room.press`."""
    return DEFAULT.press(action, language, country, today)


def countries(language: str | None) -> tuple[tuple[str, str], ...]:
    """(ISO code, name) of every country with helplines, likely ones for the language first."""
    return DEFAULT.countries(language)


def country_name(iso: str, language: str | None) -> str:
    """A country's name in a language, listed or not; the code itself when unknown."""
    return DEFAULT.country_name(iso, language)


def essentials(language: str | None, country: str | None = None, today: date | None = None) -> str:
    """At most 500 characters for a profile or a pinned message: what to do in danger, whom to talk with."""
    try:
        return DEFAULT.essentials(language, country, today)
    except Exception:
        return minimum_text(language)


def short_description(language: str | None) -> str:
    """At most 120 characters for a bot's short description."""
    return DEFAULT.sentence("short", language)


def soft_line(language: str | None) -> str:
    """One line, "in case you need it", under an ordinary answer."""
    return DEFAULT.sentence("soft_line", language)


def back_to_course(language: str | None) -> str:
    """The question that opens the way back after a pause."""
    return DEFAULT.sentence("back_to_course", language)


def hello(language: str | None) -> str:
    """The one message of the next day, only for those who chose it."""
    return DEFAULT.sentence("hello", language)


def paused_line(language: str | None) -> str:
    """The one neutral line when a pause ends."""
    return DEFAULT.sentence("paused_line", language)
