"""The lesson as one message: which parts a learner sees, in which order."""

from __future__ import annotations

from bot.course.lesson import Lesson, Part, PracticeForm

_PRACTICES = {
    PracticeForm.SOLO: (Part.SOLO,),
    PracticeForm.TOGETHER: (Part.TOGETHER,),
    PracticeForm.EITHER: (Part.SOLO, Part.TOGETHER),
}


def practices(lesson: Lesson, form: PracticeForm, *, touch: bool = True) -> tuple[Part, ...]:
    """The practice parts for this learner, at least one. `touch` is False for those who asked for none: then the form
    without touch stands in, where the lesson has one."""
    if not touch and Part.NO_TOUCH in lesson.parts:
        return (Part.NO_TOUCH,)
    return tuple(part for part in _PRACTICES[form] if part in lesson.parts) or (Part.SOLO,)


def compose(
    lesson: Lesson,
    form: PracticeForm,
    *,
    closeness: bool,
    if_you_like: str,
    think_about: str,
    or_together: str = "",
    touch: bool = True,
) -> tuple[str, ...]:
    """The paragraphs of the standard message, bold and italic in star marks: note, title, hook, idea, practice, way
    out, question. The three texts are the labels in the learner's language: before the practice, before the question,
    and before the second practice of someone who chose either form (empty: none)."""
    paragraphs = [*_part(lesson, Part.NOTE), f"**{lesson.title}**", *_part(lesson, Part.HOOK)]
    paragraphs += _paragraphs(lesson.idea(closeness=closeness))
    for place, part in enumerate(practices(lesson, form, touch=touch)):
        paragraphs += _labelled(or_together if place else if_you_like, _part(lesson, part))
    paragraphs += _part(lesson, Part.WAY_OUT)
    paragraphs += _labelled(think_about, _part(lesson, Part.REFLECT))
    return tuple(paragraphs)


def _part(lesson: Lesson, part: Part) -> list[str]:
    return _paragraphs(lesson.parts.get(part, ""))


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph]


def _labelled(label: str, paragraphs: list[str]) -> list[str]:
    if not label:
        return paragraphs
    return [f"**{label}** {paragraphs[0]}", *paragraphs[1:]] if paragraphs else []
