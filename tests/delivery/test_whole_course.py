"""Through the whole course by time travel: one learner who chose everything, and three whose boundaries differ.

The flows, the rules and the database are the real ones; in the messenger's place there is a notebook, as hundreds of days over HTTP
take minutes. That the messages arrive there is what the other tests are about.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.content.read import lessons_dir, load_course
from bot.course.boundaries import themes_in
from bot.course.lesson import Course, Part, Theme
from bot.messages import ChatRef, Edit, FileRef, Incoming, Kind, Outcome, Outgoing, Receipt, Say
from bot.service.conversation import Conversation
from bot.service.delivery import Delivery
from bot.service.learners import CONSENT_VERSION, Closeness, Profile, State
from bot.storage.database import Database
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore
from tests.delivery.calendar import FINISH, on

FIRST_DAY = on("2026-03-02", "08:00")
EVERYBODY: dict[str, tuple[Closeness, frozenset[Theme]]] = {
    "everything": (Closeness.SAFE, frozenset()),
    "no touch, no body": (Closeness.SAFE, frozenset({Theme.TOUCH, Theme.BODY})),
    "nothing on partners or medicine": (Closeness.SAFE, frozenset({Theme.PARTNER, Theme.MEDICATION})),
    "no closeness": (Closeness.NOT_NOW, frozenset()),
}
MARKUP = re.compile(r"\\(?=.)|\*+|\|\|")


@dataclass
class Reader:
    """Somebody on their way through the course: which lessons they got, in order, and all that they were shown."""

    closeness: Closeness
    boundaries: frozenset[Theme]
    avoids: frozenset[Theme] = frozenset()
    opened: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    last: Say | Edit | None = None
    number: int = 0

    def label(self, action: str) -> str | None:
        """The first button of the last message whose action begins so."""
        rows = self.last.rows if self.last else ()
        return next((one.action for row in rows for one in row if (one.action or "").startswith(action)), None)


@dataclass
class Notebook:
    """The port `Sender`: writes down who was shown what."""

    readers: dict[ChatRef, Reader]
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def at_once(self) -> int:
        return 128

    async def window(self, most: int) -> int:
        return most

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        return await self.reply(chat, say)

    async def reply(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None = None) -> Receipt:
        reader = self.readers[chat]
        if isinstance(outgoing, Say):
            reader.number = next(self._numbers)
        if isinstance(outgoing, Say | Edit):
            reader.last = outgoing
            reader.shown.append(plainly(outgoing.text))
        return Receipt(Outcome.SENT, reader.number)

    async def fetch(self, file: FileRef) -> bytes | None:
        return None

    def let_go(self, chat: ChatRef) -> None: ...
    def welcome(self, chat: ChatRef) -> None: ...


def plainly(text: str) -> str:
    """A text of ours without its markup."""
    return MARKUP.sub("", text)


@dataclass
class Journey:
    """Everybody's way, day by day."""

    course: Course
    store: SqlStore
    readers: dict[ChatRef, Reader]

    def __post_init__(self) -> None:
        self.notebook = Notebook(self.readers)
        self.delivery = Delivery(self.store, self.notebook, self.course)
        self.conversation = Conversation(self.store, self.notebook, self.course)
        self.updates = count(1)
        self.titles = {plainly(lesson.title): lesson.id for lesson in self.course}

    async def sign_up(self) -> None:
        for chat, reader in self.readers.items():
            async with self.store.turn(chat, "sign-up", FIRST_DAY - timedelta(hours=1)) as turn:
                profile = Profile(
                    country="DE", zone="Europe/Berlin", hour=8, topics=tuple(self.course.tracks),
                    closeness=reader.closeness, boundaries=reader.boundaries,
                )  # fmt: skip
                learner = replace(await turn.meet("en"), state=State.ACTIVE, profile=profile)
                await turn.enrol(profile.topics)
                learner = replace(learner, consent_version=CONSENT_VERSION)
                reader.avoids = learner.avoids
                await turn.save(learner.rescheduled(FIRST_DAY - timedelta(hours=1)))

    async def go(self) -> None:
        """One day after another, mornings and evenings, until nobody gets a lesson any more."""
        for day in range(len(list(self.course)) + 3):
            morning = FIRST_DAY + timedelta(days=day)
            for reader in self.readers.values():
                reader.last = None
            await self.delivery.send_due(lambda now=morning: now)  # type: ignore[misc]  # bound at once
            for chat, reader in self.readers.items():
                await self.read(chat, reader, morning)
            await self.delivery.send_due(lambda now=morning: now + timedelta(hours=11, minutes=30))  # type: ignore[misc]

    async def read(self, chat: ChatRef, reader: Reader, now: datetime) -> None:
        """Opens the lesson where it is closed, notes which it was, and taps: without a sign of life they would come less often."""
        envelope = reader.label("ls:open:")
        if envelope is not None:
            await self.tap(chat, reader, envelope, now)
        text = reader.shown[-1] if reader.last else ""
        found = next((self.titles[line] for line in text.splitlines() if line in self.titles), None)
        if found is None:
            return
        reader.order.append(found)
        if envelope is not None:
            reader.opened.append(found)
        button = reader.label("ls:deeper:") if reader.boundaries or reader.closeness is not Closeness.SAFE else None
        await self.tap(chat, reader, button or reader.label("ls:did:") or "", now)

    async def tap(self, chat: ChatRef, reader: Reader, action: str, now: datetime) -> None:
        key = f"update-{next(self.updates)}"
        await self.conversation.handle(
            Incoming(key, chat, Kind.PRESS, data=action, message=reader.number, press_id="1"), now
        )


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(lessons_dir())


