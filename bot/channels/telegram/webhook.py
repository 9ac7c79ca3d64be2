"""Receiving by webhook: Telegram calls us. An update is answered with 200 only when it has been handled; otherwise it comes again."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging

from aiohttp import web
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.intake import ALLOWED_UPDATES
from bot.channels.telegram.run import Intake

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
PATH = "/telegram"
BODY_LIMIT = 256 * 1024
"""Bytes of one update; Telegram's own are far smaller."""
PATIENCE = 50.0
"""Seconds that a call is held open for an update to be handled; Telegram gives up after about a minute."""


class Webhook:
    """The server that Telegram calls, and the registration that tells it where."""

    def __init__(self, bot: Bot, intake: Intake, url: str, secret: str, listen: str) -> None:
        self._bot = bot
        self._intake = intake
        self._url = url
        self._secret = secret.encode()
        self._listen = listen
        self.state = "starting"
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Serves until it is cancelled; registers the address as soon as the Bot API can be reached."""
        application = web.Application(client_max_size=BODY_LIMIT)
        application.router.add_post(PATH, self._receive)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        host, _, port = self._listen.rpartition(":")
        try:
            await web.TCPSite(runner, host, int(port)).start()
            await self._register()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _register(self) -> None:
        wait = 1.0
        while self.state != "receiving":
            try:
                await self._bot.set_webhook(
                    f"{self._url}{PATH}",
                    secret_token=self._secret.decode(),
                    allowed_updates=ALLOWED_UPDATES,
                    max_connections=40,
                )
                self.state = "receiving"
                self.listening.set()
                log.info("receiving updates by webhook", extra={"action": "receiving"})
            except TelegramError as error:
                self.state = f"the webhook could not be set ({type(error).__name__})"
                log.warning("%s; trying again", self.state, extra={"action": "webhook_trouble"})
                await asyncio.sleep(wait)
                wait = min(wait * 2, 30.0)

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=401)
        try:
            update = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400)
        handled = self._intake.take(update)
        done, _ = await asyncio.wait([handled], timeout=PATIENCE)
        return web.Response(status=200 if done else 503)

    async def confirm(self) -> None:
        """Nothing to do: every update was answered by itself."""
