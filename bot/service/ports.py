"""What the flows need from the outside: somewhere to keep things, and someone to send them. `app` plugs the real ones in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.course.journey import Road, Taste
from bot.messages import ChatRef, FileRef, Outgoing, Receipt, Say
from bot.service.learners import (
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Enrolment,
    Learner,
    Passage,
    Reflection,
    Schedule,
    Wishes,
)

if TYPE_CHECKING:  # help answers before what only they need is loaded
    from bot.course.measures import Rating
    from bot.course.toolbox import Tool
    from bot.service.records import Forgotten, Record

PATIENCE = 3.0
"""Seconds that any one piece of work may wait for the database. A person is waiting for the answer."""


class StoreUnavailable(Exception):  # noqa: N818  it names a state, not a mistake
    """The database cannot be reached, or did not answer in time. Nothing was changed."""


class StatementRefused(StoreUnavailable):
    """The database is there and refused what it was given: a fault of ours, noted in the log. Nothing was changed. The same again
    would be refused again, so whoever works for many tries them one by one."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Replies of an update that was handled before. `doubtful` holds the message whose sending was cut off, `harmless` what may be
    done twice, `unsent` what was never begun, with the number each reply had. `elsewhere` is true while another process is at it."""

    key: str
    language: str
    harmless: tuple[Outgoing, ...]
    doubtful: Say | None
    unsent: tuple[tuple[int, Outgoing], ...]
    elsewhere: bool = False


class Shelf(Protocol):
    """What a learner measured and kept: their ratings and their toolbox."""

    async def ratings(self) -> tuple[Rating, ...]:
        """Oldest first, unfinished ones included."""

    async def keep_rating(self, rating: Rating, until: datetime) -> None:
        """Keeps a rating as it is now, until that moment."""

    async def keep_ratings_for(self, days: int) -> None:
        """Lets every rating go so many days after it was made."""

    async def erase_ratings(self) -> int: ...
    async def tools(self) -> tuple[Tool, ...]:
        """Newest first."""

    async def keep_tool(self, tool: Tool) -> None: ...
    async def drop_tool(self, tool: str) -> bool: ...


class Turn(Protocol):
    """One update's unit of work: everything in it is kept together at the end, or not at all."""

    @property
    def learner(self) -> Learner | None: ...
    @property
    def handled_before(self) -> Leftover | None: ...

    async def meet(self, language: str) -> Learner:
        """Makes the row of a person met for the first time."""

    async def save(self, learner: Learner) -> None:
        """Keeps what changed about the learner, and goes on with them."""

    async def record_consent(self, version: int) -> None: ...
    async def withdraw_consent(self) -> None: ...

    async def enrolments(self) -> tuple[Enrolment, ...]:
        """The tracks they chose, in order."""

    async def enrol(self, tracks: Sequence[str]) -> None:
        """Makes these their tracks, in this order. Places are kept; tracks no longer named are left."""

    async def passages(self) -> Mapping[str, Passage]:
        """Lesson id → how they went through it."""

    async def pass_through(self, lesson: str, how: Passage) -> None: ...
    async def start_over(self, lessons: Sequence[str]) -> None:
        """Forgets that these lessons were gone through. What was written stays."""

    async def keep_reflection(self, lesson: str | None, text: str, message: int | None) -> Reflection: ...
    async def reflection_in(self, message: int) -> Reflection | None:
        """The reflection that was kept from this message of theirs."""

    async def rewrite(self, reflection: str, text: str) -> None: ...
    async def erase(self, reflection: str) -> bool: ...
    async def file_under(self, reflection: str, lesson: str | None) -> bool:
        """Makes a reflection belong to a lesson, or to none. False if there is no such reflection of theirs."""

    async def reflections(self, skip: int, take: int) -> tuple[Reflection, ...]:
        """Newest first, without drafts."""

    async def reflections_to(self, lessons: Collection[str]) -> tuple[Reflection, ...]:
        """What they wrote in answer to these lessons, oldest first."""

    async def count_reflections(self) -> int: ...
    async def reflection(self, reflection: str) -> Reflection | None: ...

    @property
    def shelf(self) -> Shelf:
        """Their ratings and tools."""

    async def plan(self) -> dict[str, str]:
        """Their safety plan, part → their words; empty when there is none."""

    async def keep_plan(self, parts: Mapping[str, str]) -> None:
        """Keeps the safety plan as it is now; an empty one is deleted."""

    async def intend(self, kind: DeliveryKind, slot: date, lesson: str | None) -> Delivery | None:
        """A new ledger row in state SENDING, or None when this kind has had its turn on that date."""

    async def intend_later(self, kind: DeliveryKind, slot: date, at: datetime, lesson: str | None = None) -> None:
        """A new ledger row that is sent at that moment; nothing if this kind has had its turn on that date."""

    async def delivery(self, delivery: str) -> Delivery | None: ...
    async def delivery_in(self, message: int) -> Delivery | None:
        """The delivery that was sent as this message of ours."""

    async def open_delivery(self, delivery: str) -> None: ...
    async def decisions(self, take: int) -> tuple[Delivery, ...]:
        """The latest rows of the ledger, newest first."""

    async def shown_since(self, since: datetime) -> tuple[int, ...]:
        """The messages that stand in their chat since then, ours and theirs, as far as they are known."""

    async def record(self) -> Record:
        """Everything that is held about them."""

    async def bring_in(self, record: Record) -> None:
        """Makes everything that is held about them what this record says, which may come from elsewhere."""

    async def forget(self, *, at_once: bool = False) -> Forgotten | None:
        """Deletes them with all that is theirs; the turn goes on without a learner. None, and nothing done, while a lesson is on
        its way to them, unless it is to be at once: try again in a moment."""

    def keep_replies(self, replies: Sequence[Outgoing], theirs: int | None = None) -> None:
        """Keeps the replies with the update, so that a crash before they are sent loses none. The first message among them counts
        as being sent from the end of the turn on; edits, toasts and deletions may be done twice without harm. `theirs` is the
        message that is answered."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What deciding looks at, but for the way through the course. Many who are due together share theirs: it is equal to itself alone,
    so that what was decided for it is found again at once."""

    schedule: Schedule
    wishes: Wishes
    language: str
    consent_version: int | None

    @property
    def taste(self) -> Taste:
        """What the rules of the course need to know of it."""
        return Taste(self.wishes.closeness, self.language, self.schedule.gentle, self.wishes.boundaries)


