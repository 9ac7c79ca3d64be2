"""What the browser is told: people, messages and calls, in the shape the page draws them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.demo.calls import Call
from bot.demo.chats import Json, Message
from bot.demo.messenger import Account, Messenger

PAGE_OF_MESSAGES = 60
"""How many messages the browser gets at a time, newest first."""
_SHORT = 60
_FILE_KINDS = ("photo", "video", "animation", "audio", "document", "voice", "video_note", "sticker")
_PLAIN_KINDS = ("location", "venue", "contact", "poll", "dice")


def message_view(message: Message) -> Json:
    """One message, as a bubble needs it."""
    view: Json = {
        "id": message.id,
        "chat": message.chat.id,
        "own": not message.sender.is_bot,
        "date": message.date,
        "kind": message.kind,
        "text": message.text,
        "entities": message.entities,
        "rows": _rows(message),
    }
    for flag in ("edited", "silent", "protected", "deleted"):
        if getattr(message, flag):
            view[flag] = True
    if message.reactions:
        view["reactions"] = [r.get("emoji", "★") for given in message.reactions.values() for r in given]
    if message.reply_to is not None:
        view["reply"] = _reply(message)
    view |= _media(message)
    if origin := message.content.get("forward_origin"):
        view["forwarded"] = origin["sender_user"]["first_name"]
    if via := message.content.get("via_bot"):
        view["via"] = via["username"]
    return view


def _rows(message: Message) -> list[list[Json]]:
    return [[{"label": b.label, "data": b.data, "url": b.url, "style": b.style} for b in row] for row in message.rows]


def _reply(message: Message) -> Json:
    replied = message.chat.find(message.reply_to or 0)
    if replied is None:
        return {"id": message.reply_to, "text": "Deleted message"}
    quote = message.extra.get("quote", {}).get("text")
    return {"id": replied.id, "own": not replied.sender.is_bot, "text": quote or summary(replied)}


def summary(message: Message) -> str:
    """One line that stands for a message."""
    return shortened(message.text) or message.kind.replace("_", " ").capitalize()


def shortened(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1].rstrip() + "…"


def _media(message: Message) -> Json:
    content = message.content
    kind = message.kind
    if kind in _FILE_KINDS:
        return {"file": _file(kind, content[kind]), "covered": bool(content.get("has_media_spoiler"))}
    if kind in _PLAIN_KINDS:
        return {"about": content[kind]}
    if kind == "pinned_message":
        pinned = content["pinned_message"]
        return {"about": shortened(str(pinned.get("text") or pinned.get("caption") or "a message"))}
    if kind == "service":
        return {"about": next((name.replace("_", " ") for name in content), "Unsupported message")}
    return {}


def _file(kind: str, described: Any) -> Json:
    largest = described[-1] if kind == "photo" else described
    names = ("file_name", "file_size", "duration", "emoji", "width", "height", "title")
    return {"id": largest["file_id"], **{name: largest[name] for name in names if name in largest}}


def person_view(messenger: Messenger, account: Account) -> Json:
    """One person and what the bot shows them, without the messages."""
    language = account.user.language_code
    profile = messenger.profile
    return {
        "id": account.user.id,
        "name": account.user.first_name,
        "language": language,
        "started": account.started,
        "blocked": account.blocked,
        "deactivated": account.deactivated,
        "bot": profile.name(language) or messenger.me.first_name,
        "description": profile.description(language),
        "about": profile.short_description(language),
        "commands": profile.menu(account.chat.id, language),
        "menu": profile.menu_button(account.chat.id)["type"],
        "keyboard": account.keyboard,
        "pinned": _pinned(account),
    }


def history_view(account: Account, before: int | None) -> Json:
    """The newest messages before a message id, oldest first, and whether there are more."""
    messages: list[Json] = []
    for message in account.chat.newest_first():
        if before is not None and message.id >= before:
            continue
        if len(messages) == PAGE_OF_MESSAGES:
            return {"messages": messages[::-1], "more": True}
        messages.append(message_view(message))
    return {"messages": messages[::-1], "more": False}


def _pinned(account: Account) -> Json | None:
    message = account.chat.find(account.chat.pinned[-1]) if account.chat.pinned else None
    return {"id": message.id, "text": summary(message)} if message else None


def call_view(call: Call) -> Json:
    """One line of "what the bot just called"."""
    took = None if call.ended is None else round((call.ended - call.started) * 1000, 1)
    return {
        "number": call.number,
        "method": call.method,
        "chat": call.chat_id,
        "params": {name: _short(value) for name, value in call.params.items()},
        "status": call.status,
        "description": call.description,
        "fault": call.fault,
        "took": took,
        "at": call.at.timestamp(),
    }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 600 else text[:600] + "…"


def local_time_view(local: datetime | None) -> Json | None:
    """A person's wall clock: their zone's name if it has one, and minutes from UTC."""
    offset = local.utcoffset() if local else None
    if local is None or offset is None:
        return None
    return {"zone": getattr(local.tzinfo, "key", None), "offset": round(offset.total_seconds() / 60)}
