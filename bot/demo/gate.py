"""Where the bot's requests come in: token, faults, flood control, parameters, then the method; and updates going out."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from bot.demo.bodies import Body, Upload, read_body
from bot.demo.calls import Call, CallLog, Violation
from bot.demo.chats import Json
from bot.demo.decode import decode
from bot.demo.faults import Fault, Faults
from bot.demo.flood import Flood
from bot.demo.messenger import Messenger
from bot.demo.methods import HANDLERS
from bot.demo.refusals import Refusal, too_many_requests
from bot.demo.spec import BY_LOWER_NAME, METHODS
from bot.demo.webhooks import Webhook, WebhookSender

_GET_UPDATES = "getUpdates"
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class _CutError(Exception):
    """The connection is to be cut instead of answered."""


class Gate:
    """The Bot API over HTTP.

    `violations` are the calls no state of Telegram would accept, `polls` counts getUpdates (which is not in the log),
    `in_flight` the calls under way, polls aside. The two webhook delays are seconds, read when a webhook is set.
    """

    def __init__(self, messenger: Messenger, faults: Faults, flood: Flood, log: CallLog) -> None:
        self.messenger, self.faults, self.flood, self.log = messenger, faults, flood, log
        self.violations: list[Violation] = []
        self.polls = 0
        self.in_flight = 0
        self.last_activity = time.monotonic()
        self.webhook_first_delay = 1.0
        self.webhook_max_delay = 60.0
        self.sender: WebhookSender | None = None
        self._closed = asyncio.Event()

    async def close(self) -> None:
        """Ends polls, hanging calls and deliveries."""
        self._closed.set()
        self.messenger.updates.stop_poll("terminated by shutdown")
        await self.drop_webhook()

    async def answer(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Answers a call to /bot<token>/<method>."""
        is_poll = _GET_UPDATES.lower() in path.lower()
        self.in_flight += not is_poll
        self._note_activity()
        try:
            return await self._answer(request, path)
        except _CutError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        finally:
            self.in_flight -= not is_poll
            self._note_activity()

    def _note_activity(self) -> None:
        self.last_activity = time.monotonic()
        self.messenger.changes.notify()

    def download(self, path: str) -> web.Response:
        """Answers /file/bot<token>/<file_path>."""
        token, _, name = path.removeprefix("/file/bot").partition("?")[0].partition("/")
        stored = self.messenger.files.by_path.get(name)
        if token != self.messenger.token or stored is None:
            return _refused(Refusal(404, "Not Found"))
        return web.Response(body=stored.data, content_type="application/octet-stream")

    async def _answer(self, request: web.BaseRequest, path: str) -> web.Response:
        token, _, name = path.removeprefix("/bot").partition("?")[0].rpartition("/")
        try:
            body = await read_body(request)
            method = self._method(token, name)
        except Refusal as refusal:
            return self._refuse(self._begin(name, {}, None), refusal)
        if method == _GET_UPDATES:
            return await self._poll(body)
        return await self._call(method, body)

    def _method(self, token: str, name: str) -> str:
        if token != self.messenger.token:
            raise Refusal(401, "Unauthorized")
        if self.messenger.logged_out:
            raise Refusal(400, "Logged out")
        method = BY_LOWER_NAME.get(name.lower())
        if method is None:
            raise Refusal(404, "Not Found: method not found", breaks_spec=True)
        if method not in METHODS:
            raise Refusal(501, f"Not Implemented: {method} is not offered by this server")
        return method

    def _begin(self, method: str, params: Json, chat_id: int | None) -> Call:
        return self.log.begin(method, params, chat_id, self.messenger.now())

    def _refuse(self, call: Call, refusal: Refusal) -> web.Response:
        if refusal.breaks_spec:
            self.violations.append(Violation(call.method, refusal.description, call.params))
        call.description = refusal.description
        self.log.end(call, refusal.code)
        return _refused(refusal)

    # Calls

    async def _call(self, method: str, body: Body) -> web.Response:
        chat_id = _chat_id(body)
        call = self._begin(method, _shown(body), chat_id)
        fault = self.faults.strike(method, chat_id) if self.faults.rules else None
        try:
            if fault is not None:
                call.fault = fault.kind
                await self._meet(fault)
            self._check_flood(method, chat_id)
            call.result = await self._do(method, body, call)
        except Refusal as refusal:
            return self._refuse(call, refusal)
        except (_CutError, asyncio.CancelledError):
            self.log.end(call, 0)
            raise
        if fault is not None and fault.kind == "accept_then_cut":
            self.log.end(call, 0)
            raise _CutError
        self.log.end(call, 200)
        return _answered({"ok": True, "result": call.result}, 200)

    async def _meet(self, fault: Fault) -> None:
        match fault.kind:
            case "429":
                raise too_many_requests(fault.retry_after)
            case "500":
                raise Refusal(500, "Internal Server Error")
            case "502":
                raise Refusal(502, "Bad Gateway")
            case "reset":
                raise _CutError
            case "slow":
                await fault.delay()
            case "hang":
                await self._hang(fault.seconds)

    async def _hang(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            pass
        raise _CutError

    def _check_flood(self, method: str, chat_id: int | None) -> None:
        wait = self.flood.check(method, chat_id or 0)
        if wait is not None:
            raise too_many_requests(wait)

    async def _do(self, method: str, body: Body, call: Call) -> Any:
        params = decode(method, body)
        if not body.uploads:
            call.params = params
        match method:
            case "setWebhook":
                return await self._set_webhook(params)
            case "deleteWebhook":
                return await self._set_webhook({**params, "url": ""})
            case "getWebhookInfo":
                return self._webhook_info()
            case _:
                return HANDLERS[method](self.messenger, params)

    # Updates

    async def _poll(self, body: Body) -> web.Response:
        self.polls += 1
        try:
            if self.faults.rules and (fault := self.faults.strike(_GET_UPDATES, None)):
                await self._meet(fault)
            result = await self._waiting_updates(decode(_GET_UPDATES, body))
        except Refusal as refusal:
            return self._refuse(self._begin(_GET_UPDATES, body.params, None), refusal)
        return web.Response(body=b'{"ok":true,"result":' + result + b"}", content_type="application/json")

    async def _waiting_updates(self, params: Json) -> bytes:
        if self.sender is not None:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active;"
                " use deleteWebhook to delete the webhook first",
            )
        updates = self.messenger.updates
        updates.allow(params.get("allowed_updates"))
        limit = min(max(params.get("limit", 100), 1), 100)
        return await updates.poll(params.get("offset", 0), limit, params.get("timeout", 0))

    async def _set_webhook(self, params: Json) -> bool:
        webhook = Webhook.of(params) if params["url"] else None
        updates = self.messenger.updates
        await self.drop_webhook()
        updates.allow(params.get("allowed_updates"))
        if params.get("drop_pending_updates"):
            updates.clear()
        if webhook is not None:
            updates.stop_poll("terminated by setWebhook request")
            self.sender = self._sender_to(webhook)
            self.sender.start()
        return True

    def _sender_to(self, webhook: Webhook) -> WebhookSender:
        return WebhookSender(
            webhook,
            self.messenger.updates,
            self.messenger.timestamp,
            first_delay=self.webhook_first_delay,
            max_delay=self.webhook_max_delay,
        )

    async def drop_webhook(self) -> None:
        """Stops delivering by webhook; what was not taken stays in the queue."""
        if self.sender is not None:
            sender, self.sender = self.sender, None
            await sender.stop()

    def _webhook_info(self) -> Json:
        updates = self.messenger.updates
        info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(updates.pending)}
        if updates.allowed:
            info["allowed_updates"] = updates.allowed
        if self.sender is not None:
            info |= {"url": self.sender.webhook.url, "max_connections": self.sender.webhook.max_connections}
            if self.sender.last_error is not None:
                info["last_error_date"], info["last_error_message"] = self.sender.last_error
        return info


def _chat_id(body: Body) -> int | None:
    try:
        return int(body.params["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None


def _shown(body: Body) -> Json:
    if not body.uploads:
        return body.params
    return {**body.params, **{name: _size(upload) for name, upload in body.uploads.items()}}


def _size(upload: Upload) -> str:
    return f"<{len(upload.data)} bytes>"


def _answered(payload: Json, status: int) -> web.Response:
    return web.Response(body=_encode(payload).encode(), status=status, content_type="application/json")


def _refused(refusal: Refusal) -> web.Response:
    return _answered(refusal.payload(), refusal.code)
