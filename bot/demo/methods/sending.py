"""Methods that put a message into a chat."""

from __future__ import annotations

import random
from typing import Any

from bot.demo import limits
from bot.demo.attachments import poll_content
from bot.demo.chats import Chat, Json, Message
from bot.demo.entities import Formatted
from bot.demo.messenger import Messenger
from bot.demo.methods.registry import Params, method
from bot.demo.refusals import bad_request, out_of_spec

_FILES = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendAudio": "audio",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}
_dice = random.Random(7)  # noqa: S311 - a die for show


@method("sendMessage")
def send_message(messenger: Messenger, params: Params) -> Json:
    """sendMessage."""
    formatted = limits.message_text(params)
    content: Json = text_content(formatted)
    if "link_preview_options" in params:
        content["link_preview_options"] = params["link_preview_options"]
    return _send(messenger, params, content).raw()


def text_content(formatted: Formatted) -> Json:
    """The part of a Message that is its text."""
    return {"text": formatted.text, "entities": formatted.entities} if formatted.entities else {"text": formatted.text}


def caption_content(params: Params) -> Json:
    """The part of a Message that goes with a picture or file."""
    formatted = limits.caption(params)
    content: Json = {}
    if formatted.text:
        content["caption"] = formatted.text
    if formatted.entities:
        content["caption_entities"] = formatted.entities
    if params.get("show_caption_above_media"):
        content["show_caption_above_media"] = True
    if params.get("has_spoiler"):
        content["has_media_spoiler"] = True
    return content


def _send(messenger: Messenger, params: Params, content: Json) -> Message:
    markup = limits.reply_markup(params.get("reply_markup"))
    chat = messenger.reachable(params["chat_id"])
    reply_to, extra = _reply(chat, params)
    message = messenger.post(
        chat,
        messenger.me,
        content,
        markup=markup,
        silent=params.get("disable_notification", False),
        protected=params.get("protect_content", False),
        reply_to=reply_to,
        extra=extra,
    )
    _show_keyboard(messenger, chat, markup)
    return message


def _reply(chat: Chat, params: Params) -> tuple[int | None, Json]:
    extra: Json = {"effect_id": params["message_effect_id"]} if "message_effect_id" in params else {}
    wanted = params.get("reply_parameters")
    if wanted is None:
        return None, extra
    replied = chat.find(wanted["message_id"])
    if replied is None:
        if wanted.get("allow_sending_without_reply"):
            return None, extra
        raise bad_request("message to be replied not found")
    if quote := wanted.get("quote"):
        extra["quote"] = _quote(replied, quote, wanted)
    return replied.id, extra


def _quote(replied: Message, quote: str, wanted: Params) -> Json:
    formatted = limits.formatted_text(quote, wanted.get("quote_parse_mode"), wanted.get("quote_entities"))
    if formatted.text not in replied.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return {"text": formatted.text, "position": wanted.get("quote_position", 0), "is_manual": True}


def _show_keyboard(messenger: Messenger, chat: Chat, markup: Json | None) -> None:
    account = messenger.accounts.get(chat.id)
    if account is None or markup is None or "inline_keyboard" in markup:
        return
    account.keyboard = markup if "keyboard" in markup else None
    messenger.tell("person", account)


@method(*_FILES)
def _send_file(messenger: Messenger, params: Params) -> Json:
    kind = next(kind for kind in _FILES.values() if kind in params)
    caption = caption_content(params)
    messenger.reachable(params["chat_id"])
    content = file_content(messenger, kind, params[kind], params)
    return _send(messenger, params, {**content, **caption}).raw()


def file_content(messenger: Messenger, kind: str, given: Any, params: Params) -> Json:
    """The part of a Message that is a picture or file."""
    stored = messenger.files.take(kind, given)
    content = {kind: messenger.files.content(stored, params)}
    if kind == "animation":
        content["document"] = content["animation"]
    return content


