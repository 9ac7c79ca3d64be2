"""The one door through which messages leave for Telegram: refusals get their names here, and the pace is kept here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.render import as_html, as_plain, in_pieces, keyboard
from bot.channels.telegram.request import AnswerLostError
from bot.messages import ChatRef, Edit, Outcome, Outgoing, Pin, Receipt, Remove, Say, Toast, Unbutton

log = logging.getLogger(__name__)

Draw = Callable[[Mapping[str, Any]], Awaitable[bytes]]
"""Draws a picture from its values, away from the event loop."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
REPLY_TRIES = 5
LONGEST_REPLY_WAIT = 30.0
"""Seconds that a reply waits for Telegram to take it before it is given up; the person would have moved on."""
TOAST_LIMIT = 200
_GONE = (
    "chat not found",
    "user is deactivated",
    "bot was blocked",
    "bot can't initiate",
    "peer_id_invalid",
    "user not found",
)
_DONE_ALREADY = (
    "message is not modified", "message to delete not found", "message to edit not found", "query is too old", "message can't be",
    "message identifier is not specified",
)  # fmt: skip


class Pace:
    """Spreads lessons evenly over time at `rate` a second. Replies never wait for it, but what they use is taken from it."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap = 1.0 / rate
        self._clock = clock
        self._next = 0.0
        self._held_until = 0.0

    async def turn(self) -> None:
        """Waits for the next free moment."""
        now = self._clock()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)

    def spend(self) -> None:
        """Counts a message that did not wait."""
        self._next = max(self._clock(), self._next) + self._gap

    def hold(self, seconds: float) -> None:
        """Telegram said "slow down": no lesson for so long. Replies and help have limits of their own."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    @property
    def held(self) -> float:
        """Seconds for which lessons are still held; 0 when they are not."""
        return max(0.0, self._held_until - self._clock())


class TelegramSender:
    """The port `Sender` on Telegram. Lessons and replies have connections of their own."""

    def __init__(self, replies: Bot, lessons: Bot, pace: Pace, draw: Draw | None = None) -> None:
        self._draw = draw
        self._replies = replies
        self._lessons = lessons
        self._pace = pace

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        """Sends a lesson at the allowed pace. Tried once: the ledger decides about another time."""
        if self._pace.held:
            return Receipt(Outcome.SLOW_DOWN, retry_after=self._pace.held)
        await self._pace.turn()
        receipt = await named(lambda: send(self._lessons, chat, say))
        if receipt.outcome is Outcome.SLOW_DOWN:
            self._pace.hold(receipt.retry_after or 1.0)
        return receipt

    async def reply(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None = None) -> Receipt:
        """Sends an answer to somebody who is waiting for it; tried again for a short while."""
        self._pace.spend()
        # What may have been done already is tried again only where twice does no harm; of a message the caller decides.
        passing = {Outcome.SLOW_DOWN, Outcome.TRY_LATER}
        passing |= set() if isinstance(outgoing, Say | Pin) else {Outcome.UNKNOWN}
        waited, receipt = 0.0, Receipt(Outcome.TRY_LATER)
        for attempt in range(REPLY_TRIES):
            receipt = await named(lambda: perform(self._replies, chat, outgoing, press_id, self._draw))
            wait = receipt.retry_after or 0.5 * 2**attempt
            if receipt.outcome not in passing or waited + wait > LONGEST_REPLY_WAIT:
                break
            await asyncio.sleep(wait)
            waited += wait
        if receipt.outcome is Outcome.OUR_BUG:
            log.error("Telegram refused an answer: %s", receipt.detail, extra={"action": "our_bug"})
        return receipt


