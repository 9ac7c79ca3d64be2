"""Boundaries in settings: what lessons leave out, words they would rather read, and what that changes, said openly."""

from __future__ import annotations

import re

from bot.course.lesson import Lesson, Theme
from bot.messages import Rows, plain
from bot.service.talk import Talk, in_columns, rows_of

CHOICES = (Theme.TOUCH, Theme.PARTNER, Theme.BODY, Theme.MEDICATION)
STEP = "words"
MOST_WORDS, LONGEST_WORD, SHORTEST_WORD = 10, 30, 3
_PAIR = re.compile(r"^\s*(.+?)\s*(?:=|->|→|:)\s*(.+?)\s*$")
_KEPT = frozenset(
    {"not", "never", "nothing", "stop", "skip", "help", "may", "might", "could", "doctor", "and", "but", "you"}
)
"""Words that carry hedges, safety or grammar: another in their place would turn sentences round."""


async def page(talk: Talk) -> None:
    """The boundaries, a tick each."""
    talk.say_or_edit(_text(talk), _rows(talk))


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the boundaries page."""
    here = talk.learner.profile
    match verb:
        case "show":
            await page(talk)
        case "flip" if what in CHOICES:
            await talk.change_profile(boundaries=here.boundaries ^ {Theme(what)})
            await talk.reschedule()
            await page(talk)
        case "words":
            await talk.change(step=STEP)
            talk.say("words-ask", rows_of([talk.button("button-later", "bo:leave")]))
        case "forget":
            await talk.change_profile(words=())
            await page(talk)
        case "leave":
            await talk.change(step=None)
            talk.edit(_text(talk), _rows(talk))
        case _:
            talk.toast("old-question")


async def answered(talk: Talk, text: str) -> None:
    """Words they would rather read: "partner = my person", one a line."""
    if await talk.left_open(text):
        return
    pairs = read_pairs(text)
    if not pairs:
        talk.say("words-unclear")
        return
    kept = {**dict(talk.learner.profile.words), **dict(pairs)}
    await talk.change(step=None)
    await talk.change_profile(words=tuple(kept.items())[-MOST_WORDS:])
    talk.say_text(_text(talk), _rows(talk))


def read_pairs(text: str) -> list[tuple[str, str]]:
    """The pairs in a text, a line or a comma apart; empty when any of it is not understood, or may not be replaced."""
    found = []
    for line in (line for line in re.split(r"[\n,;]", text) if line.strip()):
        pair = _PAIR.match(line)
        if pair is None or not (SHORTEST_WORD <= len(pair[1]) <= LONGEST_WORD and len(pair[2]) <= LONGEST_WORD):
            return []
        word = pair[1].casefold()
        if word in _KEPT or not re.fullmatch(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*", word):
            return []
        found.append((word, pair[2]))
    return found


def hidden_lessons(talk: Talk, track: str) -> list[Lesson]:
    """The lessons of a track that their boundaries leave out whole."""
    lessons = (talk.lesson(name) for name in talk.course.tracks[track].order)
    return [lesson for lesson in lessons if lesson and lesson.about & talk.learner.profile.boundaries]


def _text(talk: Talk) -> str:
    here = talk.learner.profile
    parts = [talk.text("boundaries")]
    if here.words:
        pairs = "\n".join(f"• {plain(word)} → {plain(instead)}" for word, instead in here.words)
        parts.append(f"{talk.text('words-title')}\n{pairs}")
    whole = sum(len(hidden_lessons(talk, track)) for track in talk.course.tracks)
    if whole:
        parts.append(talk.text("boundaries-whole", count=whole))
    return "\n\n".join(parts)


def _rows(talk: Talk) -> Rows:
    chosen = talk.learner.profile.boundaries
    ticks = [
        talk.button(f"boundary-{theme}-{'on' if theme in chosen else 'off'}", f"bo:flip:{theme}") for theme in CHOICES
    ]
    words = [talk.button("button-words", "bo:words")]
    if talk.learner.profile.words:
        words.append(talk.button("button-words-forget", "bo:forget"))
    return rows_of(*in_columns(ticks, 1), words, [talk.button("button-settings", "set:show")])
