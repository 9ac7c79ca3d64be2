"""The pace: how fast messages may leave, shared by every process on one database.

Lessons go out in windows of evenly spaced moments. Windows are given out by the budget, one after the other, so that two
processes never use the same one. A reply does not wait for a window, only for room within the second, and goes before
lessons; what it used is taken off the next window. Help goes before both, has a share that neither of them uses, and is taken
off in the same way.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from bot.messages import ChatRef
from bot.service.ports import StoreUnavailable

LEAST_LEFT, MOST_LEFT, LEFT_AT_FIRST = 0.025, 0.2, 0.1
"""The part of the allowed rate that lessons leave: for help, and for messages that bunch up on their way. As much of a second
as messages were early or late of late is as much of the rate as two neighbouring seconds may exchange."""
HELP_SHARE = 0.01
"""The part of the messages of any second that lessons and replies never use. Below a hundred a second that is not one whole message:
then help has the very next place, for which it waits as long as lies between two messages at the most."""
HELP_WAITS = 1.0
"""Seconds for which help waits for its place at most. To be refused would cost it as much."""
FREELY = 0.1
"""The part of the rate up to which a process answers people before it tells the others that share the budget; beyond, it asks first."""
LEFT_ALONE = 0.015
"""The same for a process that is alone: it knows of every message when it arrived at the latest, and lets none go that could be one
too many within any second. Nothing needs to be left for what bunches up."""
CALMS_DOWN = 10.0
"""Seconds after which half of what was seen is forgotten."""
WINDOW = 0.25
"""Seconds that one window lasts: what a process that dies has reserved in vain, and how soon a reply is made up for."""
CHAT_GAP = 1.1
"""Seconds between two messages to one chat where one a second is allowed: the first may be slower on its way than the second."""
LONGEST_AGREED = 2.0
"""Seconds for which a reply waits for its part of a shared budget at most."""
SHORT = 3.0
"""Seconds of "slow down" that are waited for on the spot; for longer ones the work is put away."""
DOUBT = 1.0
"""Seconds for which everybody waits when one chat was told to slow down, until it shows whether it was that chat alone."""
LEAST_AT_ONCE, MOST_AT_ONCE = 4, 256
"""Lessons marked SENDING at once. The most is enough for a thousand a second where an answer takes a quarter of one."""
TRIP_AT_FIRST, LONGEST_TRIP = 0.1, 1.0
"""Seconds that an answer is expected to take, before it is known and at the most."""
ANSWER = 0.25
"""Seconds after which a message without an answer counts as having arrived."""
SECOND = 1.01
"""Seconds over which no more messages than allowed may arrive, and a little for what cannot be seen from here."""
FORGETS = 60.0
"""Seconds in which the quickest answer of late counts as half as long again: ways become longer, too."""


class Budget(Protocol):
    """Gives out time in which messages may be sent. `alone` says that nobody else is given any. Raises StoreUnavailable when it
    cannot be asked."""

    alone: bool

    async def reserve(self, seconds: float) -> tuple[float, float]:
        """The next free stretch of so many seconds: in how many seconds it begins, and for how many everything is still held."""

    async def hold(self, seconds: float) -> None:
        """Nothing may be reserved for so long: the messenger said so."""


class OwnBudget:
    """The budget of a process that is alone."""

    alone = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = self._held = 0.0

    async def reserve(self, seconds: float) -> tuple[float, float]:
        """See the port."""
        now = self._clock()
        start = max(now, self._next)
        self._next = start + seconds
        return start - now, max(0.0, self._held - now)

    async def hold(self, seconds: float) -> None:
        """See the port."""
        self._held = max(self._held, self._clock() + seconds)


class Pace:
    """The pace of one process, at `rate` messages a second for the whole bot and `chat_rate` for each chat."""

    def __init__(
        self, rate: float, budget: Budget, chat_rate: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self._unsteady = Unsteady(rate, alone=budget.alone)
        self._most = max(1, int(rate))
        self._kept = int(rate * HELP_SHARE)
        self._budget = budget
        self._clock = clock
        self._chats = ChatPace(CHAT_GAP / chat_rate, clock)
        self._moments: deque[float] = deque()
        self._end = 0.0
        self._spent = 0
        self._late = 0.0
        self._urgent = self._calling = 0
        self._lacking = 0
        self._in_turn, self._asking = asyncio.Lock(), asyncio.Lock()
        self._settling: asyncio.Task[None] | None = None
        self._replies: deque[float] = deque()
        self._replied_until = 0.0
        self._lately: deque[Passed] = deque()
        self._held_until = 0.0
        self._doubted: ChatRef | None = None
        self._trip = TRIP_AT_FIRST

    @property
    def at_once(self) -> int:
        """Lessons that may be marked SENDING at once: a window of them, and those that leave while twice as long passes as answers
        take of late. A crash can leave each of them uncertain."""
        return max(LEAST_AT_ONCE, min(MOST_AT_ONCE, math.ceil(self.rate * (WINDOW + 2 * self._trip))))

    def took(self, seconds: float) -> None:
        """A message was taken, and its answer took so long."""
        self._trip += (min(seconds, LONGEST_TRIP) - self._trip) / 16

    @property
    def _gap(self) -> float:
        return 1.0 / (self.rate * (1.0 - self._unsteady.left))

    # -- lessons -------------------------------------------------------------------------------------------------------

    async def window(self, most: int) -> int:
        """Waits until lessons may go soon. Answers how many, at most so many; 0 while they are held for longer than a moment.

        Raises StoreUnavailable when the budget cannot be asked.
        """
        await self._sleep_until(self._end - WINDOW / 2)
        if self.held > SHORT:
            return 0
        number = 1 if self._doubted else max(1, min(most, round(WINDOW * self.rate)))
        await self._sleep_until(self._held_until)
        spent, self._spent = self._spent, 0
        lost, self._unsteady.lost = min(self._unsteady.lost, WINDOW), 0.0
        wait, held = await self._budget.reserve((number + spent) * self._gap + lost)
        self._held_until = max(self._held_until, self._clock() + held if held else 0.0)
        if held:
            return 0 if held > SHORT else await self.window(most)
        start = self._clock() + wait + spent * self._gap + lost
        self._moments.extend(start + place * self._gap for place in range(number))
        self._end = start + number * self._gap
        return number

    async def lesson(self, chat: ChatRef) -> None:
        """Waits for the moment of one lesson, or until all lessons are held for longer than one, which `held` tells."""
        await self._chats.turn(chat)
        while True:
            moment = await self._moment()
            if moment is None:
                return
            await self._sleep_until(moment)
            async with self._in_turn:  # otherwise all that wait for the same place would look for it again and again
                await self._until(self._room_for_a_lesson)
            self._late = self._clock() - moment
            self._unsteady.note(self._late)
            if self._late <= self._unsteady.borne:
                return

    async def _moment(self) -> float | None:
        self._lacking += 1
        try:
            while (moment := self._next_moment()) is None:
                async with self._asking:  # one asks for all that lack one: after a stall that may be hundreds
                    if not self._moments and await self.window(self._lacking) == 0:
                        return None
            return moment
        finally:
            self._lacking -= 1

    def _next_moment(self) -> float | None:
        while self._moments:
            moment = self._moments.popleft()
            if moment > self._clock() - self._unsteady.borne:
                return moment
        return None

    # -- answers and help ----------------------------------------------------------------------------------------------

    async def reply(self, chat: ChatRef) -> None:
        """Waits until an answer may go: for this chat's turn, and for room within the second, which it gets before any lesson."""
        await self._chats.turn(chat)
        self._urgent += 1
        try:
            await self._agreed()
            await self._until(self._room_for_a_reply)
            self._replied_until = max(self._replied_until, self._clock()) + self._gap
        finally:
            self._urgent -= 1

    async def help(self) -> None:
        """Waits until a call for help may be answered, which is at once but for the rarest case, and counts the message."""
        self._calling += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(HELP_WAITS):
                    await self._until(self._room)
        finally:
            self._calling -= 1
        self.spend()

    def spend(self) -> None:
        """Counts a message that waited for nothing."""
        self.passes()
        self._spent += 1
        self._settle()

    async def _agreed(self) -> None:
        """Counts a reply. Where the budget is shared, many of them are asked for first; of few the others hear afterwards."""
        now = self._clock()
        while self._replies and self._replies[0] <= now - 1.0:
            self._replies.popleft()
        self._replies.append(now)
        if self._budget.alone or len(self._replies) <= FREELY * self.rate:
            self._spent += 1
            self._settle()
            return
        with suppress(StoreUnavailable):  # somebody is waiting for the answer, budget or not
            wait, _held = await self._budget.reserve(self._gap)
            await asyncio.sleep(min(wait, LONGEST_AGREED))

    def _settle(self) -> None:
        """Sees to it that what was spent is taken off the shared budget, even where no lesson is waiting for its window."""
        if not self._budget.alone and self._settling is None:
            self._settling = asyncio.create_task(self._take_off())

    async def close(self) -> None:
        """Ends what still waits to be taken off: the budget is about to go."""
        if (settling := self._settling) is not None:
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)

    async def _take_off(self) -> None:
        try:
            await asyncio.sleep(WINDOW / 2)
            spent, self._spent = self._spent, 0
            if spent:
                with suppress(StoreUnavailable):
                    await self._budget.reserve(spent * self._gap)
        finally:
            self._settling = None

    # -- what is under way ---------------------------------------------------------------------------------------------

    def passes(self) -> Passed:
        """Notes that a message leaves now. Its `arrived` is called when the answer is there."""
        passed, self._late = Passed(self._clock, self._unsteady, self._late), 0.0
        self._lately.append(passed)
        return passed

    def _room(self, kept: int = 0) -> float:
        """Seconds until one more message leaves so many places free in every second; 0 when it does so now."""
        now = self._clock()
        while self._lately and self._lately[0].at(now) <= now - SECOND:
            self._lately.popleft()
        most = self._most - kept
        if len(self._lately) < most:
            return 0.0
        return max(0.001, self._lately[len(self._lately) - most].at(now) + SECOND - now)

    def _room_for_a_reply(self) -> float:
        # Many at once take what a window has and then come evenly: all places of a second taken in one moment become free in one, too,
        # and until then there would be none for help.
        bunched = self._replied_until - WINDOW - self._clock()
        return max(0.0, bunched, self._room(self._kept)) or (self._gap if self._calling else 0.0)

    def _room_for_a_lesson(self) -> float:
        return self._room(self._kept) or (self._gap if self._calling or self._urgent else 0.0)

    async def _until(self, wait: Callable[[], float]) -> None:
        while True:
            seconds = wait()
            if seconds <= 0:
                return
            await asyncio.sleep(min(seconds, WINDOW))

    async def _sleep_until(self, moment: float) -> None:
        if (wait := moment - self._clock()) > 0:
            await asyncio.sleep(wait)

    # -- slow down -----------------------------------------------------------------------------------------------------

    @property
    def held(self) -> float:
        """Seconds for which lessons are still held; 0 when they are not."""
        return max(0.0, self._held_until - self._clock())

    async def slow_down(self, chat: ChatRef, seconds: float) -> None:
        """The messenger said "slow down" when this chat was sent to. That chat waits; all of them do when another chat hears it,
        too. Until then one lesson after the other finds out which it was. Raises StoreUnavailable."""
        self._chats.hold(chat, seconds)
        if self._doubted not in (None, chat):
            self._held_until = max(self._held_until, self._clock() + seconds)
            await self._budget.hold(seconds)
            return
        self._doubted = chat
        self._held_until = max(self._held_until, self._clock() + min(seconds, DOUBT))

    def went_through(self, chat: ChatRef) -> None:
        """A lesson was taken: if there was a doubt, it was about another chat alone."""
        if self._doubted is not None and not self.held and chat != self._doubted:
            self._doubted = None

    def chat_held(self, chat: ChatRef) -> float:
        """Seconds for which this chat is still held."""
        return self._chats.held(chat)


