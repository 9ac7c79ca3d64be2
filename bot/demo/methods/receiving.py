"""Methods that answer what people did."""

from __future__ import annotations

from bot.demo import limits
from bot.demo.entities import utf16_length
from bot.demo.messenger import Messenger, Toast
from bot.demo.methods.registry import Params, method
from bot.demo.refusals import out_of_spec


@method("answerCallbackQuery")
def answer_callback_query(messenger: Messenger, params: Params) -> bool:
    """answerCallbackQuery: once, and in time."""
    text = params.get("text", "")
    if utf16_length(text) > limits.CALLBACK_ANSWER_LENGTH:
        raise out_of_spec("MESSAGE_TOO_LONG")
    toast = Toast(text, params.get("show_alert", False), params.get("url", ""))
    messenger.answer_query(params["callback_query_id"], toast)
    return True
