"""What they wrote, newest first, in pages; each can be deleted."""

from __future__ import annotations

from bot.course.pace import local
from bot.messages import Button, Rows, plain
from bot.service.discretion import veiled
from bot.service.learners import Reflection
from bot.service.talk import Talk, rows_of

PAGE = 5
SHOWN = 500
"""How much of one reflection a page shows, in UTF-16 units as messengers count; the whole of it stays kept."""


async def journal(talk: Talk, _words: str = "") -> None:
    """The first page."""
    await show_page(talk, 0)


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the journal, or of "keep this as a note?"."""
    match verb:
        case "page":
            await show_page(talk, int(what) if what.isdecimal() else 0)
        case "one":
            await _show_one(talk, what)
        case "ask":
            await _ask_to_delete(talk, what)
        case "drop":
            await _delete(talk, what)
        case "leave":
            await talk.turn.erase(what)
            talk.edit(talk.text("note-left"))
        case "keep":
            kept = await talk.turn.file_under(what, None)
            talk.edit(talk.text("note-kept" if kept else "reflection-missing"))
        case _:
            talk.toast("old-question")


async def show_page(talk: Talk, page: int) -> None:
    """Page `page` (from 0) of the journal."""
    total = await talk.turn.count_reflections()
    page = max(0, min(page, (total - 1) // PAGE))
    found = await talk.turn.reflections(page * PAGE, PAGE)
    if not found:
        talk.say_or_edit(talk.text("journal-empty"))
        return
    entries = [_entry(talk, one, page * PAGE + place) for place, one in enumerate(found, start=1)]
    title = talk.text("journal-title", count=total)
    talk.say_or_edit("\n\n".join([title, *entries]), _page_rows(talk, found, page, total))


def _page_rows(talk: Talk, found: tuple[Reflection, ...], page: int, total: int) -> Rows:
    numbers = [
        talk.button("button-delete-number", f"jo:one:{one.id}", number=page * PAGE + place)
        for place, one in enumerate(found, start=1)
    ]
    turning: list[Button] = []
    if page > 0:
        turning.append(talk.button("button-newer", f"jo:page:{page - 1}"))
    if (page + 1) * PAGE < total:
        turning.append(talk.button("button-older", f"jo:page:{page + 1}"))
    return rows_of(numbers, turning)


def _entry(talk: Talk, one: Reflection, number: int) -> str:
    zone = talk.learner.profile.zone or "UTC"
    lesson = talk.lesson(one.lesson)
    # A sensitive lesson's title would tell a bystander what the words are about.
    hidden = lesson is not None and talk.learner.closed(lesson)
    title = talk.text("a-note") if lesson is None else talk.text("a-lesson") if hidden else lesson.title
    head = talk.text(
        "journal-entry", number=number, day=talk.texts.day(local(one.written_at, zone).date()), title=title
    )
    words = quoted(beginning(one.text, SHOWN))
    return f"{head}\n{veiled(words) if talk.learner.profile.discreet else words}"


def beginning(text: str, units: int) -> str:
    """A text that is longer than so many UTF-16 units (an emoji takes two or more) cut there."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) <= 2 * units:
        return text
    return encoded[: 2 * units].decode("utf-16-le", "ignore").rstrip() + " …"


def quoted(text: str) -> str:
    """What they wrote, as a quotation, exactly as it was."""
    return "\n".join(f"> {plain(line)}" for line in text.splitlines() or [""])


async def _show_one(talk: Talk, what: str) -> None:
    one = await talk.turn.reflection(what)
    if one is None:
        talk.toast("reflection-missing")
        return
    rows = rows_of([talk.button("button-delete", f"jo:ask:{what}"), talk.button("button-to-journal", "jo:page:0")])
    talk.edit(quoted(beginning(one.text, 3500)), rows)


async def _ask_to_delete(talk: Talk, what: str) -> None:
    rows = rows_of([talk.button("button-delete-yes", f"jo:drop:{what}"), talk.button("button-keep", "jo:page:0")])
    talk.edit(talk.text("delete-this"), rows)


async def _delete(talk: Talk, what: str) -> None:
    gone = await talk.turn.erase(what)
    rows = rows_of([talk.button("button-to-journal", "jo:page:0")])
    talk.edit(talk.text("reflection-deleted" if gone else "reflection-missing"), rows)
