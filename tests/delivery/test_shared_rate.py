"""What several processes send together, as the messenger sees it, whatever stands still: on a time of its own, many times over."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.pace import Pace
from bot.messages import ChatRef
from bot.service.ports import CALMS_DOWN, Stretch
from tests.standstill import PART, StandstillLoop, run

T = TypeVar("T")

SECONDS = 8.0
WAY = 0.02
"""Seconds that a message is under way, and its answer."""
TRIP = 0.002
"""Seconds that the database takes for a statement, where nothing else is said."""
MESSENGER, DATABASE = "messenger", "database"


class Standstill(NamedTuple):
    """Somebody does nothing for so many seconds."""

    at: float
    parts: tuple[str, ...]
    seconds: float

    def is_apart(self, others: Sequence[Standstill]) -> bool:
        """Whether it may be asked for with these. A process that stands still while the messenger does cannot pay for what it has
        on its way there: that much, and no more, may then come on top."""
        there = any(MESSENGER in one.parts and one.at - 1 < self.at + self.seconds and self.at < one.at + one.seconds + 1
                    for one in others if one is not self)  # fmt: skip
        return not there


@dataclass
class Common:
    """The budget that processes share, on this time; what the database says is said as the store says it."""

    loop: StandstillLoop
    alone = False
    trips: Callable[[], float] = lambda: TRIP
    free: float = 0.0
    left: float = 0.0
    said_at: float = 0.0

    async def reserve(self, seconds: float, left: float) -> Stretch:
        asked = self.loop.time()
        wait, left = await elsewhere(self.loop, DATABASE, self.trips(), lambda: self._reserve(seconds, left))
        answered = self.loop.time()
        await elsewhere(self.loop, DATABASE, self.trips(), lambda: None)  # the end of the transaction
        return Stretch(answered + wait, answered - asked, 0.0, left)

    def _reserve(self, seconds: float, left: float) -> tuple[float, float]:
        now = self.loop.time()
        self.left = max(left, self.left - CALMS_DOWN * (now - self.said_at))
        self.said_at = now
        begins = max(now, self.free)
        self.free = begins + seconds / (1.0 - self.left)
        return begins - now, self.left

    async def hold(self, seconds: float) -> None:
        raise AssertionError("nobody says slow down here")


async def elsewhere(loop: StandstillLoop, part: str, seconds: float, does: Callable[[], T]) -> T:
    """Has something done by another part, half of the seconds away."""
    done = loop.create_future()

    def hears(what: T) -> None:
        if not done.cancelled():
            done.set_result(what)

    def happens() -> None:
        loop.call_later(seconds / 2, hears, does(), context=Context())

    loop.call_later(seconds / 2, happens, context=context_of(part))
    return await done


def context_of(part: str) -> Context:
    context = copy_context()
    context.run(PART.set, part)
    return context


@dataclass
class Broadcast:
    """Processes that send lessons without end, each at its pace, and when those arrived."""

    loop: StandstillLoop
    rate: float
    chance: random.Random
    unsteady: float = 0.0
    trip: float = TRIP
    arrived: list[float] = field(default_factory=list)

    async def runs(self, standstills: Sequence[Standstill], seconds: float) -> None:
        """For so long. Who stands still to the end is as good as dead."""
        common = Common(self.loop, lambda: self.trip * (0.5 + self.chance.random()))
        going = [
            self.loop.create_task(self._teach(Pace(self.rate, common, 1000, self.loop.time)), context=context_of(name))
            for name in PROCESSES
        ]
        for one in standstills:
            for part in one.parts:
                self.loop.call_later(one.at, self.loop.stand_still, part, one.seconds, context=Context())
        await asyncio.sleep(seconds)
        for task in going:
            assert not task.done()
            task.cancel()

    async def _teach(self, pace: Pace) -> None:
        going: set[asyncio.Task[None]] = set()
        for chat in count():
            while len(going) >= pace.at_once:
                await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
            for number in range(await pace.window(pace.at_once - len(going))):
                task = asyncio.create_task(self._send(pace, ChatRef("telegram", f"{chat}.{number}")))
                going.add(task)
                task.add_done_callback(going.discard)

    async def _send(self, pace: Pace, chat: ChatRef) -> None:
        passed = pace.passes(await pace.lesson(chat))
        way = 2 * (WAY + self.chance.random() * self.unsteady)
        await elsewhere(self.loop, f"way of {PART.get()}", 0, lambda: None)
        await elsewhere(self.loop, MESSENGER, way, lambda: self.arrived.append(self.loop.time()))
        pace.arrives(passed)
        pace.took(passed.seconds)

    @property
    def most(self) -> int:
        """The most that arrived within any second."""
        first, most = 0, 0
        for number, at in enumerate(self.arrived):
            while self.arrived[first] <= at - 1.0:
                first += 1
            most = max(most, number + 1 - first)
        return most

    def share(self, since: float) -> float:
        """The part of the rate that was used from then on."""
        late = [at for at in self.arrived if at >= since]
        return (len(late) - 1) / (late[-1] - late[0]) / self.rate


def broadcast(
    rate: float,
    standstills: Sequence[Standstill] = (),
    unsteady: float = 0.0,
    seconds: float = SECONDS,
    trip: float = TRIP,
) -> Broadcast:
    """What came of it."""

    async def work(loop: StandstillLoop) -> Broadcast:
        one = Broadcast(loop, rate, random.Random(1), unsteady, trip)
        await one.runs(standstills, seconds)
        return one

    return run(work)


PROCESSES = ("0", "1", "2")
EVERYTHING = (*PROCESSES, MESSENGER, DATABASE)
TOGETHER = [*((part,) for part in EVERYTHING), PROCESSES, (*PROCESSES, MESSENGER), EVERYTHING]
STANDSTILLS = st.lists(
    st.builds(
        Standstill,
        at=st.floats(0, SECONDS),
        parts=st.sampled_from(TOGETHER),
        seconds=st.sampled_from([0.03, 0.1, 0.2, 0.4, 1.0, 3.0]),
    ),
    max_size=6,
).map(lambda found: [one for one in found if one.is_apart(found)])


@given(rate=st.sampled_from([20, 30, 40, 100]), standstills=STANDSTILLS, unsteady=st.sampled_from([0.0, 0.01, 0.1]))
def test_never_more_than_allowed_whatever_stands_still(
    rate: int, standstills: list[Standstill], unsteady: float
) -> None:
    assert broadcast(rate, standstills, unsteady).most <= rate


@pytest.mark.parametrize("rate", [20, 40, 100])
@pytest.mark.parametrize("at", [0.0, 0.1, 5.0])
def test_what_arrives_together_is_made_up_for_at_once(rate: int, at: float) -> None:
    """Also before anybody can know how long an answer takes."""
    for seconds in (0.2, 0.3, 0.45, 0.6, 0.8):
        assert broadcast(rate, [Standstill(at, (MESSENGER,), seconds)], seconds=at + 4).most <= rate


@pytest.mark.parametrize("seconds", [0.15, 3.0])
@pytest.mark.parametrize("parts", TOGETHER)
def test_nothing_is_made_up_for_in_a_burst(parts: tuple[str, ...], seconds: float) -> None:
    """What was allowed while somebody stood still has lapsed, and the rate is used again soon afterwards."""
    sent = broadcast(40, [Standstill(3.0 + 0.1 * number, parts, seconds) for number in range(1, 11)], seconds=20)
    assert sent.most <= 40
    assert sent.share(since=12) > 0.85


@pytest.mark.parametrize("rate", [30, 1000])
def test_in_calm_times_nearly_all_of_the_rate_is_used(rate: int) -> None:
    sent = broadcast(rate, unsteady=0.005, seconds=20)
    assert sent.most <= rate
    assert sent.share(since=16) >= 0.97


def test_on_an_unsteady_way_more_is_left_and_less_again_when_it_calms_down() -> None:
    assert broadcast(100, unsteady=0.1, seconds=20).share(since=10) > 0.75


@pytest.mark.parametrize("trip", [0.02, 0.1, 0.3, 1.0])
def test_a_slow_database_makes_nobody_too_quick_and_stops_nobody(trip: float) -> None:
    """When a stretch begins is known only roughly then."""
    sent = broadcast(40, trip=trip, seconds=20)
    assert sent.most <= 40
    assert sent.share(since=5) > 0.4 / (1 + 10 * trip)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.0, 8.0])
@pytest.mark.parametrize("at", [5.0, 5.1, 5.2])
def test_what_waits_on_its_way_goes_on_paying(at: float, seconds: float) -> None:
    """For one process's way alone: the others go on and know nothing of it."""
    sent = broadcast(40, [Standstill(at, ("way of 0",), seconds)], seconds=20)
    assert sent.most <= 40
    assert sent.share(since=15) > 0.9


def test_one_that_dies_takes_nothing_from_the_others() -> None:
    sent = broadcast(40, [Standstill(3.0, ("0",), 60.0), Standstill(5.0, ("1",), 60.0)], seconds=25)
    assert sent.most <= 40
    assert sent.share(since=15) > 0.95
