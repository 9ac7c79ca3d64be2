"""Stories: what one person does in four weeks with the bot, told day by day and played later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol, Self

DAYS = 28


class Actor(Protocol):
    """Whoever plays a story."""

    async def says(self, text: str, reply_to: str | None) -> None: ...
    async def edits(self, old: str, new: str) -> None: ...
    async def taps(self, label: str, under: str | None) -> None: ...
    async def blocks(self) -> None: ...
    async def unblocks(self) -> None: ...
    async def breaks_down(self) -> None: ...
    async def is_repaired(self) -> None: ...
    def moves_to(self, zone: str, remark: str) -> None: ...
    def expects_lessons_at(self, hour: time) -> None: ...


Deed = Callable[[Actor], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens at a minute of the person's own wall clock."""

    at: datetime
    do: Deed


@dataclass
class Story:
    """A person, where they are, and what they do. `about` is for the reader of the transcript; `zone` is where it begins."""

    name: str
    place: str
    zone: str
    begins: date
    about: str
    acts: list[Act] = field(default_factory=list)

    def day(self, number: int, at: str = "12:00") -> Day:
        """Day `number`, from 1, beginning at that time of the person's own clock. Days are told in order."""
        assert 1 <= number <= DAYS, "a story lasts four weeks"
        moment = datetime.combine(self.begins + timedelta(days=number - 1), time.fromisoformat(at))
        return Day(self, moment)

    def add(self, act: Act) -> None:
        """What happens next."""
        assert not self.acts or act.at >= self.acts[-1].at, (
            f"{self.name}'s story goes back in time at {act.at:%B %d, %H:%M}"
        )
        self.acts.append(act)


@dataclass
class Day:
    """One day of a story. Whatever is chained happens a minute after what came before it; `at` waits longer."""

    story: Story
    moment: datetime

    def at(self, clock: str) -> Self:
        """Later that day."""
        self.moment = datetime.combine(self.moment.date(), time.fromisoformat(clock))
        return self

    def says(self, text: str, *, reply_to: str | None = None) -> Self:
        """Writes; perhaps as a direct reply to the newest message of the bot that holds `reply_to`."""
        return self._does(lambda actor: actor.says(text, reply_to))

    def edits(self, old: str, new: str) -> Self:
        """Changes the newest message of theirs that holds `old`."""
        return self._does(lambda actor: actor.edits(old, new))

    def taps(self, *labels: str, under: str | None = None) -> Self:
        """Taps one button after another, each on the newest message that has it, or on the newest that holds `under`."""
        for label in labels:
            self._taps_one(label, under)
        return self

    def _taps_one(self, label: str, under: str | None) -> None:
        self._does(lambda actor: actor.taps(label, under))

    def blocks_the_bot(self) -> Self:
        """Blocks the bot."""
        return self._does(lambda actor: actor.blocks())

    def unblocks_the_bot(self) -> Self:
        """Takes the block away."""
        return self._does(lambda actor: actor.unblocks())

    def the_bot_breaks_down(self) -> Self:
        """The machine that runs the bot is switched off."""
        return self._does(lambda actor: actor.breaks_down())

    def the_bot_is_repaired(self) -> Self:
        """The machine is on again."""
        return self._does(lambda actor: actor.is_repaired())

    def moves_to(self, zone: str, remark: str) -> Self:
        """Travels: from now on their own clock is another one."""

        async def move(actor: Actor) -> None:
            actor.moves_to(zone, remark)

        return self._does(move)

    def expects_lessons_at(self, clock: str) -> Self:
        """From now on, every lesson that comes by itself must come at this minute of their own clock."""

        async def expect(actor: Actor) -> None:
            actor.expects_lessons_at(time.fromisoformat(clock))

        return self._does(expect, minutes=0)

    def _does(self, deed: Deed, minutes: int = 1) -> Self:
        self.story.add(Act(self.moment, deed))
        self.moment += timedelta(minutes=minutes)
        return self
