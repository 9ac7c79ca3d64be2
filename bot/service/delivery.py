"""Tick → lessons: what is due is decided, written down, sent, and its outcome recorded, top to bottom.

The order is the promise. A decision and the learner's next due time are kept together; SENDING is written before the call;
the outcome is written after it. A process that dies in between leaves a SENDING row, which is found later, counts as uncertain,
and is never repeated silently: the learner gets one line that offers the lesson again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from bot.course.journey import Finish, Hold, Reason, SendCatchUp, SendLesson, decide, next_on
from bot.course.lesson import Course
from bot.course.pace import KIND_LATENESS, Rule, end_of_quiet, is_quiet, local, next_due, occurrence, slot_of
from bot.course.silence import asks, days_apart, nudge_at, nudge_is_over, rests
from bot.crisis.answer import hello
from bot.i18n.texts import Texts, texts_for
from bot.messages import Button, Outcome, Receipt, Rows, Say, plain
from bot.service import announcing, checkins, lessons, milestones
from bot.service.discretion import as_asked
from bot.service.fitting import fit
from bot.service.learners import (
    LESSON_KINDS,
    DeliveryKind,
    DeliveryStatus,
    Learner,
    Schedule,
    State,
    Wishes,
    agreed_to_older_words,
    consented,
)
from bot.service.ports import (
    Case,
    Claimed,
    Coming,
    Done,
    Due,
    DueBatch,
    Intent,
    Sender,
    StatementRefused,
    Store,
    Waiting,
)
from bot.service.pump import HOLD, POISON, Pump

log = logging.getLogger(__name__)

BATCH = 1000
"""Due learners decided in one transaction: small enough that a person who writes meanwhile waits a few hundredths of a second."""
AT_ONCE = 50
"""Learners decided before anything else gets a turn."""
HELD_UP = timedelta(minutes=30)
"""How long a lesson may be on its way, in a long broadcast or a few tries; then its lateness and the hour are looked at again."""
REMEMBERED = 2048
"""Forms of lessons kept put together: some megabytes, and more than are in use on any day."""
MOST_ATTEMPTS = 8
STILL_PAUSED = (DeliveryKind.PAUSE_OVER, DeliveryKind.NOTE, DeliveryKind.FADE)
UNHURRIED = (DeliveryKind.RECAP, DeliveryKind.LATER)
"""What can as well come when the night is over."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The flow, with what it needs plugged in."""

    store: Store
    sender: Sender
    course: Course
    batch: int = BATCH
    halted: Callable[[], bool] = lambda: False
    announced: Mapping[str, announcing.Announcement] = field(default_factory=dict)
    _messages: dict[tuple[object, ...], tuple[str, Rows]] = field(default_factory=dict)

    def teaching(self, course: Course) -> Delivery:
        """The same flow with another course, and without the words that it had ready."""
        return replace(self, course=course, _messages={})

    async def send_due(self, clock: Callable[[], datetime]) -> Counter[str]:
        """Sends everything that is due by `clock`, which is asked anew for each batch, as a broadcast may take long.

        Answers what happened, counted by word. Raises StoreUnavailable; what was written down by then is found by the next tick.
        """
        counts: Counter[str] = Counter()
        while uncertain := await self.store.uncertain(clock(), self.course.sensitive):
            counts["uncertain"] += uncertain
        await Pump(
            self.store,
            self.sender,
            clock,
            self.halted,
            lambda: self._fetch(clock(), counts),
            lambda one: self._send_one(one, clock()),
            counts,
        ).run()
        if +counts:
            log.info("deliveries: %s", dict(+counts), extra={"action": "deliveries_sent"})
        return counts

    # -- decide --------------------------------------------------------------------------------------------------------

    async def _fetch(self, now: datetime, counts: Counter[str]) -> tuple[Waiting, ...] | None:
        """Decides some of what is due, and takes what waits to be tried again. None when there is neither."""
        try:
            decided = await self._decide_some(now, counts, self.batch)
        except StatementRefused:
            decided = await self._decide_apart(now, counts)
        mine = await self.store.opened(decided or (), now)
        again = await self.store.take_waiting(now, self.batch, HOLD)
        return (*mine, *again) if again or decided is not None else None

    async def _decide_apart(self, now: datetime, counts: Counter[str]) -> list[Claimed]:
        """The same one learner at a time: whose row the database refuses steps aside, and the others get their lessons."""
        decided: list[Claimed] = []
        for _ in range(self.batch):
            try:
                one = await self._decide_some(now, counts, 1)
            except StatementRefused:
                async with self.store.due_batch(now, 1, HOLD) as batch:
                    for due in batch.due:
                        self._step_aside(batch, due, now, counts, "a decision was refused")
                continue
            if one is None:
                break
            decided.extend(one)
        return decided

    async def _decide_some(self, now: datetime, counts: Counter[str], take: int) -> list[Claimed] | None:
        async with self.store.due_batch(now, take, HOLD, ours=True) as batch:
            decided = 0
            for due in in_slices(batch.due):
                self._decide(batch, due, now, counts)
                if (decided + len(due.people)) // AT_ONCE > decided // AT_ONCE:
                    await asyncio.sleep(0)  # a call for help may be waiting for its turn
                decided += len(due.people)
        counts["decided"] += decided
        return batch.claimed if batch.due else None

    def _decide(self, batch: DueBatch, due: Due, now: datetime, counts: Counter[str]) -> None:
        try:
            decided = decisions(self.course, due, now)
        except Exception as error:
            # One broken row must not stop everybody's lessons; it steps aside, and we hear of it.
            if len(due.people) == 1:
                self._step_aside(batch, due, now, counts, f"deciding failed: {type(error).__name__}")
                return
            for one in due.people:
                self._decide(batch, Due(due.case, (one,)), now, counts)
            return
        for coming, intents in decided:
            batch.decide(coming, intents)

    @staticmethod
    def _step_aside(batch: DueBatch, due: Due, now: datetime, counts: Counter[str], why: str) -> None:
        batch.postpone(due, now + POISON)
        counts["poison"] += len(due.people)
        for learner in due.learners:
            log.error("%s", why, extra={"action": "poison", "learner": learner})

    # -- send ----------------------------------------------------------------------------------------------------------

    async def _send_one(self, one: Waiting, now: datetime) -> Done:
        try:
            return await self._send_or_not(one, now)
        except Exception as error:
            # The others of the group are on their way, and their outcomes must be written down.
            log.error("sending failed: %s", type(error).__name__, extra={"action": "poison", "learner": one.learner.id})
            return Done(one.delivery, DeliveryStatus.REFUSED, now, reason="our_bug")

    async def _send_or_not(self, one: Waiting, now: datetime) -> Done:
        if one.delivery.kind in announcing.KINDS:
            return await self._announce(one, now)
        if one.delivery.kind in UNHURRIED and (later := announcing.quiet_until(one.learner, now)):
            return Done(one.delivery, DeliveryStatus.RETRY, now, reason=Reason.QUIET_HOURS.value, retry_at=later)
        reason = why_not_now(one, now)
        if reason is not None:
            return Done(one.delivery, DeliveryStatus.NOT_SENT, now, reason=reason.value)
        say = self._words(one)
        if say is None:
            return Done(one.delivery, DeliveryStatus.NOT_SENT, now, reason=Reason.NOTHING_LEFT.value)
        receipt = await self.sender.lesson(one.learner.chat, as_asked(say, one.learner))
        return outcome(self.course, one, receipt, now)

    async def _announce(self, one: Waiting, now: datetime) -> Done:
        """A word from the operator: it waits for the end of quiet hours, and does not reach those who stopped or pause meanwhile."""
        if not announcing.reaches(one.delivery.kind, one.learner.state):
            return Done(one.delivery, DeliveryStatus.NOT_SENT, now, reason=_reason_of(one.learner).value)
        if later := announcing.quiet_until(one.learner, now):
            return Done(one.delivery, DeliveryStatus.RETRY, now, reason=Reason.QUIET_HOURS.value, retry_at=later)
        texts = texts_for(one.learner.language)
        say = announcing.message(self.announced, one.delivery.lesson or "", texts, one.delivery.id)
        if say is None:
            return Done(one.delivery, DeliveryStatus.NOT_SENT, now, reason="called_off")
        return outcome(self.course, one, await self.sender.lesson(one.learner.chat, as_asked(say, one.learner)), now)

    def _words(self, one: Waiting) -> Say | None:
        """The words of a delivery. Those of a lesson are the same for many, and are put together once."""
        learner, lesson = one.learner, self.course.lesson(one.delivery.lesson or "", one.learner.language)
        if one.delivery.kind not in LESSON_KINDS or lesson is None or learner.closed(lesson) or learner.profile.words:
            return message_for(self.course, one)
        cohort = (lesson.id, learner.language, learner.profile.form, learner.closeness, learner.avoids)
        if cohort not in self._messages:
            say = lessons.lesson_message(fit(lesson, learner, self.course), learner, texts_for(learner.language), None)
            if len(self._messages) >= REMEMBERED:
                self._messages.clear()
            self._messages[cohort] = (say.text, say.rows)
        say = Say(*self._messages[cohort], delivery=one.delivery.id)
        return _with_questions(say, one, texts_for(learner.language))


