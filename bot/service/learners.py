"""A learner as the flows see them: where they can be reached, what they chose, where they are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.course.journey import Standing
from bot.course.lesson import Lesson, PracticeForm, Theme
from bot.course.pace import EVERY_DAY, Rule, next_due, rule_of
from bot.course.silence import days_apart
from bot.messages import ChatRef

CONSENT_VERSION = 1
"""Raised whenever the consent text changes in meaning; everyone is asked again."""


DRAFT = "?"
"""Stands in place of a lesson id while a stray text waits for "keep this as a note?". Never shown; forgotten after a day."""

TIDY_AFTER = timedelta(hours=36)
"""How old a message gets in a chat that is tidied. The messenger deletes none that is older than 48 hours: the rest is for outages."""


class State(StrEnum):
    """NEW: met, not yet agreed or set up. GONE: the messenger says they blocked the bot or left."""

    NEW = "new"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    GONE = "gone"


class CheckIns(StrEnum):
    """Which check-ins are offered: none, a weekly one of three questions, or also four more every two weeks."""

    OFF = "off"
    WEEK = "week"
    BOTH = "both"


class Closeness(StrEnum):
    """The answer to "is closeness wanted and safe for you at present?"."""

    UNASKED = "unasked"
    SAFE = "safe"
    NOT_NOW = "not_now"
    NOT_SAFE = "not_safe"


@dataclass(frozen=True, slots=True)
class Wishes:
    """The part of a profile that planning looks at: when lessons come, which are left out, and a holiday. See Profile. `rule` is
    None before zone and hour are known. Thousands have the same."""

    rule: Rule | None
    closeness: bool = False
    boundaries: frozenset[Theme] = frozenset()
    away_from: date | None = None
    away_until: date | None = None
    steady: bool = False

    def holiday_on(self, day: date) -> bool:
        """True on a day for which they said that they are away."""
        return within(self.away_from, self.away_until, day)


def within(first: date | None, back: date | None, day: date) -> bool:
    """True on a day of a holiday: from its first day on, until the first day on which lessons come again."""
    return first is not None and back is not None and first <= day < back


class Schedule(NamedTuple):
    """What planning may change about a learner; none of it is sealed. See Learner."""

    state: State
    due_at: datetime | None = None
    owed_since: datetime | None = None
    paused_until: datetime | None = None
    last_slot: date | None = None
    gentle: bool = False
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a learner told us about themselves; sealed at rest as one piece. `pinned` is the message with the way to help that is
    pinned in their chat, `pinned_mark` tells its text from a newer one. `boundaries` are the themes they asked to be left out,
    `words` pairs of a word they would rather not read and the one that stands for it. `plan_offered`: the safety plan was offered
    once, and is not again. `discreet` closes every lesson, `veiled` those of some tracks; `tidy` takes old messages away again.
    Check-ins are kept for `keep_ratings` days, and the next is offered from `check_in_due` on; with `counted` they may
    be added up with those of nine others or more. `dark` is for pictures.
    `nudge`: they want a note in the evening. `notes_from`: they want notes some time after the course, which ended on that date.
    `steady`: lessons are welcome though they do not answer, and come no less for it.
    `away_from` and `away_until` are a holiday: its first day, and the first day on which lessons come again.
    """

    country: str | None = None
    zone: str | None = None
    hour: int | None = None
    minute: int = 0
    weekdays: frozenset[int] = EVERY_DAY
    form: PracticeForm = PracticeForm.SOLO
    closeness: Closeness = Closeness.UNASKED
    topics: tuple[str, ...] = ()
    pinned: int | None = None
    pinned_mark: str | None = None
    boundaries: frozenset[Theme] = frozenset()
    words: tuple[tuple[str, str], ...] = ()
    plan_offered: bool = False
    discreet: bool = False
    veiled: frozenset[str] = frozenset()
    tidy: bool = False
    check_ins: CheckIns = CheckIns.OFF
    check_in_due: date | None = None
    keep_ratings: int = 90
    counted: bool = False
    dark: bool = False
    nudge: bool = False
    away_from: date | None = None
    away_until: date | None = None
    notes_from: date | None = None
    steady: bool = False

    @property
    def rule(self) -> Rule | None:
        """When their lessons come, or None before zone and hour are known."""
        if self.zone is None or self.hour is None:
            return None
        return rule_of(self.hour, self.minute, self.zone, self.weekdays)

    @property
    def wishes(self) -> Wishes:
        """What planning looks at."""
        close = self.closeness is Closeness.SAFE
        return Wishes(self.rule, close, self.boundaries, self.away_from, self.away_until, self.steady)


