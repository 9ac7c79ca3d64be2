"""A course passport: an export (docs/export-format.md) read back, so that someone can go on at another instance with place and journal.

What comes from outside is not believed: every value is checked before anything of it is kept, and a fault is told by its place,
never by what was written there.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, create_model

from bot.course.measures import Kind, Rating
from bot.course.toolbox import Tool
from bot.messages import ChatRef
from bot.service.learners import (
    DRAFT,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Learner,
    Passage,
    Reflection,
    State,
)
from bot.service.plan import PARTS
from bot.service.profile_forms import ACCEPTED, Checked, Name, from_exported_form
from bot.service.records import (
    FORMAT,
    FORMAT_VERSION,
    Attempt,
    ChosenTrack,
    Consent,
    LedgerRow,
    LessonPassed,
    Record,
    SafetyPlan,
)

LARGEST = 4 * 1024 * 1024
"""Bytes of a passport; years of writing are far smaller."""
MOST = 20_000
"""Entries of one list."""
FAULTS = 5
"""Faults told at once."""


class BadPassport(ValueError):  # noqa: N818  it names a state of the file
    """The file is no export of this form. `faults` name the places, never what stands there."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not value.endswith("Z"):
        raise ValueError("not a moment in UTC")
    return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,32}$")]
Text = Annotated[str, Field(max_length=8192)]
Number = Annotated[int, Field(ge=0, le=100_000, strict=True)]


class _Chat(Checked):
    messenger: Literal["telegram"]
    id: Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class _Learner(Checked):
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16)]
    state: State
    open_question: Word | None
    consent_version: Number | None
    joined_at: Moment
    last_seen_at: Moment
    next_due_at: Moment | None
    due_since: Moment | None
    paused_until: Moment | None
    last_lesson_day: date | None
    lesson_awaiting_answer: Name | None
    lessons_unanswered: Number = 0
    deleted_at_unless_seen: Moment | None = None


class _Chosen(Checked):
    gentle_next: bool


if TYPE_CHECKING:
    _Settings = _Chosen
else:
    _Settings = create_model("_Settings", __base__=_Chosen, **ACCEPTED)


class _Consent(Checked):
    version: Number
    given_at: Moment
    withdrawn_at: Moment | None


class _Track(Checked):
    track: Name
    position: Number
    chosen_at: Moment
    left_at: Moment | None


class _Lesson(Checked):
    lesson: Name
    how: Passage
    at: Moment


class _Reflection(Checked):
    kind: Literal["answer", "note", "draft"]
    lesson: Name | None
    text: Text
    written_at: Moment
    edited_at: Moment | None


class _Plan(Checked):
    parts: Annotated[dict[Word, Text], Field(max_length=len(PARTS))]
    written_at: Moment


class _Rating(Checked):
    kind: Kind
    about: Name | None
    at: Moment
    finished: bool
    answers: Annotated[dict[Word, Annotated[int, Field(ge=0, le=100, strict=True)] | None], Field(max_length=50)]


class _Tool(Checked):
    lesson: Name | None
    text: Text | None
    minutes: Annotated[int, Field(ge=1, le=60, strict=True)]
    saved_at: Moment


class _Attempt(Checked):
    at: Moment
    outcome: Word
    reason: Annotated[str, Field(max_length=64)] | None


class _Delivery(Checked):
    kind: DeliveryKind
    day: date
    lesson: Name | None
    status: DeliveryStatus
    reason: Annotated[str, Field(max_length=64)] | None
    attempts: Number
    opened: bool
    failed_attempts: Annotated[list[_Attempt], Field(max_length=1000)] = Field(default_factory=list)
    decided_at: Moment
    updated_at: Moment


class _Passport(Checked):
    format: Literal["kindling-export"]
    format_version: Annotated[int, Field(ge=1, le=FORMAT_VERSION)]
    learner: _Learner
    settings: _Settings
    consents: Annotated[list[_Consent], Field(max_length=MOST)]
    tracks: Annotated[list[_Track], Field(max_length=MOST)]
    lessons: Annotated[list[_Lesson], Field(max_length=MOST)]
    reflections: Annotated[list[_Reflection], Field(max_length=MOST)]
    safety_plan: _Plan | None
    check_ins: Annotated[list[_Rating], Field(max_length=MOST)] = Field(default_factory=list)
    toolbox: Annotated[list[_Tool], Field(max_length=MOST)] = Field(default_factory=list)
    deliveries: Annotated[list[_Delivery], Field(max_length=MOST)]


