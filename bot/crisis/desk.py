"""Writing the cards for one person: their language, the country they chose, today's date.

Every card puts the country's name above any number, danger first, and the worldwide directory at hand.
First paragraphs and button labels are what a bystander could see, so they tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from bot.crisis import helplines
from bot.crisis.helplines import Book, Country, Line
from bot.crisis.texts import Texts
from bot.crisis.values import MAIN, NEEDS, PREFIX, Card, CardButton, Effects, Need, Reply

COUNTRIES_A_PAGE = 10
DATA_NEED = {
    MAIN: "suicide_crisis",
    "suicide": "suicide_crisis",
    "worried": "suicide_crisis",
    "young": "suicide_crisis",
    "danger": "suicide_crisis",
    "abuse": "domestic_violence",
    "assault": "sexual_violence",
    "compulsion": "sexual_health_relationship",
    "lgbtq": "lgbtq",
    "addiction": "addiction",
}
_PAUSING = frozenset({"suicide", "abuse", "assault", "compulsion", "young", "danger"})
_HELLO = ("suicide", "assault", "compulsion", "danger")
Rows = tuple[tuple[CardButton, ...], ...]


class Atlas(Protocol):
    """Names and order of countries."""

    def country_name(self, iso: str, language: str | None) -> str: ...

    def countries(self, language: str | None) -> tuple[tuple[str, str], ...]: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Writes cards from one book of helplines in one language. `iso` is the country they chose, or None."""

    book: Book
    words: Texts
    atlas: Atlas
    language: str | None
    iso: str | None
    today: date

    # --- small pieces -------------------------------------------------------------------------------------------

    def say(self, key: str, **values: str) -> str:
        return self.words.fill(self.words.cards[key], **values)

    def way(self, key: str, **values: str) -> str:
        kept = {name: self.words.keep(value) for name, value in values.items()}
        return self.words.fill(self.words.ways[key], **kept)

    def button(self, key: str, action: str) -> CardButton:
        return CardButton(self.words.buttons[key], PREFIX + action)

    def listed(self, parts: Iterable[str]) -> str:
        return f"{self.words.ways['comma']} ".join(parts)

    @property
    def country(self) -> Country | None:
        return self.book.country(self.iso)

    @property
    def country_name(self) -> str:
        return self.words.keep(self.atlas.country_name(self.iso or "", self.language))

    @property
    def directory(self) -> str:
        return self.words.keep(without_scheme(self.book.directory))

    def emergency(self) -> str:
        country = self.country
        if country is None or not country.emergency:
            a, b, c = (self.words.keep(number) for number in self.book.anywhere)
            return self.say("emergency_anywhere", a=a, b=b, c=c)
        anyone = [self.words.keep(n.number) for n in country.emergency if n.reaches == "any"]
        others = [self.way(n.reaches, number=n.number) for n in country.emergency if n.reaches != "any"]
        return self.listed(([" / ".join(anyone)] if anyone else []) + others)

    def emergency_notes(self) -> list[str]:
        country = self.country
        return [self.note(note) for note in country.emergency_notes] if country else []

    def lines(self, need: str) -> tuple[Line, ...]:
        return self.book.lines(self.iso, DATA_NEED[need], self.today)

    # --- how one line is printed --------------------------------------------------------------------------------

    def entry(self, line: Line, next_line: str, *, full: bool = False, only_writing: bool = False) -> str:
        """One line: its name, the ways to reach it, hours and whom it is for, and what to try if it fails."""
        text = f"{self.words.keep(line.name)}: {'; '.join(self.ways(line, only_writing=only_writing))}"
        details = self.listed(self.details(line, full))
        text += f" ({details})" if details else ""
        if full and line.notes:
            text = " ".join((text + ".", *(self.note(note) for note in line.notes)))
        return f"{text}\n{self.say('recheck', next=next_line)}" if line.recheck else text

    def ways(self, line: Line, *, only_writing: bool = False) -> list[str]:
        found = [self.way("call", number=line.phone)] if line.phone and not only_writing else []
        if line.sms_number and line.sms_keyword:
            found.append(self.way("text_word", word=line.sms_keyword, number=line.sms_number))
        elif line.sms_number:
            found.append(self.way("text", number=line.sms_number))
        if line.whatsapp:
            found.append(self.way("whatsapp", number=line.whatsapp))
        if line.chat_url:
            found.append(self.way("chat", url=without_scheme(line.chat_url)))
        return found or [self.way("site", url=without_scheme(line.url or ""))]

    def details(self, line: Line, full: bool) -> list[str]:
        """Hours as the data gives them, whom and where it is for, and its languages where they could matter."""
        if not (line.phone or line.writes):
            return []
        found = [line.hours, line.audience, line.scope, line.cost if full else None]
        said = [self.words.phrase(detail) for detail in found if detail]
        return said + (self.tongues(line) if full or len(line.languages) > 1 or self.many_tongues() else [])

    def tongues(self, line: Line) -> list[str]:
        named = (self.tongue(code) for code in line.languages)
        return [name for name in named if name]

    def tongue(self, code: str) -> str:
        if code in ("others", "interpreters"):
            return self.words.ways[code]
        return self.words.keep(self.book.language_names[code]) if code in self.book.language_names else ""

    def many_tongues(self) -> bool:
        country = self.country
        return country is not None and len({line.languages[:1] for line in country.lines if line.languages}) > 1

    def note(self, note: helplines.Note) -> str:
        numbers = [self.words.keep(number) for number in note.numbers]
        return self.words.fill(self.words.notes[note.key], *numbers, numbers=self.listed(numbers))

    def entries(self, lines: Sequence[Line], *, full: bool = False, only_writing: bool = False) -> list[str]:
        """Each line with what to try when it does not connect, and the date of the last check once a review is due."""
        next_lines = [self.words.ways["next_line"]] * (len(lines) - 1) + [self.directory]
        printed = [
            self.entry(line, next_line, full=full, only_writing=only_writing)
            for line, next_line in zip(lines, next_lines, strict=False)
        ]
        stale = [line.last_checked for line in lines if line.stale(self.today)]
        return [*printed, self.say("last_checked", date=self.words.keep(min(stale).isoformat()))] if stale else printed

    # --- paragraphs that many cards share -----------------------------------------------------------------------

    def heading(self) -> str | None:
        return self.say("numbers_for", country=self.country_name) if self.country else None

    def danger_text(self, key: str = "danger_now") -> str:
        return self.say(key, emergency=self.emergency())

    def block(self, lines: Sequence[Line], *between: str | None, danger: str = "danger_now") -> str | None:
        """The country's name, danger first, then each line, or an honest gap with the directory."""
        printed = self.entries(lines) if lines else [self.gap()]
        return joined(self.heading(), self.danger_text(danger), *between, *printed)

    def two(self, need: str) -> tuple[Line, ...]:
        return helplines.two_ways(self.lines(need))

    def gap(self) -> str:
        if self.iso is None:
            return self.say("gap_anywhere", directory=self.directory)
        return self.say("gap", country=self.country_name, directory=self.directory)

    def tail(self, lines: Sequence[Line], busy: str = "busy_short") -> str | None:
        """Lines are busy; the directory, unless the card has just named it; how to choose a country."""
        if self.country is None:
            return joined(self.where())
        named = self.say("directory", directory=self.directory)
        return joined(self.say(busy), named) if lines else None

    def where(self) -> str:
        if self.iso is None:
            return self.say("no_country", button=self.words.buttons["country"])
        return self.say("country_unknown", country=self.country_name)

    def private_warning(self, need: str) -> str | None:
        country = self.country
        return self.say("private_warning") if country and DATA_NEED[need] in country.private_needs else None

    # --- rows of buttons ----------------------------------------------------------------------------------------

    def list_button(self) -> CardButton:
        return CardButton(self.words.buttons["list"], url=self.book.directory)

    def main_rows(self) -> Rows:
        needs = [self.button(need, f"n:{need}") for need in NEEDS[:6]]
        rest = [self.button("calm", f"calm:{MAIN}"), self.button("country", f"cp:{MAIN}:0")]
        ways = [self.button("write", f"t:{MAIN}"), self.button("more", f"m:{MAIN}")]
        last = [self.button("key", "key"), self.button("plan", "plan"), self.button("later", f"later:{MAIN}")]
        return (*pairs([*needs, *rest, *ways]), tuple(last), (self.list_button(),))

    def need_rows(self, need: str) -> Rows:
        someone = [self.button("worried", "n:worried")] if need == "suicide" else []
        hello = [self.button("hello", "hello:y")] if need in _HELLO else []
        buttons = [self.button("write", f"t:{need}"), self.button("more", f"m:{need}"), *someone]
        buttons += [self.button("calm", f"calm:{need}"), self.button("plan", "plan"), *hello]
        buttons += [self.button("country", f"cp:{need}:0"), self.button("later", f"later:{need}")]
        return (*self.chat_row(need), *pairs(buttons), (self.list_button(),))

    def chat_row(self, need: str) -> Rows:
        chats = [line.chat_url for line in self.two(need) if line.chat_url]
        return ((CardButton(self.words.buttons["chat"], url=chats[0]),),) if chats else ()

    # --- the cards ----------------------------------------------------------------------------------------------

    def main(self, times_today: int = 1) -> Card:
        """What to do in danger, two ways to reach a person, the directory, and a button for every need."""
        again = times_today >= 3
        found = self.two(MAIN)[: 1 if again else 2]
        head = self.say("numbers_for_move", country=self.country_name, button=self.words.buttons["country"])
        paragraphs = (
            self.say("opener_again" if again else "opener"),
            joined(head if self.country else None, self.danger_text()),
            joined(*(self.entries(found) or [self.gap()])),
            self.tail(found),
            self.say("automated"),
        )
        return Card(present(paragraphs), self.main_rows(), kind=MAIN)

    def group(self, private_link: str | None) -> Card:
        """The essentials for everyone in a group: no one's own country, and an invitation to write in private."""
        nowhere = replace(self, iso=None)
        link = (CardButton(self.words.buttons["private"], url=private_link),) if private_link else ()
        paragraphs = (
            self.say("opener"),
            nowhere.danger_text(),
            nowhere.gap(),
            self.say("automated"),
            self.say("group"),
        )
        return Card(paragraphs, present_rows((link, (self.list_button(),))), kind="group")

    def need(self, need: Need, *, understood: bool = False, times_today: int = 1) -> Reply:
        """The card of one need. `understood`: it came from what they wrote, so it offers "just carry on"."""
        if times_today >= 3 and need not in ("abuse", "young"):
            card = self.again(need)
        elif need == "abuse":
            card = self.abuse_question(again=times_today >= 3)
        else:
            card = _WRITERS[need](self)
        if understood:
            carry = (self.button("carry", "carry"),)
            card = replace(card, paragraphs=(*card.paragraphs, self.say("got_wrong")), rows=(*card.rows, carry))
        effects = Effects(pause=need in _PAUSING, no_follow_up=need == "abuse", underage=need == "young")
        return Reply((card,), effects)

    def again(self, need: Need) -> Card:
        """The third time in a day: shorter, emergency and directory first."""
        first = self.lines(need)[:1]
        paragraphs = (
            self.say("opener_again"),
            joined(self.heading(), self.danger_text(), self.say("directory", directory=self.directory)),
            joined(*self.entries(first)),
            self.say("automated"),
        )
        return Card(present(paragraphs), self.need_rows(need), silent=need != "suicide", kind=need)

    def suicide(self) -> Card:
        found = self.two("suicide")
        paragraphs = (
            self.say("opener_suicide"),
            self.say("suicide_body"),
            self.block(found, danger="danger_suicide"),
            self.tail(found, "busy"),
            self.say("paused"),
        )
        return Card(present(paragraphs), self.need_rows("suicide"), kind="suicide")

    def abuse_question(self, *, again: bool = False) -> Card:
        """Step one: no number before they say that this screen is safe."""
        body = (self.say("automated"), self.say("abuse_ask_again")) if again else self._abuse_body()
        choose = (self.button("safe", "ok:abuse"), self.button("unsafe", "no:abuse"))
        rows = (choose, (self.button("later", "later:abuse"),))
        return Card((self.say("opener_thanks"), *body), rows, silent=True, kind="abuse_question")

    def _abuse_body(self) -> tuple[str, str]:
        return self.say("abuse_body"), self.say("abuse_ask")

    def abuse(self) -> Card:
        """Step two, only after "okay to show"."""
        found = self.two("abuse")
        paragraphs = (
            self.say("opener"),
            self.block(found, *self.emergency_notes()),
            self.say("abuse_choice") if found else None,
            self.tail(found),
            self.say("automated"),
            self.say("abuse_trace"),
        )
        buttons = [self.button("write", "t:abuse"), self.button("more", "m:abuse")]
        buttons += [self.button("calm", "calm:abuse"), self.button("country", "cp:abuse:0")]
        buttons += [self.button("unsafe", "no:abuse"), self.button("later", "later:abuse")]
        return Card(present(paragraphs), (*self.chat_row("abuse"), *pairs(buttons)), silent=True, kind="abuse")

    def assault(self) -> Card:
        found = self.two("assault")
        paragraphs = (
            self.say("opener_thanks"),
            self.say("assault_body"),
            self.block(found),
            self.say("assault_care"),
            self.tail(found),
            self.say("paused"),
        )
        return Card(present(paragraphs), self.need_rows("assault"), silent=True, kind="assault")

    def compulsion(self) -> Card:
        """Someone to talk it over with if a checked service is known, and the crisis lines if there is despair."""
        talk, despair = self.two("compulsion"), self.two("suicide")
        between = (self.private_warning("compulsion"), self.say("compulsion_talk") if talk else None)
        despair = despair[: 1 if talk else 2] if self.country else ()
        paragraphs = (
            self.say("opener_thanks"),
            self.say("compulsion_body"),
            self.block(talk, *between),
            joined(self.say("compulsion_hope"), *self.entries(despair)) if despair else None,
            self.tail((*talk, *despair)),
            self.say("compulsion_paused"),
        )
        return Card(present(paragraphs), self.need_rows("compulsion"), silent=True, kind="compulsion")

    def worried(self) -> Card:
        found = self.two("worried")
        paragraphs = (
            self.say("opener_worried"),
            self.say("worried_body"),
            self.block(found, danger="danger_someone"),
            self.tail(found),
            self.say("automated"),
        )
        return Card(present(paragraphs), self.need_rows("worried"), kind="worried")

    def young(self) -> Card:
        found = self.book.young(self.iso, self.today)
        paragraphs = (
            self.say("opener_thanks"),
            self.say("young_body"),
            joined(self.heading(), self.danger_text(), *self.entries(found)),
            self.say("young_directory", directory=self.directory),
            self.say("automated"),
        )
        buttons = [self.button("calm", "calm:young"), self.button("country", "cp:young:0")]
        return Card(present(paragraphs), (*pairs(buttons), (self.list_button(),)), silent=True, kind="young")

    def danger(self) -> Card:
        found = self.two("danger")
        paragraphs = (
            self.say("opener_danger"),
            self.block(found, *self.emergency_notes(), self.say("danger_body"), danger="danger_someone"),
            self.tail(found),
            self.say("paused"),
        )
        return Card(present(paragraphs), self.need_rows("danger"), silent=True, kind="danger")

    def topic(self, need: Need) -> Card:
        """LGBTQ+ support and habits: only ever shown when asked for."""
        found = self.two(need)
        paragraphs = (
            self.say("opener"),
            self.private_warning(need),
            self.block(found),
            self.tail(found),
            self.say("automated"),
        )
        return Card(present(paragraphs), self.need_rows(need), silent=True, kind=need)

    def lgbtq(self) -> Card:
        return self.topic("lgbtq")

    def addiction(self) -> Card:
        return self.topic("addiction")

    def more(self, need: str) -> Card:
        """Every line for a need, in full, and the emergency numbers with their notes."""
        lines = self.lines(need)
        paragraphs = (
            self.say("opener"),
            joined(self.heading(), self.danger_text(), *self.emergency_notes()),
            self.private_warning(need),
            *(self.entries(lines, full=True) or [self.gap()]),
            self.tail(lines),
            self.say("automated"),
        )
        if need == "abuse":
            buttons = [self.button("write", "t:abuse"), self.button("unsafe", "no:abuse")]
        else:
            buttons = [self.button("write", f"t:{need}"), *self.other_topics(), self.button("back", MAIN)]
        return Card(present(paragraphs), pairs(buttons), silent=True, kind="more")

    def other_topics(self) -> list[CardButton]:
        hidden = self.country.never_offer if self.country else frozenset[str]()
        return [self.button(need, f"n:{need}") for need in NEEDS[7:] if DATA_NEED[need] not in hidden]

    def write(self, need: str) -> Card:
        """The same need for someone who cannot or will not speak."""
        lines = [line for line in self.lines(need) if line.writes]
        printed = self.entries(lines, only_writing=True) or [self.say("gap_writing", directory=self.directory)]
        paragraphs = (
            self.say("opener"),
            self.private_warning(need),
            joined(self.heading(), self.danger_text(), *self.emergency_notes(), *printed),
            self.tail(lines),
            self.say("automated"),
        )
        last = self.button("unsafe", "no:abuse") if need == "abuse" else self.button("back", MAIN)
        rows = (*self.chat_row(need), (self.button("more", f"m:{need}"), last), (self.list_button(),))
        return Card(present(paragraphs), rows, silent=True, kind="write")

    def key(self) -> Card:
        """In plain words, what each button is for."""
        explained = (*NEEDS[:6], "calm")
        listed = [f"{self.words.buttons[name]}: {self.say(f'key_{name}')}" for name in explained]
        rows = pairs([self.button(need, f"n:{need}") for need in NEEDS[:6]])
        last = (self.button("calm", f"calm:{MAIN}"), self.button("back", MAIN))
        return Card((self.say("opener"), self.say("key_title"), "\n".join(listed)), (*rows, last), True, "key")

    def calm(self, need: str) -> Card:
        """A minute to steady oneself: eyes open, feet on the floor, nothing about the body to dwell on."""
        back = "ok:abuse" if need == "abuse" else MAIN if need == MAIN else f"n:{need}"
        end = [self.say("later_private")] if need == "abuse" else self.still_here()
        return Card((self.say("calm_body"), *end), ((self.button("back", back),),), silent=True, kind="calm")

    def still_here(self) -> list[str]:
        """What stays on the screen of someone who wants nothing now."""
        block = joined(self.heading(), self.danger_text(), self.say("directory", directory=self.directory))
        return list(present((self.say("later_body"), block)))

    def later(self, need: str) -> Card:
        """Not now: the same help stays on screen. On the abuse path no number is left behind."""
        if need == "abuse":
            return Card((self.say("later_private"),), ((self.button("safe", "ok:abuse"),),), True, "later")
        if need not in _HELLO:
            return Card(tuple(self.still_here()), ((self.button("back", MAIN),),), silent=True, kind="later")
        yes_no = (self.button("yes", "hello:y"), self.button("no", "hello:n"))
        paragraphs = (*self.still_here(), self.say("hello_ask"))
        return Card(paragraphs, (yes_no, (self.button("back", f"n:{need}"),)), silent=True, kind="later")

    def sentence(self, key: str, kind: str) -> Card:
        """One sentence and a way back to the numbers."""
        return Card((self.say(key),), ((self.button("back", MAIN),),), silent=True, kind=kind)

    def picker(self, need: str, page: int) -> Card:
        """Countries, likely ones for the language first, a page at a time."""
        everything = self.atlas.countries(self.language)
        last_page = (len(everything) - 1) // COUNTRIES_A_PAGE if everything else 0
        page = min(max(page, 0), last_page)
        shown = everything[page * COUNTRIES_A_PAGE : (page + 1) * COUNTRIES_A_PAGE]
        names = [CardButton(name, f"{PREFIX}c:{need}:{iso}") for iso, name in shown]
        turn = [self.button("back", f"cp:{need}:{page - 1}")] if page else []
        turn += [self.button("next", f"cp:{need}:{page + 1}")] if page < last_page else []
        other = (self.button("not_listed", f"c:{need}:-"), self.button("rather_not", f"c:{need}:-"))
        rows = present_rows((*pairs(names), tuple(turn), other))
        return Card((self.say("which_country"),), rows, silent=True, kind="countries")

    def essentials(self, most: int) -> str | None:
        """What to do in danger and whom to talk with, in at most `most` characters; None when it cannot fit."""
        lines = self.lines(MAIN)[:2] if self.country else ()
        for count in range(len(lines), -1, -1):
            listed = "".join(f"{self.brief(line)}. " for line in lines[:count])
            values = {"emergency": self.emergency(), "directory": self.directory, "lines": listed}
            text = joined(self.heading(), self.say("essentials", **values))
            if text and len(text) <= most:
                return text
        return None

    def brief(self, line: Line) -> str:
        """One line without its details, for places with little room."""
        return f"{self.words.keep(line.name)}: {'; '.join(self.ways(line))} ({self.words.phrase(line.hours)})"


_WRITERS = {need: getattr(Desk, need) for need in NEEDS if need != "abuse"}


def without_scheme(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")


def joined(*parts: str | None) -> str | None:
    return "\n".join(part for part in parts if part) or None


def present(paragraphs: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def present_rows(rows: Iterable[tuple[CardButton, ...]]) -> Rows:
    return tuple(row for row in rows if row)


def pairs(buttons: list[CardButton]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
