"""Update → reply: what a person did leads, top to bottom, to what we answer.

Help is not here: the messenger shows the help card before it calls this flow, and without it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.course.lesson import Course
from bot.course.silence import days_apart
from bot.crisis.answer import Effects
from bot.i18n.texts import texts_for
from bot.messages import ChatRef, Incoming, Kind, Outcome, Outgoing, Pin, Say, Toast
from bot.service import (
    account,
    boundaries,
    checkins,
    discretion,
    journal,
    lessons,
    plan,
    progress,
    recap,
    rights,
    steps,
    toolbox,
    topics,
)
from bot.service.commands import BY_NAME, read_command
from bot.service.learners import Closeness, DeliveryKind, Learner, State
from bot.service.ports import Aside, Leftover, NoAside, Sender, Store, StoreUnavailable
from bot.service.talk import Talk, rows_of

log = logging.getLogger(__name__)

LONGEST = 4096
"""Characters that a reflection may have; the messenger takes no more in one message."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The flow, with what it needs plugged in."""

    store: Store
    sender: Sender
    course: Course
    aside: Aside = field(default_factory=NoAside)
    backup_days: int | None = None

    async def handle(self, incoming: Incoming, now: datetime) -> None:
        """Answers one update, once: a second copy of it gets only what was left unsaid the first time.

        Raises StoreUnavailable when the database cannot be reached; nothing has happened then.
        """
        talk, before = await self._decided(incoming, now)
        if talk.under_way and incoming.file is not None:
            content = await self.sender.fetch(incoming.file)
            talk, before = await self._decided(incoming, now, file=content, file_tried=True)
        for attempt, wait in enumerate(LESSON_UNDER_WAY, start=1):
            if not talk.under_way:
                break
            await asyncio.sleep(wait)
            talk, before = await self._decided(incoming, now, can_wait=attempt < len(LESSON_UNDER_WAY))
        if talk.forgotten is not None:
            await self._let_go(incoming.chat)
        if before is not None:
            await self.finish(incoming.chat, before, now, incoming.press_id)
        else:
            key = incoming.key if talk.turn.learner is not None else None
            await self._say_all(
                incoming.chat, key, list(enumerate(talk.out)), now, incoming.press_id, talk.texts.language
            )

    async def _decided(self, incoming: Incoming, now: datetime, **more: Any) -> tuple[Talk, Leftover | None]:
        async with self.store.turn(incoming.chat, incoming.key, now) as turn:
            talk = Talk(turn, incoming, now, self.course, [], self.aside, self.backup_days, **more)
            if turn.handled_before is None:
                await answer(talk)
                steps.renew_pin(talk)
                talk.out = in_order(incoming, talk.out)
                if turn.learner is not None:
                    talk.out = discretion.all_as_asked(talk.out, turn.learner)
                if not talk.under_way:
                    turn.keep_replies(talk.out, None if talk.pressed else incoming.message)
            if turn.learner is not None:
                self.aside.note_country(incoming.chat, turn.learner.profile.country)
                self.sender.welcome(incoming.chat)
        return talk, turn.handled_before

    async def _let_go(self, chat: ChatRef) -> None:
        """After somebody was deleted: what is on its way to them stops, and nothing of them stays in memory or in the files."""
        self.sender.let_go(chat)
        self.aside.forget(chat)
        await self.store.sweep()

    async def _say_all(
        self,
        chat: ChatRef,
        key: str | None,
        replies: Sequence[tuple[int, Outgoing]],
        now: datetime,
        press_id: str | None,
        language: str,
    ) -> None:
        messages = [number for number, reply in replies if isinstance(reply, Say)]
        for number, reply in replies:
            receipt = await self.sender.reply(chat, reply, press_id)
            if receipt.outcome is Outcome.UNKNOWN and isinstance(reply, Say) and reply.delivery is None:
                # A lesson in doubt is asked about by the ledger; any other message is announced as perhaps a second copy.
                receipt = await self.sender.reply(chat, perhaps_again(reply, language))
            if key is not None and isinstance(reply, Pin) and receipt.message is not None:
                await self._if_possible(partial(self._note_pin, chat, key, receipt.message, reply, now))
            if key is not None and isinstance(reply, Say):
                then = next((later for later in messages if later > number), None)
                await self._if_possible(partial(self.store.replied, key, then, now, receipt, reply))
        if key is not None and replies and (not messages or messages[-1] != replies[-1][0]):
            await self._if_possible(partial(self.store.all_replied, key))

    async def _note_pin(self, chat: ChatRef, key: str, message: int, pin: Pin, now: datetime) -> None:
        pinned_mark = steps.mark(pin.text)
        async with self.store.turn(chat, key, now) as turn:
            if turn.learner is not None:
                await turn.save(turn.learner.with_profile(pinned=message, pinned_mark=pinned_mark))

    async def _if_possible(self, write: Callable[[], Awaitable[None]]) -> None:
        # The person comes first: what was decided is kept already, and the answer goes out even if this note cannot be made.
        try:
            await write()
        except StoreUnavailable:
            log.warning("could not note how far an answer got", extra={"action": "reply_not_noted"})

    async def finish(self, chat: ChatRef, left: Leftover, now: datetime, press_id: str | None = None) -> None:
        """Says what a crash left unsaid. What may have been said already is only offered again, never repeated unasked."""
        if left.elsewhere:
            return  # whoever has it is alive; should they die, it comes back to us
        for reply in left.harmless:
            await self.sender.reply(chat, reply, press_id)
        if left.doubtful is not None and left.doubtful.delivery is None:
            # A lesson in doubt is asked about by the ledger; any other message is announced as perhaps a second copy.
            await self.sender.reply(chat, perhaps_again(left.doubtful, left.language))
        await self._say_all(chat, left.key, left.unsent, now, press_id, left.language)
        await self._if_possible(partial(self.store.all_replied, left.key))

    async def after_help(self, incoming: Incoming, effects: Effects, now: datetime) -> None:
        """Keeps what a help card led to. No reason is kept: a pause is only a time, a count only a number."""
        if incoming.kind is not Kind.PRESS:
            await self.store.count_help(now.date())
        async with self.store.turn(incoming.chat, incoming.key, now) as turn:
            talk = Talk(turn, incoming, now, self.course, aside=self.aside)
            if turn.learner is not None:
                # The update is not written down as handled: that row would tell who opened a help card, and when.
                await turn.save(helped(turn.learner, effects, now))
                await after_card(talk, effects)
                talk.out = discretion.all_as_asked(talk.out, talk.learner)
        for reply in talk.out:
            receipt = await self.sender.reply(incoming.chat, reply)
            if isinstance(reply, Pin) and receipt.message is not None:
                await self._note_pin(incoming.chat, incoming.key, receipt.message, reply, now)

    async def take_over(self, now: datetime) -> int:
        """Finishes every answer that a process which is gone has left unsaid. Answers how many."""
        cut_off = await self.store.take_over(now)
        for chat, left in cut_off:
            await self.finish(chat, left, now)
        return len(cut_off)


