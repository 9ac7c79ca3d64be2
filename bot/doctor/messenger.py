"""The Bot API: is it there, does it take the token, does its clock agree with ours, and where does it send updates?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.channels.telegram.webhook import PATH
from bot.doctor.look import Look, Patient
from bot.settings import TELEGRAM, Settings

PATIENCE = 8.0
SLOW = 2.0
"""Seconds after which an answer counts as slow."""
SKEW, GREAT_SKEW = timedelta(seconds=5), timedelta(minutes=1)
"""How far our clock may be off. A server's Date is cut off to the second."""
MANY_WAITING = 100
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status (0 for none), Telegram's JSON, how long it took, our clock and theirs."""

    status: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    ours: datetime | None = None
    theirs: datetime | None = None
    trouble: Look | None = None

    @property
    def result(self) -> dict[str, Any]:
        """The result of a call that went well."""
        found = self.data.get("result")
        return found if isinstance(found, dict) else {}


NOBODY = "0:nobody"
"""A token that is none: the Bot API refuses it, and so shows that it is there."""


async def look(patient: Patient) -> list[Look]:
    """Everything about the messenger."""
    settings = patient.settings
    given = settings.bot_token.get_secret_value() if settings.bot_token is not None else NOBODY
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
        me = await ask(session, settings, given, "getMe")
        if settings.bot_token is None:
            answers = reached(me, settings) if me.trouble is None or me.trouble.id == "token" else me.trouble
            return [MISSING, answers, *clock(me)]
        if me.trouble is not None:
            return [me.trouble, *clock(me)]
        hook = await ask(session, settings, given, "getWebhookInfo")
    return [token(me), reached(me, settings), *clock(me), *webhook(hook, settings, patient.now)]


MISSING = Look(
    "token",
    "error",
    "BOT_TOKEN is not set",
    "Write to @BotFather in Telegram, send /newbot, and set BOT_TOKEN to the token it gives you.",
)


async def ask(session: aiohttp.ClientSession, settings: Settings, given: str, method: str) -> Answer:
    """Calls a method with this token. The URL holds it, so nothing of an exception but its kind is passed on."""
    url = f"{settings.bot_api_url}/bot{given}/{method}"
    begun, ours = time.monotonic(), datetime.now(UTC)
    try:
        async with session.get(url) as response:
            raw = await response.read()
            seconds = time.monotonic() - begun
            theirs = _date(response.headers.get("Date", ""))
            data = _json(raw)
            return Answer(response.status, data, seconds, ours + timedelta(seconds=seconds / 2), theirs,
                          refusal(response.status, data, settings))  # fmt: skip
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return Answer(trouble=unreachable(error, settings))


