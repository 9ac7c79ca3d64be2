"""Methods that change what stands in a chat: edits, deletions, pins, reactions."""

from __future__ import annotations

from datetime import timedelta

from bot.demo import limits
from bot.demo.chats import Chat, Json, Message
from bot.demo.messenger import Messenger
from bot.demo.methods.registry import Params, method
from bot.demo.methods.sending import caption_content, file_content, text_content
from bot.demo.refusals import Refusal, bad_request, out_of_spec

_MEDIA = frozenset({"photo", "video", "animation", "audio", "document"})
_CAPTION_FIELDS = frozenset({"caption", "caption_entities", "show_caption_above_media"})
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)


@method("editMessageText")
def edit_message_text(messenger: Messenger, params: Params) -> Json:
    """editMessageText. Without a keyboard the message loses the one it had."""
    if "rich_message" in params:
        raise Refusal(501, "Not Implemented: rich messages are not offered here")
    content: Json = text_content(limits.message_text(params))
    markup = limits.reply_markup(params.get("reply_markup"))
    message = _editable(messenger, params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    if "link_preview_options" in params:
        content["link_preview_options"] = params["link_preview_options"]
    return _replace(messenger, message, content, markup)


@method("editMessageCaption")
def edit_message_caption(messenger: Messenger, params: Params) -> Json:
    """editMessageCaption."""
    caption = caption_content(params)
    markup = limits.reply_markup(params.get("reply_markup"))
    message = _editable(messenger, params)
    if not message.content.keys() & (_MEDIA | {"voice"}):
        raise bad_request("there is no caption in the message to edit")
    kept = {key: value for key, value in message.content.items() if key not in _CAPTION_FIELDS}
    return _replace(messenger, message, {**kept, **caption}, markup)


@method("editMessageMedia")
def edit_message_media(messenger: Messenger, params: Params) -> Json:
    """editMessageMedia."""
    media = params["media"]
    caption = caption_content(media)
    markup = limits.reply_markup(params.get("reply_markup"))
    message = _editable(messenger, params)
    if not message.content.keys() & (_MEDIA | {"text"}):
        raise bad_request("message can't be edited")
    content = file_content(messenger, media["type"], media["media"], media)
    return _replace(messenger, message, {**content, **caption}, markup)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(messenger: Messenger, params: Params) -> Json:
    """editMessageReplyMarkup: leaves the mark "edited" alone."""
    markup = limits.reply_markup(params.get("reply_markup"))
    message = _editable(messenger, params)
    if markup == message.markup:
        raise bad_request(_NOT_MODIFIED)
    message.markup = markup
    messenger.changed(message)
    return message.raw()


def _editable(messenger: Messenger, params: Params) -> Message:
    if "inline_message_id" in params:
        raise bad_request("MESSAGE_ID_INVALID")
    if "chat_id" not in params:
        raise out_of_spec("chat identifier is not specified")
    if "message_id" not in params:
        raise out_of_spec("message identifier is not specified")
    if "inline_keyboard" not in params.get("reply_markup", {"inline_keyboard": []}):
        raise out_of_spec("inline keyboard expected")
    chat = messenger.reachable(params["chat_id"])
    message = messenger.find_message(chat, params["message_id"], "edit")
    if message.sender is not messenger.me or (message.markup and "inline_keyboard" not in message.markup):
        raise bad_request("message can't be edited")
    return message


def _replace(messenger: Messenger, message: Message, content: Json, markup: Json | None) -> Json:
    if content == message.content and markup == message.markup:
        raise bad_request(_NOT_MODIFIED)
    if content != message.content:
        message.edit_date = messenger.timestamp()
    message.content, message.markup = content, markup
    messenger.changed(message)
    return message.raw()


@method("deleteMessage")
def delete_message(messenger: Messenger, params: Params) -> bool:
    """deleteMessage."""
    chat = messenger.find_chat(params["chat_id"])
    message = messenger.find_message(chat, params["message_id"], "delete")
    _check_deletable(messenger, message)
    messenger.delete(message)
    return True


@method("deleteMessages")
def delete_messages(messenger: Messenger, params: Params) -> bool:
    """deleteMessages: those that are gone are skipped, one that may not be deleted stops all."""
    chat = messenger.find_chat(params["chat_id"])
    ids = params["message_ids"]
    if not ids:
        raise out_of_spec("message identifiers are not specified")
    if len(ids) > limits.DELETE_AT_ONCE:
        raise out_of_spec("too many message identifiers specified")
    messages = [message for message_id in ids if (message := chat.find(message_id))]
    for message in messages:
        _check_deletable(messenger, message)
    for message in messages:
        messenger.delete(message)
    return True


def _check_deletable(messenger: Messenger, message: Message) -> None:
    age = messenger.now() - message.at
    dice = "dice" in message.content and message.chat.type == "private"
    if age >= timedelta(hours=limits.DELETABLE_HOURS) or (dice and age < timedelta(hours=24)):
        raise bad_request("message can't be deleted for everyone")
    if message.chat.type != "private" and message.sender is not messenger.me:
        raise bad_request("message can't be deleted")


@method("pinChatMessage")
def pin_chat_message(messenger: Messenger, params: Params) -> bool:
    """pinChatMessage: also leaves the line "pinned a message" in the chat."""
    chat = messenger.reachable(params["chat_id"])
    message = messenger.find_message(chat, params["message_id"], "pin")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    messenger.tell("pinned", chat)
    pinned = {"pinned_message": message.raw(with_reply=False)}
    messenger.post(chat, messenger.me, pinned, silent=params.get("disable_notification", False))
    return True


@method("unpinChatMessage")
def unpin_chat_message(messenger: Messenger, params: Params) -> bool:
    """unpinChatMessage: the one named, or the newest."""
    chat = messenger.reachable(params["chat_id"])
    message_id = params.get("message_id", chat.pinned[-1] if chat.pinned else 0)
    messenger.find_message(chat, message_id, "unpin")
    return _unpin(messenger, chat, [pinned for pinned in chat.pinned if pinned != message_id])


@method("unpinAllChatMessages")
def unpin_all_chat_messages(messenger: Messenger, params: Params) -> bool:
    """unpinAllChatMessages."""
    return _unpin(messenger, messenger.reachable(params["chat_id"]), [])


def _unpin(messenger: Messenger, chat: Chat, left: list[int]) -> bool:
    chat.pinned = left
    messenger.tell("pinned", chat)
    return True


@method("setMessageReaction")
def set_message_reaction(messenger: Messenger, params: Params) -> bool:
    """setMessageReaction: a bot may set one."""
    chat = messenger.reachable(params["chat_id"])
    message = messenger.find_message(chat, params["message_id"], "react")
    reactions = params.get("reaction", [])
    if len(reactions) > 1:
        raise out_of_spec("REACTIONS_TOO_MANY")
    if any(reaction["type"] == "emoji" and not reaction.get("emoji") for reaction in reactions):
        raise out_of_spec("REACTION_INVALID")
    message.reactions[messenger.me.id] = reactions
    messenger.changed(message)
    return True


@method("stopPoll")
def stop_poll(messenger: Messenger, params: Params) -> Json:
    """stopPoll."""
    message = _editable(messenger, params)
    if "poll" not in message.content:
        raise bad_request("message with poll to stop not found")
    if message.content["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    poll: Json = {**message.content["poll"], "is_closed": True}
    message.content = {"poll": poll}
    message.markup = limits.reply_markup(params.get("reply_markup"))
    messenger.changed(message)
    return poll
