"""One learner through the whole course by time travel, and three whose boundaries differ."""

from __future__ import annotations

import pytest

from bot.content.read import lessons_dir, load_course
from bot.course.boundaries import themes_in
from bot.course.lesson import Course, Part, Theme
from bot.service.learners import Closeness
from tests.delivery.calendar import FINISH
from tests.e2e.chat import Chat
from tests.world import World


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(lessons_dir())


async def goes_through(there: World, chat: Chat, course: Course, *more: str) -> tuple[list[str], list[str]]:
    """Every lesson until the course has no more, an envelope opened where one comes and the buttons named tapped. Answers ids in
    order, and what was shown."""
    by_title = {lesson.title: lesson.id for lesson in course}
    order: list[str] = []
    shown: list[str] = []
    for _ in range(sum(1 for _ in course) + 3):
        await there.later(days=1)
        if FINISH in chat.last.text:
            break
        if "Open" in chat.last.labels:
            await chat.taps("Open", chat.last)
        text = chat.last.text
        order.append(next(by_title[line] for line in text.splitlines() if line in by_title))
        shown.append(text)
        if not more:
            await chat.taps("Did it", chat.last)  # a sign of life: without any, lessons would come less often
        for label in more:
            await chat.taps(label)
            shown += [one.text for one in chat.news]
    return order, shown


async def test_somebody_who_chose_everything_gets_every_lesson_once_and_in_a_sensible_order(
    there: World, ana: Chat, course: Course
) -> None:
    await ana.is_learning(*course.tracks)
    order, _ = await goes_through(there, ana, course)
    assert sorted(order) == sorted(lesson.id for lesson in course)
    place = {name: number for number, name in enumerate(order)}
    for lesson in course:
        for needed in (*lesson.prerequisites, *course.tracks[lesson.track].prerequisites):
            assert needed == lesson.id or place[needed] < place[lesson.id], (needed, lesson.id)
    for track in course.tracks.values():
        in_track = [place[name] for name in track.order]
        assert in_track == sorted(in_track), track.id


LEARNERS = {
    "no touch, no body": (Closeness.SAFE, {Theme.TOUCH, Theme.BODY}),
    "nothing on partners or medicine": (Closeness.SAFE, {Theme.PARTNER, Theme.MEDICATION}),
    "no closeness": (Closeness.NOT_NOW, set()),
}


@pytest.mark.parametrize("who", LEARNERS)
async def test_boundaries_decide_what_is_seen_and_nothing_else_is(
    there: World, ana: Chat, course: Course, who: str
) -> None:
    closeness, boundaries = LEARNERS[who]
    await ana.is_learning(*course.tracks, closeness=closeness, boundaries=frozenset(boundaries))
    learner = await ana.learner()
    order, shown = await goes_through(there, ana, course, "More")
    expected = {
        lesson.id
        for lesson in course
        if not lesson.about & boundaries and (closeness is Closeness.SAFE or not lesson.sensitive)
    }
    assert set(order) == expected
    assert len(order) == len(expected)
    words = course.words_in("en")
    kept = {
        line
        for lesson in course
        for part in (Part.NOTE, Part.WAY_OUT)
        for line in lesson.parts.get(part, "").split("\n")
    }
    no_touch = {paragraph for lesson in course for paragraph in lesson.parts.get(Part.NO_TOUCH, "").split("\n\n")}
    for text in shown:
        for line in text.splitlines():
            said = line.removeprefix("If you like: ")
            ours = (
                said in kept
                or said in no_touch
                or "Left out here" in said
                or said.startswith(("Not now if", "Who may want"))
            )
            if ours or not (said != line or learner.avoids & {Theme.PARTNER, Theme.MEDICATION, Theme.CLOSENESS}):
                continue
            asked = boundaries & {Theme.TOUCH, Theme.BODY} if said != line else set()
            wrong = themes_in(
                said, words, asked | (learner.avoids & {Theme.PARTNER, Theme.MEDICATION, Theme.CLOSENESS})
            )
            assert not wrong, (who, wrong, said)
