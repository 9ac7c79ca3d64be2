"""The standard message: which parts a learner sees, in which order, for each choice of practice."""

from __future__ import annotations

import pytest
from course_folder import CourseFolder

from bot.content.read import load_course
from bot.course.compose import compose, practices
from bot.course.lesson import Lesson, Part, PracticeForm

LABELS = {"if_you_like": "If you like:", "think_about": "Think about:"}


@pytest.fixture
def window(course: CourseFolder) -> Lesson:
    lesson = load_course(course.root).lesson("stress-2", "en")
    assert lesson is not None
    return lesson


@pytest.fixture
def tea(course: CourseFolder) -> Lesson:
    lesson = load_course(course.root).lesson("stress-1", "en")
    assert lesson is not None
    return lesson


def test_the_whole_message_in_order(window: Lesson) -> None:
    assert compose(window, PracticeForm.SOLO, closeness=True, **LABELS) == (
        window.parts[Part.NOTE],
        "**An open window**",
        window.parts[Part.HOOK],
        window.parts[Part.IDEA],
        f"**If you like:** {window.parts[Part.SOLO]}",
        window.parts[Part.WAY_OUT],
        f"**Think about:** {window.parts[Part.REFLECT]}",
    )


def test_a_lesson_without_a_note_begins_with_its_title(tea: Lesson) -> None:
    assert compose(tea, PracticeForm.TOGETHER, closeness=True, **LABELS)[0] == "**A cup of tea**"


def test_paragraphs_of_a_part_stay_apart(tea: Lesson) -> None:
    first, second = tea.parts[Part.IDEA].split("\n\n")
    message = compose(tea, PracticeForm.SOLO, closeness=True, **LABELS)
    assert (message[2], message[3]) == (first, second)


def test_those_who_left_closeness_out_get_the_idea_without(window: Lesson, tea: Lesson) -> None:
    assert window.parts[Part.IDEA_WITHOUT_CLOSENESS] in compose(window, PracticeForm.SOLO, closeness=False, **LABELS)
    assert window.parts[Part.IDEA] not in compose(window, PracticeForm.SOLO, closeness=False, **LABELS)
    assert compose(tea, PracticeForm.SOLO, closeness=False, **LABELS) == compose(
        tea, PracticeForm.SOLO, closeness=True, **LABELS
    )


@pytest.mark.parametrize(
    ("form", "touch", "parts"),
    [
        (PracticeForm.SOLO, True, (Part.SOLO,)),
        (PracticeForm.TOGETHER, True, (Part.TOGETHER,)),
        (PracticeForm.EITHER, True, (Part.SOLO, Part.TOGETHER)),
        (PracticeForm.SOLO, False, (Part.NO_TOUCH,)),
        (PracticeForm.EITHER, False, (Part.NO_TOUCH,)),
    ],
)
def test_practices(window: Lesson, form: PracticeForm, touch: bool, parts: tuple[Part, ...]) -> None:
    assert practices(window, form, touch=touch) == parts


def test_no_touch_asked_of_a_lesson_without_touch_gives_its_own_forms(tea: Lesson) -> None:
    assert practices(tea, PracticeForm.TOGETHER, touch=False) == (Part.TOGETHER,)


def test_who_chose_either_sees_both_with_a_label_of_their_own(tea: Lesson) -> None:
    message = compose(tea, PracticeForm.EITHER, closeness=True, or_together="Or together:", **LABELS)
    assert f"**If you like:** {tea.parts[Part.SOLO]}" in message
    assert f"**Or together:** {tea.parts[Part.TOGETHER]}" in message


def test_without_a_second_label_the_second_practice_stands_alone(tea: Lesson) -> None:
    assert tea.parts[Part.TOGETHER] in compose(tea, PracticeForm.EITHER, closeness=True, **LABELS)
