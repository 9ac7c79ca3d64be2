"""Driving the server from another process: JSON over HTTP under /control/, for tests that kill the bot.

POST takes a JSON object, GET takes a query; both answer JSON. A refusal is 400 with `{"error": …}`.

    POST person {first_name, language_code, id, started}       POST people {count, first_id, started}
    POST says | starts | edits | deletes | reacts | votes | taps | taps_old | sends | blocks | unblocks | deactivate
         {person, …the arguments of the method of Person}
    POST update {…any raw update}
    GET  messages ?person=ID (its chat) or nothing (the bot's messages of every chat, by chat)
    GET  calls ?since=NUMBER&method=NAME      GET  state      GET  violations
    POST fault {kind, method, chat_id, …}     POST faults/clear {}
    POST flood {overall, per_chat, retry_after}     POST flood/hold {seconds, chat_id}     POST flood/release {}
    POST clock {forward: seconds} or {set: "2031-03-04T09:00:00+00:00"}
    POST settled {quiet, within}
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.demo.chats import Json, Message
from bot.demo.page import is_ours
from bot.demo.page.views import call_view, message_view
from bot.demo.people import Person

if TYPE_CHECKING:
    from bot.demo.server import BotApiServer

_ACTS = frozenset(
    {"says", "starts", "edits", "deletes", "reacts", "votes", "taps", "taps_old", "sends", "blocks", "unblocks"}
    | {"deactivate"}
)


class DemoClock:
    """The real clock, turned ahead or back by `offset`."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def turn(self, asked: Json) -> datetime:
        """Turns by `forward` seconds, or to the aware time in `set`."""
        if "set" in asked:
            self.offset = datetime.fromisoformat(asked["set"]) - datetime.now(UTC)
        self.offset += timedelta(seconds=asked.get("forward", 0))
        return self()


class Control:
    """The endpoints. `server.control = Control(server, clock)` switches them on."""

    def __init__(self, server: BotApiServer, clock: DemoClock | None = None) -> None:
        self._server = server
        self._clock = clock

    async def handle(self, request: web.BaseRequest, name: str) -> web.Response:
        """Answers one request. Browsers are refused: pages of other sites must not reach in."""
        if "Origin" in request.headers or not is_ours(request):
            return _json({"error": "not for browsers"}, 403)
        try:
            asked = await request.json() if request.body_exists else dict(request.query)
            return _json(await self._do(name, asked), 200)
        except (AssertionError, AttributeError, KeyError, TimeoutError, TypeError, ValueError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    async def _do(self, name: str, asked: Json) -> Any:
        if name in _ACTS:
            return self._act(name, asked)
        if (endpoint := _ENDPOINTS.get(name)) is None:
            raise ValueError(f"there is no {name}")
        return await endpoint(self, asked)

    def _person(self, number: Any) -> Person:
        account = self._server.messenger.accounts[int(number)]
        assert isinstance(account, Person)
        return account

    def _act(self, name: str, asked: Json) -> Json:
        person = self._person(asked.pop("person"))
        positional = asked.pop("options", []) if name == "votes" else []
        done = getattr(person, name)(**asked) if not positional else person.votes(asked["message_id"], *positional)
        return dict(done._asdict()) if done is not None else {}

    async def _new_person(self, asked: Json) -> Json:
        return {"id": self._server.person(**asked).id}

    async def _new_people(self, asked: Json) -> Json:
        first = int(asked["first_id"])
        for number in range(first, first + int(asked["count"])):
            self._server.person(f"P{number}", id=number, started=asked.get("started", True))
        return {"people": len(self._server.messenger.accounts)}

    async def _update(self, asked: Json) -> Json:
        return {"update_id": self._server.raw(asked)}

    async def _messages(self, asked: Json) -> Any:
        if "person" in asked:
            return [_full(message) for message in self._person(asked["person"]).chat.history]
        chats = self._server.messenger.chats.values()
        return {str(chat.id): [_brief(m) for m in chat.history if m.from_bot] for chat in chats if chat.by_id}

    async def _calls(self, asked: Json) -> list[Json]:
        since, method = int(asked.get("since", 0)), asked.get("method")
        return [call_view(c) for c in self._server.log.calls if c.number > since and method in (None, c.method)]

    async def _state(self, asked: Json) -> Json:
        server = self._server
        return {
            "now": server.messenger.now().isoformat(),
            "calls": server.log.count,
            "polls": server.polls,
            "polling": server.messenger.updates.polled,
            "pending": server.pending,
            "unanswered": len(server.unanswered),
            "violations": len(server.violations),
            "peak": server.flood.peak,
            "refused": server.flood.refused,
            "faults": [{"kind": f.kind, "method": f.method, "struck": f.struck} for f in server.faults.rules],
        }

    async def _violations(self, asked: Json) -> list[str]:
        return [str(violation) for violation in self._server.violations]

    async def _fault(self, asked: Json) -> Json:
        return {"kind": self._server.faults.add(**asked).kind}

    async def _clear_faults(self, asked: Json) -> Json:
        self._server.faults.clear()
        return {}

    async def _flood(self, asked: Json) -> Json:
        flood = self._server.flood
        flood.overall, flood.per_chat = asked.get("overall"), asked.get("per_chat")
        flood.retry_after = asked.get("retry_after")
        return {}

    async def _hold(self, asked: Json) -> Json:
        self._server.flood.hold(asked["seconds"], asked.get("chat_id"))
        return {}

    async def _release(self, asked: Json) -> Json:
        self._server.flood.release()
        return {}

    async def _turn_clock(self, asked: Json) -> Json:
        assert self._clock is not None, "this server has no clock to turn"
        return {"now": self._clock.turn(asked).isoformat()}

    async def _settled(self, asked: Json) -> Json:
        await self._server.settled(**asked)
        return {}


_ENDPOINTS: dict[str, Callable[[Control, Json], Awaitable[Any]]] = {
    "person": Control._new_person,
    "people": Control._new_people,
    "update": Control._update,
    "messages": Control._messages,
    "calls": Control._calls,
    "state": Control._state,
    "violations": Control._violations,
    "fault": Control._fault,
    "faults/clear": Control._clear_faults,
    "flood": Control._flood,
    "flood/hold": Control._hold,
    "flood/release": Control._release,
    "clock": Control._turn_clock,
    "settled": Control._settled,
}


def _full(message: Message) -> Json:
    return {**message_view(message), "html": message.html, "labels": message.labels}


def _brief(message: Message) -> Json:
    return {"id": message.id, "date": message.date, "text": message.text, "deleted": message.deleted}


def _json(payload: Any, status: int) -> web.Response:
    return web.json_response(payload, status=status, dumps=lambda value: json.dumps(value, ensure_ascii=False))
