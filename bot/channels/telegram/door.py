"""The door for lessons: the same words go to thousands, so they are put into Telegram's form once, and only the rest is per message.

python-telegram-bot would build its objects for every message and every answer, which costs several times what sending does.
Refusals come as its own errors.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from bot.channels.telegram.render import as_html, in_pieces
from bot.channels.telegram.request import AnswerLostError
from bot.channels.telegram.wire import Wire
from bot.messages import ChatRef, Rows, Say

REMEMBERED = 512
"""Texts with their buttons kept in Telegram's form: more than a course has lessons."""
_NUMBER = re.compile(rb'\{"ok": ?true, ?"result": ?\{"message_id": ?(\d+)[,}]')
"""How Telegram's answers begin. Nothing else in them is of use here, so the rest is not read."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a message says, as the calls it takes: one for each piece. Each lacks the chat, which stands at its end."""

    of: tuple[str, Rows]
    calls: tuple[bytes, ...]


class Door:
    """Sends new messages, and nothing else."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._forms: dict[tuple[int, int, bool, bool], Form] = {}

    async def send(self, chat: ChatRef, say: Say) -> tuple[int, ...]:
        """Sends one message, or its pieces with the buttons under the last. Answers the id of each; raises telegram.error's errors."""
        end = b"%d}" % int(chat.address)
        calls = self._form(say).calls
        if len(calls) == 1:
            return (_number(await self._wire.call(calls[0] + end)),)
        return tuple([_number(await self._wire.call(call + end)) for call in calls])

    def _form(self, say: Say) -> Form:
        # By identity: to compare the words of a lesson for every learner would cost as much as writing them anew.
        key = id(say.text), id(say.rows), say.silent, say.protected
        form = self._forms.get(key)
        if form is None or form.of[0] is not say.text or form.of[1] is not say.rows:
            if len(self._forms) >= REMEMBERED:
                self._forms.clear()
            form = self._forms[key] = Form((say.text, say.rows), tuple(_calls(say)))
        return form


def _calls(say: Say) -> list[bytes]:
    pieces = in_pieces(say.text)
    return [_call(as_html(piece), say.rows if piece is pieces[-1] else (), say) for piece in pieces]


def _call(text: str, rows: Rows, say: Say) -> bytes:
    """The parameters of sendMessage as JSON, up to the number of the chat."""
    parameters: dict[str, object] = {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    if rows:
        buttons = [[_button(b.label, b.action, b.url) for b in row] for row in rows]
        parameters["reply_markup"] = {"inline_keyboard": buttons}
    if say.silent:
        parameters["disable_notification"] = True
    if say.protected:
        parameters["protect_content"] = True
    return json.dumps(parameters).encode()[:-1] + b', "chat_id": '


def _button(label: str, action: str, url: str | None) -> dict[str, str]:
    return {"text": label, "url": url} if url else {"text": label, "callback_data": action}


def _number(answer: bytes) -> int:
    if found := _NUMBER.match(answer):
        return int(found[1])
    try:
        return int(json.loads(answer)["result"]["message_id"])
    except (ValueError, TypeError, KeyError):
        # It was taken, so it must not go out again; what became of it nobody knows.
        raise AnswerLostError("the answer is not as the Bot API words it") from None
