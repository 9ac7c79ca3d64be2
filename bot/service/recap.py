"""Looking back at the end of a topic, or of the course: in their own words, and only when they ask for it."""

from __future__ import annotations

from collections.abc import Collection

from bot.course.journey import next_lesson
from bot.course.measures import what_helped
from bot.course.milestones import notes_after, spread
from bot.course.pace import local
from bot.crisis.detect import read
from bot.service import steps
from bot.service.discretion import veiled
from bot.service.journal import beginning, quoted
from bot.service.learners import DeliveryKind, Passage, Reflection
from bot.service.lessons import kept_from
from bot.service.talk import Talk, rows_of

SHOWN = 200
"""How much of one line is shown, in UTF-16 units as messengers count; the journal has the whole of it."""
A_BIT = 0.5
"""The mean of their own taps from which a practice is called one that helped."""


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button under the end of a topic or of the course."""
    match verb:
        case "track" if what in talk.course.tracks:
            await look_back(talk, talk.course.tracks[what].order, what)
        case "course":
            await look_back(talk, [name for track in talk.course.tracks.values() for name in track.order])
        case "on":
            await _notes_on(talk, what)
        case "off":
            await talk.change(profile=talk.learner.with_profile(notes_from=None).profile)
            talk.edit(talk.text("notes-after-off"))
        case _:
            talk.toast("old-question")


# -- in their own words ------------------------------------------------------------------------------------------------


async def look_back(talk: Talk, lessons: Collection[str], track: str | None = None) -> None:
    """How many of these lessons they went through, up to three lines that they wrote, what helped, and what comes next."""
    hidden = track is not None and steps.track_hidden(talk, track)
    head = talk.text("look-back") if track is None or hidden else _titled(talk, track)
    passages = await talk.passages()
    through = [name for name in lessons if passages.get(name, Passage.SKIPPED) is not Passage.SKIPPED]
    parts = [head, talk.text("look-back-lessons", count=len(through)), *await _lines(talk, lessons)]
    parts += [line for line in (await _helped(talk, lessons), await _coming(talk, track)) if line]
    rows = rows_of(
        [talk.button("button-how-was-it", f"ci:course:{track or ''}"), talk.button("button-journal", "jo:page:0")],
        [talk.button("button-topics", "tr:list")],
    )
    text = "\n\n".join(parts)
    talk.say_text(veiled(text) if hidden else text, rows)


def _titled(talk: Talk, track: str) -> str:
    return talk.text("look-back-track", title=steps.track_title(talk, track))


async def _lines(talk: Talk, lessons: Collection[str]) -> list[str]:
    written = await talk.turn.reflections_to(lessons)
    shown = spread([one for one in written if _may_be_shown(talk, one)])
    if not shown:
        return [talk.text("look-back-nothing" if not written else "look-back-in-journal")]
    return [talk.text("look-back-lines", count=len(shown)), *(_line(talk, one) for one in shown)]


def _may_be_shown(talk: Talk, one: Reflection) -> bool:
    """False for what they asked to be left out since, and for a line from a dark hour: the journal has those, this page does not
    bring them up."""
    lesson = talk.lesson(one.lesson)
    if lesson is None or kept_from(talk, lesson) or not one.text.strip():
        return False
    return read(one.text, talk.learner.language).tier == "none"


def _line(talk: Talk, one: Reflection) -> str:
    lesson = talk.lesson(one.lesson)
    day = talk.texts.day(local(one.written_at, talk.learner.profile.zone or "UTC").date())
    closed = lesson is None or talk.learner.closed(lesson)
    head = day if closed or lesson is None else talk.text("look-back-line", day=day, title=lesson.title)
    words = quoted(beginning(one.text.strip().splitlines()[0], SHOWN))
    return f"{head}\n{veiled(words) if closed else words}"


async def _helped(talk: Talk, lessons: Collection[str]) -> str:
    found = [one for one in what_helped(await talk.turn.shelf.ratings()) if one.about in lessons and one.mean >= A_BIT]
    shown = [lesson for one in found if (lesson := talk.lesson(one.about)) and not kept_from(talk, lesson)]
    named = [lesson.title for lesson in shown if not talk.learner.closed(lesson)]
    return talk.text("look-back-helped", title=named[0]) if named else ""


async def _coming(talk: Talk, track: str | None) -> str:
    coming = next_lesson(talk.course, await talk.standing())
    if coming is None or coming.track == track:
        return ""
    if talk.learner.closed(coming):
        return talk.text("progress-next-hidden")
    return talk.text("look-back-next", title=steps.track_title(talk, coming.track))


# -- notes after the course --------------------------------------------------------------------------------------------


async def _notes_on(talk: Talk, delivery_id: str) -> None:
    """Plans the notes, reckoned from the day on which the course ended. Those whose day has gone by are left out."""
    end, rule = await talk.turn.delivery(delivery_id), talk.learner.rule
    notes = notes_after(rule, end.slot) if end and rule else ()
    ahead = [(day, at) for day, at in notes if at > talk.now]
    if end is None or not ahead:
        talk.toast("old-question")
        return
    for day, at in ahead:
        await talk.turn.intend_later(DeliveryKind.LATER, day, at)
    await talk.change(profile=talk.learner.with_profile(notes_from=end.slot).profile)
    days = talk.texts.several([talk.texts.day(day) for day, _ in ahead])
    talk.say("notes-after-on", rows_of([talk.button("button-no-more-notes", "rc:off")]), days=days)
