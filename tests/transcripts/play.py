"""Plays a story through the whole bot, over real HTTP, and looks over its shoulder while the days go by."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.demo import Message, Person
from tests.transcripts.notebook import Notebook, named
from tests.transcripts.story import DAYS, Story
from tests.world import World, world

HERE = Path(__file__).parent
COMMAND = "python -m tests.transcripts --update"
LESSON_BUTTONS = ("Did it", "Open")
"""By these a lesson, or its envelope, is known."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lesson that came: when, by their own clock, and at which minute one was due by itself. `asked` when they wished for it."""

    at: datetime
    due: time | None
    asked: bool


@dataclass
class Played:
    """What became of a story: its transcript, and everything that must not be."""

    story: Story
    transcript: str
    problems: list[str]
    lessons: list[Arrival]


@dataclass
class Stage:
    """The actor: does what the story says, in the world."""

    story: Story
    there: World
    person: Person
    zone: str
    lessons: list[Arrival] = field(default_factory=list)
    _due: time | None = None
    _acting: bool = False
    _down: bool = False

    def __post_init__(self) -> None:
        self.notebook = Notebook(self.person, self.wall_clock)
        self.there.server.messenger.listeners += [self.notebook.note, self._watch]

    def wall_clock(self) -> datetime:
        """The time on the person's own wall."""
        return self.there.clock.now.astimezone(ZoneInfo(self.zone))

    def _watch(self, event: str, subject: object) -> None:
        if event == "message" and isinstance(subject, Message) and is_lesson(subject):
            self.lessons.append(Arrival(self.wall_clock(), self._due, self._acting))

    # -- the days ------------------------------------------------------------------------------------------------------

    async def play(self) -> None:
        """All four weeks."""
        for act in self.story.acts:
            await self._wait_until(act.at)
            self._acting = True
            await act.do(self)
            self._acting = False
        last = self.story.begins + timedelta(days=DAYS - 1)
        await self._wait_until(datetime.combine(last, time(23, 59)))
        self.notebook.until(last)

    async def _wait_until(self, wall: datetime) -> None:
        moment = wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        if self._down:
            self.there.clock.now = moment  # time goes by, and no bot sees it
        else:
            await self.there.at(moment)

    # -- what a person can do ------------------------------------------------------------------------------------------

    async def says(self, text: str, reply_to: str | None) -> None:
        """Writes a text, perhaps as a reply."""
        self.person.says(text, self._message(reply_to).id if reply_to else None)
        await self.there.settled()

    async def edits(self, old: str, new: str) -> None:
        """Changes one of their own messages."""
        mine = [one for one in self.person.messages if one.sender is self.person.user and old in one.text]
        assert mine, f"{self._when()}: {self.person.name} wrote nothing that holds “{old}”"
        self.person.edits(mine[-1].id, new)
        await self.there.settled()

    async def taps(self, label: str, under: str | None) -> None:
        """Taps a button that is there."""
        message = self._message(under) if under else self._with_button(label)
        newest = message is self.person.last
        where = "" if newest else f" under “{message.text.partition(chr(10))[0]}”"
        self.notebook.write(self.person.name, f"*taps [{label}]{where}*")
        self.person.taps(label, message.id)
        await self.there.settled()

    async def blocks(self) -> None:
        """Blocks the bot."""
        self.notebook.write(self.person.name, "*blocks the bot*")
        self.person.blocks()
        await self.there.settled()

    async def unblocks(self) -> None:
        """Takes the block away."""
        self.notebook.write(self.person.name, "*unblocks the bot*")
        self.person.unblocks()
        await self.there.settled()

    async def breaks_down(self) -> None:
        """The bot is gone."""
        self.notebook.remark("The machine that runs the bot is switched off.")
        self._down = True
        await self.there.stop()

    async def is_repaired(self) -> None:
        """The bot is there again, and notices at once what is due."""
        self.notebook.remark("The machine is on again.")
        self._acting = False  # whatever comes now comes by itself
        await self.there.start()
        self._down = False
        await self.there.asleep_until(self.there.clock.now)

    def moves_to(self, zone: str, remark: str) -> None:
        """Their clock is another one now."""
        self.notebook.remark(remark)
        self.zone = zone

    def expects_lessons_at(self, hour: time) -> None:
        """Lessons come by themselves at this minute from now on."""
        self._due = hour

    def _message(self, text: str) -> Message:
        message = self.person.sees(text)
        assert message is not None, f"{self._when()}: {self.person.name} sees no message with “{text}”"
        return message

    def _with_button(self, label: str) -> Message:
        for message in self.person.chat.newest_first():
            if label in message.labels:
                return message
        last = self.person.last
        seen = f"the last message is “{last.text[:60]} …” with {last.labels}" if last else "the chat is empty"
        raise AssertionError(f"{self._when()}: {self.person.name} sees no button [{label}]; {seen}")

    def _when(self) -> str:
        return f"{named(self.wall_clock().date())}, {self.wall_clock():%H:%M}"