LESSON_UNDER_WAY = (0.2, 0.3, 0.5, 1.0, 1.0, 1.0, 1.0)
"""Seconds for which /delete waits, again and again, for a lesson that is just being sent; then it is done all the same."""
PAUSE_AFTER_HELP = timedelta(hours=72)
WELCOMED = "welcomed"
"""A step that asks nothing: they took a block away and were greeted. Many messengers send /start right after it by themselves."""
GREETED = timedelta(seconds=15)
"""For so long after the greeting /start is not answered with another."""


async def after_card(talk: Talk, effects: Effects) -> None:
    """What a help card leads to in the chat: their plan, the pinned card of another country, a hello that they asked for."""
    if effects.open_plan:
        await plan.plan(talk)
    if effects.country is not None and talk.learner.profile.pinned is not None:
        steps.pin_help(talk)
    if effects.hello_tomorrow:
        await talk.turn.intend_later(DeliveryKind.NOTE, talk.now.date(), talk.now + timedelta(days=1))


def helped(learner: Learner, effects: Effects, now: datetime) -> Learner:
    """The learner after a help card: the country they chose, and lessons paused where the card said so."""
    if effects.country is not None:
        learner = learner.with_profile(country=effects.country or None)
    if effects.underage:
        learner = learner.with_profile(closeness=Closeness.NOT_NOW)
        state = State.NEW if learner.state is State.NEW else State.STOPPED
        return replace(learner, state=state, due_at=None, owed_since=None, step=None, consent_version=None)
    if effects.carry_on and learner.state is State.PAUSED and learner.rule is not None:
        return replace(learner, state=State.ACTIVE, paused_until=None).rescheduled(now)
    if effects.pause and learner.state is State.ACTIVE:
        # On the abuse path nothing may come later by itself: the pause has no end but their own /resume.
        until = None if effects.no_follow_up else now + PAUSE_AFTER_HELP
        return replace(learner, state=State.PAUSED, paused_until=until, due_at=until, owed_since=None)
    return learner