@method("sendMediaGroup")
def send_media_group(messenger: Messenger, params: Params) -> list[Json]:
    """sendMediaGroup: an album of 2 to 10 photos and videos, or of files of one kind."""
    album = params["media"]
    if len(album) not in limits.ALBUM_SIZE:
        raise out_of_spec("wrong number of messages to send specified, must be 2-10")
    kinds = {item["type"] for item in album}
    if len(kinds) > 1 and not kinds <= {"photo", "video"}:
        raise out_of_spec("can't use the media of the specified type in the album")
    captions = [caption_content(item) for item in album]
    chat = messenger.reachable(params["chat_id"])
    group: Json = {"media_group_id": str(1_000_000 + messenger.revision)}
    contents = [file_content(messenger, item["type"], item["media"], item) for item in album]
    return [
        _send(messenger, {**params, "chat_id": chat.id}, {**group, **content, **caption}).raw()
        for content, caption in zip(contents, captions, strict=True)
    ]


@method("sendLocation")
def send_location(messenger: Messenger, params: Params) -> Json:
    """sendLocation."""
    return _send(messenger, params, {"location": _location(params)}).raw()


def _location(params: Params) -> Json:
    if not (-90 <= params["latitude"] <= 90 and -180 <= params["longitude"] <= 180):
        raise out_of_spec("wrong latitude or longitude specified")
    return {"latitude": params["latitude"], "longitude": params["longitude"]}


@method("sendVenue")
def send_venue(messenger: Messenger, params: Params) -> Json:
    """sendVenue."""
    location = _location(params)
    venue = {"location": location, "title": params["title"], "address": params["address"]}
    return _send(messenger, params, {"venue": venue, "location": location}).raw()


@method("sendContact")
def send_contact(messenger: Messenger, params: Params) -> Json:
    """sendContact."""
    fields = ("phone_number", "first_name", "last_name", "vcard")
    return _send(messenger, params, {"contact": {name: params[name] for name in fields if name in params}}).raw()


@method("sendDice")
def send_dice(messenger: Messenger, params: Params) -> Json:
    """sendDice."""
    emoji = params.get("emoji", "🎲")
    if emoji not in limits.DICE:
        raise out_of_spec("wrong emoji specified for the dice")
    return _send(messenger, params, {"dice": {"emoji": emoji, "value": _dice.randint(1, limits.DICE[emoji])}}).raw()


@method("sendPoll")
def send_poll(messenger: Messenger, params: Params) -> Json:
    """sendPoll."""
    options = [option["text"] for option in params["options"]]
    if not 1 <= len(params["question"]) <= 300:
        raise out_of_spec("poll question must be non-empty and at most 300 characters")
    if not 1 <= len(options) <= 12 or not all(1 <= len(option) <= 100 for option in options):
        raise out_of_spec("poll must have 1-12 options of 1-100 characters")
    poll = poll_content(f"poll{messenger.revision + 1}", params["question"], options)
    poll["is_anonymous"] = params.get("is_anonymous", True)
    poll["allows_multiple_answers"] = params.get("allows_multiple_answers", False)
    return _send(messenger, params, {"poll": poll}).raw()


@method("copyMessage")
def copy_message(messenger: Messenger, params: Params) -> Json:
    """copyMessage."""
    original = _original(messenger, params, "copy")
    content = {key: value for key, value in original.content.items() if key != "media_group_id"}
    if "caption" in params and "text" not in content:
        content.pop("caption_entities", None)
        content |= caption_content(params)
    return {"message_id": _send(messenger, params, content).id}


@method("forwardMessage")
def forward_message(messenger: Messenger, params: Params) -> Json:
    """forwardMessage."""
    original = _original(messenger, params, "forward")
    origin = {"type": "user", "date": original.date, "sender_user": original.sender.raw()}
    return _send(messenger, params, {"forward_origin": origin, **original.content}).raw()


def _original(messenger: Messenger, params: Params, what: str) -> Message:
    source = messenger.find_chat(params["from_chat_id"])
    original = messenger.find_message(source, params["message_id"], what)
    if original.protected or original.kind == "service":
        raise bad_request(f"message can't be {'copied' if what == 'copy' else 'forwarded'}")
    return original


@method("sendChatAction")
def send_chat_action(messenger: Messenger, params: Params) -> bool:
    """sendChatAction: shown until the next message, or for five seconds."""
    action = limits.chat_action(params["action"])
    chat = messenger.reachable(params["chat_id"])
    chat.action = action
    messenger.tell("action", chat)
    return True
