"""Many learners at once: those who are due, what was decided for them, and how sending ended. Everything here runs at one stretch
inside a transaction (`Database.bulk`), in as few statements as there are kinds of things to say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, literal_column, not_, select, update

from bot.course.journey import Reason, Road
from bot.service.learners import Delivery, DeliveryKind, DeliveryStatus, Passage, Schedule, State, Wishes
from bot.service.ports import Case, Claimed, Coming, Done, Due, Intent
from bot.storage import tables as t
from bot.storage.many import Alike, AtHand, Change, InOneText, Insert, These
from bot.storage.rows import LOOKED_AT, Sealed, ids_in_order, sealed_wishes
from bot.storage.tables import moment_of_text

OUR_BUG = "our_bug"
BUG_TRIES = 3
"""Days on which a lesson is tried that the messenger refuses by our own fault; then it is left out for that learner."""
BROKEN = timedelta(hours=1)
"""How far a learner whose row does not open is pushed out of the others' way."""
WILLING = (State.ACTIVE.value, State.PAUSED.value)
KNOWN = tuple(kind.value for kind in DeliveryKind)
"""What this version can send. A newer one, side by side with it during an upgrade, may know more: that is left to it."""
CLAIMED, SENDING, RETRY = DeliveryStatus.CLAIMED.value, DeliveryStatus.SENDING.value, DeliveryStatus.RETRY.value

WHOSE = ("id", "learner_id", "lesson_id")
ROW = ("kind", "slot", "number", "status", "reason", "next_at", "held_by", "created_at", "updated_at")
SCHEDULE = Schedule._fields

DUE = (
    select(
        *LOOKED_AT,
        AtHand(t.learners.c.id).label("place"),
        InOneText(t.learners.c.language, t.learners.c.consent_version, *(t.learners.c[name] for name in SCHEDULE)),
    )
    .where(t.learners.c.due_at <= bindparam("now"))
    .order_by(t.learners.c.due_at)
    .limit(bindparam("take"))
    .with_for_update(skip_locked=True)
)
"""Where somebody is comes as one text: those whose texts are the same are alike, and it is read once for all of them."""
IDS: Any = bindparam("ids", expanding=True)
PLACED = t.enrolments.c.position.concat(literal_column("':'")).concat(t.enrolments.c.track)
THEM = These().table_valued("value")
ROADS = select(
    THEM.c.value,
    select(func.aggregate_strings(PLACED, " "))
    .where((t.enrolments.c.learner_id == THEM.c.value) & t.enrolments.c.left_at.is_(None))
    .scalar_subquery(),
    select(func.aggregate_strings(t.passages.c.lesson_id, " "))
    .where(t.passages.c.learner_id == THEM.c.value)
    .scalar_subquery(),
)
"""The tracks that they chose, each with its position, and the lessons that they have been through."""
WHO = select(t.learners).where(t.learners.c.id.in_(IDS))
THERE = (
    select(t.learners.c.id).where(t.learners.c.id.in_(IDS)).order_by(t.learners.c.id).with_for_update(key_share=True)
)

