"""What an operator should know about the crisis data before and while it is live.

Every finding names its rule, the place, what is wrong, what to do, and the source to open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.crisis import answer, helplines
from bot.crisis.answer import Room
from bot.crisis.helplines import DATA, Book, Line, digits
from bot.crisis.lint import Lint

ERRORS = frozenset({
    "data-broken", "texts-broken", "line-unfit", "number-known-wrong", "number-unproven", "dial-differs",
    "hours-missing", "digit-in-text", "word-forbidden", "keys-differ", "source-unknown", "gap-contradicted",
    "note-unknown",
})  # fmt: skip
"""Rules whose findings are mistakes of ours; the other rules tell the operator what a person must still look at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: `rule` is stable, `where` an entry id or a text key, `source` what to open."""

    rule: str
    where: str
    says: str
    fix: str
    source: str = ""

    @property
    def is_error(self) -> bool:
        return self.rule in ERRORS


def check(today: date, folder: Path = DATA, room: Room | None = None) -> list[Finding]:
    """Every finding about helplines and texts, mistakes first. Never raises."""
    room = room or (answer.DEFAULT if folder == DATA else Room.load(folder))
    try:
        found = [*_broken(room), *_lines(room.book, today), *_unproven(room.book, folder), *_texts(room, folder)]
    except Exception as error:
        fix = "Restore the file from the release."
        found = [
            *_broken(room),
            Finding("data-broken", str(folder.name), f"{type(error).__name__} while checking", fix),
        ]
    return sorted(found, key=lambda finding: (not finding.is_error, finding.rule, finding.where))


def _broken(room: Room) -> Iterator[Finding]:
    fix = "Restore the file from the release, or correct the entry."
    for problem in room.book.problems:
        rule = "line-unfit" if "left out" in problem else "data-broken"
        yield Finding(rule, problem.split(":")[0], problem, fix, "data/helplines.json")
    for problem in room.shelf.problems:
        yield Finding("texts-broken", problem.split(" ")[0], problem, fix, "data/texts")


def _lines(book: Book, today: date) -> Iterator[Finding]:
    if today > book.review_by and any(line.stale(today) for line in all_lines(book)):
        says = f"the review was due on {book.review_by.isoformat()}: cards print the date of the last check"
        yield Finding(
            "review-due", "helplines.json", says, "Run the review and stamp each entry.", "data/helplines.json"
        )
    for line in all_lines(book):
        yield from _dates(book, line, today)
        yield from _shape(book, line)
    for country in book.countries.values():
        offered = {need for line in country.lines for need in line.needs}
        for need in sorted(country.gaps & offered):
            yield Finding("gap-contradicted", country.iso, f"{need} is called a gap but has a line", "Correct `gaps`.")
        for need in sorted(country.gaps):
            says = f"no checked service is known for {need}: the card says so and gives the directory"
            yield Finding("gap", country.iso, says, "Look for one; two independent sources.", book.directory)


def _dates(book: Book, line: Line, today: date) -> Iterator[Finding]:
    source = source_to_open(book, line)
    if not line.usable(today):
        says = f"twelve months past its review ({line.review_due.isoformat()}): the directory is shown instead"
        yield Finding("gave-way", line.id, says, "Check the number and stamp the entry.", source)
    elif line.stale(today):
        says = f"its review was due on {line.review_due.isoformat()}"
        yield Finding("review-due", line.id, says, "Check the number and stamp the entry.", source)
    if not line.checked:
        caution = "; it prints what to try if it does not connect" if line.recheck else ""
        known = f"confidence {line.confidence}, newest source {line.newest_source}"
        says = f"no person has confirmed it yet ({known}){caution}"
        yield Finding("unchecked", line.id, says, "Open the page, compare every digit, stamp the entry.", source)


def _shape(book: Book, line: Line) -> Iterator[Finding]:
    if not line.hours:
        yield Finding("hours-missing", line.id, "no hours are given", "Write the hours, or `not confirmed`.")
    for key in line.sources:
        if key not in book.sources:
            yield Finding("source-unknown", line.id, f"source {key} is not in the table", "Add the source.")
    printed = digits(line.phone or "")
    for number in line.dial:
        if digits(number) not in printed:
            yield Finding("dial-differs", line.id, "`dial` and `phone` differ", "Correct the entry.", line.url or "")


def source_to_open(book: Book, line: Line) -> str:
    """The page a person should open first: the operator's own, else the first source with an address."""
    addresses = (book.sources[key].url for key in line.sources if key in book.sources)
    return line.url or line.chat_url or next((a for a in addresses if a.startswith("http")), "")


