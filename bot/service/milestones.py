"""The end of a topic and of the course, as deliveries: what is said by itself. What was written is read out in answer to a tap only
(bot/service/recap.py), so that it never stands in a notification."""

from __future__ import annotations

from datetime import datetime

from bot.course.journey import CLOSENESS_SENSITIVITY, Reason
from bot.course.lesson import Course, Lesson
from bot.course.milestones import LOOKED_BACK_WITHIN, MONTHS_AFTER, last_of, look_back_at, notes_after
from bot.course.pace import slot_of
from bot.i18n.texts import Texts
from bot.messages import Button, Say
from bot.service.learners import Delivery, DeliveryKind, Learner
from bot.service.talk import Talk, rows_of

KINDS = (DeliveryKind.RECAP, DeliveryKind.FINISH, DeliveryKind.LATER)


def recap_due(course: Course, lesson: Lesson, learner: Learner, now: datetime) -> datetime | None:
    """When the end of a topic that they chose is to be spoken of (UTC), now that they passed this lesson; None where it is not one."""
    if learner.rule is None or lesson.track not in learner.profile.topics:
        return None
    end = last_of(course, lesson.track, learner.standing((), frozenset()))
    return look_back_at(learner.rule, now) if end == lesson.id else None


async def passed(talk: Talk, lesson: Lesson) -> None:
    """To be called when a lesson is passed in the chat for the first time: after the last of a topic a look back is planned."""
    at = recap_due(talk.course, lesson, talk.learner, talk.now)
    if at is not None and talk.learner.rule is not None:
        await talk.turn.intend_later(DeliveryKind.RECAP, slot_of(talk.learner.rule, talk.now), at, lesson.id)


def unwanted(delivery: Delivery, learner: Learner, now: datetime) -> Reason | None:
    """Why one of these is not sent after all, though they have lessons and it is no quiet hour; None when it is."""
    if learner.rule is None:
        return Reason.NOT_READY
    match delivery.kind:
        case DeliveryKind.RECAP:
            late = slot_of(learner.rule, now) - delivery.slot > LOOKED_BACK_WITHIN
            return Reason.TOO_LATE if late else None
        case DeliveryKind.LATER:
            asked = learner.profile.notes_from
            days = [day for day, _ in notes_after(learner.rule, asked)] if asked else []
            if delivery.slot not in days:
                return Reason.UNWANTED
            # With lessons again there is nothing to say about the time after them.
            return Reason.ANSWERED if learner.due_at is not None else None
        case _:
            return None


def message(course: Course, delivery: Delivery, learner: Learner, texts: Texts) -> Say | None:
    """The words of one of these; None when the course has that topic no more."""
    match delivery.kind:
        case DeliveryKind.RECAP:
            return _end_of_track(course, delivery, learner, texts)
        case DeliveryKind.FINISH:
            return _end_of_course(delivery, texts)
        case _:
            return _after_course(delivery, learner, texts)


def _end_of_track(course: Course, delivery: Delivery, learner: Learner, texts: Texts) -> Say | None:
    lesson = course.lesson(delivery.lesson or "", learner.language)
    track = course.tracks.get(lesson.track) if lesson else None
    if track is None:
        return None
    rows = rows_of(
        [Button(texts("button-look-back"), f"rc:track:{track.id}")],
        [Button(texts("button-how-was-it"), f"ci:course:{track.id}"), Button(texts("button-topics"), "tr:all")],
    )
    if learner.profile.discreet:
        return Say(texts("recap-plain"), rows[:1], silent=True, delivery=delivery.id)
    if track.sensitivity >= CLOSENESS_SENSITIVITY or track.id in learner.profile.veiled:
        return Say(texts("recap-closed"), rows, silent=True, delivery=delivery.id)
    title = track.title.get(learner.language) or track.title["en"]
    return Say(texts("recap", title=title), rows, silent=True, delivery=delivery.id)


def _end_of_course(delivery: Delivery, texts: Texts) -> Say:
    rows = rows_of(
        [Button(texts("button-look-back"), "rc:course")],
        [Button(texts("button-how-was-it"), "ci:course"), Button(texts("button-topics"), "tr:all")],
        [Button(texts("button-notes-after"), f"rc:on:{delivery.id}")],
    )
    return Say(texts("finish"), rows, delivery=delivery.id)


def _after_course(delivery: Delivery, learner: Learner, texts: Texts) -> Say:
    rule, asked = learner.rule, learner.profile.notes_from
    days = [day for day, _ in notes_after(rule, asked)] if rule and asked else []
    months = MONTHS_AFTER[days.index(delivery.slot)] if delivery.slot in days else MONTHS_AFTER[-1]
    last = months == MONTHS_AFTER[-1]
    rows = rows_of(
        [Button(texts("button-to-toolbox"), "cmd:toolbox"), Button(texts("button-topics"), "tr:all")],
        [] if last else [Button(texts("button-no-more-notes"), "rc:off")],
    )
    key = "note-after-last" if last else "note-after"
    return Say(texts(key, count=months), rows, silent=True, delivery=delivery.id)
