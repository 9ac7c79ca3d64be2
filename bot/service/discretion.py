"""Discretion: lessons that come closed and without a sound, a chat that is emptied at once, and honest words about what stays visible."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from bot.messages import Edit, Kind, Menu, Outgoing, Remove, Rows, Say
from bot.service import steps
from bot.service.learners import Learner
from bot.service.talk import Talk, in_columns, rows_of

DELETABLE = timedelta(hours=47, minutes=55)
"""How long the messenger lets a bot take a message back: 48 hours, and a little for the way there."""
PLAIN_MENU = ("today", "journal", "settings", "help")
"""The commands that the messenger's menu offers to those who want nothing on it to tell what this is. All others go on working."""
_SPOILER = re.compile(r"(?<!\\)\|\|")


# -- as they asked for it ----------------------------------------------------------------------------------------------


def veiled(text: str) -> str:
    """Every line under a spoiler: it can be read after a tap, and notifications show none of it."""
    return "\n".join(_veil(line) for line in text.split("\n"))


def _veil(line: str) -> str:
    mark, bare = ("> ", line[2:]) if line.startswith("> ") else ("", line)
    return f"{mark}||{_SPOILER.sub('', bare)}||" if bare.strip() else line


def as_asked(say: Say, learner: Learner) -> Say:
    """A message as they asked for it: with discretion for everything it makes no sound, and cannot be forwarded or saved. What they
    asked to have as a file must be saved somewhere."""
    if not learner.profile.discreet:
        return say
    return replace(say, silent=True, protected=say.file is None)


def all_as_asked(replies: list[Outgoing], learner: Learner) -> list[Outgoing]:
    """Every message among replies, as they asked for it."""
    return [as_asked(reply, learner) if isinstance(reply, Say) else reply for reply in replies]


# -- the settings ------------------------------------------------------------------------------------------------------


async def discreet(talk: Talk, _words: str = "") -> None:
    """What discretion can do and what it cannot, with a switch for each part."""
    here = talk.learner.profile
    rows = rows_of(
        [talk.button(_switch("discreet", here.discreet), "di:all")],
        [talk.button("button-discreet-topics", "di:topics")] if not here.discreet else [],
        [talk.button(_switch("tidy", here.tidy), "di:tidy")],
        [talk.button("button-more-settings", "set:show")],
    )
    talk.say_or_edit(f"{talk.text('discreet-page')}\n\n{talk.text('discreet-honest')}", rows)


def _switch(name: str, on: bool) -> str:
    return f"button-{name}-{'off' if on else 'on'}"


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the page about discretion."""
    here = talk.learner.profile
    match verb:
        case "show":
            await discreet(talk)
        case "all":
            await _keep(talk, discreet=not here.discreet)
            talk.out.append(menu(talk))
            await discreet(talk)
        case "tidy":
            await _keep(talk, tidy=not here.tidy)
            await discreet(talk)
        case "topics":
            await _topics(talk)
        case "topic" if what in talk.course.tracks:
            await _keep(talk, veiled=here.veiled ^ {what})
            await _topics(talk)
        case _:
            talk.toast("old-question")


async def _keep(talk: Talk, **changes: object) -> None:
    # Nothing about time changes, so what is due stays due.
    await talk.change(profile=talk.learner.with_profile(**changes).profile)


async def _topics(talk: Talk) -> None:
    veiled_now = talk.learner.profile.veiled
    buttons = [
        talk.button(
            "track-on" if track in veiled_now else "track-off",
            f"di:topic:{track}",
            title=steps.track_title(talk, track),
        )
        for track in await talk.tracks()
    ]
    rows: Rows = rows_of(*in_columns(buttons, 1), [talk.button("button-back", "di:show")])
    talk.say_or_edit(talk.text("discreet-topics"), rows)


def menu(talk: Talk) -> Menu:
    """The messenger's menu as it is to be: plain words for those who asked for discretion, the usual commands for everybody else."""
    if not talk.learner.profile.discreet:
        return Menu()
    return Menu(tuple((name, talk.text(f"plain-{name}")) for name in PLAIN_MENU))


# -- /hide -------------------------------------------------------------------------------------------------------------


async def hide(talk: Talk, _words: str = "") -> None:
    """Takes away at once what stands in the chat, as far as the messenger allows, and goes on in plain words. No question first:
    somebody may be about to look."""
    if talk.turn.learner is None:
        talk.say("hide-stranger")
        return
    shown = {*await talk.turn.shown_since(talk.now - DELETABLE), *talk.aside.exchange(talk.incoming.chat)}
    if talk.incoming.kind is Kind.TEXT and talk.incoming.message is not None:
        shown.add(talk.incoming.message)
    pinned = talk.learner.profile.pinned
    if pinned is not None:
        # It may be too old to be deleted; other words can be put in its place at any age.
        talk.out.append(Edit(pinned, talk.text("hidden-pin")))
        shown.add(pinned)
    talk.out.append(Remove(tuple(sorted(shown, reverse=True))))
    await _keep(talk, discreet=True, pinned=None)
    talk.out.append(menu(talk))
    talk.say("hidden")