def all_lines(book: Book) -> tuple[Line, ...]:
    return (*book.international, *(line for country in book.countries.values() for line in country.lines))


def _unproven(book: Book, folder: Path) -> Iterator[Finding]:
    """No number of the leads or of the do-not-use list may stand among the shown ones of the same country."""
    leads = unproven_numbers(folder)
    for country in book.countries.values():
        shown = {number: line for line in country.lines for number in shown_numbers(line)}
        for number in shown.keys() & leads.get(country.iso, set()):
            yield Finding("number-unproven", shown[number].id, "its number is only a lead", "Remove the line.")
        for wrong, why in country.do_not_use:
            if digits(wrong) in shown:
                yield Finding("number-known-wrong", shown[digits(wrong)].id, f"do not use: {why}", "Remove the line.")


def shown_numbers(line: Line) -> set[str]:
    """Every number one could dial or write to from this line, digits only."""
    notes = [number for note in line.notes if note.key in ("also", "mobile") for number in note.numbers]
    raw = [*line.dial, line.sms_number or "", line.whatsapp or "", *notes]
    return {digits(number) for number in raw} - {""}


def unproven_numbers(folder: Path = DATA) -> dict[str, set[str]]:
    """Country to the digits of its leads: numbers that may never be shown there."""
    leads = json.loads((folder / "leads.json").read_text(encoding="utf-8"))["leads"]
    ways = ("phone", "sms", "whatsapp")
    return {
        iso: {digits(str(lead[way])) for lead in entries for way in ways if lead.get(way)} - {""}
        for iso, entries in leads.items()
    }


def _texts(room: Room, folder: Path) -> Iterator[Finding]:
    for offence in Lint.load(folder).shelf(room.shelf):
        where, says = f"{offence.language} {offence.key}", f"“{offence.found}”: {offence.why}"
        yield Finding("word-forbidden", where, says, "Say it differently.")
    model = room.shelf.languages.get("en")
    for code, words in room.shelf.languages.items():
        if words.reviewed_by is None:
            says = "no native speaker, clinician or domestic-violence worker has signed these texts"
            yield Finding(
                "texts-unreviewed", code, says, "Have them read; write `reviewed_by`.", f"data/texts/{code}.json"
            )
        for section in ("cards", "ways", "notes", "buttons"):
            mine: dict[str, str] = dict(getattr(words, section))
            theirs = dict(getattr(model, section)) if model else mine
            yield from _text_section(code, section, mine, theirs)
    yield from _note_keys(room)


def _text_section(code: str, section: str, mine: dict[str, str], model: dict[str, str]) -> Iterator[Finding]:
    for key in sorted(mine.keys() ^ model.keys()):
        yield Finding("keys-differ", f"{code} {section}.{key}", "not in every language", "Add or remove the text.")
    for key, text in mine.items():
        if placeholders(text) != placeholders(model.get(key, text)):
            yield Finding("keys-differ", f"{code} {section}.{key}", "its placeholders differ", "Use those of English.")
        if re.search(r"\d", re.sub(r"\{\w*\}", "", text)):
            says = "a digit stands in a text: numbers come only from the data"
            yield Finding("digit-in-text", f"{code} {section}.{key}", says, "Take it from the helplines.")


def _note_keys(room: Room) -> Iterator[Finding]:
    notes: Iterable[helplines.Note] = (note for line in all_lines(room.book) for note in line.notes)
    more = (note for country in room.book.countries.values() for note in country.emergency_notes)
    used = {note.key for note in (*notes, *more)}
    for code, words in room.shelf.languages.items():
        for key in sorted(used - words.notes.keys()):
            yield Finding("note-unknown", f"{code} notes.{key}", "the data uses it", "Write the note.")


def placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{\w*\}", text)))


def as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as plain values, for `--json`."""
    return [
        {"rule": f.rule, "where": f.where, "says": f.says, "fix": f.fix, "source": f.source, "error": f.is_error}
        for f in findings
    ]
