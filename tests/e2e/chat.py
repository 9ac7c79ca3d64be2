"""A conversation as a test tells it: what somebody does, and what the bot has answered once it has nothing left to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.course.lesson import Course, Lesson
from bot.crisis import answer as crisis
from bot.demo import Button, Done, Message, Person
from bot.messages import ChatRef
from bot.service.learners import CONSENT_VERSION, Closeness, Learner, Profile, State
from tests.world import World

SOFT_LINE = crisis.soft_line("en")
AGREE = "I am 18 or older, and I agree"
THATS_IT = "That’s it"
QUESTIONS = {
    "consent": "Is that all right with you?",
    "country": "Which country are you in?",
    "zone": "What time is it for you now?",
    "hour": "When would a lesson suit you?",
    "weekdays": "On which days?",
    "topics": "What would you like to read about?",
    "closeness": "One question before the topics about closeness",
    "form": "For whom should the practices be?",
}
"""The steps of onboarding in order, each with words of its question."""


@dataclass
class Chat:
    """One person's chat with the bot. Every act waits until the bot has done all that it does in answer.

    `update` is the raw update of the last act, `done` its ids.
    """

    there: World
    person: Person
    done: Done = field(default_factory=lambda: Done(0))
    update: dict[str, Any] = field(default_factory=dict)
    _revision: int = 0
    _toasts: int = 0

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def says(self, text: str, reply_to: Message | None = None) -> Done:
        """Writes a text, perhaps as a reply."""
        return await self._act(lambda: self.person.says(text, reply_to.id if reply_to else None))

    async def taps(self, wanted: str | Callable[[Button], bool], on: Message | None = None) -> Done:
        """Presses a button, by its label; the newest that has it, or that of one message. Fails when there is none."""
        return await self._act(lambda: self.person.taps(wanted, on.id if on else None))

    async def taps_old(self, message_id: int, data: str) -> Done:
        """Presses a button that is not there any more."""
        return await self._act(lambda: self.person.taps_old(message_id, data))

    async def sends(self, kind: str, **details: Any) -> Done:
        """Sends something that is not plain text."""
        return await self._act(lambda: self.person.sends(kind, **details))

    async def edits(self, message_id: int, text: str) -> Done:
        """Changes a message of theirs."""
        return await self._act(lambda: self.person.edits(message_id, text))

    async def blocks(self) -> Done:
        """Blocks the bot."""
        return await self._act(self.person.blocks)

    async def unblocks(self) -> Done:
        """Takes the block away."""
        return await self._act(self.person.unblocks)

    async def raw(self, update: dict[str, Any]) -> Done:
        """An update of any shape arrives, or one arrives again."""
        return await self._act(lambda: Done(self.there.server.raw(update)))

    async def _act(self, act: Callable[[], Done]) -> Done:
        self.forget()
        self.done = act()
        waiting = self.there.server.messenger.updates.pending.get(self.done.update_id)
        self.update = json.loads(waiting.body) if waiting else {}
        await self.there.settled()
        assert self.there.server.unanswered == []
        return self.done

    def forget(self) -> None:
        """What came until now is no news any more."""
        self._revision = self.there.server.messenger.revision
        self._toasts = len(self.person.toasts)

    # -- seeing --------------------------------------------------------------------------------------------------------

    @property
    def news(self) -> list[Message]:
        """The bot's messages that came or changed since the last act, in order.

        The one line about help that may stand under any answer is left out: tests/crisis looks at where it stands.
        """
        fresh = [one for one in self.person.chat.from_bot if one.revision > self._revision]
        return sorted((one for one in fresh if one.text != SOFT_LINE), key=lambda one: one.revision)

    @property
    def last(self) -> Message:
        """The bot's newest message, apart from that line."""
        found = next((one for one in self.person.chat.newest_first() if one.from_bot and one.text != SOFT_LINE), None)
        assert found is not None, f"{self.person.name} has not heard anything yet"
        return found

    @property
    def toasts(self) -> list[str]:
        """What pressed buttons have shown since the last act."""
        return [toast.text for toast in self.person.toasts[self._toasts :]]

    def hears(self, *wanted: str) -> Message:
        """The first piece of news that holds every one of these texts. Fails when there is none."""
        for one in self.news:
            if all(text in one.text for text in wanted):
                return one
        raise AssertionError(f"{self.person.name} did not hear {wanted!r}, but: {[one.text for one in self.news]}")

    def hears_only(self, *wanted: str) -> Message:
        """The same, when there is no other news."""
        found = self.hears(*wanted)
        assert len(self.news) == 1, [one.text for one in self.news]
        return found

    def hears_nothing(self) -> None:
        """Fails when there is any news."""
        assert [one.text for one in self.news] == []

    def is_shown(self, toast: str) -> None:
        """Fails unless the pressed button showed this."""
        assert any(toast in text for text in self.toasts), f"expected the toast {toast!r}, there were: {self.toasts}"

    async def learner(self) -> Learner:
        """The person as the database has them."""
        found = await self.there.learner(self.person)
        assert found is not None, f"{self.person.name} is a stranger"
        return found

    @property
    def course(self) -> Course:
        """The course that the bot teaches."""
        return self.there.app.rooms.conversation.course

    def lesson(self, lesson_id: str) -> Lesson:
        """A lesson of the course."""
        found = self.course.lesson(lesson_id, "en")
        assert found is not None, f"the course has no {lesson_id}"
        return found

    # -- whole stretches of a conversation -----------------------------------------------------------------------------

    async def signs_up(
        self,
        *,
        country: str = "Germany",
        zone: str | None = None,
        hour: str = "8:00 AM",
        days: str = "every day",
        topics: tuple[str, ...] = ("Calm in small steps",),
        closeness: str = "Wanted, and safe",
        form: str = "Just me",
        until: str | None = None,
    ) -> None:
        """Goes through onboarding, as far as the step `until`. `zone` is the answer to the zone question, where it is asked."""
        answers = {
            "consent": lambda: self.taps(AGREE),
            "country": lambda: self.says(country),
            "zone": lambda: self.says(zone or ""),
            "hour": lambda: self.says(hour),
            "weekdays": lambda: self.says(days),
            "topics": lambda: self._ticks(topics),
            "closeness": lambda: self.taps(closeness),
            "form": lambda: self.taps(form),
        }
        await self.says("/start")
        while (step := (await self.learner()).step) is not None and step != until:
            await answers[step]()
            assert (await self.learner()).step != step, f"stuck at {step}: {self.last.text}"

    async def _ticks(self, topics: tuple[str, ...]) -> Done:
        for topic in topics:
            if f"✓ {topic}" not in self.last.labels:
                await self.taps(topic)
        return await self.taps(THATS_IT)

    # -- the same, put into the database at once: for tests about what comes after ----------------------------------------

    async def stands_at(self, step: str, **told: Any) -> None:
        """Has answered every question before this one, and is asked it now. `told` are other answers than Chicago, 8:00, stress
        and closeness."""
        answers = {"country": "US", "zone": "America/Chicago", "hour": 8, "topics": ("stress", "intimacy")}
        order = list(QUESTIONS)
        given = {name: answer for name, answer in answers.items() if order.index(name) < order.index(step)}
        if step == "form":
            given["closeness"] = Closeness.SAFE
        consent = CONSENT_VERSION if step != "consent" else None
        await self._put(State.NEW, Profile(**{**given, **told}), step=step, consent_version=consent)
        await self.says("/start")
        self.hears(QUESTIONS[step])

    async def is_learning(self, *topics: str, **told: Any) -> None:
        """Has signed up: in Berlin, every day at 8:00, for `topics` (stress if none are named), with closeness wanted and safe."""
        answers = {"country": "DE", "zone": "Europe/Berlin", "hour": 8, "closeness": Closeness.SAFE}
        profile = Profile(**{**answers, "topics": topics or ("stress",), **told})
        await self._put(State.ACTIVE, profile, consent_version=CONSENT_VERSION)
        self.forget()

    async def agreed_to_an_older_text(self) -> None:
        """Their consent is to a version that holds no more."""
        async with self.there.app.store.turn((await self.learner()).chat, "test:older", self.there.clock.now) as turn:
            assert turn.learner is not None
            await turn.save(replace(turn.learner, consent_version=CONSENT_VERSION - 1))

    async def _put(self, state: State, profile: Profile, **columns: Any) -> None:
        now, self.person.started = self.there.clock.now, True
        chat = ChatRef("telegram", str(self.person.id))
        async with self.there.app.store.turn(chat, f"test:{self.person.id}", now) as turn:
            learner = replace(await turn.meet("en"), state=state, profile=profile, **columns)
            if learner.consent_version:
                await turn.record_consent(learner.consent_version)
            await turn.enrol(profile.topics if state is State.ACTIVE else ())
            await turn.save(learner.rescheduled(now))