@pytest.fixture(scope="module")
def gone(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """All four, at the end of their way."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('course')}/course.sqlite3"

    async def go() -> Journey:
        store = SqlStore(Database(url), Keyring([bytes(32)]))
        await store.ready()
        chats = (ChatRef("telegram", str(number)) for number in count(1))
        journey = Journey(
            course, store, {chat: Reader(*of) for chat, of in zip(chats, EVERYBODY.values(), strict=False)}
        )
        await journey.sign_up()
        await journey.go()
        await store.close()
        return journey

    return asyncio.run(go())


def of(journey: Journey, who: str) -> Reader:
    return list(journey.readers.values())[list(EVERYBODY).index(who)]


def test_somebody_who_chose_everything_gets_every_lesson_once_and_in_a_sensible_order(
    gone: Journey, course: Course
) -> None:
    order = of(gone, "everything").order
    assert sorted(order) == sorted(lesson.id for lesson in course)
    place = {name: number for number, name in enumerate(order)}
    for lesson in course:
        for needed in (*lesson.prerequisites, *course.tracks[lesson.track].prerequisites):
            assert needed == lesson.id or place[needed] < place[lesson.id], (needed, lesson.id)
    for track in course.tracks.values():
        in_track = [place[name] for name in track.order]
        assert in_track == sorted(in_track), track.id


def test_what_is_sensitive_comes_closed_and_is_opened_by_a_tap(gone: Journey, course: Course) -> None:
    for reader in gone.readers.values():
        assert set(reader.opened) == set(reader.order) & course.sensitive


def test_the_end_of_every_topic_is_spoken_of_once_and_then_that_of_the_course(gone: Journey, course: Course) -> None:
    shown = of(gone, "everything").shown
    open_ends = [text for text in shown if text.startswith("That was the last lesson of ")]
    closed_ends = [text for text in shown if text.startswith("One of your topics is through.")]
    closed = [track for track in course.tracks.values() if track.sensitivity >= 2]
    assert len(open_ends) == len(set(open_ends)) == len(course.tracks) - len(closed)
    assert len(closed_ends) == len(closed)
    assert sum(FINISH in text for text in shown) == 1
    assert FINISH in shown[-1]


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name != "everything"])
def test_boundaries_decide_what_is_seen_and_nothing_else_is(gone: Journey, course: Course, who: str) -> None:
    closeness, boundaries = EVERYBODY[who]
    reader = of(gone, who)
    expected = {
        lesson.id
        for lesson in course
        if not lesson.about & boundaries and (closeness is Closeness.SAFE or not lesson.sensitive)
    }
    assert set(reader.order) == expected
    assert len(reader.order) == len(expected)
    assert len(lessons_among(reader.shown)) >= 2 * len(expected), "each lesson, and what is deeper in it"
    assert wrongly_shown(course, reader, boundaries, reader.avoids) == []


def test_what_should_have_been_left_out_would_be_seen(gone: Journey, course: Course) -> None:
    """Held against the boundaries of the others, what somebody without any was shown is full of faults."""
    for closeness, boundaries in list(EVERYBODY.values())[1:]:
        avoids = boundaries | (frozenset() if closeness is Closeness.SAFE else {Theme.CLOSENESS})
        assert len(wrongly_shown(course, of(gone, "everything"), boundaries, avoids)) > 10


def wrongly_shown(
    course: Course, reader: Reader, boundaries: frozenset[Theme], avoids: frozenset[Theme]
) -> list[tuple[frozenset[Theme], str]]:
    """Lines that speak of what was to be left out: of touch and body in practices, of the rest anywhere."""
    words, of_talk = course.words_in("en"), avoids & {Theme.PARTNER, Theme.MEDICATION, Theme.CLOSENESS}
    meant = _meant_for_everybody(course)
    found = []
    for text in lessons_among(reader.shown):
        for line in text.splitlines():
            said = line.removeprefix("If you like: ")
            if said in meant or "Left out here" in said or said.startswith(("Not now if", "Who may want")):
                continue
            of_practices = boundaries & {Theme.TOUCH, Theme.BODY} if said != line else frozenset()
            if wrong := themes_in(said, words, of_practices | of_talk):
                found.append((frozenset(wrong), said))
    return found


def _meant_for_everybody(course: Course) -> set[str]:
    """Lines that stay whatever is left out: notes and ways out are for safety, and the forms without touch say so."""
    kept = {
        line
        for lesson in course
        for part in (Part.NOTE, Part.WAY_OUT)
        for line in plainly(lesson.parts.get(part, "")).split("\n")
    }
    no_touch = {part for lesson in course for part in plainly(lesson.parts.get(Part.NO_TOUCH, "")).split("\n\n")}
    return kept | no_touch


def lessons_among(shown: list[str]) -> list[str]:
    """What came of lessons: neither envelopes nor the ends of topics."""
    ours = ("Your lesson is ready", "That was the last lesson", "One of your topics", "You have been through")
    return [text for text in shown if not text.startswith(ours)]
