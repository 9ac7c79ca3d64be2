"""A lesson for this learner: without what they asked to be left out, in the words they prefer, and honest about both."""

from __future__ import annotations

from bot.course.boundaries import fitted
from bot.course.lesson import Course, Lesson, Part, PracticeForm, Theme
from bot.i18n.texts import Texts
from bot.messages import plain
from bot.service.learners import Learner


def fit(lesson: Lesson, learner: Learner, course: Course) -> Lesson:
    """The lesson as this learner may see it. Fitting it twice does no harm."""
    words = [(word, plain(instead)) for word, instead in learner.profile.words]
    return fitted(lesson, learner.avoids, course.words_in(lesson.language), words)


def left_out_line(lesson: Lesson, learner: Learner, texts: Texts, *parts: Part) -> str:
    """The line that says what was left out of these parts, and why; empty when nothing was."""
    themes = {theme for part in parts for theme in lesson.left_out.get(part, frozenset())}
    if not themes:
        return ""
    names = [texts(f"theme-{theme.value}") for theme in Theme if theme in themes]
    return texts("left-out", what=texts.several(names))


def shown_parts(lesson: Lesson, learner: Learner) -> tuple[Part, ...]:
    """The parts of the standard message that may have been filtered."""
    practice = Part.TOGETHER if learner.profile.form is PracticeForm.TOGETHER else Part.SOLO
    return (Part.IDEA if learner.closeness else lesson.shown_idea, practice, Part.REFLECT)
