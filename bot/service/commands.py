"""The commands: one table that feeds the handlers, the messenger's menu, /commands and the docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.service import account, checkins, discretion, journal, lessons, plan, progress, rights, toolbox, topics
from bot.service.talk import Talk

Handler = Callable[[Talk, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `for_strangers` needs no learner; `in_menu` shows it in the messenger's menu. Its text is `command-<name>`."""

    name: str
    handler: Handler
    in_menu: bool = True
    for_strangers: bool = False
    also: tuple[str, ...] = ()


async def list_commands(talk: Talk, _words: str = "") -> None:
    """Every command with what it gets."""
    lines = [
        talk.texts("command-line", name=command.name, does=talk.text(f"command-{command.name}")) for command in COMMANDS
    ]
    talk.say_text("\n".join([talk.text("commands-title"), "", *lines]))


async def help_again(talk: Talk, _words: str = "") -> None:
    """The help card itself is shown before any command is looked at; this only adds how to use the bot."""
    talk.say("help-using")


COMMANDS = (
    Command("start", account.start, for_strangers=True),
    Command("help", help_again, for_strangers=True, also=("crisis", "sos")),
    Command("today", lessons.today),
    Command("next", lessons.next_now),
    Command("low", lessons.low_battery),
    Command("skip", lessons.skip),
    Command("why", lessons.why),
    Command("progress", progress.progress),
    Command("checkin", checkins.check_in),
    Command("journal", journal.journal),
    Command("toolbox", toolbox.toolbox),
    Command("plan", plan.plan),
    Command("tracks", topics.tracks, also=("topics",)),
    Command("when", account.when),
    Command("settings", account.settings),
    Command("pause", account.pause),
    Command("resume", account.resume),
    Command("stop", account.stop),
    Command("hide", discretion.hide, for_strangers=True),
    Command("mirror", rights.mirror, for_strangers=True),
    Command("export", rights.export, for_strangers=True),
    Command("delete", rights.delete, for_strangers=True),
    Command("privacy", account.privacy, for_strangers=True),
    Command("about", account.about, for_strangers=True),
    Command("commands", list_commands, for_strangers=True, also=("menu",)),
    Command("cancel", account.cancel, in_menu=False),
)

BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.also)}


def read_command(text: str) -> tuple[Command | None, str, bool]:
    """The command in `text` (with or without a slash when it stands alone), the words after it, and whether it has a slash.

    A group's "/when@name_bot" is the same as "/when".
    """
    head, _, words = text.strip().partition(" ")
    slash = head.startswith("/")
    name = head.lstrip("/").partition("@")[0].casefold()
    if slash:
        return BY_NAME.get(name), words, True
    bare = text.strip().rstrip(".!").casefold()
    return (BY_NAME.get(bare) if bare in BARE else None), "", False


BARE = frozenset(BY_NAME) - {
    "help",
    "crisis",
    "sos",
    "start",
    "about",
    "today",
    "next",
    "hide",
    "mirror",
    "export",
    "delete",
    "low",
    "why",
}
"""Command words that mean the command when they are all that was written. Words that could well be an answer are not among them."""
