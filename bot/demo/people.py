"""The people who use the messenger, as tests and the chat page drive them: they write, tap, edit, block.

Everything a person does becomes an update for the bot, shaped as Telegram's; what they see is read from `chat`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from bot.demo.attachments import content_of, text_content
from bot.demo.chats import Button, Chat, Json, Message, User
from bot.demo.messenger import Account, Messenger

Wanted = str | Callable[[Button], bool]


class Done(NamedTuple):
    """What an act left behind: the update's id, and the message or callback query it was about."""

    update_id: int
    message_id: int = 0
    query_id: str = ""


@dataclass(slots=True, eq=False)
class Person(Account):
    """Someone with a private chat with the bot."""

    messenger: Messenger = field(kw_only=True)
    _since: int = 0
    _received: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def join(
        cls,
        messenger: Messenger,
        first_name: str,
        language_code: str,
        *,
        id: int | None,
        last_name: str,
        username: str,
        started: bool,
    ) -> Self:
        """Makes a person known to the messenger."""
        user_id = messenger.new_person_id() if id is None else id
        user = User(user_id, first_name, language_code=language_code, last_name=last_name, username=username)
        chat = Chat(user_id, first_name=first_name, last_name=last_name, username=username)
        person = cls(user, chat, started=started, messenger=messenger)
        messenger.register(person)
        return person

    @property
    def id(self) -> int:
        """Their user id, which is also their chat's."""
        return self.user.id

    @property
    def name(self) -> str:
        """Their first name."""
        return self.user.first_name

    # Doing

    def says(self, text: str, reply_to: int | None = None, chat: Chat | None = None) -> Done:
        """Writes a text, in the private chat or in a group."""
        return self._send(text_content(text), reply_to, chat)

    def starts(self, payload: str = "") -> Done:
        """Presses Start, or opens a deep link with `payload`."""
        return self.says(f"/start {payload}".strip())

    def sends(self, kind: str, *, reply_to: int | None = None, chat: Chat | None = None, **details: Any) -> Done:
        """Sends something that is not plain text: a kind of bot.demo.attachments.KINDS, such as "sticker" or "photo".

        `details` change it: caption, text, emoji, data (bytes of a file), latitude, question …"""
        return self._send(content_of(self.messenger, kind, details), reply_to, chat)

    def _send(self, content: Json, reply_to: int | None, chat: Chat | None) -> Done:
        self._be_able()
        place = chat or self.chat
        message = self.messenger.post(place, self.user, content, reply_to=reply_to)
        return Done(self._update("message", message.raw(), place), message.id)

    def _be_able(self) -> None:
        assert not self.deactivated, f"{self.name}'s account is deactivated"
        assert not self.blocked, f"{self.name} has blocked the bot; unblocks() first"
        self.started = True
        self._since = self.messenger.revision

    def _update(self, kind: str, payload: Json, chat: Chat | None = None) -> int:
        return self.messenger.updates.add(kind, payload, lane=(chat or self.chat).id)

    def edits(self, message_id: int, text: str, chat: Chat | None = None) -> Done:
        """Changes the text (or caption) of a message of theirs."""
        self._be_able()
        message = self._own(message_id, chat or self.chat)
        content = text_content(text)
        if "text" in message.content or not message.content:
            kept = {key: value for key, value in message.content.items() if key not in ("text", "entities")}
            message.content = {**kept, **content}
        else:
            message.content["caption"] = text
        message.edit_date = self.messenger.timestamp()
        self.messenger.changed(message)
        return Done(self._update("edited_message", message.raw(), chat), message_id)

    def _own(self, message_id: int, chat: Chat) -> Message:
        message = chat.find(message_id)
        assert message is not None, f"there is no message {message_id} in {self.name}'s chat"
        assert message.sender is self.user, f"message {message_id} is not {self.name}'s own"
        return message

    def deletes(self, message_id: int) -> None:
        """Deletes a message for both sides. Telegram does not tell the bot."""
        message = self.chat.find(message_id)
        assert message is not None, f"there is no message {message_id} in {self.name}'s chat"
        self.messenger.delete(message)

    def reacts(self, message_id: int, emoji: str = "👍") -> Done:
        """Puts one reaction on a message, or takes theirs away with "". The bot is told only if it asked for that."""
        self._be_able()
        message = self.chat.find(message_id)
        assert message is not None, f"there is no message {message_id} in {self.name}'s chat"
        old = message.reactions.get(self.id, [])
        new: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
        message.reactions[self.id] = new
        self.messenger.changed(message)
        payload: Json = {
            "chat": self.chat.raw(),
            "message_id": message_id,
            "user": self.user.raw(),
            "date": self.messenger.timestamp(),
            "old_reaction": old,
            "new_reaction": new,
        }
        return Done(self._update("message_reaction", payload), message_id)

    def votes(self, message_id: int, *options: int) -> Done:
        """Votes in a poll of the bot."""
        self._be_able()
        message = self.chat.find(message_id)
        assert message is not None, f"there is no message {message_id} in {self.name}'s chat"
        assert "poll" in message.content, f"message {message_id} is not a poll"
        ids = [message.content["poll"]["options"][n]["persistent_id"] for n in options]
        payload = {
            "poll_id": message.content["poll"]["id"],
            "user": self.user.raw(),
            "option_ids": list(options),
            "option_persistent_ids": ids,
        }
        return Done(self._update("poll_answer", payload), message_id)

    def taps(self, wanted: Wanted, message_id: int | None = None, chat: Chat | None = None) -> Done:
        """Taps a button by its label, its callback data, or a test; on the newest message that has it.

        Buttons under the text field count too. Raises AssertionError with the visible buttons if there is none."""
        place = chat or self.chat
        for message in place.newest_first():
            if message_id in (None, message.id):
                for button in message.buttons:
                    if _matches(button, wanted):
                        return self._tap(message, button, place)
        if message_id is None and (label := self._keyboard_label(wanted)):
            return self.says(label)
        raise AssertionError(f"{self.name} sees no button {wanted!r}; visible: {self._visible(place, message_id)}")

    def _tap(self, message: Message, button: Button, chat: Chat) -> Done:
        if button.data is None:
            return Done(0, message.id)
        return self._query(message.raw(), message.id, button.data, chat)

    def _query(self, message: Json, message_id: int, data: str, chat: Chat) -> Done:
        self._be_able()
        query_id = self.messenger.open_query(self)
        payload = {
            "id": query_id,
            "from": self.user.raw(),
            "message": message,
            "chat_instance": str(chat.id * 7919),
            "data": data,
        }
        return Done(self._update("callback_query", payload, chat), message_id, query_id)

    def _keyboard_label(self, wanted: Wanted) -> str | None:
        rows = (self.keyboard or {}).get("keyboard", [])
        labels = (button["text"] for row in rows for button in row)
        return next((label for label in labels if _matches(Button(label), wanted)), None)

    def _visible(self, chat: Chat, message_id: int | None) -> str:
        shown = [
            f"{message.id}: {message.labels}"
            for message in chat.messages
            if message.buttons and message_id in (None, message.id)
        ]
        return "; ".join(shown) or "none"

    def taps_old(self, message_id: int, data: str) -> Done:
        """Taps a button that is no longer there: of a message since edited or deleted (or never sent)."""
        message = self.chat.find(message_id)
        if message is not None:
            return self._query(message.raw(), message_id, data, self.chat)
        gone = {"chat": self.chat.raw(), "message_id": message_id, "date": 0}
        return self._query(gone, message_id, data, self.chat)

    def blocks(self) -> Done:
        """Blocks the bot."""
        self.blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> Done:
        """Takes the block away."""
        self.blocked = False
        return self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> Done:
        payload: Json = {
            "chat": self.chat.raw(),
            "from": self.user.raw(),
            "date": self.messenger.timestamp(),
            "old_chat_member": _member(self.messenger.me, old),
            "new_chat_member": _member(self.messenger.me, new),
        }
        self.messenger.tell("person", self)
        return Done(self._update("my_chat_member", payload))

    def deactivate(self) -> None:
        """Deletes their Telegram account. Nobody tells the bot."""
        self.deactivated = True
        self.messenger.tell("person", self)

    # Seeing

    @property
    def messages(self) -> list[Message]:
        """What stands in their chat now."""
        return self.chat.messages

    @property
    def last(self) -> Message | None:
        """The newest message of the bot that stands in the chat."""
        return next((message for message in self.chat.newest_first() if message.from_bot), None)

    @property
    def commands(self) -> list[str]:
        """The command menu as they see it, in their language."""
        return [c["command"] for c in self.messenger.profile.menu(self.id, self.user.language_code)]

    def sees(self, text: str) -> Message | None:
        """The newest message of the bot that holds `text` and stands in the chat, or None."""
        return next((m for m in self.chat.newest_first() if m.from_bot and text in m.text), None)

    async def receives(self, wanted: str | Callable[[Message], bool] | None = None, within: float = 60.0) -> Message:
        """Waits for a message of the bot, new or edited since their last act, that holds a text or passes a test.

        Each is returned once. Raises AssertionError with what the chat shows when none comes `within` seconds."""
        deadline = time.monotonic() + within
        while (message := self._next_new(wanted)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{self.name} received nothing{_described(wanted)}; {self._shown()}")
            await self.messenger.changes.wait(left)
        self._received.add((message.id, message.revision))
        return message

    def _next_new(self, wanted: str | Callable[[Message], bool] | None) -> Message | None:
        fresh = (m for m in self.chat.newest_first() if m.from_bot and m.revision > self._since)
        matching = [m for m in fresh if (m.id, m.revision) not in self._received and _holds(m, wanted)]
        return min(matching, key=lambda m: m.revision, default=None)

    def _shown(self) -> str:
        last = [f"{'bot' if m.from_bot else self.name}: {m.text or m.kind!r}" for m in self.chat.messages[-4:]]
        return "the chat shows " + (" | ".join(last) or "nothing")


@dataclass(slots=True, eq=False)
class Group:
    """A group chat with the bot in it."""

    chat: Chat
    members: list[Person]
    messenger: Messenger

    @classmethod
    def found(cls, messenger: Messenger, title: str, members: list[Person]) -> Self:
        """Makes a group; its first member adds the bot."""
        chat = Chat(-(1000 + len(messenger.chats)), type="group", title=title)
        messenger.add_group(chat, [member.user for member in members])
        group = cls(chat, members, messenger)
        if members:
            group._bot_becomes("left", "member")
        return group

    @property
    def id(self) -> int:
        """The group's chat id, below zero."""
        return self.chat.id

    def says(self, person: Person, text: str, reply_to: int | None = None) -> Done:
        """A member writes in the group."""
        return person.says(text, reply_to, self.chat)

    def sends(self, person: Person, kind: str, **details: Any) -> Done:
        """A member sends something else in the group."""
        return person.sends(kind, chat=self.chat, **details)

    def taps(self, person: Person, wanted: Wanted, message_id: int | None = None) -> Done:
        """A member taps a button in the group."""
        return person.taps(wanted, message_id, self.chat)

    def removes_bot(self) -> Done:
        """The first member throws the bot out."""
        me = self.messenger.me
        self.messenger.members[self.id] = [user for user in self.messenger.members[self.id] if user is not me]
        return self._bot_becomes("member", "left")

    def _bot_becomes(self, old: str, new: str) -> Done:
        payload: Json = {
            "chat": self.chat.raw(),
            "from": self.members[0].user.raw(),
            "date": self.messenger.timestamp(),
            "old_chat_member": _member(self.messenger.me, old),
            "new_chat_member": _member(self.messenger.me, new),
        }
        return Done(self.messenger.updates.add("my_chat_member", payload, lane=self.id))


def _member(user: User, status: str) -> Json:
    member: Json = {"status": status, "user": user.raw()}
    return member | ({"until_date": 0} if status == "kicked" else {})


def _matches(button: Button, wanted: Wanted) -> bool:
    return wanted in (button.label, button.data) if isinstance(wanted, str) else wanted(button)


def _holds(message: Message, wanted: str | Callable[[Message], bool] | None) -> bool:
    if wanted is None:
        return True
    return wanted in message.text if isinstance(wanted, str) else wanted(message)


def _described(wanted: object) -> str:
    return f" with {wanted!r}" if isinstance(wanted, str) else ""