NEW_ROWS = Insert(t.deliveries, WHOSE, ROW)
NEW_TIMES = Change(t.learners, (), lambda new: {name: new(name) for name in SCHEDULE}, SCHEDULE, at_hand=True)
OUTCOMES = Change(
    t.deliveries,
    ("status", "message", "reason", "next_at", "at", "tidy_at"),
    lambda new: {
        "status": new("status"),
        "message": new("message"),
        "reason": new("reason"),
        "next_at": new("next_at"),
        "updated_at": new("at"),
        "tidy_at": new("tidy_at"),
    },
    at="updated_at",
)
Decided = tuple[DeliveryKind, date, str | None]
"""What a decision comes to in the ledger: kind, slot, and the reason where nothing is sent."""
LEFT_OPEN = timedelta(hours=1)
"""A question that somebody left open for so long is closed by the lesson that comes: their next words answer the lesson."""
ASKED = Change(
    t.learners,
    ("lesson_id", "delivery_id", "more", "lately"),
    lambda new: {
        "lesson_id": new("lesson_id"),
        "delivery_id": new("delivery_id"),
        "unanswered": t.learners.c.unanswered + new("more"),
        "step": case((t.learners.c.seen_at > new("lately"), t.learners.c.step)),
    },
    more="unanswered",
    lately="seen_at",
)
CAME = Change(
    t.learners, ("more",), lambda new: {"unanswered": t.learners.c.unanswered + new("more")}, more="unanswered"
)
PASSAGES = Insert(t.passages, ("learner_id", "lesson_id", "how", "at"))
TRIES = Insert(t.attempts, ("delivery_id", "number", "learner_id", "at", "outcome", "reason"))


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of learners who are due, and the roads they are on, by their ids."""

    rows: Sequence[tuple[Any, ...]]
    roads: Mapping[str, Road]

    @property
    def places(self) -> dict[str, Any]:
        """Where each row is found again, by the ids of the learners."""
        return {row[0]: row[4] for row in self.rows}

    def alike(self, wishes: Mapping[str, Wishes]) -> tuple[Due, ...]:
        """Those whose wishes are known, put together where all is the same but the road."""
        cases: dict[tuple[str, int], list[str]] = {}
        for row in self.rows:
            if (wished := wishes.get(row[0])) is not None:
                # Wishes that are the same are one and the same: to compare them would cost more than all the rest.
                cases.setdefault((row[5], id(wished)), []).append(row[0])
        return tuple(
            [
                Due(_case(where, wishes[some[0]]), [(one, self.roads[one]) for one in some])
                for (where, _), some in cases.items()
            ]
        )


def find_due(db: Connection, now: datetime, take: int) -> Found:
    """Learners whose time has come, those due longest first, held until the transaction ends."""
    # Tuples are looked into quicker than SQLAlchemy's rows.
    rows = [tuple(row) for row in db.execute(DUE, {"now": now, "take": take}).all()]
    if not rows:
        return Found((), {})
    # Only now that the learners are held does nothing of theirs change any more.
    found = db.execute(ROADS, These.given([row[0] for row in rows])).all()
    return Found(rows, {learner: _road(tracks, passed) for learner, tracks, passed in found})


def _case(where: str, wishes: Wishes) -> Case:
    language, consent, schedule = _where(where)
    return Case(schedule, wishes, language, consent)


# Many are at the same place of the same track.


@lru_cache(maxsize=4096)
def _where(text: str) -> tuple[str, int | None, Schedule]:
    language, consent, state, due_at, owed_since, paused_until, last_slot, gentle, unanswered = json.loads(text)
    due, owed, paused = (one and moment_of_text(one) for one in (due_at, owed_since, paused_until))
    slot = last_slot and date.fromisoformat(last_slot)
    return language, consent, Schedule(State(state), due, owed, paused, slot, bool(gentle), unanswered)


@lru_cache(maxsize=8192)
def _road(tracks: str | None, passed: str | None) -> Road:
    placed = (one.partition(":") for one in (tracks or "").split())
    in_order = tuple(track for _, _, track in sorted(placed, key=lambda one: (int(one[0]), one[2])))
    return Road(in_order, frozenset((passed or "").split()))


def keep_wishes(db: Connection, rows: Sequence[Row[Any]], people: Mapping[str, Sealed]) -> None:
    """Seals what planning looks at for learners who were opened whole, so that next time it need not."""
    anew = [
        {"row": row.id, "wishes": sealed_wishes(people[row.id], row.sealed_profile)} for row in rows if row.id in people
    ]
    if anew:
        this = update(t.learners).where(t.learners.c.id == bindparam("row"))
        db.execute(this.values(sealed_wishes=bindparam("wishes")), anew)


class StoredBatch:
    """See the port `DueBatch`. What is the same for several is kept once, and written together."""

    def __init__(
        self, due: tuple[Due, ...], places: Mapping[str, Any], now: datetime, until: datetime, process: int | None
    ) -> None:
        self.due = due
        self._places = places
        self.claimed: list[Claimed] = []
        self._now = now
        self._process = process
        self._until = now if process is None else until
        self._decided: dict[Decided, list[tuple[str, str | None]]] = {}
        self._schedules: dict[Schedule, list[str]] = {}

    def decide(self, coming: Coming, intents: Sequence[Intent]) -> None:
        """Keeps decisions: their rows of the ledger, and the new schedule."""
        learners = [learner for learner, _ in coming]
        for one in intents:
            rows = coming if one.teaches else [(learner, None) for learner in learners]
            self._decided.setdefault((one.kind, one.slot, one.reason), []).extend(rows)
        self._schedules.setdefault(intents[-1].schedule, []).extend(learners)

    def postpone(self, due: Due, until: datetime) -> None:
        """Pushes their due time ahead, and nothing else."""
        self._schedules.setdefault(due.case.schedule._replace(due_at=until), []).extend(due.learners)

    def finish(self, db: Connection, broken: Sequence[str] = ()) -> None:
        """Writes every decision, as the last thing of the transaction. Those whose rows are `broken` are looked at later."""
        # A slot that has its row already keeps it: one of a kind a local date, whatever happens.
        NEW_ROWS.run(db, *[self._rows(what, coming) for what, coming in self._decided.items()])
        place = self._places
        NEW_TIMES.run(db, *[Alike([(place[one],) for one in these], then) for then, these in self._schedules.items()])
        if broken:
            db.execute(update(t.learners).where(t.learners.c.id.in_(broken)).values(due_at=self._now + BROKEN))

    def _rows(self, what: Decided, coming: Coming) -> Alike:
        kind, slot, reason = what
        row = _waiting_row(kind, slot, self._now) | {"next_at": self._until, "held_by": self._process}
        ids = ids_in_order(self._now, len(coming))
        whose = [(new, learner, lesson) for new, (learner, lesson) in zip(ids, coming, strict=True)]
        if reason is None:
            self.claimed.append(Claimed(whose, kind, slot))
        else:
            # Of what is sent there is one a date; of decisions not to send there may be several.
            ended = {"status": DeliveryStatus.NOT_SENT.value, "reason": reason, "next_at": None, "held_by": None}
            row |= ended | {"number": _moment_of(slot, self._now)}
        return Alike(whose, [row[name] for name in ROW])


def _moment_of(slot: date, now: datetime) -> int:
    """Seconds from two days before the slot began, in UTC: a small number of its own for every moment of a local date."""
    start = datetime(slot.year, slot.month, slot.day, tzinfo=UTC) - timedelta(days=2)
    return max(1, int((now - start).total_seconds()))


# -- what is about to be sent ------------------------------------------------------------------------------------------


def deliveries_of(claimed: Claimed) -> Iterator[Delivery]:
    """What was claimed, as it stands in the ledger."""
    for row, learner, lesson in claimed.rows:
        yield Delivery(row, learner, claimed.kind, claimed.slot, lesson, DeliveryStatus.CLAIMED)


def rows_of(db: Connection, learners: Collection[str]) -> Sequence[Row[Any]]:
    """The rows of these learners."""
    return db.execute(WHO, {"ids": list(learners)}).all()


def put_off(db: Connection, deliveries: Sequence[Delivery], until: datetime) -> None:
    """Pushes what cannot be sent now out of the others' way."""
    mine = t.deliveries.c.id.in_([one.id for one in deliveries]) & (t.deliveries.c.status == CLAIMED)
    db.execute(update(t.deliveries).where(mine).values(next_at=until, held_by=None))


