"""What the browser asks for: a person's act, another person, a turn of the clock, some trouble."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from bot.demo.chats import Json
from bot.demo.faults import FaultKind, Faults
from bot.demo.messenger import Messenger
from bot.demo.page.views import history_view, local_time_view
from bot.demo.panel import Panel
from bot.demo.people import Person

Act = Callable[["Acts", Json], Awaitable[Any]]

PATIENCE = 0.5
"""Seconds a person's zone may take to be looked up."""
SLOW = frozenset({"jump", "plug", "trouble", "clock", "add_person"})
"""Acts that may wait for the bot; the others are done in the order they are asked."""

_TROUBLE: dict[str, tuple[FaultKind, float | None]] = {
    "429": ("429", None),
    "500": ("500", None),
    "slow": ("slow", 3.0),
    "hang": ("hang", None),
}


class NotDoneError(Exception):
    """What was asked cannot be done; the text is for the person at the page."""


class Acts:
    """Everything a page can ask for, by name."""

    def __init__(self, messenger: Messenger, faults: Faults, panel: Panel | None) -> None:
        self.messenger = messenger
        self.faults = faults
        self.panel = panel or Panel()
        self.trouble = "fine"
        self._zones: dict[int, Json | None] = {}

    async def do(self, asked: Json) -> Any:
        """Does what `asked["do"]` names. Raises NotDoneError with a reason for people."""
        act = _ACTS.get(str(asked.get("do")))
        if act is None:
            raise NotDoneError("This page asked for something the server does not know.")
        try:
            return await act(self, asked)
        except AssertionError as error:
            raise NotDoneError(str(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise NotDoneError("This page asked for something that makes no sense here.") from error

    def person(self, asked: Json) -> Person:
        """The person who acts."""
        person = self.messenger.accounts.get(int(asked["person"]))
        if not isinstance(person, Person):
            raise NotDoneError("There is no such person.")
        return person

    async def clock(self) -> Json:
        """The demo's time, and each person's zone."""
        return {
            "now": self.messenger.now().timestamp(),
            "zones": {person.user.id: await self._zone(person.user.id) for person in self.messenger.accounts.values()},
        }

    async def _zone(self, person_id: int) -> Json | None:
        """The last known one while the bot's database does not say."""
        if self.panel.clock is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    if local := local_time_view(await self.panel.clock.local_time(person_id)):
                        self._zones[person_id] = local
        return self._zones.get(person_id)

    async def panel_view(self) -> Json:
        """Which parts of the panel there are, and how they stand."""
        return {
            "clock": self.panel.clock is not None,
            "database": await self.panel.plug.state() if self.panel.plug else None,
            "preview": self.panel.preview is not None,
            "trouble": self.trouble,
            "notes": self.panel.notes,
        }


async def _says(acts: Acts, asked: Json) -> int:
    text = str(asked["text"])[:4096]
    if not text.strip():
        raise NotDoneError("Write something first.")
    return acts.person(asked).says(text, asked.get("reply_to")).message_id


async def _edits(acts: Acts, asked: Json) -> None:
    acts.person(asked).edits(int(asked["message"]), str(asked["text"])[:4096])


async def _deletes(acts: Acts, asked: Json) -> None:
    acts.person(asked).deletes(int(asked["message"]))


async def _reacts(acts: Acts, asked: Json) -> None:
    acts.person(asked).reacts(int(asked["message"]), str(asked["emoji"]))


async def _taps(acts: Acts, asked: Json) -> str:
    person, data = acts.person(asked), str(asked["data"])
    message = person.chat.find(int(asked["message"]))
    if message is None or all(button.data != data for button in message.buttons):
        return person.taps_old(int(asked["message"]), data).query_id
    return person.taps(lambda button: button.data == data, message.id).query_id


async def _sends(acts: Acts, asked: Json) -> int:
    details: dict[str, Any] = {name: str(asked[name]) for name in ("caption", "filename", "text") if asked.get(name)}
    if asked.get("data"):
        details["data"] = base64.b64decode(asked["data"])
    try:
        return acts.person(asked).sends(str(asked["kind"]), **details).message_id
    except Exception as error:
        raise NotDoneError("That file cannot be sent.") from error


async def _blocks(acts: Acts, asked: Json) -> None:
    acts.person(asked).blocks()


async def _unblocks(acts: Acts, asked: Json) -> None:
    person = acts.person(asked)
    person.unblocks()
    person.says("/start")


async def _history(acts: Acts, asked: Json) -> Json:
    return history_view(acts.person(asked), asked.get("before"))


async def _adds_person(acts: Acts, asked: Json) -> int:
    name = str(asked["name"]).strip()[:64]
    if not name:
        raise NotDoneError("A person needs a name.")
    person = Person.join(
        acts.messenger, name, str(asked["language"])[:8], id=None, last_name="", username="", started=False
    )
    if acts.panel.on_new_person is not None:
        await acts.panel.on_new_person(person.id)
    return person.id


async def _clock(acts: Acts, asked: Json) -> Json:
    return await acts.clock()


async def _jumps(acts: Acts, asked: Json) -> str:
    if acts.panel.clock is None:
        raise NotDoneError("There is no clock to turn here.")
    return await acts.panel.clock.jump(asked["to"])


async def _plugs(acts: Acts, asked: Json) -> str:
    if acts.panel.plug is None:
        raise NotDoneError("There is no plug to pull here.")
    return await acts.panel.plug.set_plug(asked["state"])


async def _troubles(acts: Acts, asked: Json) -> str:
    acts.trouble = str(asked["kind"])
    acts.faults.clear()
    if acts.trouble == "fine":
        return "Telegram answers again."
    kind, seconds = _TROUBLE[acts.trouble]
    acts.faults.add(kind, seconds=seconds, retry_after=5)
    return "Every call of the bot now meets trouble."


_ACTS: dict[str, Act] = {
    "says": _says,
    "edits": _edits,
    "deletes": _deletes,
    "reacts": _reacts,
    "taps": _taps,
    "sends": _sends,
    "blocks": _blocks,
    "unblocks": _unblocks,
    "history": _history,
    "add_person": _adds_person,
    "clock": _clock,
    "jump": _jumps,
    "plug": _plugs,
    "trouble": _troubles,
}
