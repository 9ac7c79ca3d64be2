"""Telegram's limits on what a bot may send. Source of facts: the Bot API reference, and where it is silent the refusals
of the service itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from bot.demo.entities import ENTITY_TYPES, Formatted, trimmed, utf16_length, with_found
from bot.demo.html_markup import parse_html
from bot.demo.markdown_markup import parse_markdown
from bot.demo.refusals import Refusal, out_of_spec

TEXT_LENGTH = 4096
"""UTF-16 code units, after the markup is read."""
CAPTION_LENGTH = 1024
RAW_TEXT_BYTES = 32768
CALLBACK_DATA_BYTES = 64
CALLBACK_ANSWER_LENGTH = 200
BUTTONS = 100
BUTTONS_IN_A_ROW = 8
REPLY_BUTTONS = 300
REPLY_BUTTONS_IN_A_ROW = 12
PLACEHOLDER_LENGTH = 64
ALBUM_SIZE = range(2, 11)
PHOTO_BYTES = 10 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024
COMMANDS = 100
COMMAND_DESCRIPTION_LENGTH = 256
NAME_LENGTH = 64
DESCRIPTION_LENGTH = 512
SHORT_DESCRIPTION_LENGTH = 120
DELETE_AT_ONCE = 100
DELETABLE_HOURS = 48

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_ACTIONS = frozenset({"url", "callback_data", "web_app", "login_url", "switch_inline_query"}) | {
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
_STYLES = frozenset({"danger", "success", "primary"})
_CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


def message_text(params: Mapping[str, Any]) -> Formatted:
    """The text of a message, checked. Raises Refusal when it is empty or too long."""
    source = params.get("text", "")
    if not source:
        raise out_of_spec("message text is empty")
    formatted = formatted_text(source, params.get("parse_mode"), params.get("entities"))
    if not formatted.text:
        raise out_of_spec("message text is empty")
    if utf16_length(formatted.text) > TEXT_LENGTH:
        raise out_of_spec("message is too long")
    return formatted


def caption(params: Mapping[str, Any]) -> Formatted:
    """The caption of a picture or file, checked; empty when there is none."""
    formatted = formatted_text(params.get("caption", ""), params.get("parse_mode"), params.get("caption_entities"))
    if utf16_length(formatted.text) > CAPTION_LENGTH:
        raise out_of_spec("message caption is too long")
    return formatted


def formatted_text(source: str, parse_mode: str | None, entities: list[dict[str, Any]] | None) -> Formatted:
    """Reads the markup (or takes the given entities), trims, and adds the links and commands found in it."""
    if len(source) * 4 > RAW_TEXT_BYTES and len(source.encode()) > RAW_TEXT_BYTES:
        raise out_of_spec("text is too long")
    if (mode := (parse_mode or "none").lower()) != "none":
        return _marked_up(source, mode)
    return with_found(trimmed(Formatted(source, _checked_entities(source, entities or []))))


@lru_cache(maxsize=1024)
def _marked_up(source: str, mode: str) -> Formatted:
    """Remembered, because a bot that sends to many often sends the same."""
    match mode:
        case "html":
            return with_found(trimmed(parse_html(source)))
        case "markdownv2":
            return with_found(trimmed(parse_markdown(source)))
        case "markdown":
            raise Refusal(501, "Not Implemented: legacy Markdown is not offered here, use HTML or MarkdownV2")
        case _:
            raise out_of_spec("unsupported parse_mode")


def _checked_entities(source: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    size = utf16_length(source) if entities else 0
    for entity in entities:
        if entity["type"] not in ENTITY_TYPES:
            raise out_of_spec("can't parse MessageEntity: unsupported type specified")
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > size:
            raise out_of_spec(f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the text")
    return entities


def reply_markup(markup: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The keyboard, checked; None where there is none."""
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        return _inline_keyboard(markup)
    if "keyboard" in markup:
        _reply_keyboard(markup)
    if utf16_length(markup.get("input_field_placeholder", "")) > PLACEHOLDER_LENGTH:
        raise out_of_spec("input field placeholder is too long")
    return dict(markup)


def _inline_keyboard(markup: Mapping[str, Any]) -> dict[str, Any] | None:
    rows = [row for row in markup["inline_keyboard"] if row]
    if any(len(row) > BUTTONS_IN_A_ROW for row in rows) or sum(map(len, rows)) > BUTTONS:
        raise out_of_spec("reply markup is too long")
    for row in rows:
        for button in row:
            _inline_button(button)
    return {"inline_keyboard": rows} if rows else None


def _inline_button(button: Mapping[str, Any]) -> None:
    if not button["text"].strip():
        raise out_of_spec("can't parse inline keyboard button: inline keyboard button text must be non-empty")
    actions = _ACTIONS & button.keys()
    if not actions:
        raise out_of_spec("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise out_of_spec("can't parse inline keyboard button: exactly one action must be specified")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= CALLBACK_DATA_BYTES:
        raise out_of_spec("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg)://\S+|[\w-]+(\.[\w-]+)+", button["url"]):
        raise out_of_spec(f"inline keyboard button URL '{button['url']}' is invalid: wrong HTTP URL")
    if button.get("style", "primary") not in _STYLES:
        raise out_of_spec("can't parse inline keyboard button: unsupported button style specified")


def _reply_keyboard(markup: Mapping[str, Any]) -> None:
    rows = markup["keyboard"]
    if any(len(row) > REPLY_BUTTONS_IN_A_ROW for row in rows) or sum(map(len, rows)) > REPLY_BUTTONS:
        raise out_of_spec("reply markup is too long")
    if not any(rows):
        raise out_of_spec("reply keyboard is empty")
    if any(not button["text"].strip() for row in rows for button in row):
        raise out_of_spec("keyboard button text must be non-empty")


def commands(given: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """A bot's command list, checked."""
    listed = [dict(command) for command in given]
    if len(listed) > COMMANDS:
        raise out_of_spec("BOT_COMMANDS_TOO_MUCH")
    for command in listed:
        if not _COMMAND.fullmatch(command["command"]):
            raise out_of_spec("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(command["description"].strip()) <= COMMAND_DESCRIPTION_LENGTH:
            raise out_of_spec("BOT_COMMAND_DESCRIPTION_INVALID")
    if len({command["command"] for command in listed}) < len(listed):
        raise out_of_spec("BOT_COMMAND_DUPLICATE")
    return listed


def profile_text(text: str, limit: int, what: str) -> str:
    """A name or description of the bot, checked against its length."""
    if utf16_length(text) > limit:
        raise out_of_spec(f"{what} is too long")
    return text


def language_code(code: str) -> str:
    """A two-letter code or the empty string."""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise out_of_spec("invalid language code specified")
    return code


def chat_action(action: str) -> str:
    """What the bot claims to be doing, checked."""
    if action not in _CHAT_ACTIONS:
        raise out_of_spec("wrong parameter action in request")
    return action
