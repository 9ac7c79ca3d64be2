"""Hostile updates: a corpus of shapes that Telegram sends or could send, and what a hostile hand makes of them."""

from __future__ import annotations

import copy
import random
from typing import Any

Json = Any

NASTY: tuple[Json, ...] = (
    None, True, False,
    0, -1, 2**31, 2**53, 2**63, -(2**63), 2**100, 1.5, float("1e308"), "", " ", "\x00", "\u202e", "\u200b" * 50,
    "null", "'; DROP TABLE learners; --", "<b>", "**||> \\",
    "{ $x }", "%s%n", "../../etc/passwd", "٣", "🙂" * 2000, "a" * 5000, [], {}, [[]],
    [None] * 20, {"id": {}}, "/start " + "x" * 300, "/" * 300, "help", "/delete", "/hide", "/export", "/pause 99999999999999999999",
    "until 2026-99-99", "8:99", "Europe/Berlin", "\n" * 500, "𝕳𝖊𝖑𝖕", "I\u0307", "ﬃ", "x=" * 400,
)  # fmt: skip
"""What is put in the place of any value."""

AREAS = ("ask", "ls", "jo", "tr", "set", "go", "pl", "my", "di", "bo", "ci", "tb", "pr", "rc", "cmd", "sos", "zz")
VERBS = (
    "open",
    "shut", "again", "did", "not", "short", "page", "one", "drop", "keep", "leave", "show", "add", "first", "all", "topic", "topics",
    "tidy", "track", "course", "on", "off", "steady",
    "sure", "gone", "export", "delete", "resume", "pause", "over", "part", "skip", "zone", "hour", "weekdays", "consent", "c", "n", "",
)  # fmt: skip
WORDS = (
    "/start",
    "/help", "/today", "/next", "/skip", "/progress", "/journal", "/plan", "/tracks", "/when", "/settings", "/pause",
    "/resume",
    "/stop",
    "/hide", "/why", "/mirror", "/export", "/delete", "/privacy", "/about", "/commands", "/cancel", "yes", "no",
    "germany", "8", "every day",
    "stress", "all", "just me", "later", "back", "A few words of mine.",
)  # fmt: skip


def corpus(chat: int, number: int) -> tuple[Json, ...]:
    """One of each shape, from this chat."""
    who = {"id": chat, "is_bot": False, "first_name": "A", "language_code": "en"}
    here = {"id": chat, "type": "private", "first_name": "A"}
    message = {"message_id": number, "date": 1772452800, "chat": here, "from": who}
    card = {"message_id": number, "date": 1772452800, "chat": here, "text": "x"}
    file = {
        "file_id": "f",
        "file_unique_id": "u",
        "file_size": 5,
        "file_name": "a.json",
        "mime_type": "application/json",
    }
    return (
        {"message": {**message, "text": "hello"}},
        {"message": {**message, "text": "hello", "reply_to_message": card}},
        {"message": {**message, "text": "hello", "forward_origin": {"type": "user"}}},
        {"message": {**message, "document": file}},
        {"message": {**message, "photo": [{"file_id": "f", "width": 1, "height": 1}], "caption": "x"}},
        {"message": {**message, "sticker": {"file_id": "f"}}},
        {"message": {**message, "voice": {"file_id": "f", "duration": 2**40}}},
        {"message": {**message, "contact": {"phone_number": "1", "first_name": "x"}}},
        {"message": {**message, "location": {"latitude": 1e400, "longitude": 0}}},
        {"message": {**message, "pinned_message": card}},
        {"message": {**message, "chat": {"id": -chat, "type": "group", "title": "x"}, "text": "/help"}},
        {"message": {**message, "from": {**who, "is_bot": True}, "text": "x"}},
        {"edited_message": {**message, "edit_date": 1, "text": "edited"}},
        {"callback_query": {"id": str(number), "from": who, "message": card, "data": "ls:now"}},
        {
            "callback_query": {
                "id": str(number),
                "from": who,
                "message": {**card, "date": 0},
                "data": "my:gone:0123456789ab",
            }
        },
        {"callback_query": {"id": str(number), "from": who, "inline_message_id": "x", "data": "x"}},
        {"my_chat_member": {"chat": here, "from": who, "new_chat_member": {"status": "kicked", "user": who}}},
        {"my_chat_member": {"chat": here, "from": who, "new_chat_member": {"status": "member", "user": who}}},
        {"channel_post": message},
        {"something_new": {"a": [1, 2, {"b": None}]}},
    )


def hostile(chance: random.Random, chats: list[int], number: int) -> Json:
    """One update, perhaps a good one, mostly with something about it that is not."""
    update = copy.deepcopy(chance.choice(corpus(chance.choice(chats), number)))
    body = next(iter(update.values()))
    if isinstance(body, dict) and "text" in body and chance.random() < 0.7:
        body["text"] = chance.choice(WORDS)
    if isinstance(body, dict) and "data" in body and chance.random() < 0.8:
        body["data"] = ":".join((chance.choice(AREAS), chance.choice(VERBS), str(chance.choice(NASTY))[:40]))[:64]
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        _harm(chance, update)
    if chance.random() < 0.01:
        update = {"message": nested(chance.randrange(50, 400))}
    return update


def nested(depth: int) -> Json:
    """A value inside a value inside a value …"""
    inner: Json = 1
    for _ in range(depth):
        inner = {"chat": inner, "text": [inner]} if depth < 12 else {"chat": inner}
    return inner


def _harm(chance: random.Random, update: Json) -> None:
    """Changes, takes away or adds one thing somewhere in it."""
    places = _places(update)
    if not places:
        return
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice(("chat", "from", "text", "data", "id", "date"))] = copy.deepcopy(chance.choice(NASTY))
        case _:
            holder[key] = copy.deepcopy(chance.choice(NASTY))


def _places(value: Json) -> list[tuple[Json, Any]]:
    found: list[tuple[Json, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found.append((value, key))
        found += _places(inner)
    return found