# -- the decisions, in words -------------------------------------------------------------------------------------------


def in_slices(due: Sequence[Due]) -> Iterator[Due]:
    """The same learners, so many at most in each."""
    for one in due:
        for start in range(0, len(one.people), AT_ONCE):
            yield Due(one.case, one.people[start : start + AT_ONCE])


def decisions(course: Course, due: Due, now: datetime) -> list[tuple[Coming, tuple[Intent, ...]]]:
    """What to do for due learners who share a case: rows for the ledger, each with their schedule afterwards. That is decided once for
    those who have a lesson left, and once for the others; which lesson goes by the road of each."""
    taste = due.case.taste
    coming = [(learner, next_on(course, road, taste)) for learner, road in due.people]
    left = [one for one in coming if one[1] is not None]
    through = [one for one in coming if one[1] is None]
    return [(some, _whatever_comes(due.case, now, left=some is left)) for some in (left, through) if some]


@lru_cache(maxsize=1024)
def _whatever_comes(case: Case, now: datetime, *, left: bool) -> tuple[Intent, ...]:
    """What to do for those who share a case. `left`: there is a lesson left for them."""
    here, wishes, rule = case.schedule, case.wishes, case.wishes.rule
    if here.state is State.PAUSED:
        return (_pause_over(here, rule, now),)
    if here.state is State.ACTIVE and rule is not None and agreed_to_older_words(case.consent_version):
        return (_asks_again(here, rule, now),)
    if here.state is not State.ACTIVE or rule is None or here.due_at is None or not consented(case.consent_version):
        return (_held(here, rule, Hold(_reason_of(here), None), now),)
    if wishes.holiday_on(slot_of(rule, now)):
        return (_on_holiday(here, rule, wishes.away_until, now),)
    if rests(here.unanswered, steady=wishes.steady) and not is_quiet(rule, now):
        return (_fades(here, rule, now),)
    owed = here.owed_since or here.due_at
    decision = decide(rule, left=left, due=owed, now=now, last_slot=here.last_slot)
    match decision:
        case SendLesson(slot):
            after = _moved_on(here, wishes, rule, now, slot)._replace(gentle=False)
            return (Intent(after, DeliveryKind.LESSON, slot),)
        case SendCatchUp(slot):
            after = _moved_on(here, wishes, rule, now, here.last_slot)
            missed = Intent(after, DeliveryKind.LESSON, slot_of(rule, owed), reason=Reason.TOO_LATE.value)
            return (missed, Intent(after, DeliveryKind.CATCH_UP, slot))
        case Finish(slot):
            return (Intent(here._replace(due_at=None, owed_since=None), DeliveryKind.FINISH, slot),)
        case Hold():
            return (_held(here, rule, decision, now),)