class Unsteady:
    """How much messages were early or late of late, and so how much of the rate lessons leave."""

    def __init__(self, rate: float, *, alone: bool) -> None:
        self._keeps = 0.5 ** (1.0 / (CALMS_DOWN * rate))
        self.quickest = 0.0
        self._heard = 0.0
        self._alone = alone
        self.left = LEFT_ALONE if alone else LEFT_AT_FIRST
        self.lost = 0.0
        """Seconds by which messages were later than there was room for: everybody's next window begins so much later."""

    @property
    def borne(self) -> float:
        """Seconds by which a message may be late and still go at once. Later, it waits for another moment."""
        return MOST_LEFT if self._alone else self.left

    def note(self, seconds: float) -> None:
        """A message was so far from where it should have been."""
        if self._alone:
            return
        self.left = min(MOST_LEFT, max(LEAST_LEFT, seconds, self.left * self._keeps))

    def answered(self, now: float, late: float, seconds: float) -> None:
        """A message left so late, and its answer took so long: what it took longer than the quickest, it may have arrived late."""
        grown = self.quickest * (1.0 + 0.5 * min(1.0, (now - self._heard) / FORGETS)) or seconds
        self.quickest, self._heard = min(seconds, grown), now
        if self._alone:
            return
        off = late + min(seconds - self.quickest, ANSWER)
        self.lost += max(0.0, off - self.left)
        self.note(off)


