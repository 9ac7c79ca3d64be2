"""Serves the page's files and keeps every open page up to date."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from bot.demo.calls import Call, CallLog
from bot.demo.chats import Json, Message
from bot.demo.faults import Faults
from bot.demo.messenger import Account, Messenger
from bot.demo.page.acts import SLOW, Acts, NotDoneError
from bot.demo.page.pieces import Pieces
from bot.demo.page.static import HEADERS, static
from bot.demo.page.views import call_view, history_view, message_view, person_view
from bot.demo.panel import Panel

_log = logging.getLogger(__name__)
_PICTURES = {b"\x89P": "image/png", b"\xff\xd8": "image/jpeg", b"GI": "image/gif", b"RI": "image/webp"}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_BACKLOG = 2000
"""News a page may be behind before it is cut off (and reconnects)."""
_RECENT_CALLS = 40
_MAX_FILE = 16 * 1024 * 1024

News = asyncio.Queue[str | None]


class Page:
    """The page's server side. It listens to the messenger only while a page is open."""

    def __init__(self, messenger: Messenger, log: CallLog, faults: Faults, panel: Panel | None) -> None:
        self._messenger = messenger
        self._log = log
        self._acts = Acts(messenger, faults, panel)
        self._pieces = Pieces(panel.preview) if panel is not None and panel.preview is not None else None
        self._open: set[News] = set()
        self._sockets: set[web.WebSocketResponse] = set()

    async def close(self) -> None:
        """Closes all open pages."""
        if self._pieces is not None:
            self._pieces.close()
        for socket in list(self._sockets):
            await socket.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answers everything that is not the Bot API."""
        if not is_ours(request):
            return web.Response(status=403, text="This page is for this machine only.")
        if request.path == "/live":
            return await self._live(request)
        if self._pieces is not None and (request.path + "/").startswith("/preview/"):
            return await self._pieces.handle(request)
        if request.path.startswith("/sent/"):
            return self._sent(request.path.removeprefix("/sent/"))
        return static(request.path)

    def _sent(self, file_id: str) -> web.Response:
        stored = self._messenger.files.by_id.get(file_id)
        if stored is None:
            return web.Response(status=404)
        content_type = _PICTURES.get(stored.data[:2], "application/octet-stream")
        headers = dict(HEADERS)
        if content_type == "application/octet-stream":
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=stored.data, content_type=content_type, headers=headers)

    # The live connection

    async def _live(self, request: web.BaseRequest) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=20, max_msg_size=_MAX_FILE)
        await socket.prepare(request)
        news: News = asyncio.Queue(_BACKLOG)
        self._sockets.add(socket)
        self._listen(news)
        writer = asyncio.create_task(_write(socket, news))
        try:
            news.put_nowait(json.dumps(await self._hello(), ensure_ascii=False))
            await self._read(socket, news)
        finally:
            self._sockets.discard(socket)
            self._forget(news)
            writer.cancel()
        return socket

    async def _hello(self) -> Json:
        people = [
            {**person_view(self._messenger, account), **history_view(account, None)}
            for account in self._messenger.accounts.values()
        ]
        calls = [call_view(call) for call in list(self._log.calls)[-_RECENT_CALLS:]]
        return {
            "event": "hello",
            "people": people,
            "calls": calls,
            "panel": await self._acts.panel_view(),
            "clock": await self._acts.clock(),
        }

    async def _read(self, socket: web.WebSocketResponse, news: News) -> None:
        async with asyncio.TaskGroup() as slow:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                asked = json.loads(frame.data)
                if asked.get("do") in SLOW:
                    slow.create_task(self._answer(asked, news))
                else:
                    await self._answer(asked, news)

    async def _answer(self, asked: Json, news: News) -> None:
        ref = asked.get("ref")
        try:
            result = await self._acts.do(asked)
        except NotDoneError as error:
            _offer(news, {"event": "refused", "ref": ref, "reason": str(error)})
            return
        except Exception:  # what the panel was given may fail in any way, and the page should outlive it
            _log.exception("the page asked for %s, and it failed", asked.get("do"))
            _offer(news, {"event": "refused", "ref": ref, "reason": "That did not work. The terminal says why."})
            return
        _offer(news, {"event": "done", "ref": ref, "result": result})
        if asked.get("do") in ("jump", "plug", "trouble"):
            await self._spread_panel()

    async def _spread_panel(self) -> None:
        view = {"event": "panel", "panel": await self._acts.panel_view(), "clock": await self._acts.clock()}
        self._spread(view)

    # News

    def _listen(self, news: News) -> None:
        if not self._open:
            self._messenger.listeners.append(self._on_event)
            self._log.listeners.append(self._on_call)
        self._open.add(news)

    def _forget(self, news: News) -> None:
        self._open.discard(news)
        if not self._open:
            self._messenger.listeners.remove(self._on_event)
            self._log.listeners.remove(self._on_call)

    def _on_event(self, event: str, subject: Any) -> None:
        if (view := _EVENTS[event](self._messenger, subject)) is not None:
            self._spread({"event": event, **view})

    def _on_call(self, call: Call) -> None:
        self._spread({"event": "call", "call": call_view(call)})

    def _spread(self, view: Json) -> None:
        for news in list(self._open):
            _offer(news, view)


def _offer(news: News, view: Json) -> None:
    try:
        news.put_nowait(json.dumps(view, ensure_ascii=False))
    except asyncio.QueueFull:
        while not news.empty():
            news.get_nowait()
        news.put_nowait(None)


async def _write(socket: web.WebSocketResponse, news: News) -> None:
    while (text := await news.get()) is not None:
        await socket.send_str(text)
    await socket.close()


def is_ours(request: web.BaseRequest) -> bool:
    """False for requests of other sites' pages, and for those that reach a loopback server under another name."""
    host = urlsplit(f"//{request.host}")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    local = request.transport.get_extra_info("sockname")[0] if request.transport else ""
    return local not in _LOOPBACK or host.hostname in _LOOPBACK


def _message_event(messenger: Messenger, message: Message) -> Json | None:
    if message.chat.id not in messenger.accounts:
        return None
    return {"person": message.chat.id, "message": message_view(message)}


def _person_event(messenger: Messenger, account: Account) -> Json:
    return {"person": person_view(messenger, account)}


def _pinned_event(messenger: Messenger, chat: Any) -> Json | None:
    account = messenger.accounts.get(chat.id)
    return {"person": person_view(messenger, account)} if account else None


def _action_event(messenger: Messenger, chat: Any) -> Json:
    return {"person": chat.id, "action": chat.action}


def _answer_event(messenger: Messenger, answered: Any) -> Json:
    account, query_id, toast = answered
    return {
        "person": account.user.id,
        "query": query_id,
        "text": toast.text,
        "alert": toast.alert,
        "url": toast.url,
    }


def _profile_event(messenger: Messenger, subject: None) -> Json:
    return {"people": [person_view(messenger, account) for account in messenger.accounts.values()]}


_EVENTS: dict[str, Callable[[Messenger, Any], Json | None]] = {
    "message": _message_event,
    "edited": _message_event,
    "deleted": _message_event,
    "person": _person_event,
    "pinned": _pinned_event,
    "action": _action_event,
    "answer": _answer_event,
    "profile": _profile_event,
}
