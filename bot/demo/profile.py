"""What the bot says about itself: names, descriptions, commands and menu buttons, per language and scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
ScopeKey = tuple[str, int, int]

DEFAULT_SCOPE: ScopeKey = ("default", 0, 0)


@dataclass(slots=True)
class Profile:
    """Texts by language code ("" is for everyone else) and commands by scope and language code."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[ScopeKey, str], list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """The bot's name for people who use `language`."""
        return self.names.get(language[:2]) or self.names.get("", "")

    def description(self, language: str) -> str:
        """What an empty chat shows above Start."""
        return self.descriptions.get(language[:2]) or self.descriptions.get("", "")

    def short_description(self, language: str) -> str:
        """What the bot's profile page shows."""
        return self.short_descriptions.get(language[:2]) or self.short_descriptions.get("", "")

    def menu(self, chat_id: int, language: str) -> list[Json]:
        """The commands a person sees in a private chat: the nearest scope that has any, in their language first."""
        for scope in (("chat", chat_id, 0), ("all_private_chats", 0, 0), DEFAULT_SCOPE):
            for code in dict.fromkeys((language[:2], "")):
                if listed := self.commands.get((scope, code)):
                    return listed
        return []

    def menu_button(self, chat_id: int) -> Json:
        """The button beside the text field in a chat."""
        return self.menu_buttons.get(chat_id) or self.menu_buttons.get(0) or {"type": "default"}
