"""The preview: pieces of writing as they will look in a chat, drawn by the chat page's own bubbles, and anew whenever one is saved."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.demo.chats import Json
from bot.demo.entities import utf16_length
from bot.demo.limits import TEXT_LENGTH, formatted_text
from bot.demo.page.static import HEADERS, static
from bot.demo.panel import Preview
from bot.demo.refusals import Refusal

_log = logging.getLogger(__name__)
LOOK_EVERY = 0.3
"""Seconds between two looks whether something was saved."""
_EIGHT = 1_772_434_800
"""A Monday, eight in the morning in Berlin, for every message: a preview has no time of its own."""


class Pieces:
    """The routes under /preview: the page, what there is, how one piece looks, and a stream of versions."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview
        self._closed = asyncio.Event()

    def close(self) -> None:
        """Ends the streams."""
        self._closed.set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answers one request."""
        match request.path.removeprefix("/preview").strip("/"):
            case "":
                return static("preview.html")
            case "versions":
                return await self._versions(request)
            case "pieces":
                return await self._json(self._preview.pieces())
            case "look":
                wishes = dict(request.query)
                return await self._json(self._look(wishes.pop("piece", ""), wishes))
            case _:
                return web.Response(status=404, text="Not found", headers=HEADERS)

    async def _json(self, answer: Any) -> web.Response:
        try:
            return web.json_response(await answer, headers=HEADERS, dumps=_dumps)
        except Exception:  # an author may save anything at all, and the page should outlive it
            _log.exception("the preview failed")
            return web.json_response(
                {"error": "That did not work. The terminal says why."}, status=500, headers=HEADERS
            )

    async def _look(self, piece: str, wishes: Mapping[str, str]) -> Json:
        found = dict(await self._preview.look(piece, wishes))
        number = 0
        steps = []
        for step in found["steps"]:
            messages = []
            for message in step["messages"]:
                number += 1
                messages.append(_as_bubble(message, number))
            steps.append({**step, "messages": messages})
        return {**found, "steps": steps}

    async def _versions(self, request: web.BaseRequest) -> web.StreamResponse:
        """Server-sent events: the version at once, and each new one within a moment of its being saved."""
        stream = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await stream.prepare(request)
        last = None
        while not self._closed.is_set():
            version = await self._preview.version()
            if version != last:
                last = version
                await stream.write(f"data: {json.dumps(version)}\n\n".encode())
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._closed.wait()
            except TimeoutError:
                continue
        return stream


def _as_bubble(message: Mapping[str, Any], number: int) -> Json:
    """A message in the shape of `message_view`; with `refused` where Telegram would not take it."""
    rows = [[{"label": label, "data": label, "url": None, "style": ""} for label in row] for row in message["rows"]]
    view: Json = {
        "id": number,
        "chat": 0,
        "own": False,
        "date": _EIGHT,
        "kind": "text",
        "text": "",
        "entities": [],
        "rows": rows,
    }
    view |= {flag: True for flag in ("silent", "protected", "edited") if message.get(flag)}
    try:
        formatted = formatted_text(message["html"], "HTML", None)
    except Refusal as error:
        return {**view, "text": message["html"], "refused": error.description}
    view |= {"text": formatted.text, "entities": formatted.entities}
    if utf16_length(formatted.text) > TEXT_LENGTH:
        view["refused"] = f"longer than the {TEXT_LENGTH} characters of one message"
    return view


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
