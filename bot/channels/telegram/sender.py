"""The one door through which messages leave for Telegram: refusals get their names here, and the pace is kept here."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeChat, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.door import Door
from bot.channels.telegram.pace import SHORT, Moment, Pace
from bot.channels.telegram.render import as_html, as_plain, in_pieces, keyboard
from bot.channels.telegram.request import AnswerLostError
from bot.messages import (
    ChatRef,
    Edit,
    File,
    FileRef,
    Menu,
    Outcome,
    Outgoing,
    Pin,
    Receipt,
    Remove,
    Say,
    Toast,
    Unbutton,
)
from bot.service.ports import StoreUnavailable

log = logging.getLogger(__name__)

Draw = Callable[[Mapping[str, Any]], Awaitable[bytes]]
"""Draws a picture from its values, away from the event loop."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
REPLY_TRIES = 5
LONGEST_REPLY_WAIT = 30.0
"""Seconds that a reply waits for Telegram to take it before it is given up; the person would have moved on."""
TOAST_LIMIT = 200
DELETE_AT_ONCE = 100
"""Messages that Telegram deletes in one call."""
REMEMBERED = 10_000
"""Chats that were let go, at most; lessons on their way are long gone when one is forgotten."""
LET_GO = Receipt(Outcome.GONE, detail="let go")
Sent = int | tuple[int, ...] | None
"""What a call leaves in the chat: nothing, a message, or the pieces of one."""
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


class TelegramSender:
    """The port `Sender` on Telegram. Lessons and replies have connections of their own."""

    def __init__(self, replies: Bot, lessons: Door, pace: Pace, draw: Draw | None = None) -> None:
        self._draw = draw
        self._replies = replies
        self._lessons = lessons
        self._pace = pace
        self._calls = itertools.count(1)
        self._left: OrderedDict[ChatRef, int] = OrderedDict()

    def let_go(self, chat: ChatRef) -> None:
        """Nothing that is on its way to this chat is sent any more, and no lesson, until `welcome`. Answers begun later are."""
        self._left[chat] = next(self._calls)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)

    def welcome(self, chat: ChatRef) -> None:
        """They are here again."""
        self._left.pop(chat, None)

    @property
    def at_once(self) -> int:
        """How many lessons may be marked SENDING at once."""
        return self._pace.at_once

    async def window(self, most: int) -> int:
        """Waits until lessons may go soon. Answers how many, at most so many; 0 while they are held for longer than a moment."""
        return await self._pace.window(most)

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        """Sends a lesson at the allowed pace. Tried once: the ledger decides about another time."""
        if held := max(self._long_held, self._pace.chat_held(chat)):
            return Receipt(Outcome.SLOW_DOWN, retry_after=held)
        try:
            moment = await self._pace.lesson(chat)
        except StoreUnavailable:
            return Receipt(Outcome.TRY_LATER, detail="no budget")
        if moment is None or self._long_held:
            return Receipt(Outcome.SLOW_DOWN, retry_after=self._pace.held)
        if chat in self._left:
            return LET_GO
        receipt = await self._counted(lambda: self._lessons.send(chat, say), moment)
        if receipt.outcome is Outcome.SLOW_DOWN:
            await self._slow_down(chat, receipt.retry_after or 1.0)
        elif receipt.outcome is Outcome.SENT:
            self._pace.went_through(chat)
        return receipt

    @property
    def _long_held(self) -> float:
        return self._pace.held if self._pace.held > SHORT else 0.0

    async def fetch(self, file: FileRef) -> bytes | None:
        """What is in a file that somebody sent; None when it cannot be had."""
        try:
            found = await self._replies.get_file(file.id)
            if (found.file_size or file.size) > file.size:
                return None
            return bytes(await found.download_as_bytearray())
        except TelegramError as error:
            log.warning("a file could not be had: %s", type(error).__name__, extra={"action": "file_missing"})
            return None

    async def reply(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None = None) -> Receipt:
        """Sends an answer to somebody who is waiting for it; tried again for a short while."""
        began = next(self._calls)
        # What may have been done already is tried again only where twice does no harm; of a message the caller decides.
        passing = {Outcome.SLOW_DOWN, Outcome.TRY_LATER}
        passing |= set() if isinstance(outgoing, Say | Pin) else {Outcome.UNKNOWN}
        waited, receipt = 0.0, Receipt(Outcome.TRY_LATER)
        for attempt in range(REPLY_TRIES):
            if self._left.get(chat, 0) > began:
                return LET_GO
            receipt = await self._reply_once(chat, outgoing, press_id)
            wait = receipt.retry_after or 0.5 * 2**attempt
            last = attempt == REPLY_TRIES - 1 or waited + wait > LONGEST_REPLY_WAIT
            if last or receipt.outcome not in passing:
                break
            await asyncio.sleep(wait)
            waited += wait
        if receipt.outcome is Outcome.OUR_BUG:
            log.error("Telegram refused an answer: %s", receipt.detail, extra={"action": "our_bug"})
        return receipt

    async def _reply_once(self, chat: ChatRef, outgoing: Outgoing, press_id: str | None) -> Receipt:
        if not isinstance(outgoing, Say | Pin):
            return await named(lambda: perform(self._replies, chat, outgoing, press_id, self._draw))
        await self._pace.reply(chat)
        receipt = await self._counted(lambda: perform(self._replies, chat, outgoing, press_id, self._draw))
        if receipt.outcome is Outcome.SLOW_DOWN:
            await self._slow_down(chat, receipt.retry_after or 1.0)
        return receipt

    async def _counted(self, call: Callable[[], Awaitable[Sent]], moment: Moment | None = None) -> Receipt:
        passed = self._pace.passes(moment)
        try:
            receipt = await named(call)
        finally:
            self._pace.arrives(passed)
        if receipt.outcome is Outcome.SENT:
            self._pace.took(passed.seconds)
            for _ in receipt.before:  # the other pieces of what was too long for one message
                self._pace.spend()
        return receipt

    async def _slow_down(self, chat: ChatRef, seconds: float) -> None:
        with contextlib.suppress(StoreUnavailable):
            await self._pace.slow_down(chat, seconds)