class Due(NamedTuple):
    """Learners whose time has come and who share a case: their ids, each with their road. Where they can be reached and what else
    they told stays sealed until something is sent to them."""

    case: Case
    people: Sequence[tuple[str, Road]]

    @property
    def learners(self) -> list[str]:
        """Their ids."""
        return [learner for learner, _ in self.people]


class Intent(NamedTuple):
    """What was decided for due learners: a ledger row each (sent later, or NOT_SENT with its reason), and their schedule from now on."""

    schedule: Schedule
    kind: DeliveryKind
    slot: date
    reason: str | None = None

    @property
    def teaches(self) -> bool:
        """True when what is to be sent is a lesson: to each the one that comes next for them."""
        return self.kind is DeliveryKind.LESSON and self.reason is None


Coming = Sequence[tuple[str, str | None]]
"""Ids of learners, each with the lesson that comes next for them."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was decided to be sent, and is held by this process: ids of ledger rows, each with its learner's and the lesson's."""

    rows: Sequence[tuple[str, str, str | None]]
    kind: DeliveryKind
    slot: date


class DueBatch(Protocol):
    """Due learners, held by this process until the batch ends; decisions are kept together."""

    due: tuple[Due, ...]
    claimed: list[Claimed]

    def decide(self, coming: Coming, intents: Sequence[Intent]) -> None:
        """Keeps what was decided for each of these learners of a `Due`. The schedule is that of the last."""

    def postpone(self, due: Due, until: datetime) -> None:
        """Pushes rows that made deciding fail out of everyone's way."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits to be sent, with its learner."""

    delivery: Delivery
    learner: Learner


@dataclass(frozen=True, slots=True)
class Done:
    """How the sending of a delivery ended; `retry_at` where it is to be tried again.

    `passed` is the lesson that they went through by it, `answers` says that their next words answer it, `came` that it counts as a
    lesson they have not answered yet, `failed` that the messenger was asked in vain, `nudge_at` when a note about it is due,
    `recap_at` when the end of its topic is to be spoken of.
    """

    delivery: Delivery
    status: DeliveryStatus
    at: datetime
    message: int | None = None
    reason: str | None = None
    retry_at: datetime | None = None
    passed: str | None = None
    answers: bool = False
    gone: bool = False
    tidy_at: datetime | None = None
    came: bool = False
    failed: bool = False
    nudge_at: datetime | None = None
    recap_at: datetime | None = None


MOST_LEFT = 0.2
"""The part of the allowed rate that processes which share it leave at the most, where messages bunch up on their way."""
CALMS_DOWN = 0.005
"""How much less of the rate they leave with each second."""


