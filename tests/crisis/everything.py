"""Every card there is: all countries, needs, languages, buttons; and the numbers a card may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from bot.crisis import answer
from bot.crisis.answer import Card, CardButton, Reply
from bot.crisis.desk import DATA_NEED

TODAY = date(2026, 12, 1)
OVERDUE = date(2027, 3, 1)
LONG_OVERDUE = date(2028, 3, 1)
BOOK = answer.DEFAULT.book
LANGUAGES = tuple(sorted(answer.DEFAULT.shelf.languages))
COUNTRIES = (None, *BOOK.countries, "BD")
MARKS = re.compile("[\u2066-\u2069]")
NUMBER_CARDS = tuple(f"sos:{step}:{need}" for step in ("t", "m") for need in DATA_NEED)


def replies(language: str, country: str | None, today: date = TODAY) -> Iterator[tuple[str, Reply]]:
    """Everything that can be answered in one language and country: each entrance, and each button found on the way."""
    entrances: dict[str, Reply] = {"/help": answer.open(language, country, today)}
    entrances["/help again"] = answer.open(language, country, today, times_today=3)
    entrances["group"] = answer.open(language, country, today, group=True, private_link="https://t.me/kindling_bot")
    for need in answer.NEEDS:
        entrances[f"understood {need}"] = answer.open(language, country, today, first_line=need)
        entrances[f"understood {need} again"] = answer.open(language, country, today, first_line=need, times_today=3)
    yield from entrances.items()
    waiting = [button.action for reply in entrances.values() for button in buttons(reply) if button.action]
    waiting += [*NUMBER_CARDS, "sos:hello:n"]
    pressed: set[str] = set()
    while waiting:
        action = waiting.pop()
        if action in pressed or (action.startswith("sos:c:") and not action.endswith((":-", ":IE"))):
            continue
        pressed.add(action)
        reply = answer.press(action, language, country, today)
        yield action, reply
        waiting += [button.action for button in buttons(reply) if button.action]


def buttons(reply: Reply) -> list[CardButton]:
    return [button for card in reply.cards for row in card.rows for button in row]


def text_of(card: Card) -> str:
    return "\n\n".join(card.paragraphs)


def all_text(reply: Reply) -> str:
    return "\n\n".join(text_of(card) for card in reply.cards)


def plain(text: str) -> str:
    """Without the invisible marks that keep digit groups in order in right-to-left text."""
    return MARKS.sub("", text)


def runs(text: str) -> set[str]:
    return set(re.findall(r"\d+", plain(text)))


@cache
def known_numbers(country: str | None) -> frozenset[str]:
    """Every run of digits that the data holds for one country: lines, emergency numbers, the date of the check."""
    found = BOOK.countries.get(country or "")
    lines = (*found.lines, *BOOK.international) if found else BOOK.international
    said: list[str] = [*BOOK.anywhere, BOOK.directory, BOOK.generated.isoformat()]
    for line in lines:
        said += [
            line.name,
            line.hours,
            line.phone or "",
            line.sms_number or "",
            line.whatsapp or "",
            line.chat_url or "",
        ]
        said += [line.url or "", line.audience or "", line.scope or "", line.cost or "", line.last_checked.isoformat()]
        said += [number for note in line.notes for number in note.numbers]
    if found:
        said += [number.number for number in found.emergency]
        said += [number for note in found.emergency_notes for number in note.numbers]
    return frozenset(runs(" ".join(said)))


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)
