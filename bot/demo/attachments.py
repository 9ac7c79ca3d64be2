"""What people can send besides text: the parts of a Message for each kind, shaped as Telegram's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from bot.demo.bodies import Upload
from bot.demo.chats import User
from bot.demo.entities import Formatted, with_found
from bot.demo.messenger import Messenger

Json = dict[str, Any]
Maker = Callable[[Messenger, Json], Json]

_OTHER_BOT = User(93_372_553, "BotFather", is_bot=True, username="BotFather")
_STRANGER = User(4_000_001, "Noor")


def content_of(messenger: Messenger, kind: str, given: Json) -> Json:
    """The part of a Message that makes it a `kind`; `given` overrides details such as text, caption or emoji.

    Raises ValueError for a kind not in KINDS."""
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    return KINDS[kind](messenger, given)


def text_content(text: str) -> Json:
    """Text with the entities Telegram finds in it (commands, links, …)."""
    found = with_found(Formatted(text)).entities
    return {"text": text, "entities": found} if found else {"text": text}


def _caption(given: Json) -> Json:
    if not given.get("caption"):
        return {}
    found = text_content(given["caption"])
    return {"caption": found["text"]} | ({"caption_entities": found["entities"]} if "entities" in found else {})


def _file(kind: str, filename: str, mime_type: str, **details: Any) -> Maker:
    def make(messenger: Messenger, given: Json) -> Json:
        data = given.get("data") or (sample_picture() if kind == "photo" else f"a {kind}".encode())
        stored = messenger.files.take(kind, Upload(given.get("filename", filename), mime_type, data))
        content: Json = {kind: messenger.files.content(stored, {**details, **given})}
        if kind == "animation":
            content["document"] = content["animation"]
        return {**content, **_caption(given)}

    return make


@cache
def sample_picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG of that size: a sky that turns from blue to rose above a dark hill."""
    rows = b"".join(b"\0" + b"".join(_pixel(x / width, y / height) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _pixel(x: float, y: float) -> bytes:
    if y > 0.72 + 0.1 * (x - 0.4) ** 2 * 4:
        return bytes((52, 82, 84))
    return bytes((int(120 + 120 * y), int(150 + 35 * y), int(205 - 30 * y)))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _location(messenger: Messenger, given: Json) -> Json:
    return {"location": {"latitude": given.get("latitude", 52.52), "longitude": given.get("longitude", 13.405)}}


def _venue(messenger: Messenger, given: Json) -> Json:
    location = _location(messenger, given)["location"]
    title = given.get("title", "City park")
    return {"venue": {"location": location, "title": title, "address": "1 Park Lane"}, "location": location}


def _contact(messenger: Messenger, given: Json) -> Json:
    contact = {"phone_number": given.get("phone_number", "+15550100"), "first_name": given.get("first_name", "Noor")}
    return {"contact": contact | ({"user_id": given["user_id"]} if "user_id" in given else {})}


def _poll(messenger: Messenger, given: Json) -> Json:
    texts = [str(text) for text in given.get("options", ["Yes", "No"])]
    return {"poll": poll_content(f"personal{messenger.revision + 1}", given.get("question", "Tea?"), texts)}


def poll_content(poll_id: str, question: str, options: list[str]) -> Json:
    """The Bot API's Poll object, without votes."""
    return {
        "id": poll_id,
        "question": question,
        "options": [{"persistent_id": f"{n}", "text": text, "voter_count": 0} for n, text in enumerate(options)],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }


def _dice(messenger: Messenger, given: Json) -> Json:
    return {"dice": {"emoji": given.get("emoji", "🎲"), "value": given.get("value", 4)}}


def _forwarded(messenger: Messenger, given: Json) -> Json:
    origin = {"type": "user", "date": messenger.timestamp() - 3600, "sender_user": _STRANGER.raw()}
    return {"forward_origin": origin, **text_content(given.get("text", "Something someone else wrote"))}


def _via_bot(messenger: Messenger, given: Json) -> Json:
    return {"via_bot": _OTHER_BOT.raw(), **text_content(given.get("text", "A result from an inline bot"))}


def _story(messenger: Messenger, given: Json) -> Json:
    return {"story": {"chat": {"id": _STRANGER.id, "type": "private", "first_name": "Noor"}, "id": 7}}


def _empty(messenger: Messenger, given: Json) -> Json:
    return {}


def _empty_text(messenger: Messenger, given: Json) -> Json:
    return {"text": given.get("text", "")}


def _service(**content: Any) -> Maker:
    return lambda messenger, given: {**content, **given}


def _users_shared(messenger: Messenger, given: Json) -> Json:
    return {"users_shared": {"request_id": 1, "users": [{"user_id": _STRANGER.id}]}}


KINDS: dict[str, Maker] = {
    "sticker": _file("sticker", "sticker.webp", "image/webp", type="regular", width=512, height=512, emoji="👋"),
    "voice": _file("voice", "voice.oga", "audio/ogg", duration=3),
    "photo": _file("photo", "photo.png", "image/png"),
    "video": _file("video", "video.mp4", "video/mp4", duration=4, width=320, height=240),
    "video_note": _file("video_note", "round.mp4", "video/mp4", duration=4, length=240),
    "audio": _file("audio", "song.mp3", "audio/mpeg", duration=60, title="Song", performer="Someone"),
    "document": _file("document", "notes.pdf", "application/pdf"),
    "animation": _file("animation", "wave.mp4", "video/mp4", duration=2, width=320, height=240),
    "location": _location,
    "venue": _venue,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "forwarded": _forwarded,
    "via_bot": _via_bot,
    "story": _story,
    "empty": _empty,
    "empty_text": _empty_text,
    "auto_delete_timer": _service(message_auto_delete_timer_changed={"message_auto_delete_time": 86_400}),
    "write_access_allowed": _service(write_access_allowed={"from_request": True}),
    "chat_background": _service(
        chat_background_set={"type": {"type": "fill", "fill": {"type": "solid", "color": 0}, "dark_theme_dimming": 0}}
    ),
    "users_shared": _users_shared,
    "new_chat_title": _service(new_chat_title="A new title"),
    "left_chat_member": _service(left_chat_member=_STRANGER.raw()),
    "new_chat_members": _service(new_chat_members=[_STRANGER.raw()]),
}
"""Every kind that `Person.sends` knows. "empty" is a message of a kind older libraries do not know."""