class Stretch(NamedTuple):
    """Time in which a process may send. It `begins` by this process's clock (`time.monotonic`) never too early, and at most `unsure`
    seconds too late. Everything is `held` for so many seconds, and so much of the rate is `left` by all."""

    begins: float
    unsure: float
    held: float
    left: float


class Store(Protocol):
    """Where learners are kept. Every method raises StoreUnavailable when the database is gone, hung or locked."""

    def turn(self, chat: ChatRef, key: str, now: datetime) -> AbstractAsyncContextManager[Turn]: ...
    async def replied(self, key: str, then: int | None, now: datetime, receipt: Receipt, say: Say) -> None:
        """Says that a message of the update's replies was sent, with its receipt, and keeps what the ledger needs of it.

        `then` is the number of the next message, which counts as being sent from now on; None when there is none left.
        """

    async def all_replied(self, key: str) -> None:
        """Says that nothing of the update's replies is left."""

    def due_batch(
        self, now: datetime, take: int, hold: timedelta, *, ours: bool = False
    ) -> AbstractAsyncContextManager[DueBatch]:
        """So many learners whose time has come, those due longest first. With `ours`, what is decided is held for this process."""

    async def opened(self, claimed: Sequence[Claimed], now: datetime) -> tuple[Waiting, ...]:
        """What was decided to be sent, each with its learner. Whose row does not open is left out, and looked at later."""

    async def take_waiting(self, now: datetime, take: int, hold: timedelta) -> tuple[Waiting, ...]:
        """Deliveries to be sent now, held for this process."""

    async def sending(self, deliveries: Sequence[Delivery], until: datetime) -> tuple[str, ...]:
        """Writes SENDING before the call. Answers the ids that are still ours to send."""

    async def record(self, done: Sequence[Done]) -> None: ...
    async def advance(self, done: Sequence[Done], deliveries: Sequence[Delivery], until: datetime) -> tuple[str, ...]:
        """`record` and `sending` in one. Nothing is marked for learners who do not want lessons any more."""

    async def release(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        """Gives back what was held and not begun: whoever comes first takes it, from that moment on."""

    async def uncertain(self, now: datetime, closed: Collection[str] = ()) -> int:
        """Settles SENDING rows whose process died: a lesson becomes UNCERTAIN, and a DID_IT_ARRIVE row asks about it; a mere
        notice is sent again. Of the lessons in `closed` only an envelope was under way: they are not passed. Answers how many;
        some hundreds at most."""

    async def count_help(self, day: date) -> None:
        """Adds one to the day's total of help cards shown: a bare number, tied to nobody."""

    async def country_of(self, chat: ChatRef) -> str | None: ...
    async def take_over(self, now: datetime) -> tuple[tuple[ChatRef, Leftover], ...]:
        """Takes over what processes that are gone have left: their deliveries are looked at now, their unfinished answers come back
        to be finished. Also says that this process is alive."""

    async def sweep(self) -> bool:
        """Clears what deleted rows leave in the database's files, as far as that goes at once. True when nothing is left."""

    async def ready(self) -> None:
        """Returns when the database answers."""


class Aside(Protocol):
    """What the help lane remembers of a chat, in memory only and apart from everything else."""

    def note_country(self, chat: ChatRef, country: str | None) -> None: ...
    def exchange(self, chat: ChatRef) -> tuple[int, ...]:
        """The messages of the latest help cards and what they answered."""

    def forget(self, chat: ChatRef) -> None: ...


class NoAside:
    """Nothing is remembered."""

    def note_country(self, chat: ChatRef, country: str | None) -> None:
        """Does nothing."""

    def exchange(self, chat: ChatRef) -> tuple[int, ...]:
        """No messages."""
        return ()

    def forget(self, chat: ChatRef) -> None:
        """Does nothing."""


class Sender(Protocol):
    """The one door through which messages leave."""

    @property
    def at_once(self) -> int:
        """How many lessons may be marked SENDING at once: as few as the rate needs, as a crash can leave each of them uncertain."""

    async def reply(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None = None) -> Receipt: ...
    async def window(self, most: int) -> int:
        """Waits until lessons may go soon. Answers how many, at most so many; 0 while the messenger wants none for longer than a
        moment. Raises StoreUnavailable."""

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        """Sends one of them."""

    async def fetch(self, file: FileRef) -> bytes | None:
        """What is in a file that somebody sent; None when it cannot be had."""

    def let_go(self, chat: ChatRef) -> None:
        """Nothing that is on its way to this chat is sent any more, and no lesson until `welcome`."""

    def welcome(self, chat: ChatRef) -> None: ...