def _json(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None


def _where(settings: Settings) -> str:
    parts = urlsplit(settings.bot_api_url)
    return (
        "Telegram's Bot API"
        if settings.bot_api_url == TELEGRAM
        else f"the Bot API server at {parts.hostname}:{parts.port or ''}".rstrip(":")
    )


def unreachable(error: BaseException, settings: Settings) -> Look:
    """Why no answer came."""
    where = _where(settings)
    network = "Check the network, a firewall, and BOT_API_URL."
    match error:
        case aiohttp.ClientConnectorDNSError():
            return Look(
                "bot-api",
                "error",
                f"the name of {where} is not known here",
                "Check name resolution (DNS), and BOT_API_URL.",
            )
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            do = "Check the machine's certificates and clock, and whether a proxy stands between."
            return Look("bot-api", "error", f"no secure connection to {where} can be made", do)
        case aiohttp.ClientConnectorError():
            return Look("bot-api", "error", f"nothing answers at {where}", network)
        case TimeoutError() | asyncio.TimeoutError():
            return Look("bot-api", "error", f"{where} does not answer within {PATIENCE:.0f} seconds", network)
        case aiohttp.InvalidURL() | ValueError():
            return Look(
                "bot-api",
                "error",
                "BOT_API_URL and BOT_TOKEN make no address",
                "Check both for blanks and other signs.",
            )
        case _:
            return Look("bot-api", "error", f"the connection to {where} breaks ({type(error).__name__})", network)


def refusal(status: int, data: dict[str, Any], settings: Settings) -> Look | None:
    """Why an answer is not what was asked for; None when it is."""
    where = _where(settings)
    if status == 200 and data.get("ok") is True:
        return None
    if status >= 500:
        return Look(
            "bot-api", "error", f"{where} has trouble of its own (HTTP {status})", "Wait a little, then look again."
        )
    if "ok" not in data:
        do = "Check BOT_API_URL, and whether a proxy or a sign-in page stands between."
        return Look("bot-api", "error", f"what answers in the place of {where} is no Bot API (HTTP {status})", do)
    if status in (401, 404):
        do = "Compare BOT_TOKEN with the one that @BotFather shows. If it was seen by others, have it renewed with /revoke."
        return Look("token", "error", f"{where} does not know this token", do)
    if status == 429:
        wait = (data.get("parameters") or {}).get("retry_after", "some")
        do = "Wait, then look again. Lower SEND_RATE if it lasts."
        return Look("bot-api", "warning", f"{where} asks to wait {wait} seconds", do)
    return Look("bot-api", "error", f"{where} refuses (HTTP {status})", "Wait a little, then look again.")


def token(me: Answer) -> Look:
    """The token was taken."""
    return Look("token", "ok", f"is taken, and belongs to @{me.result.get('username', 'a bot')}")


def reached(me: Answer, settings: Settings) -> Look:
    """How quickly the Bot API answers."""
    says = f"{_where(settings)} answers in {me.seconds * 1000:.0f} ms"
    if me.seconds < SLOW:
        return Look("bot-api", "ok", says)
    return Look("bot-api", "warning", f"{says}: that is slow", "Check the network. Lessons and answers wait as long.")


def clock(me: Answer) -> Iterator[Look]:
    """Whether our clock agrees with the server's. An empty answer tells nothing."""
    if me.ours is None or me.theirs is None:
        return
    # Their time was cut off to the second; half a second more is the best guess.
    skew = me.ours - me.theirs - timedelta(seconds=0.5)
    if abs(skew) < SKEW:
        yield Look("clock", "ok", "agrees with the Bot API's")
        return
    way = "fast" if skew > timedelta() else "slow"
    says = f"this machine's clock is {abs(skew).total_seconds():.0f} seconds {way}"
    do = "Lessons come at the wrong time. Let the machine set its clock: timedatectl set-ntp true"
    yield Look("clock", "error" if abs(skew) >= GREAT_SKEW else "warning", says, do)


def webhook(hook: Answer, settings: Settings, now: datetime) -> Iterator[Look]:
    """Whether Telegram sends updates where the settings say."""
    if hook.trouble is not None:
        yield hook.trouble
        return
    found = hook.result.get("url", "")
    wanted = f"{settings.webhook_url}{PATH}" if settings.webhook_url else ""
    if found == wanted:
        yield Look(
            "webhook", "ok", "is set as it should be" if wanted else "is not set: the bot asks for updates itself"
        )
    elif not wanted:
        do = "Start the bot: it takes the webhook away. If another program set it, give each its own token."
        yield Look("webhook", "error", "a webhook is set, but WEBHOOK_URL is not: the bot would get nothing", do)
    else:
        where = "somewhere else" if found else "nowhere"
        do = "Start the bot: it sets the webhook. If another program set it, give each its own token."
        yield Look("webhook", "error", f"Telegram sends updates {where}, not to WEBHOOK_URL", do)
    yield from _delivery(hook.result, now)


def _delivery(result: dict[str, Any], now: datetime) -> Iterator[Look]:
    waiting, failed = int(result.get("pending_update_count", 0)), result.get("last_error_date")
    if waiting >= MANY_WAITING:
        yield Look(
            "updates", "warning", f"{waiting} updates wait to be fetched", "Is the bot running? Start it: kindling run"
        )
    if failed and result.get("url") and now - datetime.fromtimestamp(int(failed), UTC) < RECENT:
        says = f"Telegram could not deliver an update: {str(result.get('last_error_message', 'no reason given'))[:120]}"
        yield Look(
            "webhook-delivery",
            "warning",
            says,
            "Check the proxy in front of LISTEN, its certificate, and WEBHOOK_SECRET.",
        )
