"""python-telegram-bot's network seam over aiohttp: with many requests in flight several times faster than its default backend."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL


class AnswerLostError(NetworkError):
    """The request was out, and no answer came: it may have been done or not."""


JSON = {"Content-Type": "application/json"}


async def _at_once(_url: str) -> None:
    return


class Discreet(BaseRequest):
    """A request class that keeps to itself what the messenger answers: the library would log an answer that it cannot read."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """See the library. Raises TelegramError."""
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None


class AiohttpRequest(Discreet):
    """Requests over connections of its own, so that one kind of traffic never waits behind another. Each waits for `leaves`."""

    def __init__(
        self,
        connections: int,
        *,
        read_timeout: float = 20.0,
        connect_timeout: float = 5.0,
        leaves: Callable[[str], Awaitable[None]] = _at_once,
    ) -> None:
        self._leaves = leaves
        self._connections = connections
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Opens the connection pool."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=True)

    async def shutdown(self) -> None:
        """Closes it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT_NONE,
        write_timeout: ODVInput[float] = DEFAULT_NONE,
        connect_timeout: ODVInput[float] = DEFAULT_NONE,
        pool_timeout: ODVInput[float] = DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call. The URL holds the token: no error that leaves here may carry it."""
        await self.initialize()
        assert self._session is not None
        patience = self._read_timeout if read_timeout is DEFAULT_NONE or read_timeout is None else float(read_timeout)  # type: ignore[arg-type]
        timeout = _timeout(self._connect_timeout, patience)
        body, headers = _body(request_data)
        await self._leaves(url)
        try:
            async with self._session.request(
                method, _address(url), data=body, headers=headers, timeout=timeout
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError, TimeoutError) as error:
            raise _as_known(error) from None
        except (aiohttp.ClientError, OSError) as error:
            raise AnswerLostError(f"connection broke: {type(error).__name__}") from None
        except asyncio.CancelledError:
            raise


@lru_cache(maxsize=64)
def _address(url: str) -> URL:
    return URL(url, encoded=True)


@lru_cache(maxsize=64)
def _timeout(connect: float, read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(sock_connect=connect, sock_read=read)


def _as_known(error: Exception) -> Exception:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NetworkError(f"cannot connect: {type(error).__name__}")
    return TimedOut("no answer in time")


def _body(data: RequestData | None) -> tuple[Any, dict[str, str] | None]:
    if data is None or not data.parameters:
        return None, None
    if not data.contains_files:
        return json.dumps(data.parameters).encode(), JSON
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None


class _Answered(Discreet):
    """An answer that is there already, for python-telegram-bot to find the error in it."""

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = status, payload

    read_timeout = None

    async def initialize(self) -> None:
        return

    async def shutdown(self) -> None:
        return

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        return self._answer


async def refuse(status: int, payload: bytes) -> None:
    """Raises the telegram.error of an answer that is no yes, as a call by way of python-telegram-bot does."""
    await _Answered(status, payload).post("")