def read_passport(content: bytes, chat: ChatRef) -> Record:
    """The record in an export, as one of this chat. Raises BadPassport; nothing of it has been kept then."""
    if len(content) > LARGEST:
        raise BadPassport(("the file is too large",))
    try:
        passport = _Passport.model_validate(_json(content))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise BadPassport(tuple(_place(one) for one in found[:FAULTS])) from None
    if _doubled(one.track for one in passport.tracks) or _doubled(one.lesson for one in passport.lessons):
        raise BadPassport(("a topic or lesson stands there twice",))
    return _record(passport, chat)


def chat_in(content: bytes) -> ChatRef:
    """The chat that an export was made for. Raises BadPassport."""
    try:
        chat = _Chat.model_validate(_json(content).get("chat"))
    except (ValidationError, AttributeError):
        raise BadPassport(("chat: missing",)) from None
    return ChatRef(chat.messenger, chat.id)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise BadPassport(("the file is not JSON",)) from None


def _place(fault: Any) -> str:
    # Keys of a plan or of what else the file holds may be anybody's words: only numbers and names of the format are told.
    known = {name for part in Checked.__subclasses__() for name in part.model_fields}
    place = [str(one) for one in fault["loc"] if isinstance(one, int) or one in known]
    return f"{'.'.join(place) or FORMAT}: {fault['type']}"


def _doubled(names: Any) -> bool:
    listed = list(names)
    return len(set(listed)) < len(listed)


def _record(passport: _Passport, chat: ChatRef) -> Record:
    plan = passport.safety_plan
    return Record(
        _learner(passport, chat),
        tuple(Consent(one.version, one.given_at, one.withdrawn_at) for one in passport.consents),
        tuple(ChosenTrack(one.track, one.position, one.chosen_at, one.left_at) for one in passport.tracks),
        tuple(LessonPassed(one.lesson, one.how, one.at) for one in passport.lessons),
        tuple(_reflection(one) for one in passport.reflections),
        tuple(_delivery(one) for one in passport.deliveries),
        None
        if plan is None
        else SafetyPlan({name: plan.parts[name] for name in PARTS if name in plan.parts}, plan.written_at),
        tuple(Rating("", one.kind, one.at, one.answers, one.finished, one.about or "") for one in passport.check_ins),
        tuple(Tool("", one.saved_at, one.minutes, one.lesson, one.text or "") for one in passport.toolbox),
    )


def _learner(passport: _Passport, chat: ChatRef) -> Learner:
    here = passport.learner
    return Learner(
        id="",
        chat=chat,
        language=here.language,
        state=here.state,
        created_at=here.joined_at,
        seen_at=here.last_seen_at,
        step=here.open_question,
        profile=from_exported_form(passport.settings.model_dump(mode="json")),
        consent_version=here.consent_version,
        due_at=here.next_due_at,
        owed_since=here.due_since,
        paused_until=here.paused_until,
        last_slot=here.last_lesson_day,
        lesson=here.lesson_awaiting_answer,
        gentle=passport.settings.gentle_next,
        unanswered=here.lessons_unanswered,
        leaves_at=here.deleted_at_unless_seen,
    )


def _reflection(one: _Reflection) -> Reflection:
    lesson = {"note": None, "draft": DRAFT}.get(one.kind, one.lesson)
    return Reflection("", lesson, one.text, one.written_at, one.edited_at)


def _delivery(one: _Delivery) -> LedgerRow:
    delivery = Delivery("", "", one.kind, one.day, one.lesson, one.status, one.reason, None, one.attempts, one.opened)
    failed = tuple(Attempt(each.at, each.outcome, each.reason) for each in one.failed_attempts)
    return LedgerRow(delivery, one.decided_at, one.updated_at, failed)