def perhaps_again(reply: Say, language: str) -> Say:
    """The same words, announced as perhaps a second copy: a question that never arrived would leave a person stuck."""
    return replace(reply, text=f"{texts_for(language)('perhaps-again')}\n\n{reply.text}")


def in_order(incoming: Incoming, replies: list[Outgoing]) -> list[Outgoing]:
    """A pressed button is answered first, and always: its spinner never goes on."""
    if incoming.kind is not Kind.PRESS:
        return replies
    toasts: list[Outgoing] = [reply for reply in replies if isinstance(reply, Toast)]
    return [*(toasts[:1] or [Toast()]), *(reply for reply in replies if not isinstance(reply, Toast))]


async def answer(talk: Talk) -> None:
    """One update, decided: the answers are left in `talk.out`."""
    greeted = await _just_greeted(talk)
    if talk.incoming.kind is not Kind.BLOCKED:
        await _heard_from(talk)
    match talk.incoming.kind:
        case Kind.BLOCKED:
            await _blocked(talk)
        case Kind.UNBLOCKED:
            await _back_again(talk)
        case Kind.PRESS:
            await _welcome_back_first(talk)
            await _press(talk)
        case Kind.EDIT:
            if talk.turn.learner is not None and talk.learner.consented:
                await lessons.edited(talk, talk.incoming.text[:LONGEST])
        case Kind.TEXT:
            text = talk.incoming.text.strip()
            greeted = await _welcome_back_first(talk) or greeted
            if not (greeted and text.casefold() == "/start"):
                await _text(talk, text)
        case Kind.OTHER:
            await _welcome_back_first(talk)
            await _other(talk)


async def _heard_from(talk: Talk) -> None:
    """Any sign of life ends the count of lessons left unanswered, and with it the longer gaps between them."""
    learner = talk.turn.learner
    if learner is None or learner.unanswered == 0:
        return
    await talk.change(unanswered=0)
    if (
        days_apart(learner.unanswered, steady=learner.profile.steady) > 1
        and learner.state is State.ACTIVE
        and learner.due_at is not None
    ):
        await talk.reschedule()


# -- words -------------------------------------------------------------------------------------------------------------


async def _text(talk: Talk, text: str) -> None:
    command, words, slash = read_command(text)
    stranger = talk.turn.learner is None
    if not slash and not stranger and talk.learner.step:
        command = None  # with a question open, a bare word is the answer to it
    if command is not None and (command.for_strangers or not stranger):
        await command.handler(talk, words)
    elif stranger:
        talk.say("stranger", rows_of([talk.button("button-begin", "cmd:start")]))
    elif slash:
        talk.say("unknown-command")
    elif talk.learner.step == "consent":
        await steps.answer_in_words(talk, text)
    elif await _must_consent(talk):
        return
    elif talk.learner.state is not State.NEW and await lessons.lesson_replied_to(talk):
        await _about_a_lesson(talk, text[:LONGEST])
    elif talk.learner.step in steps.STEPS:
        await steps.answer_in_words(talk, text)
    elif (talk.learner.step or "").startswith(plan.PREFIX):
        await plan.answered(talk, text)
    elif talk.learner.step in OPEN_QUESTIONS:
        await OPEN_QUESTIONS[talk.learner.step](talk, text)
    elif talk.learner.state is State.NEW:
        await account.start(talk)
    elif not text:
        return
    else:
        await _about_a_lesson(talk, text[:LONGEST])


async def _about_a_lesson(talk: Talk, text: str) -> None:
    if await lessons.words(talk, text):
        await plan.offer(talk)


