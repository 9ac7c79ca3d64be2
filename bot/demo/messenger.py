"""The messenger itself, without HTTP: accounts, chats, messages, files and what waits for the bot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.demo.changes import Changes
from bot.demo.chats import Chat, Message, User
from bot.demo.files import FileStore
from bot.demo.profile import Profile
from bot.demo.refusals import bad_request, forbidden
from bot.demo.updates import UpdateQueue

Json = dict[str, Any]
Listener = Callable[[str, Any], None]

QUERY_LIFETIME = timedelta(seconds=60)
"""How long a tap can be answered, by the server's clock."""
FIRST_PERSON_ID = 5_000_001


@dataclass(slots=True, eq=False)
class Account:
    """A person and their private chat with the bot. `started` turns true when they first write."""

    user: User
    chat: Chat
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    keyboard: Json | None = None
    toasts: list[Toast] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Toast:
    """The bot's answer to a tap: a short note, or an alert that must be closed, or a link that opens."""

    text: str
    alert: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """A tap the bot has not answered."""

    account: Account
    tapped_at: datetime


class Messenger:
    """All state of the look-alike. Everything here happens at once: nothing waits."""

    def __init__(self, token: str, name: str, now: Callable[[], datetime], keep_messages: int | None) -> None:
        self.token = token
        self.now = now
        self.keep_messages = keep_messages
        self.me = User(int(token.split(":")[0]), name, is_bot=True, username="demo_bot")
        self.accounts: dict[int, Account] = {}
        self.chats: dict[int, Chat] = {}
        self.members: dict[int, list[User]] = {}
        self.files = FileStore()
        self.profile = Profile()
        self.changes = Changes()
        self.updates = UpdateQueue(self.changes.notify)
        self.open_queries: dict[str, OpenQuery] = {}
        self.listeners: list[Listener] = []
        self.revision = 0
        self.logged_out = False
        self._message_ids = count(1)
        self._person_ids = count(FIRST_PERSON_ID)
        self._query_ids = count(4_000_000_000_000_000_001)

    # People and chats

    def new_person_id(self) -> int:
        """An id that nobody has."""
        return next(number for number in self._person_ids if number not in self.accounts)

    def register(self, account: Account) -> None:
        """Makes a person and their chat known."""
        account.chat.keep = self.keep_messages
        self.accounts[account.user.id] = account
        self.chats[account.chat.id] = account.chat
        self.tell("person", account)

    def add_group(self, chat: Chat, members: list[User]) -> None:
        """Makes a group known, with the bot in it."""
        self.chats[chat.id] = chat
        self.members[chat.id] = [*members, self.me]

    def find_chat(self, chat_id: int | str) -> Chat:
        """Raises Refusal (400) for a chat the bot never met."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def reachable(self, chat_id: int | str) -> Chat:
        """A chat the bot may write to. Raises Refusal (400, 403) with the reason if it may not."""
        chat = self.find_chat(chat_id)
        account = self.accounts.get(chat.id)
        if account is None:
            if self.me not in self.members.get(chat.id, ()):
                raise forbidden("bot is not a member of the group chat")
        elif account.deactivated:
            raise forbidden("user is deactivated")
        elif account.blocked:
            raise forbidden("bot was blocked by the user")
        elif not account.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    # Messages

    def find_message(self, chat: Chat, message_id: int | None, what: str) -> Message:
        """Raises Refusal (400) "message to <what> not found"."""
        message = chat.find(message_id or 0)
        if message is None:
            raise bad_request(f"message to {what} not found")
        return message

    def post(self, chat: Chat, sender: User, content: Json, **details: Any) -> Message:
        """Adds a message to a chat, with the server's clock and the next id."""
        message = Message(chat, next(self._message_ids), sender, self.timestamp(), content, **details)
        chat.add(message)
        chat.action = ""
        self._touch(message, "message")
        return message

    def changed(self, message: Message) -> None:
        """Records that a message is no longer what it was."""
        self._touch(message, "edited")

    def delete(self, message: Message) -> None:
        """Takes a message out of the chat for everyone."""
        message.deleted = True
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self._touch(message, "deleted")

    def _touch(self, message: Message, event: str) -> None:
        self.revision += 1
        message.revision = self.revision
        self.tell(event, message)

    def timestamp(self) -> int:
        """The server's clock in seconds since 1970."""
        return int(self.now().timestamp())

    # Taps

    def open_query(self, account: Account) -> str:
        """Starts a callback query and returns its id."""
        query_id = str(next(self._query_ids))
        self.open_queries[query_id] = OpenQuery(account, self.now())
        return query_id

    def answer_query(self, query_id: str, toast: Toast) -> None:
        """Raises Refusal (400) for a tap that is unknown, answered or too old."""
        query = self.open_queries.pop(query_id, None)
        if query is None or self.now() - query.tapped_at > QUERY_LIFETIME:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if toast.text or toast.url:
            query.account.toasts.append(toast)
        self.tell("answer", (query.account, query_id, toast))

    # News

    def tell(self, event: str, subject: Any) -> None:
        """Wakes those who wait and passes the event to listeners."""
        self.changes.notify()
        for listener in self.listeners:
            listener(event, subject)


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)