def is_lesson(message: Message) -> bool:
    """Whether this is a lesson, or the envelope of one."""
    return message.from_bot and any(label in message.labels for label in LESSON_BUTTONS)


# -- what must not be ----------------------------------------------------------------------------------------------------


def too_many(lessons: Sequence[Arrival]) -> list[str]:
    """Lessons that came by themselves on a date that had had one: never two on one local date."""
    found, had = [], set[date]()
    for lesson in lessons:
        day = lesson.at.date()
        if day in had and not lesson.asked:
            found.append(f"{named(day)}: a lesson came by itself although there had been one")
        had.add(day)
    return found


def at_the_wrong_minute(lessons: Sequence[Arrival]) -> list[str]:
    """Lessons that came by themselves at another minute than the person's own."""
    by_clock = [lesson for lesson in lessons if not lesson.asked]
    return [
        f"{named(lesson.at.date())}: a lesson came at {lesson.at:%H:%M}, not at {lesson.due or 'no time at all'}"
        for lesson in by_clock
        if lesson.due is None or (lesson.at.hour, lesson.at.minute) != (lesson.due.hour, lesson.due.minute)
    ]


@contextmanager
def errors_in_the_log() -> Iterator[list[str]]:
    """Collects every log record of level ERROR and above."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(f"logged as {record.levelname}: {record.name}: {record.getMessage()}")

    collector = Collector(logging.ERROR)
    logging.getLogger().addHandler(collector)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(collector)


# -- a whole story -------------------------------------------------------------------------------------------------------


async def play(story: Story) -> Played:
    """Plays a story in a world of its own."""
    midnight = datetime.combine(story.begins, time(), ZoneInfo(story.zone)).astimezone(UTC)
    with tempfile.TemporaryDirectory(prefix="kindling-") as folder, errors_in_the_log() as errors:
        async with world(Path(folder), midnight) as there:
            stage = Stage(story, there, there.person(story.name), story.zone)
            await stage.play()
            violations = [f"against the Bot API: {one}" for one in there.server.violations]
            spinning = [f"never answered: tap {number}" for number in there.server.unanswered]
    problems = [*too_many(stage.lessons), *at_the_wrong_minute(stage.lessons), *violations, *spinning, *errors]
    return Played(story, _page(story, stage.notebook), problems, stage.lessons)


def _page(story: Story, notebook: Notebook) -> str:
    head = [f"# {story.name}, {story.place}", "", *story.about.strip().split("\n"), ""]
    made = [
        "Times are those of the person’s own clock. Made by a run of the whole bot:",
        f"`{COMMAND}` writes this page anew.",
        "",
    ]
    return "\n".join([*head, *made, *notebook.lines]).rstrip() + "\n"


def page_of(story: Story) -> Path:
    """Where a story's transcript is kept."""
    return HERE / f"{story.name.lower()}.md"
