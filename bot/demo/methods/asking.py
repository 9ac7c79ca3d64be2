"""Methods that only ask."""

from __future__ import annotations

from bot.demo import limits
from bot.demo.chats import Chat, Json, User
from bot.demo.messenger import Messenger
from bot.demo.methods.registry import Params, method
from bot.demo.refusals import bad_request

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


@method("getMe")
def get_me(messenger: Messenger, params: Params) -> Json:
    """getMe."""
    return {
        **messenger.me.raw(),
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "supports_guest_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


@method("logOut")
def log_out(messenger: Messenger, params: Params) -> bool:
    """logOut: every later call is refused."""
    messenger.logged_out = True
    return True


@method("close")
def close(messenger: Messenger, params: Params) -> bool:
    """close."""
    return True


@method("getChat")
def get_chat(messenger: Messenger, params: Params) -> Json:
    """getChat."""
    chat = messenger.find_chat(params["chat_id"])
    full: Json = {
        **chat.raw(),
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if chat.pinned and (pinned := chat.find(chat.pinned[-1])):
        full["pinned_message"] = pinned.raw(with_reply=False)
    return full


@method("getChatMember")
def get_chat_member(messenger: Messenger, params: Params) -> Json:
    """getChatMember."""
    members = _members(messenger, messenger.find_chat(params["chat_id"]))
    user = next((member for member in members if member.id == params["user_id"]), None)
    if user is None:
        raise bad_request("user not found")
    return {"status": "member", "user": user.raw()}


@method("getChatMemberCount")
def get_chat_member_count(messenger: Messenger, params: Params) -> int:
    """getChatMemberCount."""
    return len(_members(messenger, messenger.find_chat(params["chat_id"])))


@method("getChatAdministrators")
def get_chat_administrators(messenger: Messenger, params: Params) -> list[Json]:
    """getChatAdministrators: the first member of a group owns it."""
    chat = messenger.find_chat(params["chat_id"])
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    owner = _members(messenger, chat)[0]
    return [{"status": "creator", "user": owner.raw(), "is_anonymous": False}]


@method("leaveChat")
def leave_chat(messenger: Messenger, params: Params) -> bool:
    """leaveChat."""
    chat = messenger.find_chat(params["chat_id"])
    if chat.type == "private":
        raise bad_request("chat not found")
    messenger.members[chat.id] = [user for user in messenger.members[chat.id] if user is not messenger.me]
    return True


def _members(messenger: Messenger, chat: Chat) -> list[User]:
    if chat.type == "private":
        return [messenger.accounts[chat.id].user, messenger.me]
    return messenger.members[chat.id]


@method("getFile")
def get_file(messenger: Messenger, params: Params) -> Json:
    """getFile: at most 20 MB."""
    stored = messenger.files.find(params["file_id"])
    if len(stored.data) > limits.DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {**stored.raw(), "file_id": params["file_id"]}


@method("getUserProfilePhotos")
def get_user_profile_photos(messenger: Messenger, params: Params) -> Json:
    """getUserProfilePhotos: nobody here has one."""
    if params["user_id"] not in messenger.accounts:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}