def _moved_on(here: Schedule, wishes: Wishes, rule: Rule, now: datetime, last_slot: date | None) -> Schedule:
    # The lesson that is going out now is not answered yet: with it the pace may thin.
    due_at = next_due(rule, now, last_slot, days_apart(here.unanswered + 1, steady=wishes.steady))
    return here._replace(last_slot=last_slot, due_at=due_at, owed_since=None)


def _on_holiday(here: Schedule, rule: Rule, back: date | None, now: datetime) -> Intent:
    until = next_due(rule, now) if back is None else occurrence(rule, back) or next_due(rule, now)
    away = here._replace(state=State.PAUSED, paused_until=until, due_at=until, owed_since=None)
    return Intent(away, DeliveryKind.LESSON, slot_of(rule, now), reason=Reason.HOLIDAY.value)


def _fades(here: Schedule, rule: Rule, now: datetime) -> Intent:
    """After so long without a sign of life lessons wait, and this is said once."""
    resting = here._replace(state=State.PAUSED, paused_until=None, due_at=None, owed_since=None)
    return Intent(resting, DeliveryKind.FADE, slot_of(rule, now))


def _asks_again(here: Schedule, rule: Rule, now: datetime) -> Intent:
    """The words that they agreed to have changed: lessons wait until they have been asked, and this is said once."""
    if is_quiet(rule, now):
        return _held(here, rule, Hold(Reason.QUIET_HOURS, end_of_quiet(rule, now)), now)
    return Intent(here._replace(due_at=None, owed_since=None), DeliveryKind.NEW_WORDS, slot_of(rule, now))


