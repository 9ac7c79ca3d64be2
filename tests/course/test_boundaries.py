"""Lessons fitted to boundaries, over every lesson that ships."""

from __future__ import annotations

import pytest

from bot.content.read import lessons_dir, load_course
from bot.course.boundaries import OF_TALK, fitted, reworded, themes_in
from bot.course.journey import Standing, next_in_track
from bot.course.lesson import Course, Lesson, Part, Theme

ASKED_FOR = (Part.SOLO, Part.TOGETHER, Part.GENTLER, Part.SHORT)
EXPLAINED = (Part.IDEA, Part.IDEA_WITHOUT_CLOSENESS, Part.DEEPER)


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(lessons_dir())


def fit(course: Course, lesson: Lesson, *avoid: Theme) -> Lesson:
    return fitted(lesson, frozenset(avoid), course.words_in("en"))


@pytest.mark.parametrize("theme", [Theme.TOUCH, Theme.BODY, Theme.PARTNER, Theme.MEDICATION])
def test_no_practice_asks_for_what_was_left_out(course: Course, theme: Theme) -> None:
    for lesson in course:
        mine = fit(course, lesson, theme)
        for part in ASKED_FOR:
            # The form without touch may stand in; it may say "leave your body out of it".
            if part in mine.parts and mine.parts[part] != lesson.parts.get(Part.NO_TOUCH):
                assert not themes_in(mine.parts[part], course.words_in("en"), {theme}), (lesson.id, part)


@pytest.mark.parametrize("theme", sorted(OF_TALK))
def test_no_paragraph_speaks_of_what_was_left_out(course: Course, theme: Theme) -> None:
    for lesson in course:
        mine = fit(course, lesson, theme)
        said = " ".join(mine.parts.get(part, "") for part in EXPLAINED)
        assert not themes_in(said, course.words_in("en"), {theme}), lesson.id


def test_every_lesson_keeps_a_practice_for_one_whatever_is_left_out(course: Course) -> None:
    for lesson in course:
        mine = fit(course, lesson, Theme.TOUCH, Theme.BODY)
        assert mine.parts.get(Part.SOLO), lesson.id
        assert mine.parts.get(Part.SHORT), lesson.id


def test_safety_lines_are_never_touched(course: Course) -> None:
    for lesson in course:
        mine = fitted(lesson, frozenset(Theme), course.words_in("en"), [("stop", "go"), ("touch", "x")])
        assert mine.parts[Part.WAY_OUT] == lesson.parts[Part.WAY_OUT]
        assert mine.parts.get(Part.NOTE) == lesson.parts.get(Part.NOTE)


def test_fitting_twice_changes_nothing_more(course: Course) -> None:
    for lesson in course:
        once = fit(course, lesson, *Theme)
        assert fit(course, once, *Theme) == once


def test_what_was_in_the_way_is_named(course: Course) -> None:
    kind_contact = course.lesson("stress-6", "en")
    assert kind_contact is not None
    assert fit(course, kind_contact, Theme.TOUCH).left_out[Part.SOLO] == {Theme.TOUCH}
    assert not fit(course, kind_contact, Theme.MEDICATION).left_out


@pytest.mark.parametrize("lesson_id", ["consent-1", "consent-4", "consent-5", "consent-6"])
def test_deeper_respects_that_closeness_is_off(course: Course, lesson_id: str) -> None:
    lesson = course.lesson(lesson_id, "en")
    assert lesson is not None
    mine = fit(course, lesson, Theme.CLOSENESS)
    assert "sex" not in mine.parts.get(Part.DEEPER, "").casefold()


def test_lessons_about_a_theme_are_passed_over_whole(course: Course) -> None:
    track = course.tracks["communication"]
    wanted = course.lesson("communication-7", "en")
    assert wanted is not None
    assert Theme.PARTNER in wanted.about
    been = frozenset(set(track.order) - {"communication-7"})
    standing = Standing(["communication"], been, True, "en")
    assert next_in_track(course, "communication", standing) == wanted
    assert next_in_track(course, "communication", standing._replace(avoid=frozenset({Theme.PARTNER}))) is None


def test_words_are_replaced_whole_and_with_their_capital() -> None:
    assert (
        reworded("Partner or partners: a partner.", [("partner", "my person")]) == "My person or partners: a my person."
    )
