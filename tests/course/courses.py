"""Small courses to try the rules on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from bot.course.journey import Standing, next_lesson
from bot.course.lesson import Course, Lesson, Part, Track

PARTS = {Part.HOOK: "Hook.", Part.IDEA: "Idea.", Part.SOLO: "Try.", Part.REFLECT: "What now?", Part.WAY_OUT: "Or not."}


def lesson(
    lesson_id: str, *, needs: Iterable[str] = (), sensitivity: int = 0, language: str = "en", title: str = ""
) -> Lesson:
    """A lesson of the track in its id."""
    track, _, number = lesson_id.rpartition("-")
    return Lesson(
        id=lesson_id,
        track=track,
        number=int(number),
        language=language,
        title=title or lesson_id,
        version=1,
        updated=date(2026, 1, 1),
        sensitivity=sensitivity,
        minutes=3,
        not_when="",
        who_should_skip="",
        prerequisites=tuple(needs),
        parts=PARTS,
        cites=(),
    )


def track(
    track_id: str,
    lessons: Sequence[Lesson],
    *,
    needs: Iterable[str] = (),
    sensitivity: int = 0,
    translated: Iterable[Lesson] = (),
) -> Track:
    """A track of these lessons, some of them translated."""
    forms: dict[str, dict[str, Lesson]] = {one.id: {one.language: one} for one in lessons}
    for one in translated:
        forms[one.id][one.language] = one
    return Track(
        id=track_id,
        title={"en": track_id},
        about={"en": ""},
        sensitivity=sensitivity,
        prerequisites=tuple(needs),
        who_should_skip={},
        order=tuple(one.id for one in lessons),
        lessons=forms,
    )


def course(*tracks: Track) -> Course:
    return Course({one.id: one for one in tracks})


def plain_course(**tracks: int) -> Course:
    """Tracks by name, each with so many plain lessons."""
    return course(
        *(track(name, [lesson(f"{name}-{n}") for n in range(1, count + 1)]) for name, count in tracks.items())
    )


def standing(
    tracks: Sequence[str], been_through: Collection[str] = (), *, closeness: bool = True, language: str = "en"
) -> Standing:
    return Standing(tuple(tracks), frozenset(been_through), closeness, language)


def walk(course: Course, start: Standing, steps: int = 200) -> list[str]:
    """The ids of all lessons that come, one after the other, until nothing is left."""
    been_through, ids = set(start.been_through), []
    for _ in range(steps):
        coming = next_lesson(course, Standing(start.tracks, been_through, start.closeness, start.language))
        if coming is None:
            return ids
        ids.append(coming.id)
        been_through.add(coming.id)
    raise AssertionError("the course never ends")