def take_waiting(db: Connection, now: datetime, take: int, until: datetime, process: int) -> Sequence[Row[Any]]:
    """Deliveries to be sent now, held for this process until then, in the order in which they were decided."""
    waiting = t.deliveries.c.status.in_((CLAIMED, RETRY)) & (t.deliveries.c.next_at <= now)
    waiting &= t.deliveries.c.kind.in_(KNOWN)
    mine = select(t.deliveries).where(waiting).order_by(t.deliveries.c.next_at).limit(take)
    rows = db.execute(mine.with_for_update(skip_locked=True)).all()
    if not rows:
        return ()
    held = {"status": CLAIMED, "next_at": until, "held_by": process}
    db.execute(update(t.deliveries).where(t.deliveries.c.id.in_([row.id for row in rows])).values(held))
    # What another process left behind is all due at once, and nothing but its ids tells who was to come first.
    return sorted(rows, key=lambda row: (row.next_at, row.id))


def mark(db: Connection, deliveries: Sequence[Delivery], until: datetime, process: int) -> tuple[str, ...]:
    """Writes SENDING before the call. Answers the ids that are still ours to send."""
    if not deliveries:
        return ()
    ours = t.deliveries.c.id.in_([one.id for one in deliveries]) & (t.deliveries.c.status == CLAIMED)
    state = select(t.learners.c.state).where(t.learners.c.id == t.deliveries.c.learner_id).scalar_subquery()
    # Who has not signed up to the end may still be asked whether to keep what they told.
    willing = state.in_(WILLING) | ((state == State.NEW.value) & (t.deliveries.c.kind == DeliveryKind.LAST_CALL.value))
    values = {"status": SENDING, "next_at": until, "attempts": t.deliveries.c.attempts + 1, "held_by": process}
    marked = update(t.deliveries).where(ours & willing).values(values).returning(t.deliveries.c.id)
    going = tuple(db.execute(marked).scalars())
    if len(going) < len(deliveries):
        # Who stopped meanwhile gets nothing any more, and the ledger says why; left as it was it would come up for ever.
        reason = case((state == State.NEW.value, Reason.NOT_READY.value), else_=state)
        ended = {"status": DeliveryStatus.NOT_SENT.value, "reason": reason, "next_at": None, "held_by": None}
        db.execute(update(t.deliveries).where(ours & not_(willing)).values(ended))
    return going