async def _must_consent(talk: Talk) -> bool:
    """Asks again those whose consent does not hold: the text has changed since they agreed, or they took it back."""
    learner = talk.learner
    if learner.consented or learner.state is State.NEW:
        return False
    await steps.open_step(talk, "consent")
    return True


async def _other(talk: Talk) -> None:
    """A sticker, a voice note, a photo …: never an error, never silence."""
    if talk.incoming.file is not None:
        await rights.bring_in(talk, talk.incoming.file)
        return
    thing = talk.incoming.thing
    key = f"got-{thing}"
    if not talk.texts.has(key):
        key = "got-thing"
    talk.say(key)
    learner = talk.turn.learner
    if learner is not None and learner.step in steps.STEPS:
        await steps.STEPS[learner.step].ask(talk)


# -- buttons -----------------------------------------------------------------------------------------------------------


async def _lesson_pressed(talk: Talk, verb: str, what: str) -> None:
    await lessons.pressed(talk, verb, what)
    if verb == "did":
        await plan.offer(talk)


AREAS: dict[str, Callable[[Talk, str, str], Awaitable[None]]] = {
    "ask": steps.answer_by_tap,
    "ls": _lesson_pressed,
    "jo": journal.pressed,
    "tr": topics.pressed,
    "set": account.set_one,
    "go": account.go,
    "pl": plan.pressed,
    "bo": boundaries.pressed,
    "my": rights.pressed,
    "di": discretion.pressed,
    "ci": checkins.pressed,
    "tb": toolbox.pressed,
    "pr": progress.pressed,
    "rc": recap.pressed,
}
NEED_SETTING_UP = ("ls", "jo", "tr", "set", "pl", "bo", "di", "ci", "tb", "pr", "rc")
OPEN_QUESTIONS: dict[str, Callable[[Talk, str], Awaitable[None]]] = {
    boundaries.STEP: boundaries.answered,
    checkins.STEP: checkins.answered,
    toolbox.STEP: toolbox.answered,
}
"""Questions of a page of their own, by the step that they leave a learner in."""
WITHOUT_CONSENT = ("ask:", "jo:", "go:resume", "my:", "di:")
"""Answering the question itself, reading, taking and deleting what is theirs, discretion, and beginning again."""


async def _press(talk: Talk) -> None:
    area, _, rest = talk.incoming.data.partition(":")
    verb, _, what = rest.partition(":")
    if area == "cmd" and verb in BY_NAME and (talk.turn.learner is not None or BY_NAME[verb].for_strangers):
        await BY_NAME[verb].handler(talk, "")
    elif talk.turn.learner is None or area not in AREAS:
        talk.toast("old-button")
        talk.unbutton()
    elif area in NEED_SETTING_UP and talk.learner.state is State.NEW and (area, verb) != ("ls", "now"):
        talk.toast("finish-setting-up", alert=True)
    elif not talk.incoming.data.startswith(WITHOUT_CONSENT) and await _must_consent(talk):
        return
    else:
        await AREAS[area](talk, verb, what)


# -- leaving and coming back -------------------------------------------------------------------------------------------


async def _blocked(talk: Talk) -> None:
    # Only an active learner is sent anything; in a pause, or before the end of onboarding, they just find their place again.
    if talk.turn.learner is not None and talk.learner.state is State.ACTIVE:
        await talk.change(state=State.GONE, due_at=None, owed_since=None)


async def _back_again(talk: Talk) -> None:
    """They unblocked the bot. The welcome comes once, with their next message or button, or now."""
    if await _welcome_back_first(talk):
        await talk.change(step=WELCOMED)


async def _just_greeted(talk: Talk) -> bool:
    learner = talk.turn.learner
    if learner is None or learner.step != WELCOMED:
        return False
    await talk.change(step=None)
    return talk.now - learner.seen_at <= GREETED


async def _welcome_back_first(talk: Talk) -> bool:
    """Greets whoever was gone, and answers whether it did."""
    learner = talk.turn.learner
    if learner is None or learner.state is not State.GONE:
        return False
    if learner.rule is None:
        await talk.change(state=State.NEW)
        return False
    await account.go_active(talk)
    account.say_welcome(talk, "welcome-after-block")
    return True
