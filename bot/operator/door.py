"""The door of the operator's page: one token lets in, a signed cookie keeps it open for a while, no script is allowed."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from aiohttp import web

from bot.operator import page
from bot.operator.board import Board

STAYS = timedelta(hours=12)
COOKIE = "kindling_operator"
WRONG_TOKEN_WAIT = 1.0
"""Seconds that a wrong token waits for its answer, one after the other: guessing takes longer than anybody has."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STYLE = Path(__file__).with_name("style.css")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """The routes of the page. `token` is asked for anew at each sign-in, as its file may be made late; None keeps the door shut."""

    def __init__(self, token: Callable[[], str | None], board: Board, clock: Callable[[], datetime]) -> None:
        self._token = token
        self._board = board
        self._clock = clock
        self._wrong = asyncio.Lock()

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the health server is to serve."""
        home = page.HOME
        return [
            web.get(home, self._kept(self._today)),
            web.get(f"{home}/people", self._kept(self._people)),
            web.get(f"{home}/lessons", self._kept(self._lessons)),
            web.post(f"{home}/sign-in", self._sign_in),
            web.post(f"{home}/sign-out", self._sign_out),
            web.get(f"{home}/style.css", self._style),
        ]

    def _kept(self, show: Callable[[], Awaitable[str]]) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            if not self._may_enter(request):
                return _html(page.sign_in(wrong=False), status=401)
            return _html(await show())

        return handler

    async def _today(self) -> str:
        return page.today(await self._board.now(), await self._board.looks())

    async def _people(self) -> str:
        return page.people(await self._board.now(), await self._board.long())

    async def _lessons(self) -> str:
        return page.lessons(await self._board.now(), await self._board.long())

    # -- who may enter -------------------------------------------------------------------------------------------------

    def _may_enter(self, request: web.Request) -> bool:
        until, _, signature = request.cookies.get(COOKIE, "").partition(".")
        token = self._token()
        if token is None or not until.isascii() or not until.isdigit() or int(until) < self._clock().timestamp():
            return False
        return hmac.compare_digest(signature.encode(), _signed(token, until).encode())

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        given, token = str((await request.post()).get("token", "")).strip(), self._token()
        if token is None or not hmac.compare_digest(given.encode(), token.encode()):
            async with self._wrong:
                await asyncio.sleep(WRONG_TOKEN_WAIT)
            return _html(page.sign_in(wrong=True), status=403)
        until = str(int((self._clock() + STAYS).timestamp()))
        answer = _to_home()
        secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
        answer.set_cookie(
            COOKIE, f"{until}.{_signed(token, until)}", path=page.HOME, max_age=int(STAYS.total_seconds()),
            httponly=True, samesite="Strict", secure=secure,
        )  # fmt: skip
        return answer

    async def _sign_out(self, _request: web.Request) -> web.StreamResponse:
        answer = _to_home()
        answer.del_cookie(COOKIE, path=page.HOME)
        return answer

    async def _style(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STYLE, headers={**HEADERS, "Content-Type": "text/css; charset=utf-8"})


def _signed(token: str, until: str) -> str:
    return hmac.new(token.encode(), f"operator page until {until}".encode(), sha256).hexdigest()


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def _to_home() -> web.Response:
    return web.Response(status=303, headers={"Location": page.HOME, **HEADERS})


def kept_token(data_dir: Path) -> str | None:
    """The token kept in `data_dir`, made there (mode 0600) when there is none; None when it can be neither read nor made."""
    path = data_dir / "operator.token"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
    except FileExistsError:
        pass
    except OSError:
        return None
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