async def perform(bot: Bot, chat: ChatRef, outgoing: Outgoing, press_id: str | None, draw: Draw | None = None) -> Sent:
    """One outgoing thing as Bot API calls. Answers the id of a new message, or of each of its pieces."""
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
            await _remove(bot, number, messages)
        case Pin(text, message):
            return await _pin(bot, chat, text, message)
        case Menu(commands):
            await _set_menu(bot, number, commands)
        case Toast(text, alert):
            if press_id is not None:
                await bot.answer_callback_query(press_id, text=as_plain(text)[:TOAST_LIMIT] or None, show_alert=alert)
    return None


async def _remove(bot: Bot, number: int, messages: Sequence[int]) -> None:
    for start in range(0, len(messages), DELETE_AT_ONCE):
        batch = messages[start : start + DELETE_AT_ONCE]
        try:
            await bot.delete_messages(number, batch)
        except BadRequest:
            # One that may not be deleted any more stops the whole batch; the others must go all the same.
            for message in batch:
                with contextlib.suppress(BadRequest):
                    await bot.delete_message(number, message)


async def _set_menu(bot: Bot, number: int, commands: Sequence[tuple[str, str]]) -> None:
    scope = BotCommandScopeChat(number)
    if commands:
        await bot.set_my_commands([BotCommand(name, does) for name, does in commands], scope=scope)
    else:
        await bot.delete_my_commands(scope=scope)


async def _pin(bot: Bot, chat: ChatRef, text: str, message: int | None) -> int | None:
    if message is not None:
        receipt = await named(lambda: perform(bot, chat, Edit(message, text), None))
        if receipt.outcome is Outcome.SENT:
            return message
    *_, sent = await send(bot, chat, Say(text, silent=True))
    await bot.pin_chat_message(int(chat.address), sent, disable_notification=True)
    return sent


async def _send_picture(bot: Bot, chat: ChatRef, say: Say, draw: Draw) -> tuple[int, ...]:
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
    return (int(message.message_id),)


async def send(bot: Bot, chat: ChatRef, say: Say, draw: Draw | None = None) -> tuple[int, ...]:
    """A new message; one that is too long goes out in pieces, with the buttons under the last. Answers the id of each."""
    if say.file is not None:
        return (await _send_file(bot, chat, say, say.file),)
    if say.picture is not None and draw is not None:
        return await _send_picture(bot, chat, say, draw)
    pieces = in_pieces(say.text)
    sent = []
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
        sent.append(int(message.message_id))
    return tuple(sent)


async def _send_file(bot: Bot, chat: ChatRef, say: Say, file: File) -> int:
    message = await bot.send_document(
        int(chat.address),
        InputFile(file.content.encode("utf-8", "replace"), filename=file.name),
        caption=as_html(say.text),
        parse_mode=ParseMode.HTML,
        reply_markup=keyboard(say.rows),
        disable_notification=say.silent or None,
        protect_content=say.protected or None,
        disable_content_type_detection=True,
    )
    return int(message.message_id)


async def named(call: Callable[[], Awaitable[Sent]]) -> Receipt:
    """Makes a call and gives what came of it its name. Details are Telegram's own words, never what was sent."""
    try:
        sent = await call()
        *before, message = sent if isinstance(sent, tuple) else (sent,)
        return Receipt(Outcome.SENT, message, before=tuple(before))
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
