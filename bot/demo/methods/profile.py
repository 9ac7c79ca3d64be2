"""Methods by which the bot describes itself."""

from __future__ import annotations

from bot.demo import limits
from bot.demo.chats import Json
from bot.demo.messenger import Messenger
from bot.demo.methods.registry import Params, method
from bot.demo.profile import DEFAULT_SCOPE, ScopeKey
from bot.demo.refusals import out_of_spec

_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


@method("setMyCommands")
def set_my_commands(messenger: Messenger, params: Params) -> bool:
    """setMyCommands."""
    listed = limits.commands(params["commands"])
    messenger.profile.commands[_scope(messenger, params), _language(params)] = listed
    messenger.tell("profile", None)
    return True


@method("deleteMyCommands")
def delete_my_commands(messenger: Messenger, params: Params) -> bool:
    """deleteMyCommands."""
    messenger.profile.commands.pop((_scope(messenger, params), _language(params)), None)
    messenger.tell("profile", None)
    return True


@method("getMyCommands")
def get_my_commands(messenger: Messenger, params: Params) -> list[Json]:
    """getMyCommands: exactly those set for this scope and language."""
    return messenger.profile.commands.get((_scope(messenger, params), _language(params)), [])


def _language(params: Params) -> str:
    return limits.language_code(params.get("language_code", ""))


def _scope(messenger: Messenger, params: Params) -> ScopeKey:
    scope = params.get("scope")
    if scope is None:
        return DEFAULT_SCOPE
    needed = _SCOPES.get(scope["type"])
    if needed is None:
        raise out_of_spec("can't parse BotCommandScope: unsupported type specified")
    if missing := [name for name in needed if name not in scope]:
        raise out_of_spec(f"can't parse BotCommandScope: {missing[0]} is required")
    if needed:
        messenger.find_chat(scope["chat_id"])
    return scope["type"], scope.get("chat_id", 0), scope.get("user_id", 0)


@method("setMyName")
def set_my_name(messenger: Messenger, params: Params) -> bool:
    """setMyName."""
    name = limits.profile_text(params.get("name", ""), limits.NAME_LENGTH, "bot name")
    _set(messenger, messenger.profile.names, params, name)
    if not _language(params) and name:
        messenger.me.first_name = name
    return True


@method("setMyDescription")
def set_my_description(messenger: Messenger, params: Params) -> bool:
    """setMyDescription."""
    text = limits.profile_text(params.get("description", ""), limits.DESCRIPTION_LENGTH, "bot description")
    return _set(messenger, messenger.profile.descriptions, params, text)


@method("setMyShortDescription")
def set_my_short_description(messenger: Messenger, params: Params) -> bool:
    """setMyShortDescription."""
    limit = limits.SHORT_DESCRIPTION_LENGTH
    text = limits.profile_text(params.get("short_description", ""), limit, "bot short description")
    return _set(messenger, messenger.profile.short_descriptions, params, text)


def _set(messenger: Messenger, texts: dict[str, str], params: Params, text: str) -> bool:
    language = _language(params)
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    messenger.tell("profile", None)
    return True


@method("getMyName")
def get_my_name(messenger: Messenger, params: Params) -> Json:
    """getMyName."""
    return {"name": messenger.profile.name(_language(params)) or messenger.me.first_name}


@method("getMyDescription")
def get_my_description(messenger: Messenger, params: Params) -> Json:
    """getMyDescription."""
    return {"description": messenger.profile.description(_language(params))}


@method("getMyShortDescription")
def get_my_short_description(messenger: Messenger, params: Params) -> Json:
    """getMyShortDescription."""
    return {"short_description": messenger.profile.short_description(_language(params))}


@method("setChatMenuButton")
def set_chat_menu_button(messenger: Messenger, params: Params) -> bool:
    """setChatMenuButton."""
    button = params.get("menu_button", {"type": "default"})
    if button["type"] not in ("default", "commands", "web_app"):
        raise out_of_spec("can't parse menu button: MenuButton has unsupported type")
    if button["type"] == "web_app" and not {"text", "web_app"} <= button.keys():
        raise out_of_spec("can't parse menu button: text and web_app are required")
    chat_id = params.get("chat_id", 0)
    if chat_id:
        messenger.find_chat(chat_id)
    messenger.profile.menu_buttons[chat_id] = button
    messenger.tell("profile", None)
    return True


@method("getChatMenuButton")
def get_chat_menu_button(messenger: Messenger, params: Params) -> Json:
    """getChatMenuButton."""
    return messenger.profile.menu_button(params.get("chat_id", 0))
