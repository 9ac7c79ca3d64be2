"""The help lane: the crisis card, before anything else and without anything else. It needs the Bot API, and nothing more.

What the card asks for afterwards (a pause, the country they chose) is passed on and done when the database can.
"""

from __future__ import annotations

import asyncio
import html
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode

from bot.channels.telegram.sender import NO_PREVIEW, named
from bot.crisis import answer as crisis
from bot.crisis import detect
from bot.i18n.texts import texts_for
from bot.messages import ChatRef, Incoming, Kind, Outcome
from bot.service.places import find_country

log = logging.getLogger(__name__)
T = TypeVar("T")

REMEMBERED = 20_000
"""Chats whose country, and today's cards, are kept in memory."""
LOOK_UP = 0.05
"""Seconds that the card waits for the database to say which country was chosen. Without an answer it opens with the directory."""

LONG = 700
"""Characters from which a message is read beside the event loop."""
ANSWERED_WITHIN = 10.0
"""Seconds that the one line about help waits for the answer above it."""
SOFTLY_EVERY = timedelta(hours=24)
"""The one line about help stands under an answer of theirs once in this time at most."""

LINK_FROM_A_GROUP = "/start help"
"""What a person sends who follows the invitation, shown in a group, to write in private."""

After = Callable[[Incoming, "crisis.Effects", datetime], Awaitable[None]]
Load = Callable[..., Awaitable[Any]]
"""Does a piece of work beside the event loop."""


@dataclass(slots=True)
class Memory:
    """What the help lane knows without a database: the country each chat chose, how often it was shown a card today, the latest
    exchange, the need for which a country is being picked, the words that opened a card (held until they carry on or write
    again, never written anywhere), hashes of words that were meant otherwise, when the one line about help was last shown, and about
    whose country the database is being asked."""

    countries: OrderedDict[ChatRef, str | None] = field(default_factory=OrderedDict)
    shown: OrderedDict[ChatRef, tuple[date, int]] = field(default_factory=OrderedDict)
    messages: OrderedDict[ChatRef, list[int]] = field(default_factory=OrderedDict)
    picking: OrderedDict[ChatRef, str] = field(default_factory=OrderedDict)
    held: OrderedDict[ChatRef, Incoming] = field(default_factory=OrderedDict)
    meant_otherwise: OrderedDict[ChatRef, frozenset[int]] = field(default_factory=OrderedDict)
    softly: OrderedDict[ChatRef, datetime] = field(default_factory=OrderedDict)
    asked: set[ChatRef] = field(default_factory=set)

    def note_country(self, chat: ChatRef, country: str | None) -> None:
        """Remembers the country a chat chose; the oldest is forgotten when there are too many."""
        self.asked.discard(chat)
        _put(self.countries, chat, country)

    def count(self, chat: ChatRef, today: date) -> int:
        """Counts a card, and answers how many this chat got today."""
        day, number = self.shown.get(chat, (today, 0))
        number = number + 1 if day == today else 1
        _put(self.shown, chat, (today, number))
        return number

    def exchange(self, chat: ChatRef) -> tuple[int, ...]:
        """The messages of the latest exchange."""
        return tuple(self.messages.get(chat, ()))

    def forget(self, chat: ChatRef) -> None:
        """Drops all that is known of a chat: whoever was deleted is not remembered here either."""
        self.asked.discard(chat)
        for book in (self.countries, self.shown, self.messages, self.picking, self.held, self.meant_otherwise):
            book.pop(chat, None)

    def keep_messages(self, chat: ChatRef, *ids: int | None) -> None:
        """Remembers the latest exchange, for "not safe here"."""
        _put(self.messages, chat, [*self.messages.get(chat, []), *(i for i in ids if i is not None)][-20:])