def _held(here: Schedule, rule: Rule | None, hold: Hold, now: datetime) -> Intent:
    owed = here.owed_since or here.due_at if hold.reason is Reason.QUIET_HOURS else None
    changed = here._replace(due_at=hold.until, owed_since=owed)
    return Intent(changed, DeliveryKind.LESSON, slot_of(rule, now) if rule else now.date(), reason=hold.reason.value)


def _pause_over(here: Schedule, rule: Rule | None, now: datetime) -> Intent:
    if rule is not None and is_quiet(rule, now):
        return _held(here, rule, Hold(Reason.QUIET_HOURS, end_of_quiet(rule, now)), now)
    # It stays paused until they choose: nobody is taken back to the course by the clock alone.
    waiting = here._replace(paused_until=None, due_at=None, owed_since=None)
    return Intent(waiting, DeliveryKind.PAUSE_OVER, slot_of(rule, now) if rule else now.date())


def _reason_of(who: Learner | Schedule) -> Reason:
    by_state = {State.PAUSED: Reason.PAUSED, State.STOPPED: Reason.STOPPED, State.GONE: Reason.GONE}
    return by_state.get(who.state, Reason.NOT_READY)


def why_not_now(one: Waiting, now: datetime) -> Reason | None:
    """The reason not to send after all, looked at once more right before the call; None when it may go."""
    learner, kind, rule = one.learner, one.delivery.kind, one.learner.rule
    if learner.state is State.PAUSED and kind in STILL_PAUSED:
        return None
    if kind is DeliveryKind.LAST_CALL and learner.state in (State.NEW, State.PAUSED):
        return None
    if learner.state is not State.ACTIVE:
        return _reason_of(learner)
    if rule is None:
        return None
    if kind is DeliveryKind.LESSON:
        return _held_up_too_long(rule, one.delivery.slot, now)
    if kind is DeliveryKind.NUDGE and learner.unanswered == 0:
        return Reason.ANSWERED
    if kind is DeliveryKind.NUDGE and nudge_is_over(rule, one.delivery.slot, now):
        return Reason.TOO_LATE
    if kind in milestones.KINDS and (reason := milestones.unwanted(one.delivery, learner, now)):
        return reason
    return Reason.QUIET_HOURS if is_quiet(rule, now) else None


def _held_up_too_long(rule: Rule, slot: date, now: datetime) -> Reason | None:
    """A lesson that waited for hours, for a stopped process or a messenger that said "slow down", gives way to the next slot."""
    late = now - (occurrence(rule, slot) or now)
    if late > KIND_LATENESS + HELD_UP:
        return Reason.TOO_LATE
    return Reason.QUIET_HOURS if late > HELD_UP and is_quiet(rule, now) else None


def message_for(course: Course, one: Waiting) -> Say | None:
    """The words of a delivery; None when the course has nothing for it any more."""
    texts = texts_for(one.learner.language)
    match one.delivery.kind:
        case DeliveryKind.LESSON | DeliveryKind.EXTRA:
            lesson = course.lesson(one.delivery.lesson or "", one.learner.language)
            fitted = fit(lesson, one.learner, course) if lesson else None
            if fitted is None:
                return None
            say = lessons.lesson_message(fitted, one.learner, texts, one.delivery.id)
            return _with_questions(say, one, texts)
        case DeliveryKind.CATCH_UP:
            return Say(texts("catch-up"), lessons.choice_rows(texts), delivery=one.delivery.id)
        case DeliveryKind.PAUSE_OVER:
            return Say(texts("pause-over"), lessons.return_rows(texts), delivery=one.delivery.id)
        case DeliveryKind.FADE:
            return Say(texts("fade"), lessons.return_rows(texts), silent=True, delivery=one.delivery.id)
        case DeliveryKind.NEW_WORDS:
            return Say(texts("new-words"), ((Button(texts("button-new-words"), "go:on"),),), delivery=one.delivery.id)
        case DeliveryKind.NUDGE:
            show, enough = (
                Button(texts("button-show-it"), "cmd:today"),
                Button(texts("button-nudge-off"), "set:nudge-off"),
            )
            return Say(texts("nudge"), ((show, enough),), silent=True, delivery=one.delivery.id)
        case DeliveryKind.NOTE:
            return Say(plain(hello(one.learner.language)), silent=True, delivery=one.delivery.id)
        case DeliveryKind.RECAP | DeliveryKind.FINISH | DeliveryKind.LATER:
            return milestones.message(course, one.delivery, one.learner, texts)
        case DeliveryKind.DID_IT_ARRIVE:
            # The lesson may or may not be there. It is never repeated unasked.
            rows = ((Button(texts("button-show-it"), f"ls:again:{one.delivery.id}"),),)
            return Say(texts("did-it-arrive"), rows, delivery=one.delivery.id)
        case DeliveryKind.LAST_CALL:
            return last_call(one.learner, texts, one.delivery.id)
        case _:
            return None


