"""The door for lessons: the same words go to thousands, so they are put into Telegram's form once, and only the rest is per message.

python-telegram-bot would build its objects for every message and every answer, which costs several times what sending does.
Its request class is used as it is, so refusals come as its own errors.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from bot.channels.telegram.render import as_html, in_pieces
from bot.channels.telegram.request import AiohttpRequest
from bot.messages import ChatRef, Rows, Say

REMEMBERED = 512
"""Texts kept in Telegram's form, and keyboards: more than a course has lessons."""


class Door:
    """Sends new messages, and nothing else. `root` is the address of the Bot API up to the method, with the token."""

    def __init__(self, request: AiohttpRequest, root: str) -> None:
        self._request = request
        self._url = f"{root}/sendMessage"

    async def send(self, chat: ChatRef, say: Say) -> tuple[int, ...]:
        """Sends one message, or its pieces with the buttons under the last. Answers the id of each; raises telegram.error's errors."""
        pieces = _pieces(say.text)
        numbers = []
        for piece in pieces:
            rows = say.rows if piece is pieces[-1] else ()
            answer: Any = await self._request.post_json(self._url, body(chat, piece, rows, say))
            numbers.append(int(answer["message_id"]))
        return tuple(numbers)


def body(chat: ChatRef, text: str, rows: Rows, say: Say) -> bytes:
    """The parameters of sendMessage as JSON; `text` is JSON already."""
    quiet = ',"disable_notification":true' if say.silent else ""
    kept = ',"protect_content":true' if say.protected else ""
    return (
        f'{{"chat_id":{int(chat.address)},"text":{text},"parse_mode":"HTML","link_preview_options":{{"is_disabled":true}}'
        f"{_keyboard(rows)}{quiet}{kept}}}"
    ).encode()


@lru_cache(maxsize=REMEMBERED)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(json.dumps(as_html(piece)) for piece in in_pieces(text))


@lru_cache(maxsize=REMEMBERED)
def _keyboard(rows: Rows) -> str:
    if not rows:
        return ""
    buttons = [[_button(b.label, b.action, b.url) for b in row] for row in rows]
    return f',"reply_markup":{json.dumps({"inline_keyboard": buttons})}'


def _button(label: str, action: str, url: str | None) -> dict[str, str]:
    return {"text": label, "url": url} if url else {"text": label, "callback_data": action}
