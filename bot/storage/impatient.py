"""Connections to PostgreSQL that never keep anybody waiting for long. psycopg is loaded when the first is wanted; where the database is
an SQLite file, never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from psycopg import AsyncConnection


def timeouts(patience: float) -> dict[str, Any]:
    """What a connection is opened with so that it waits no longer than so many seconds: for the server, a statement or a lock."""
    return {
        "connect_timeout": max(2, round(patience)),
        "options": f"-c statement_timeout={round(patience * 1000)} -c lock_timeout={round(patience * 800)}",
    }


def impatient() -> type[AsyncConnection[Any]]:
    """The class of these connections."""
    from psycopg import AsyncConnection

    class Impatient(AsyncConnection[Any]):
        """A connection that is closed when whoever waited for it gave up: a server that hangs would not hear a request to cancel,
        and psycopg waits up to ten seconds for the answer."""

        async def cancel_safe(self, *, timeout: float = 0.0) -> None:  # noqa: ASYNC109  as psycopg calls it
            await self.close()

    return Impatient


def parameters(url: str) -> dict[str, Any]:
    """What psycopg is told to reach the server of a database URL, as SQLAlchemy would tell it: of hosts in the query there may be
    several, each with its port."""
    parts = urlsplit(url)
    told: dict[str, Any] = {"dbname": unquote(parts.path.removeprefix("/"))}
    if parts.username is not None:
        told["user"] = unquote(parts.username)
    if parts.password is not None:
        told["password"] = unquote(parts.password)
    query = parse_qsl(parts.query)
    hosts = [value.partition(":") for name, value in query if name == "host" for value in value.split(",")]
    if parts.hostname is not None:
        told |= {"host": unquote(parts.hostname)} | ({"port": parts.port} if parts.port else {})
    elif hosts:
        told["host"] = ",".join(host for host, _, _ in hosts)
        if any(port for _, _, port in hosts):
            told["port"] = ",".join(port for _, _, port in hosts)
    return {name: value for name, value in query if name != "host"} | {n: v for n, v in told.items() if v != ""}