def _kept(work: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    """Begins some work, and keeps it among those tasks until it is done."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def _put(book: OrderedDict[ChatRef, T], chat: ChatRef, value: T) -> None:
    book[chat] = value
    book.move_to_end(chat)
    if len(book) > REMEMBERED:
        book.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the help lane makes of words: `mine` when it answers them, with the card for that `need`; `softly` when somebody else
    answers them, and one line about help is to stand below."""

    mine: bool = False
    need: crisis.Need | None = None
    softly: bool = False


NOTHING = Heard()


class HelpLane:
    """Answers calls for help. `country_of` may ask the database and is given hardly any time; `after` does what can wait."""

    def __init__(self, bot: Bot, country_of: Callable[[ChatRef], Awaitable[str | None]], after: After) -> None:
        self._bot = bot
        self._country_of = country_of
        self._after = after
        self.memory = Memory()
        self.private_link: str | None = None
        self.line_up: Callable[[Incoming], object] = lambda _incoming: None
        self.reads = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._afters: set[asyncio.Task[None]] = set()

    async def learn_to_read(self, load: Load = asyncio.to_thread) -> None:
        """Loads what reading needs, off the event loop. Calls for help are understood before, and without it."""
        await load(import_module, "bot.service.commands")
        problem = await load(detect.problem)
        if problem is not None:
            log.error("%s", problem, extra={"action": "not_reading"})
        self.reads.set()

    def asks(self, incoming: Incoming) -> bool:
        """True for a call for help, and for a button of a card: what is answered before anything else is loaded or read."""
        if incoming.kind is Kind.PRESS:
            return incoming.data.startswith("sos:")
        if incoming.kind not in (Kind.TEXT, Kind.EDIT, Kind.OTHER):
            return False
        asked = crisis.is_call_for_help(incoming.text) or incoming.text.strip().casefold() == LINK_FROM_A_GROUP
        return asked or self._typed_country(incoming) is not None

    def at_hand(self, incoming: Incoming) -> bool:
        """Whether reading their words takes no more than a moment."""
        return incoming.kind is Kind.PRESS or (
            len(incoming.text) <= LONG and detect.at_hand(incoming.text, incoming.language)
        )

    def read(self, incoming: Incoming) -> Heard:
        """What their words say without asking. Nothing leaves this machine, and nothing of it is kept."""
        said_otherwise = hash(incoming.text) in self.memory.meant_otherwise.get(incoming.chat, frozenset())
        if incoming.kind is Kind.PRESS or not incoming.text or said_otherwise:
            return NOTHING
        reading = detect.read(incoming.text, incoming.language)
        if reading.under_18:
            return Heard(True, "young")
        if reading.tier == "strong":
            return Heard(True, crisis.CATEGORY_NEEDS.get(reading.category, "suicide"))
        from bot.service.commands import read_command  # loaded by now: it brings every conversation with it

        of_ours = read_command(incoming.text)[0] is not None
        return Heard(softly=reading.tier == "soft" and not of_ours)

    def _typed_country(self, incoming: Incoming) -> str | None:
        """The button that a typed country stands for, while a card is asking for one."""
        need = self.memory.picking.get(incoming.chat)
        country = find_country(incoming.text) if need is not None and incoming.kind is Kind.TEXT else None
        return f"sos:c:{need}:{country}" if country else None

    def take(
        self, incoming: Incoming, now: datetime, *, private: bool, need: crisis.Need | None = None
    ) -> asyncio.Task[None]:
        """Answers at once, beside everything else; `need` is what their words call for, where they did not ask outright."""
        if need is not None:
            _put(self.memory.held, incoming.chat, incoming)
        return self._go(self._answer(incoming, now, private, need))

    def take_softly(self, incoming: Incoming, answered: asyncio.Future[None], now: datetime) -> asyncio.Future[None]:
        """Says in one line, once a day at most, that help is there: after the answer to their words, and without a sound. The future is
        done when both are out."""
        last = self.memory.softly.get(incoming.chat)
        if last is not None and now - last < SOFTLY_EVERY:
            return answered
        _put(self.memory.softly, incoming.chat, now)
        return self._go(self._softly(incoming, answered))

    async def _softly(self, incoming: Incoming, answered: asyncio.Future[None]) -> None:
        await asyncio.wait({answered}, timeout=ANSWERED_WITHIN)
        await self._show(incoming.chat, crisis.Card((crisis.soft_line(incoming.language),), silent=True, kind="soft"))
        await asyncio.wait({answered})

    def _go(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        return _kept(work, self._tasks)

    async def _answer(self, incoming: Incoming, now: datetime, private: bool, need: crisis.Need | None) -> None:
        today = now.date()
        country = await self._country(incoming.chat) if private else None
        action = incoming.data if incoming.kind is Kind.PRESS else self._typed_country(incoming)
        if action is not None:
            reply = crisis.press(action, incoming.language, country, today)
            self._note_picking(incoming.chat, action)
            await self._toast(incoming, reply.effects.notice)
        else:
            times = self.memory.count(incoming.chat, today)
            link = None if private else self.private_link
            reply = crisis.open(
                incoming.language,
                country,
                today,
                group=not private,
                first_line=need,
                times_today=times,
                private_link=link,
            )
        sent = [await self._show(incoming.chat, card) for card in reply.cards]
        if private:
            await self._afterwards(incoming, reply.effects, sent, now)

    def _note_picking(self, chat: ChatRef, action: str) -> None:
        self.memory.picking.pop(chat, None)
        if action.startswith("sos:cp:"):
            _put(self.memory.picking, chat, action.split(":")[2])

    async def _country(self, chat: ChatRef) -> str | None:
        if chat not in self.memory.countries:
            # Not cut off when the card goes: that would cost the connection, and make the next one wait for another.
            looking = self._beside(self._look_up(chat))
            await asyncio.wait({looking}, timeout=LOOK_UP)
        return self.memory.countries.get(chat)

    async def _look_up(self, chat: ChatRef) -> None:
        self.memory.asked.add(chat)
        try:
            country = await self._country_of(chat)
            if chat in self.memory.asked:  # neither forgotten nor told something newer meanwhile
                self.memory.note_country(chat, country)
        except Exception:
            return  # the card opens with the directory
        finally:
            self.memory.asked.discard(chat)

    async def _show(self, chat: ChatRef, card: crisis.Card) -> int | None:
        rows = [
            [
                InlineKeyboardButton(b.label, url=b.url)
                if b.url
                else InlineKeyboardButton(b.label, callback_data=b.action)
                for b in row
            ]
            for row in card.rows
        ]

        async def call() -> int:
            message = await self._bot.send_message(
                int(chat.address),
                html.escape("\n\n".join(card.paragraphs), quote=False),
                parse_mode=ParseMode.HTML,
                reply_markup=InlineKeyboardMarkup(rows) if rows else None,
                link_preview_options=NO_PREVIEW,
                disable_notification=card.silent or None,
            )
            return int(message.message_id)

        return await self._until_through(call)

    async def _until_through(self, call: Callable[[], Awaitable[int | None]]) -> int | None:
        # In doubt a card is sent again: twice is better than not at all.
        wait = 0.25
        while True:
            receipt = await named(call)
            if receipt.outcome in (Outcome.SENT, Outcome.GONE):
                return receipt.message
            if receipt.outcome is Outcome.OUR_BUG:
                log.error("Telegram refused a help card: %s", receipt.detail, extra={"action": "help_refused"})
                return None
            await asyncio.sleep(min(receipt.retry_after or wait, 15.0))
            wait = min(wait * 2, 15.0)

    async def _toast(self, incoming: Incoming, notice: str) -> None:
        press = incoming.press_id
        if press is not None:
            await named(lambda: self._answer_press(press, notice))

    async def _answer_press(self, press: str, notice: str) -> None:
        await self._bot.answer_callback_query(press, text=notice[:200] or None)

    async def _afterwards(
        self, incoming: Incoming, effects: crisis.Effects, sent: list[int | None], now: datetime
    ) -> None:
        chat = incoming.chat
        self.memory.keep_messages(chat, incoming.message, *sent)
        if effects.country is not None:
            self.memory.note_country(chat, effects.country or None)
        if effects.hide_exchange:
            await self._hide(chat)
        elif incoming.kind is not Kind.PRESS and crisis.is_call_for_help(incoming.text):
            self.memory.keep_messages(chat, await self._until_through(lambda: self._how_to_use(incoming)))
        # The card has been shown: what the database has to do with it must not keep the update, or a stop, waiting.
        self._beside(self._after_kindly(incoming, effects, now))

    def _beside(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Work that neither an update nor a stop waits for."""
        return _kept(work, self._afters)

    async def _after_kindly(self, incoming: Incoming, effects: crisis.Effects, now: datetime) -> None:
        try:
            await self._after(incoming, effects, now)
        except Exception as error:
            log.error(
                "what a help card leads to failed: %s", type(error).__name__, extra={"action": "after_help_failed"}
            )
        if effects.carry_on:
            self._carry_on(incoming.chat)

    def _carry_on(self, chat: ChatRef) -> None:
        """Goes on exactly where they were: their words are taken as they were meant, and do not call the card again."""
        held = self.memory.held.pop(chat, None)
        if held is not None:
            known = self.memory.meant_otherwise.get(chat, frozenset())
            _put(self.memory.meant_otherwise, chat, known | {hash(held.text)})
            self.line_up(held)

    async def _how_to_use(self, incoming: Incoming) -> int:
        message = await self._bot.send_message(
            int(incoming.chat.address),
            html.escape(texts_for(incoming.language or "")("help-using"), quote=False),
            parse_mode=ParseMode.HTML,
            disable_notification=True,
            link_preview_options=NO_PREVIEW,
        )
        return int(message.message_id)

    async def _hide(self, chat: ChatRef) -> None:
        await asyncio.sleep(4)  # long enough to read the one line that says how to reach help from another phone
        ids = self.memory.messages.pop(chat, [])
        if ids:
            await named(lambda: self._delete(chat, ids))

    async def _delete(self, chat: ChatRef, ids: list[int]) -> None:
        await self._bot.delete_messages(int(chat.address), ids)

    async def drain(self, seconds: float) -> None:
        """Lets cards that are on their way get through."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        rest = (*self._tasks, *self._afters)
        for task in rest:
            task.cancel()
        # Waited for: a task that is still inside the database when the loop closes would keep the process from ending.
        await asyncio.gather(*rest, return_exceptions=True)
