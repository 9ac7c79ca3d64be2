"""From a raw Telegram update to `Incoming`. Tolerant on purpose: whatever shape comes, it is understood or left alone."""

from __future__ import annotations

import re
from typing import Any

from bot.messages import ChatRef, FileRef, Incoming, Kind

CHANNEL = "telegram"
THINGS = (
    "sticker", "voice", "audio", "photo", "video", "video_note", "animation", "document", "location", "venue", "contact",
    "poll", "dice", "story", "paid_media", "game", "checklist",
)  # fmt: skip
QUIET = (
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set", "users_shared",
    "new_chat_title", "new_chat_photo", "left_chat_member", "new_chat_members", "group_chat_created", "connected_website",
)  # fmt: skip
"""Service messages: nobody said anything, so nothing is answered."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


def understand(update: Any) -> Incoming | None:
    """What a person did, or None when the update asks for no answer."""
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        return None
    key = f"{CHANNEL}:{update['update_id']}"
    for name, reading in (
        ("message", _message),
        ("edited_message", _edit),
        ("callback_query", _press),
        ("my_chat_member", _membership),
    ):
        body = update.get(name)
        if isinstance(body, dict):
            return reading(key, body)
    return None


def is_private(update: Any) -> bool:
    """False only when the update clearly comes from a group or channel."""
    bodies = [update.get(name) for name in ALLOWED_UPDATES] if isinstance(update, dict) else []
    for body in bodies:
        if isinstance(body, dict):
            holder = body.get("message") if "chat" not in body else body
            chat = holder.get("chat") if isinstance(holder, dict) else None
            return not isinstance(chat, dict) or chat.get("type", "private") == "private"
    return True


def _message(key: str, body: dict[str, Any]) -> Incoming | None:
    chat = _chat(body.get("chat"))
    sender = body.get("from")
    if chat is None or not isinstance(sender, dict) or sender.get("is_bot") or any(name in body for name in QUIET):
        return None
    text = _text(body)
    thing = next((name for name in THINGS if body.get(name) is not None), "")
    said = bool(text.strip()) and not thing
    return Incoming(
        key=key,
        chat=chat,
        kind=Kind.TEXT if said else Kind.OTHER,
        text=text,
        thing=thing or "" if said else thing or "thing",
        message=_int(body.get("message_id")),
        reply_to=_int(_dict(body.get("reply_to_message")).get("message_id")),
        language=_language(sender),
        forwarded="forward_origin" in body,
        file=_file(_dict(body.get("document"))),
    )


def _file(document: dict[str, Any]) -> FileRef | None:
    """A document that could be a passport; every other file is left at the messenger's."""
    name, number, size = document.get("file_name"), document.get("file_id"), document.get("file_size")
    named = isinstance(name, str) and name.endswith(".json")
    if (
        isinstance(number, str)
        and type(size) is int
        and size >= 0
        and (named or document.get("mime_type") == "application/json")
    ):
        return FileRef(number, size)
    return None


def _edit(key: str, body: dict[str, Any]) -> Incoming | None:
    chat = _chat(body.get("chat"))
    text = _text(body)
    if chat is None or not text.strip():
        return None
    number, language = _int(body.get("message_id")), _language(_dict(body.get("from")))
    return Incoming(key, chat, Kind.EDIT, text=text, message=number, language=language)


def _press(key: str, body: dict[str, Any]) -> Incoming | None:
    sender, message, data = _dict(body.get("from")), _dict(body.get("message")), body.get("data")
    # In a private chat the chat's id is the person's own; a button of an inline message has no chat.
    chat = _chat(message.get("chat")) or _chat(sender)
    if chat is None or not isinstance(body.get("id"), str):
        return None
    return Incoming(
        key=key,
        chat=chat,
        kind=Kind.PRESS,
        data=data if isinstance(data, str) else "",
        # A message that was deleted comes as a shell whose date is 0: there is nothing left to edit.
        message=_int(message.get("message_id")) if message.get("date") else None,
        language=_language(sender),
        press_id=body["id"],
    )


def _membership(key: str, body: dict[str, Any]) -> Incoming | None:
    chat = _chat(body.get("chat"))
    status = _dict(body.get("new_chat_member")).get("status")
    if chat is None or not is_private({"my_chat_member": body}):
        return None
    if status in ("kicked", "left"):
        return Incoming(key, chat, Kind.BLOCKED)
    return Incoming(key, chat, Kind.UNBLOCKED) if status == "member" else None


def _chat(body: Any) -> ChatRef | None:
    number = body.get("id") if isinstance(body, dict) else None
    return ChatRef(CHANNEL, str(number)) if type(number) is int and abs(number) < 2**53 else None


def _text(body: dict[str, Any]) -> str:
    text = body.get("text") or body.get("caption") or ""
    return _CONTROL.sub("", text) if isinstance(text, str) else ""


def _language(sender: dict[str, Any]) -> str | None:
    code = sender.get("language_code")
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", code) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Any) -> int | None:
    """The number of a message. True counts as a number in Python, and a number that is too large fits into no table."""
    return value if type(value) is int and 0 < value < 2**31 else None
