"""Everything that is held about one learner, and what becomes of it on request: an export they can read, or nothing at all.

The chat commands and the operator's commands use the same functions. docs/export-format.md describes the export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.course.lesson import Course
from bot.course.measures import Rating
from bot.course.toolbox import Tool
from bot.messages import ChatRef, utc_text
from bot.service.learners import DRAFT, Delivery, Learner, Passage, Reflection
from bot.service.profile_forms import exported_form

FORMAT = "kindling-export"
FORMAT_VERSION = 1
"""Raised when a reader of the older form would misread the newer one. New keys alone do not raise it."""

NOT_INCLUDED = (
    "random ids that only join rows, numbers of messages in this chat, and keys",
    "which messages were answered already: kept for three days, and answers only until they are sent",
    "how often the help page was opened: it is counted as a bare number a day, tied to nobody",
)


@dataclass(frozen=True, slots=True)
class Consent:
    """One time they agreed, to that version of the consent text."""

    version: int
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChosenTrack:
    """A track they chose. `position` is its place in their order; `left_at` is set when they left it out again."""

    track: str
    position: int
    chosen_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class LessonPassed:
    """A lesson they went through."""

    lesson: str
    how: Passage
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send that did not succeed: when, and what came of it."""

    at: datetime
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One delivery, with when it was decided and when its outcome was last known, and the tries that did not succeed."""

    delivery: Delivery
    decided_at: datetime
    updated_at: datetime
    failed: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyPlan:
    """Their plan for hard moments: part → their words."""

    parts: Mapping[str, str]
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """All that is held about one learner, opened. Oldest first in every part."""

    learner: Learner
    consents: tuple[Consent, ...]
    tracks: tuple[ChosenTrack, ...]
    lessons: tuple[LessonPassed, ...]
    reflections: tuple[Reflection, ...]
    deliveries: tuple[LedgerRow, ...]
    plan: SafetyPlan | None = None
    ratings: tuple[Rating, ...] = ()
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting removed: rows by table, and when. `swept` is True when the freed pages of the files were cleared as well."""

    at: datetime
    rows: Mapping[str, int]
    swept: bool = False


class Records(Protocol):
    """Where records are kept. Both raise StoreUnavailable; None means that there is no such learner."""

    async def record(self, chat: ChatRef) -> Record | None: ...
    async def forget(self, chat: ChatRef, now: datetime) -> Forgotten | None: ...


# -- the export, as open JSON ------------------------------------------------------------------------------------------


def as_export(record: Record, course: Course, made_at: datetime) -> dict[str, Any]:
    """The export as plain values for JSON: moments in UTC (ISO 8601), dates as YYYY-MM-DD, hours as HH:MM in their zone."""
    learner = record.learner
    titles = title_finder(course, learner.language)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_at": utc_text(made_at),
        "chat": {"messenger": learner.chat.channel, "id": learner.chat.address},
        "learner": _learner(learner),
        "settings": exported_form(learner.profile) | {"gentle_next": learner.gentle},
        "consents": [_consent(one) for one in record.consents],
        "tracks": [_track(one, titles(one.track)) for one in record.tracks],
        "lessons": [
            {"lesson": one.lesson, "title": titles(one.lesson), "how": one.how.value, "at": utc_text(one.at)}
            for one in record.lessons
        ],
        "reflections": [_reflection(one, titles) for one in record.reflections],
        "safety_plan": _plan(record.plan),
        "check_ins": [_rating(one) for one in record.ratings],
        "toolbox": [_tool(one, titles) for one in record.tools],
        "deliveries": [_delivery(one) for one in record.deliveries],
        "not_included": list(NOT_INCLUDED),
    }


def title_finder(course: Course, language: str) -> Callable[[str | None], str | None]:
    """Gives the title of a track or lesson by its id, in that language; None where the course has it no more."""

    def title(name: str | None) -> str | None:
        track = course.tracks.get(name or "")
        if track is not None:
            return track.title.get(language) or track.title.get(course.default_language)
        lesson = course.lesson(name, language) if name else None
        return lesson.title if lesson else None

    return title


def _learner(learner: Learner) -> dict[str, Any]:
    return {
        "language": learner.language,
        "state": learner.state.value,
        "open_question": learner.step,
        "consent_version": learner.consent_version,
        "joined_at": utc_text(learner.created_at),
        "last_seen_at": utc_text(learner.seen_at),
        "next_due_at": _moment(learner.due_at),
        "due_since": _moment(learner.owed_since),
        "paused_until": _moment(learner.paused_until),
        "last_lesson_day": _day(learner.last_slot),
        "lesson_awaiting_answer": learner.lesson,
        "lessons_unanswered": learner.unanswered,
        "deleted_at_unless_seen": _moment(learner.leaves_at),
    }


def _consent(one: Consent) -> dict[str, Any]:
    return {"version": one.version, "given_at": utc_text(one.given_at), "withdrawn_at": _moment(one.withdrawn_at)}


def _track(one: ChosenTrack, title: str | None) -> dict[str, Any]:
    return {
        "track": one.track,
        "title": title,
        "position": one.position,
        "chosen_at": utc_text(one.chosen_at),
        "left_at": _moment(one.left_at),
    }


def _reflection(one: Reflection, titles: Callable[[str | None], str | None]) -> dict[str, Any]:
    kind = "note" if one.lesson is None else "draft" if one.lesson == DRAFT else "answer"
    lesson = one.lesson if kind == "answer" else None
    return {
        "kind": kind,
        "lesson": lesson,
        "title": titles(lesson),
        "text": one.text,
        "written_at": utc_text(one.written_at),
        "edited_at": _moment(one.edited_at),
    }


def _plan(plan: SafetyPlan | None) -> dict[str, Any] | None:
    return None if plan is None else {"parts": dict(plan.parts), "written_at": utc_text(plan.written_at)}


def _rating(one: Rating) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "about": one.about or None,
        "at": utc_text(one.at),
        "finished": one.done,
        "answers": dict(one.answers),
    }


def _tool(one: Tool, titles: Callable[[str | None], str | None]) -> dict[str, Any]:
    return {
        "lesson": one.lesson,
        "title": titles(one.lesson),
        "text": one.text or None,
        "minutes": one.minutes,
        "saved_at": utc_text(one.saved_at),
    }


def _delivery(row: LedgerRow) -> dict[str, Any]:
    one = row.delivery
    return {
        "kind": one.kind.value,
        "day": one.slot.isoformat(),
        "lesson": one.lesson,
        "status": one.status.value,
        "reason": one.reason,
        "attempts": one.attempts,
        "opened": one.opened,
        "failed_attempts": [
            {"at": utc_text(each.at), "outcome": each.outcome, "reason": each.reason} for each in row.failed
        ],
        "decided_at": utc_text(row.decided_at),
        "updated_at": utc_text(row.updated_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