# -- how it ended ------------------------------------------------------------------------------------------------------


def record(db: Connection, done: Sequence[Done]) -> None:
    """Writes down how sending ended, and what that means for the learners."""
    if not done:
        return
    # Learners first, then their deliveries, as a turn does: in the other order the two could wait for each other.
    there = set(db.execute(THERE, {"ids": list({one.delivery.learner for one in done})}).scalars())
    # Somebody who was forgotten while their lesson was on its way leaves nothing to be written down.
    done = [one for one in done if one.delivery.learner in there]
    ended = [(o.delivery.id, o.status.value, o.message, o.reason, o.retry_at, o.at, o.tidy_at) for o in done]
    OUTCOMES.run(db, Alike(ended))
    _consequences(db, done)


def _consequences(db: Connection, done: Sequence[Done]) -> None:
    """What the outcomes mean for the learners: one statement of each kind, however many there are."""
    PASSAGES.run(db, Alike([(o.delivery.learner, o.passed, Passage.SENT.value, o.at) for o in done if o.passed]))
    asked = [(o.delivery, int(o.came), o.at - LEFT_OPEN) for o in done if o.answers]
    ASKED.run(db, Alike([(one.learner, one.lesson, one.id, more, lately) for one, more, lately in asked]))
    CAME.run(db, Alike([(o.delivery.learner, 1) for o in done if o.came and not o.answers]))
    notes = [(one, ((DeliveryKind.NUDGE, one.nudge_at), (DeliveryKind.RECAP, one.recap_at))) for one in done]
    NEW_ROWS.run(db, *[_note(one, kind, at) for one, several in notes for kind, at in several if at is not None])
    TRIES.run(db, Alike([_attempt(one) for one in done if one.status is not DeliveryStatus.SENT and one.failed]))
    if broken := [one for one in done if one.reason == OUR_BUG and one.delivery.lesson]:
        _step_aside(db, broken)
    gone = [one.delivery.learner for one in done if one.gone]
    if gone:
        left = {"state": State.GONE.value, "due_at": None, "owed_since": None}
        db.execute(update(t.learners).where(t.learners.c.id.in_(gone)).values(left))


def _step_aside(db: Connection, broken: Sequence[Done]) -> None:
    """A lesson that the messenger refused for somebody again and again, by our own fault, makes way for the next."""
    mine = t.deliveries.c.learner_id.in_([one.delivery.learner for one in broken])
    refused = mine & (t.deliveries.c.reason == OUR_BUG) & t.deliveries.c.lesson_id.is_not(None)
    pair = (t.deliveries.c.learner_id, t.deliveries.c.lesson_id)
    often = select(*pair).where(refused).group_by(*pair).having(func.count() >= BUG_TRIES)
    found = db.execute(often).all()
    PASSAGES.run(db, Alike([(row.learner_id, row.lesson_id, Passage.SKIPPED.value, broken[0].at) for row in found]))


def _note(one: Done, kind: DeliveryKind, at: datetime) -> Alike:
    row = ledger_row(one.delivery.learner, kind, one.delivery.slot, one.delivery.lesson, one.at) | {"next_at": at}
    return Alike([tuple(row[name] for name in WHOSE)], [row[name] for name in ROW])


def _attempt(one: Done) -> tuple[Any, ...]:
    number = one.delivery.attempts + 1
    return (one.delivery.id, number, one.delivery.learner, one.at, one.status.value, one.reason)


def ledger_row(learner: str, kind: DeliveryKind, slot: date, lesson: str | None, now: datetime) -> dict[str, Any]:
    """A new row of the ledger that waits to be sent."""
    (row,) = ids_in_order(now, 1)
    return {"id": row, "learner_id": learner, "lesson_id": lesson} | _waiting_row(kind, slot, now)


def _waiting_row(kind: DeliveryKind, slot: date, now: datetime) -> dict[str, Any]:
    """The same for anybody's."""
    return {
        "kind": kind.value,
        "slot": slot,
        "number": 0,
        "status": CLAIMED,
        "reason": None,
        "next_at": now,
        "held_by": None,
        "created_at": now,
        "updated_at": now,
    }