def _with_questions(say: Say, one: Waiting, texts: Texts) -> Say:
    """A lesson with what may stand under it: a check-in that is due, and whether it is welcome before it comes less often."""
    learner = one.learner
    say = checkins.invited(say, learner, one.delivery.slot, texts)
    if one.delivery.kind is not DeliveryKind.LESSON or not asks(learner.unanswered, steady=learner.profile.steady):
        return say
    button = Button(texts("button-keep-coming"), "go:steady")
    return replace(say, text=f"{say.text}\n\n{texts('is-it-read')}", rows=(*say.rows, (button,)))


def last_call(learner: Learner, texts: Texts, delivery: str) -> Say | None:
    """The one question to somebody who has been away for long; none once they are here again."""
    if learner.leaves_at is None:
        return None
    day = texts.day(local(learner.leaves_at, learner.profile.zone or "UTC").date())
    rows = ((Button(texts("button-stay"), "my:stay"),), (Button(texts("button-export"), "my:export"),))
    return Say(texts("last-call", day=day), rows, delivery=delivery)


def outcome(course: Course, one: Waiting, receipt: Receipt, now: datetime) -> Done:
    """What the ledger keeps of a send."""
    delivery = one.delivery
    lesson = course.lesson(delivery.lesson, one.learner.language) if delivery.lesson else None
    match receipt.outcome:
        case Outcome.SENT:
            opened = lesson is not None and not one.learner.closed(lesson) and delivery.kind in LESSON_KINDS
            return Done(
                delivery,
                DeliveryStatus.SENT,
                now,
                receipt.message,
                passed=lesson.id if lesson and opened else None,
                answers=opened,
                tidy_at=one.learner.tidied(now),
                came=delivery.kind is DeliveryKind.LESSON,
                nudge_at=_nudge_at(one, now),
                recap_at=_recap_at(course, one, now) if opened else None,
            )
        case Outcome.GONE:
            return Done(delivery, DeliveryStatus.REFUSED, now, reason="gone", gone=True, failed=True)
        case Outcome.OUR_BUG:
            log.error(
                "the messenger refused a lesson: %s",
                receipt.detail,
                extra={"action": "our_bug", "lesson": delivery.lesson},
            )
            return Done(delivery, DeliveryStatus.REFUSED, now, reason="our_bug", failed=True)
        case Outcome.UNKNOWN:
            # Cut off after the request was out: it may have arrived. Left as SENDING, so that the learner is asked.
            return Done(delivery, DeliveryStatus.SENDING, now, reason="cut_off", retry_at=now, failed=True)
        case _:
            return _again_later(one, receipt, now)


def _nudge_at(one: Waiting, now: datetime) -> datetime | None:
    learner = one.learner
    if one.delivery.kind is not DeliveryKind.LESSON or learner.rule is None or not learner.profile.nudge:
        return None
    return nudge_at(learner.rule, one.delivery.slot, now, learner.unanswered)


def _recap_at(course: Course, one: Waiting, now: datetime) -> datetime | None:
    lesson = course.lesson(one.delivery.lesson or "", one.learner.language)
    if one.delivery.kind is not DeliveryKind.LESSON or lesson is None:
        return None
    return milestones.recap_due(course, lesson, one.learner, now)


def _again_later(one: Waiting, receipt: Receipt, now: datetime) -> Done:
    attempts = one.delivery.attempts + 1
    # "Slow down" is no fault of the lesson: how long it may wait is a matter of its lateness alone.
    if attempts >= MOST_ATTEMPTS and receipt.outcome is not Outcome.SLOW_DOWN:
        return Done(one.delivery, DeliveryStatus.REFUSED, now, reason="gave_up", failed=True)
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, MOST_ATTEMPTS)) * random.uniform(0.8, 1.2)  # noqa: S311  jitter, no secret
    if receipt.retry_after is not None:
        wait = max(wait, timedelta(seconds=receipt.retry_after))
    return Done(one.delivery, DeliveryStatus.RETRY, now, reason=receipt.outcome.value, retry_at=now + wait, failed=True)
