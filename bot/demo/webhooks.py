"""Delivery of updates to the bot's own server, in order within a chat, until it takes them.

Source of facts: setWebhook in the Bot API reference; the second try at once, then ever
later, from the official server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from bot.demo.refusals import out_of_spec
from bot.demo.updates import Json, Update, UpdateQueue

_SECRET_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where and how updates are delivered."""

    url: str
    secret: str
    max_connections: int

    @classmethod
    def of(cls, params: Json) -> Webhook:
        """From the parameters of setWebhook. Raises Refusal (400). Plain HTTP is taken, as by a local server."""
        parts = urlsplit(params["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise out_of_spec("bad webhook: an HTTPS URL must be provided for webhook")
        secret = params.get("secret_token", "")
        if len(secret) > 256:
            raise out_of_spec("secret token is too long")
        if not set(secret) <= _SECRET_CHARACTERS:
            raise out_of_spec("secret token contains unallowed characters")
        if not 1 <= (connections := params.get("max_connections", 40)) <= 100:
            raise out_of_spec("max_connections must be 1-100")
        return cls(params["url"], secret, connections)

    @property
    def headers(self) -> dict[str, str]:
        """What goes with every delivery."""
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        return headers


class WebhookSender:
    """Posts updates to one webhook. A refused update is tried again at once, then after `first_delay` seconds, then
    after twice as long each time, up to `max_delay`."""

    def __init__(
        self,
        webhook: Webhook,
        updates: UpdateQueue,
        timestamp: Callable[[], int],
        *,
        first_delay: float,
        max_delay: float,
    ) -> None:
        self.webhook = webhook
        self.last_error: tuple[int, str] | None = None
        """When the newest failure was (seconds since 1970, by the server's clock) and what it was."""
        self._timestamp = timestamp
        self.attempts = 0
        self._updates = updates
        self._first_delay, self._max_delay = first_delay, max_delay
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=webhook.max_connections))
        self._lanes: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(webhook.max_connections)

    def start(self) -> None:
        """Delivers what waits, and from now on whatever comes."""
        self._updates.on_add = self._take
        for update in list(self._updates.pending.values()):
            self._take(update)

    async def stop(self) -> None:
        """Stops delivering; what was not taken stays in the queue."""
        self._updates.on_add = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def _take(self, update: Update) -> None:
        lane = self._lanes.setdefault(update.lane, deque())
        lane.append(update)
        if len(lane) == 1:
            task = asyncio.create_task(self._drain(update.lane, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _drain(self, number: int, lane: deque[Update]) -> None:
        while lane:
            await self._deliver(lane[0])
            self._updates.discard(lane.popleft())
        del self._lanes[number]

    async def _deliver(self, update: Update) -> None:
        delay, failures = self._first_delay, 0
        while (wait := await self._attempt(update)) is not None:
            failures += 1
            await asyncio.sleep(wait or (0 if failures == 1 else delay))
            if failures > 1:
                delay = min(delay * 2, self._max_delay)

    async def _attempt(self, update: Update) -> float | None:
        """None when it was taken, else the seconds the bot asked to wait, or 0."""
        async with self._room:
            self.attempts += 1
            try:
                async with self._session.post(
                    self.webhook.url, data=update.body, headers=self.webhook.headers
                ) as response:
                    if 200 <= response.status < 300:
                        return None
                    reason = f"Wrong response from the webhook: {response.status} {response.reason}"
                    wait = float(response.headers.get("Retry-After", 0))
            except (aiohttp.ClientError, OSError) as error:
                reason, wait = f"Connection failed: {type(error).__name__}", 0.0
        self.last_error = (self._timestamp(), reason)
        return wait
