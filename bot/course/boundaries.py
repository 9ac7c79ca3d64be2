"""Boundaries: what a learner asked to be left out, and a lesson fitted to that. Safety lines stay as they are written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.course.lesson import Lesson, Part, Theme

Words = Mapping[Theme, re.Pattern[str]]
Pairs = Sequence[tuple[str, str]]

OF_PRACTICE = frozenset({Theme.TOUCH, Theme.BODY})
"""Themes that only practices are filtered for: a lesson may speak of them, but asks for none."""
OF_TALK = frozenset({Theme.CLOSENESS, Theme.PARTNER, Theme.MEDICATION})
"""Themes whose paragraphs are left out as well."""

_EXPLAINED = (Part.IDEA, Part.IDEA_WITHOUT_CLOSENESS, Part.DEEPER)
_STAND_IN = {
    Part.SOLO: (Part.SOLO, Part.NO_TOUCH, Part.GENTLER),
    Part.TOGETHER: (Part.TOGETHER,),
    Part.NO_TOUCH: (Part.NO_TOUCH,),
    Part.GENTLER: (Part.GENTLER, Part.NO_TOUCH),
    Part.SHORT: (Part.SHORT, Part.NO_TOUCH, Part.GENTLER),
    Part.REFLECT: (Part.REFLECT,),
}
"""What takes the place of a part that is left out; the first that fits."""
_AS_WRITTEN = (Part.NOTE, Part.WAY_OUT)
"""They say what a lesson is about and when to leave it: nobody is spared those."""


def about(lesson: Lesson, words: Words) -> frozenset[Theme]:
    """The themes that a lesson as a whole is about, so that it is left out whole: in its title, hook or question, or in every
    paragraph of its idea."""
    head = " ".join((lesson.title, lesson.parts.get(Part.HOOK, ""), lesson.parts.get(Part.REFLECT, "")))
    paragraphs = _paragraphs(lesson.parts[Part.IDEA])
    return frozenset(
        theme
        for theme in (Theme.PARTNER, Theme.MEDICATION)
        if theme in words and (words[theme].search(head) or all(words[theme].search(one) for one in paragraphs))
    )


def themes_in(text: str, words: Words, themes: Collection[Theme]) -> frozenset[Theme]:
    """Which of these themes a text speaks of."""
    return frozenset(theme for theme in themes if theme in words and words[theme].search(text))


def fitted(lesson: Lesson, avoid: frozenset[Theme], words: Words, preferred: Pairs = ()) -> Lesson:
    """The lesson with what they asked to be left out left out, and with the words they prefer. `left_out` of the result says which
    themes were in the way of which part. Fitting a lesson twice changes nothing more."""
    if not avoid and not preferred:
        return lesson
    parts, left_out = dict(lesson.parts), dict(lesson.left_out)
    for part in _EXPLAINED:
        if part in parts:
            parts[part], found = _explained(parts[part], avoid & OF_TALK, words)
            left_out[part] = left_out.get(part, frozenset()) | found
    for part in _STAND_IN:
        if part in lesson.parts:
            found = _blocked(part, lesson.parts[part], avoid, words)
            stand_in = next((text for text in _candidates(lesson, part, avoid, words)), None)
            left_out[part] = left_out.get(part, frozenset()) | found
            if stand_in is None:
                del parts[part]
            else:
                parts[part] = stand_in
    spoken = {part: text if part in _AS_WRITTEN else reworded(text, preferred) for part, text in parts.items()}
    return replace(lesson, parts=spoken, left_out={part: found for part, found in left_out.items() if found})


def _explained(text: str, avoid: frozenset[Theme], words: Words) -> tuple[str, frozenset[Theme]]:
    paragraphs = [(one, themes_in(one, words, avoid)) for one in _paragraphs(text)]
    found: frozenset[Theme] = frozenset().union(*(themes for _, themes in paragraphs))
    return "\n\n".join(one for one, themes in paragraphs if not themes), found


def _candidates(lesson: Lesson, part: Part, avoid: frozenset[Theme], words: Words) -> Iterable[str]:
    for other in _STAND_IN[part]:
        text = lesson.parts.get(other)
        if text is not None and not _blocked(other, text, avoid, words):
            yield text


def _blocked(part: Part, text: str, avoid: frozenset[Theme], words: Words) -> frozenset[Theme]:
    if part is Part.TOGETHER and Theme.PARTNER in avoid:
        return frozenset({Theme.PARTNER})
    # The form without touch is written to ask for neither touch nor body focus; it may say "leave your body out of it".
    themes = avoid - OF_PRACTICE if part is Part.NO_TOUCH else avoid
    return themes_in(text, words, themes - {Theme.CLOSENESS})


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph]


def reworded(text: str, preferred: Pairs) -> str:
    """The text with each word of theirs in place of the one they would rather not read; whole words only, first letter kept."""
    for word, instead in preferred:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", partial(_as, instead), text, flags=re.IGNORECASE)
    return text


def _as(instead: str, found: re.Match[str]) -> str:
    return instead[:1].upper() + instead[1:] if found[0][:1].isupper() else instead