class Passed:
    """A message on its way. All take at least as long as the quickest does, so that this part makes no two of them meet; what one took
    longer, it counts as having arrived later."""

    __slots__ = ("_answered", "_clock", "_late", "_left", "_unsteady")

    def __init__(self, clock: Callable[[], float], unsteady: Unsteady, late: float) -> None:
        self._clock = clock
        self._late = late
        self._unsteady = unsteady
        self._left = clock()
        self._answered: float | None = None

    def arrived(self) -> None:
        """The answer is there."""
        self._answered = self._clock()
        self._unsteady.answered(self._answered, self._late, self.seconds)

    @property
    def seconds(self) -> float:
        """How long it has been, or was, under way."""
        return (self._clock() if self._answered is None else self._answered) - self._left

    def at(self, now: float) -> float:
        """When it counts as having arrived."""
        longest = min(ANSWER, now - self._left) if self._answered is None else self._answered - self._left
        return self._left + max(0.0, longest - self._unsteady.quickest)


class ChatPace:
    """One message after the other for each chat; remembers only chats that were sent to a moment ago, or are held."""

    def __init__(self, gap: float, clock: Callable[[], float]) -> None:
        self._gap = gap
        self._clock = clock
        self._free: dict[ChatRef, float] = {}
        self._held: dict[ChatRef, float] = {}
        self._swept = 0.0

    async def turn(self, chat: ChatRef) -> None:
        """Waits for this chat's next turn, and takes it."""
        now = self._clock()
        self._sweep(now)
        start = max(now, self._free.get(chat, 0.0))
        self._free[chat] = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)

    def hold(self, chat: ChatRef, seconds: float) -> None:
        """No lesson to this chat for so long. An answer to somebody who is waiting is tried all the same."""
        self._held[chat] = max(self._held.get(chat, 0.0), self._clock() + seconds)

    def held(self, chat: ChatRef) -> float:
        """Seconds for which this chat is held."""
        return max(0.0, self._held.get(chat, 0.0) - self._clock())

    def _sweep(self, now: float) -> None:
        if now - self._swept > self._gap:
            self._swept = now
            self._free = {chat: free for chat, free in self._free.items() if free > now}
            self._held = {chat: until for chat, until in self._held.items() if until > now}
