"""Chats and the messages in them, as people see them now and as the Bot API describes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.demo.entities import Formatted, slice_utf16, to_html

Json = dict[str, Any]

_MEDIA = ("photo", "video", "animation", "audio", "document", "voice", "video_note", "sticker")
SERVICE = frozenset({"service", "pinned_message"})
"""Kinds that are lines about the chat, written by nobody."""
_OTHER_KINDS = ("location", "venue", "contact", "poll", "dice", "story", "pinned_message")


@dataclass(slots=True)
class User:
    """A Telegram account."""

    id: int
    first_name: str
    is_bot: bool = False
    language_code: str = ""
    last_name: str = ""
    username: str = ""

    def raw(self) -> Json:
        """The Bot API's User object."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                user[name] = value
        return user


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button. `data` is None for a button that opens a link."""

    label: str
    data: str | None = None
    url: str | None = None
    style: str = ""


@dataclass(slots=True, eq=False)
class Message:
    """One message as it stands now.

    `content` holds the fields that make its kind (text and entities, photo and caption, …), `markup` the keyboard that
    came with it. `revision` grows with every change anywhere on the server, so that changes can be waited for.
    """

    chat: Chat
    id: int
    sender: User
    date: int
    content: Json
    markup: Json | None = None
    silent: bool = False
    protected: bool = False
    reply_to: int | None = None
    edit_date: int | None = None
    deleted: bool = False
    revision: int = 0
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    extra: Json = field(default_factory=dict)

    @property
    def from_bot(self) -> bool:
        """Whether our bot wrote it; lines such as "pinned a message" do not count as written."""
        return self.sender.is_bot and self.kind not in SERVICE

    @property
    def kind(self) -> str:
        """ "text", "photo", "sticker" …, or "service" for a line such as "pinned a message"."""
        if "text" in self.content:
            return "text"
        return next((kind for kind in ("venue", *_MEDIA, *_OTHER_KINDS) if kind in self.content), "service")

    @property
    def formatted(self) -> Formatted:
        """Text or caption with its entities."""
        if "text" in self.content:
            return Formatted(self.content["text"], self.content.get("entities", []))
        return Formatted(self.content.get("caption", ""), self.content.get("caption_entities", []))

    @property
    def text(self) -> str:
        """Text or caption without markup."""
        return self.formatted.text

    @property
    def entities(self) -> list[Json]:
        """What the parts of the text are."""
        return self.formatted.entities

    @property
    def html(self) -> str:
        """Text or caption in Telegram's HTML."""
        return to_html(self.formatted)

    @property
    def spoilers(self) -> list[str]:
        """The hidden parts of the text."""
        return [slice_utf16(self.text, e["offset"], e["length"]) for e in self.entities if e["type"] == "spoiler"]

    @property
    def rows(self) -> list[list[Button]]:
        """Inline buttons as laid out."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [[_button(raw) for raw in row] for row in rows]

    @property
    def buttons(self) -> list[Button]:
        """Inline buttons in reading order."""
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        """What the inline buttons say."""
        return [button.label for button in self.buttons]

    @property
    def edited(self) -> bool:
        """Whether its text or media was changed after it was sent."""
        return self.edit_date is not None

    @property
    def at(self) -> datetime:
        """When it was sent, by the server's clock."""
        return datetime.fromtimestamp(self.date, UTC)

    def raw(self, *, with_reply: bool = True) -> Json:
        """The Bot API's Message object."""
        message: Json = {
            "message_id": self.id,
            "from": self.sender.raw(),
            "chat": self.chat.raw(),
            "date": self.date,
            **self.extra,
            **self.content,
        }
        if self.edit_date is not None:
            message["edit_date"] = self.edit_date
        if self.protected:
            message["has_protected_content"] = True
        if with_reply and self.reply_to is not None and (replied := self.chat.find(self.reply_to)):
            message["reply_to_message"] = replied.raw(with_reply=False)
        if self.markup and "inline_keyboard" in self.markup:
            message["reply_markup"] = self.markup
        return message


def _button(raw: Json) -> Button:
    return Button(raw["text"], raw.get("callback_data"), raw.get("url"), raw.get("style", ""))


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat with the bot (its id is the person's) or a group (negative id).

    `keep` caps how many messages are remembered; None remembers all.
    """

    id: int
    type: str = "private"
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    title: str = ""
    keep: int | None = None
    pinned: list[int] = field(default_factory=list)
    action: str = ""
    by_id: dict[int, Message] = field(default_factory=dict)
    _raw: Json | None = None

    @property
    def history(self) -> list[Message]:
        """Every message ever in the chat, deleted ones included (`deleted` says so), oldest first."""
        return list(self.by_id.values())

    @property
    def messages(self) -> list[Message]:
        """What stands in the chat now, oldest first."""
        return [message for message in self.by_id.values() if not message.deleted]

    @property
    def from_bot(self) -> list[Message]:
        """The bot's messages that stand in the chat now, oldest first."""
        return [message for message in self.by_id.values() if message.from_bot and not message.deleted]

    def newest_first(self) -> Iterator[Message]:
        """What stands in the chat now, newest first."""
        return (message for message in reversed(self.by_id.values()) if not message.deleted)

    def find(self, message_id: int) -> Message | None:
        """A message that stands in the chat, or None."""
        message = self.by_id.get(message_id)
        return None if message is None or message.deleted else message

    def add(self, message: Message) -> None:
        """Puts a message at the end, forgetting the oldest beyond `keep`."""
        self.by_id[message.id] = message
        if self.keep is not None and len(self.by_id) > self.keep:
            del self.by_id[next(iter(self.by_id))]

    def raw(self) -> Json:
        """The Bot API's Chat object."""
        if self._raw is None:
            self._raw = {"id": self.id, "type": self.type}
            for name in ("title", "first_name", "last_name", "username"):
                if value := getattr(self, name):
                    self._raw[name] = value
        return self._raw
