"""The pace: how fast messages may leave, shared by every process on one database.

Lessons go out in windows of evenly spaced moments. Windows are given out by the budget, one after the other, so that two
processes never use the same one. A reply does not wait for a window, only for room within the second, and goes before
lessons; what it used is taken off the next window. Help goes before both, has a share that neither of them uses, and is taken
off in the same way.

Why several processes together never let more arrive in a second than allowed, none of them knowing what the others do: their
moments lie as far apart as the rate asks for, and a little more, the part of the rate that is left. A moment is good for a little
while, as much lateness as is `borne`, which is so short that even if all of a second's messages come as late as that, they are not
too many. Later than that nothing leaves. What left in time and may have arrived later, by its answer, pays for another moment, and
for one more again and again while there is no answer: so in every second each message has a moment of its own that no other one uses.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Protocol

from bot.messages import ChatRef
from bot.service.ports import CALMS_DOWN, MOST_LEFT, StoreUnavailable, Stretch

LEAST_LEFT, LEFT_AT_FIRST = 0.025, 0.1
"""The part of the allowed rate that lessons leave at least where the budget is shared: for help, and for messages that bunch up on
their way. As much of a second as messages are late is as much of the rate as two neighbouring seconds may exchange."""
LEFT_FOR_ANSWERS = 0.5
"""How much more is left, of what answers and help took within a second: others hear of them that many seconds later."""
MORE_LEFT = 0.08
"""How much more is left in a second in which all messages come later than is borne. Some late ones are cheaper paid for."""
AHEAD = 0.25
"""Seconds that other processes' windows may take between asking for time and having it; else windows are made shorter, and asked for
later: whatever has to be made up for must be so within a second."""
SETTLES = 0.05
"""Seconds for which messages that were spent are gathered, until they are paid for together."""
OVERDUE = 0.3
"""Seconds after its moment after which a message without an answer pays for another one, as it may arrive at any time: so soon that the
new one comes within a second of the one before, though it may have to wait for others."""
STUCK = 0.3
"""The part of a process's messages of a second that may be without an answer for much longer than usual. With more of them nothing new
leaves where the budget is shared: all of them may arrive at once."""
FIRST_DOUBT = 0.05
"""Seconds asked for in addition, at first, where the budget took so long to answer that nobody knows when the stretch begins."""
TRUSTS_AGAIN = 0.9
"""What is left of that after every stretch that was known well."""
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
WINDOW = 0.25
"""Seconds that one window lasts at most: what a process that dies has reserved in vain, and how soon a reply is made up for."""
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
NOT_YET_KNOWN = 10
"""Answers until it is known how long the quickest take: the first ones may all have been held up."""
FORGETS = 60.0
"""Seconds in which the quickest answer of late counts as half as long again: ways become longer, too."""


class Timekeeper(Protocol):
    """Gives out time in which messages may be sent. Raises StoreUnavailable when it cannot be asked."""

    async def reserve(self, seconds: float, left: float) -> Stretch:
        """The next free stretch for as many messages as are allowed in so many seconds, longer by the part that is left: the
        greatest that any process has named of late."""

    async def hold(self, seconds: float) -> None:
        """Nothing may be reserved for so long: the messenger said so."""


class Budget(Timekeeper, Protocol):
    """The time of a process. `alone` says that nobody else is given any."""

    alone: bool


class OwnBudget:
    """The budget of a process that is alone."""

    alone = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = self._held = 0.0

    async def reserve(self, seconds: float, left: float) -> Stretch:
        """See the port."""
        now = self._clock()
        start = max(now, self._next)
        self._next = start + seconds / (1.0 - left)
        return Stretch(start, 0.0, max(0.0, self._held - now), left)

    async def hold(self, seconds: float) -> None:
        """See the port."""
        self._held = max(self._held, self._clock() + seconds)


class SharedBudget:
    """The budget of every process on one database. `kept` answers what keeps it, and raises StoreUnavailable before that is open."""

    alone = False

    def __init__(self, kept: Callable[[], Timekeeper]) -> None:
        self._kept = kept

    async def reserve(self, seconds: float, left: float) -> Stretch:
        """See the port."""
        return await self._kept().reserve(seconds, left)

    async def hold(self, seconds: float) -> None:
        """See the port."""
        await self._kept().hold(seconds)


class Moment(NamedTuple):
    """When a message may leave, and until when."""

    at: float
    until: float


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
        self._moments: deque[Moment] = deque()
        self._end = 0.0
        self._ahead = self._doubt = 0.0
        self._length = WINDOW if budget.alone else WINDOW / 4
        self._spent = 0
        self._urgent = self._calling = 0
        self._lacking = 0
        self._in_turn, self._asking = asyncio.Lock(), asyncio.Lock()
        self._settling: asyncio.Task[None] | None = None
        self._answers: deque[float] = deque()
        self._replied_until = 0.0
        self._lately: deque[Passed] = deque()
        self._unanswered: set[Passed] = set()
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
        while True:
            await self._sleep_until(self._end - WINDOW / 2 + max(0.0, self._ahead - AHEAD))
            if self.held > SHORT:
                return 0
            await self._sleep_until(self._held_until)
            await self._until(self._stuck)
            stretch, spent = await self._reserve(number := 1 if self._doubted else max(1, min(most, self._few)))
            if stretch.held:
                self._held_until = max(self._held_until, self._clock() + stretch.held)
                continue
            if moments := self._moments_of(stretch, number, spent):
                self._moments.extend(moments)
                return len(moments)

    @property
    def _few(self) -> int:
        """Messages of one window. Where others wait as well they are fewer: what comes after is not far away then, and can still make up
        for something. Where the database is slow that cannot be had."""
        if self._doubt > FIRST_DOUBT:
            return round(WINDOW * self.rate)
        return round(self._length * self.rate)

    def _moments_of(self, stretch: Stretch, number: int, spent: int) -> list[Moment]:
        """As many moments as lie in it wherever it truly lies. What nobody can be sure of is asked for next time, in addition."""
        gap = 1.0 / (self.rate * (1.0 - stretch.left))
        borne, doubt = self._unsteady.borne_of(stretch)
        begins = stretch.begins + spent * gap
        certain = number + math.floor((self._doubt - doubt) / gap)
        # What was slow once need not be so again; where it is again and again, more and more is asked for until it is enough.
        self._doubt = max(min(doubt, 2 * self._doubt + FIRST_DOUBT), self._doubt * TRUSTS_AGAIN - 0.001)
        self._end = begins + max(0, min(number, certain)) * gap
        return [Moment(at, at + borne) for at in (begins + place * gap for place in range(min(number, certain)))]

    async def _reserve(self, number: int) -> tuple[Stretch, int]:
        """A stretch for so many messages, and the number of those before them, which have left already and are paid for there."""
        overdue = [passed for passed in self._unanswered if passed.is_overdue]
        # Of what is longer ago than a second nobody has to know.
        spent, self._spent = min(self._most, self._spent + len(overdue)), 0
        asked = self._clock()
        try:
            for passed in overdue:
                passed.paid_at(math.inf)
            seconds = (number + spent) / self.rate + self._doubt
            stretch = await self._budget.reserve(seconds, self._unsteady.wanted())
        except BaseException:
            self._spent += spent
            for passed in overdue:
                passed.paid_at(asked)
            raise
        for place, passed in enumerate(overdue, start=1):
            passed.paid_at(stretch.begins + place / self.rate)
        if not self._budget.alone:
            self._ahead = max(0.0, stretch.begins - asked)
            fitting = self._length * math.sqrt(AHEAD / max(self._ahead, AHEAD / 4))
            self._length = min(WINDOW, max(1.0 / self.rate, fitting))
        self._unsteady.left = stretch.left
        return stretch, spent

    async def lesson(self, chat: ChatRef) -> Moment | None:
        """Waits for the moment of one lesson. Answers it: with that it `passes`. None when all lessons are held for longer than one
        waits, which `held` tells."""
        await self._chats.turn(chat)
        while True:
            moment = await self._moment()
            if moment is None:
                return None
            await self._sleep_until(moment.at)
            async with self._in_turn:  # otherwise all that wait for the same place would look for it again and again
                await self._until(self._room_for_a_lesson)
            if self._clock() <= moment.until:
                return moment
            self._unsteady.missed()

    async def _moment(self) -> Moment | None:
        self._lacking += 1
        try:
            while (moment := self._next_moment()) is None:
                async with self._asking:  # one asks for all that lack one: after a stall that may be hundreds
                    if not self._moments and await self.window(self._lacking) == 0:
                        return None
            return moment
        finally:
            self._lacking -= 1

    def _next_moment(self) -> Moment | None:
        while self._moments:
            moment = self._moments.popleft()
            if moment.until > self._clock():
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
        self._passed()
        self._spent += 1
        self._note_answer()
        self._settle()

    async def _agreed(self) -> None:
        """Counts a reply. Where the budget is shared, many of them are asked for first; of few the others hear afterwards."""
        self._note_answer()
        if self._budget.alone or len(self._answers) <= FREELY * self.rate:
            self._spent += 1
            self._settle()
            return
        with suppress(StoreUnavailable):  # somebody is waiting for the answer, budget or not
            stretch = await self._budget.reserve(1 / self.rate, self._unsteady.wanted())
            await asyncio.sleep(min(max(0.0, stretch.begins - self._clock()), LONGEST_AGREED))

    def _note_answer(self) -> None:
        now = self._clock()
        while self._answers and self._answers[0] <= now - 1.0:
            self._answers.popleft()
        self._answers.append(now)
        self._unsteady.leave(LEAST_LEFT + len(self._answers) * LEFT_FOR_ANSWERS / self.rate)

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
            while self._spent or self._unanswered:
                await asyncio.sleep(SETTLES)
                if self._spent or any(passed.is_overdue for passed in self._unanswered):
                    with suppress(StoreUnavailable):
                        await self._reserve(0)
        finally:
            self._settling = None

    # -- what is under way ---------------------------------------------------------------------------------------------

    def passes(self, moment: Moment | None = None) -> Passed:
        """Notes that a message leaves now. `arrives` is called with what this answers when its answer is there."""
        passed = self._passed(moment)
        if not self._budget.alone:
            self._unanswered.add(passed)
            self._settle()
        return passed

    def arrives(self, passed: Passed) -> None:
        """The answer is there, or will never be."""
        late = passed.arrived()
        self._unanswered.discard(passed)
        if late and not self._budget.alone:
            self._unsteady.missed()
            self._spent += 1
            self._settle()

    def _passed(self, moment: Moment | None = None) -> Passed:
        now = self._clock()
        passed = Passed(self._clock, self._unsteady, moment or Moment(now, now + self._unsteady.borne))
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
        return self._stuck() or self._room(self._kept) or (self._gap if self._calling or self._urgent else 0.0)

    def _stuck(self) -> float:
        """Seconds until it is worth another look whether the messenger answers; 0 while it does."""
        longest = self._clock() - self._trip - ANSWER
        waiting = sum([one.left < longest for one in self._unanswered])
        return ANSWER / 4 if waiting > max(1.0, STUCK * len(self._lately)) else 0.0

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
    """How much messages are early or late of late, and so how much of the rate lessons leave."""

    def __init__(self, rate: float, *, alone: bool) -> None:
        self._more = MORE_LEFT / rate
        self.quickest = self._heard = 0.0
        self._unknown = NOT_YET_KNOWN
        self._alone = alone
        self.left = LEFT_ALONE if alone else LEFT_AT_FIRST
        self._wanted = LEFT_AT_FIRST

    @property
    def borne(self) -> float:
        """Seconds by which a message may be late and still go at once. Later, it waits for another moment."""
        return self.borne_of(Stretch(0.0, 0.0, 0.0, self.left))[0]

    def borne_of(self, stretch: Stretch) -> tuple[float, float]:
        """The same for the moments of a stretch; and the seconds that stay in doubt when half of it serves for what is unsure."""
        if self._alone:
            return MOST_LEFT, 0.0
        # Of two neighbouring seconds the first may have left more, so a little less is borne.
        borne = stretch.left / (1.0 - stretch.left) - CALMS_DOWN
        return borne - min(stretch.unsure, borne / 2), max(0.0, stretch.unsure - borne / 2)

    def leave(self, part: float) -> None:
        """At least such a part has to be left from now on, until everything has calmed down."""
        self._wanted = min(MOST_LEFT, max(self._wanted, part))

    def missed(self) -> None:
        """A message was later than is borne."""
        self.leave(max(self._wanted, self.left) + self._more)

    def wanted(self) -> float:
        """The part to be left that nobody has been told of yet. Whoever is told remembers it."""
        if self._alone:
            return LEFT_ALONE
        wanted, self._wanted = self._wanted, LEAST_LEFT
        return wanted

    def answered(self, now: float, seconds: float) -> None:
        """An answer took so long."""
        if self._unknown:
            self._unknown -= 1
            return
        grown = self.quickest * (1.0 + 0.5 * min(1.0, (now - self._heard) / FORGETS)) or seconds
        self.quickest, self._heard = min(seconds, grown), now


class Passed:
    """A message on its way. All take at least as long as the quickest does, so that this part makes no two of them meet; what one took
    longer, it counts as having arrived later."""

    __slots__ = ("_answered", "_clock", "_paid", "_unsteady", "_until", "left")

    def __init__(self, clock: Callable[[], float], unsteady: Unsteady, moment: Moment) -> None:
        self._clock = clock
        self._unsteady = unsteady
        self._paid, self._until = moment
        self.left = clock()
        self._answered: float | None = None

    def arrived(self) -> bool:
        """The answer is there. Answers whether the message may have arrived after its moment."""
        self._answered = self._clock()
        self._unsteady.answered(self._answered, self.seconds)
        return self._answered - self._unsteady.quickest > self._until

    @property
    def is_overdue(self) -> bool:
        """Whether it has been without an answer for too long since the moment that it paid for last."""
        return self._answered is None and self._clock() > self._paid + OVERDUE

    def paid_at(self, moment: float) -> None:
        """It has paid for another one."""
        self._paid = moment

    @property
    def seconds(self) -> float:
        """How long it has been, or was, under way."""
        return (self._clock() if self._answered is None else self._answered) - self.left

    def at(self, now: float) -> float:
        """When it counts as having arrived."""
        longest = min(ANSWER, now - self.left) if self._answered is None else self._answered - self.left
        return self.left + max(0.0, longest - self._unsteady.quickest)


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
