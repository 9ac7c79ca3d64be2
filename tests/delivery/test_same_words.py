"""The words of a lesson are put together once for all who see the same: everyone gets exactly what they would get alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, cast

from bot.content.read import lessons_dir, load_course
from bot.course.lesson import PracticeForm, Theme
from bot.messages import ChatRef
from bot.service.delivery import Delivery, message_for
from bot.service.learners import Closeness, DeliveryKind, DeliveryStatus, Learner, Profile, State
from bot.service.learners import Delivery as Row
from bot.service.ports import Waiting

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
COURSE = load_course(lessons_dir(None))
BOUNDARIES: tuple[frozenset[Theme], ...] = (
    frozenset(), frozenset({Theme.TOUCH}), frozenset({Theme.PARTNER}), frozenset({Theme.MEDICATION, Theme.BODY}),
)  # fmt: skip


def learners() -> list[Learner]:
    made = []
    for form, closeness, boundaries in product(PracticeForm, (Closeness.SAFE, Closeness.NOT_NOW), BOUNDARIES):
        profile = Profile("DE", "Europe/Berlin", 8, form=form, closeness=closeness, boundaries=boundaries)
        made.append(Learner("x", ChatRef("telegram", "1"), "en", State.ACTIVE, NOW, NOW, profile=profile))
    special = made[0]
    made.append(special.with_profile(words=(("practice", "try-out"),)))
    made.append(special.with_profile(discreet=True))
    return made


def test_whoever_was_served_before_everyone_gets_their_own() -> None:
    nothing = cast("Any", None)
    flow = Delivery(nothing, nothing, COURSE)
    row = Row("d", "x", DeliveryKind.LESSON, date(2026, 3, 2), None, DeliveryStatus.SENDING)
    people = learners()
    for lesson in sorted(COURSE.tracks)[:4], sorted(COURSE.tracks)[-4:]:
        for name in (one for track in lesson for one in COURSE.tracks[track].order):
            for learner in (*people, *reversed(people)):
                one = Waiting(replace(row, lesson=name), learner)
                assert flow._words(one) == message_for(COURSE, one)