@dataclass(frozen=True, slots=True)
class Learner:
    """A person who opted in, or is about to. `step` is the question now open, `resting` where they were before a settings question.

    `lesson` and `delivery` name what their next words would answer. `owed_since` is the due time that went by unkept.
    `gentle` asks that the next lesson be an easy one, as after a pause. `unanswered` counts the lessons since they last did anything.
    `leaves_at` is when all of it is deleted, unless they show up before: set once they have been away for long.
    """

    id: str
    chat: ChatRef
    language: str
    state: State
    created_at: datetime
    seen_at: datetime
    step: str | None = None
    profile: Profile = field(default_factory=Profile, repr=False)
    consent_version: int | None = None
    due_at: datetime | None = None
    owed_since: datetime | None = None
    paused_until: datetime | None = None
    last_slot: date | None = None
    lesson: str | None = None
    delivery: str | None = None
    gentle: bool = False
    unanswered: int = 0
    leaves_at: datetime | None = None

    @property
    def consented(self) -> bool:
        """True when they agreed to the consent text that holds now."""
        return consented(self.consent_version)

    @property
    def agreed_to_older_words(self) -> bool:
        """True when they agreed to a consent text that has changed since."""
        return agreed_to_older_words(self.consent_version)

    @property
    def closeness(self) -> bool:
        """True when closeness topics may be shown: wanted, and safe at present."""
        return self.profile.closeness is Closeness.SAFE

    def closed(self, lesson: Lesson) -> bool:
        """True when a lesson comes in an envelope, and nothing outside it may tell what it is about."""
        return lesson.sensitive or self.profile.discreet or lesson.track in self.profile.veiled

    def quietly(self, lesson: Lesson) -> bool:
        """True when they asked that what comes of this lesson makes no sound, and cannot be forwarded or saved."""
        return self.profile.discreet or lesson.track in self.profile.veiled

    def tidied(self, now: datetime) -> datetime | None:
        """When a message of now is taken away again; None where it stays."""
        return now + TIDY_AFTER if self.profile.tidy else None

    @property
    def avoids(self) -> frozenset[Theme]:
        """The themes that lessons leave out for them."""
        return self.profile.boundaries if self.closeness else self.profile.boundaries | {Theme.CLOSENESS}

    @property
    def rule(self) -> Rule | None:
        """When their lessons come, or None before zone and hour are known."""
        return self.profile.rule

    @property
    def schedule(self) -> Schedule:
        """What planning may change about them."""
        return Schedule(
            self.state,
            self.due_at,
            self.owed_since,
            self.paused_until,
            self.last_slot,
            self.gentle,
            self.unanswered,
        )

    def with_profile(self, **changes: object) -> Learner:
        """The same learner with these parts of the profile changed."""
        return replace(self, profile=replace(self.profile, **changes))  # type: ignore[arg-type]  # the fields are checked by replace at run time

    def due_after(self, now: datetime) -> datetime | None:
        """When the next lesson is due (UTC); in a pause, when it ends; None when nothing is."""
        rule = self.rule
        if self.state is State.PAUSED:
            return self.paused_until
        if self.state is not State.ACTIVE or rule is None:
            return None
        return next_due(rule, now, self.last_slot, days_apart(self.unanswered, steady=self.profile.steady))

    def holiday_on(self, day: date) -> bool:
        """True on a day for which they said that they are away."""
        return within(self.profile.away_from, self.profile.away_until, day)

    def rescheduled(self, now: datetime) -> Learner:
        """The same learner with the due time reckoned anew, as after any change of hour, zone, weekdays or state."""
        return replace(self, due_at=self.due_after(now), owed_since=None)

    def standing(self, tracks: tuple[str, ...], been_through: frozenset[str]) -> Standing:
        """What the rules of the course need to know about them."""
        return Standing(tracks, been_through, self.closeness, self.language, self.gentle, self.profile.boundaries)


def consented(version: int | None) -> bool:
    """True for the consent text that holds now."""
    return version == CONSENT_VERSION


def agreed_to_older_words(version: int | None) -> bool:
    """True for a consent text that has changed since."""
    return version is not None and not consented(version)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A learner in a track."""

    track: str
    position: int
    finished_at: datetime | None = None


class Passage(StrEnum):
    """How a learner went through a lesson."""

    SENT = "sent"
    DID = "did"
    NOT_TODAY = "not_today"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Reflection:
    """What a learner wrote: in answer to a lesson's prompt, or as a note of their own when `lesson` is None."""

    id: str
    lesson: str | None
    text: str = field(repr=False)
    written_at: datetime
    edited_at: datetime | None = None
    message: int | None = None


class DeliveryKind(StrEnum):
    """What a delivery is. One of each kind a local date, except EXTRA, which is asked for."""

    LESSON = "lesson"
    EXTRA = "extra"
    CATCH_UP = "catch_up"
    DID_IT_ARRIVE = "did_it_arrive"
    PAUSE_OVER = "pause_over"
    FINISH = "finish"
    NOTE = "note"
    LAST_CALL = "last_call"
    ANNOUNCEMENT = "announcement"
    SUNSET = "sunset"
    NUDGE = "nudge"
    FADE = "fade"
    NEW_WORDS = "new_words"
    RECAP = "recap"
    LATER = "later"


LESSON_KINDS = (DeliveryKind.LESSON, DeliveryKind.EXTRA)


class DeliveryStatus(StrEnum):
    """Where a delivery is in the ledger. SENDING is written before the call; UNCERTAIN is a SENDING whose process died."""

    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    RETRY = "retry"
    NOT_SENT = "not_sent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger: one thing that we intend to send at one time, with its outcome."""

    id: str
    learner: str
    kind: DeliveryKind
    slot: date
    lesson: str | None
    status: DeliveryStatus
    reason: str | None = None
    message: int | None = None
    attempts: int = 0
    opened: bool = False