async def perform(
    bot: Bot, chat: ChatRef, outgoing: Outgoing, press_id: str | None, draw: Draw | None = None
) -> int | None:
    """One outgoing thing as Bot API calls. Answers the id of a new message."""
    number = int(chat.address)
    match outgoing:
        case Say():
            return await send(bot, chat, outgoing, draw)
        case Edit(message, text, rows):
            await bot.edit_message_text(
                as_html(text),
                chat_id=number,
                message_id=message,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(rows),
                link_preview_options=NO_PREVIEW,
            )
        case Unbutton(message, rows):
            await bot.edit_message_reply_markup(chat_id=number, message_id=message, reply_markup=keyboard(rows))
        case Remove(messages):
            await bot.delete_messages(number, messages[:100])
        case Pin(text, message):
            return await _pin(bot, chat, text, message)
        case Toast(text, alert):
            if press_id is not None:
                await bot.answer_callback_query(press_id, text=as_plain(text)[:TOAST_LIMIT] or None, show_alert=alert)
    return None


async def _pin(bot: Bot, chat: ChatRef, text: str, message: int | None) -> int | None:
    if message is not None:
        receipt = await named(lambda: perform(bot, chat, Edit(message, text), None))
        if receipt.outcome is Outcome.SENT:
            return message
    sent = await send(bot, chat, Say(text, silent=True))
    if sent is not None:
        await bot.pin_chat_message(int(chat.address), sent, disable_notification=True)
    return sent


async def _send_picture(bot: Bot, chat: ChatRef, say: Say, draw: Draw) -> int | None:
    """A picture with its words under it; where it cannot be drawn, the words alone, which say what it shows."""
    try:
        drawn = await draw(say.picture.values if say.picture else {})
    except Exception as error:
        log.error("a picture could not be drawn: %s", type(error).__name__, extra={"action": "picture_failed"})
        return await send(bot, chat, replace(say, picture=None))
    message = await bot.send_photo(
        int(chat.address),
        drawn,
        caption=as_html(say.text),
        parse_mode=ParseMode.HTML,
        reply_markup=keyboard(say.rows),
        disable_notification=say.silent or None,
        protect_content=say.protected or None,
    )
    return int(message.message_id)


async def send(bot: Bot, chat: ChatRef, say: Say, draw: Draw | None = None) -> int | None:
    """A new message; one that is too long goes out in pieces, with the buttons under the last."""
    if say.picture is not None and draw is not None:
        return await _send_picture(bot, chat, say, draw)
    pieces = in_pieces(say.text)
    message: Any = None
    for number, piece in enumerate(pieces, start=1):
        message = await bot.send_message(
            int(chat.address),
            as_html(piece),
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(say.rows) if number == len(pieces) else None,
            link_preview_options=NO_PREVIEW,
            disable_notification=say.silent or None,
            protect_content=say.protected or None,
        )
    return int(message.message_id)


async def named(call: Callable[[], Awaitable[int | None]]) -> Receipt:
    """Makes a call and gives what came of it its name. Details are Telegram's own words, never what was sent."""
    try:
        return Receipt(Outcome.SENT, await call())
    except RetryAfter as error:
        after = error.retry_after
        seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
        return Receipt(Outcome.SLOW_DOWN, retry_after=seconds)
    except (Forbidden, ChatMigrated) as error:
        return Receipt(Outcome.GONE, detail=type(error).__name__)
    except BadRequest as error:
        return _bad_request(error.message)
    except (TimedOut, AnswerLostError) as error:
        return Receipt(Outcome.UNKNOWN, detail=type(error).__name__)
    except NetworkError as error:
        return Receipt(Outcome.TRY_LATER, detail=type(error).__name__)
    except TelegramError as error:
        return Receipt(Outcome.TRY_LATER, detail=type(error).__name__)


def _bad_request(words: str) -> Receipt:
    said = words.casefold()
    if any(sign in said for sign in _GONE):
        return Receipt(Outcome.GONE, detail="BadRequest")
    if any(sign in said for sign in _DONE_ALREADY):
        return Receipt(Outcome.SENT, detail="nothing to do")
    return Receipt(Outcome.OUR_BUG, detail=words[:120])
