"""Logging: one line for each event, with an action word. One place takes secrets and addresses out."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{3,12}:[A-Za-z0-9_-]{4,}")
_QUIET = (
    "telegram",
    "httpx",
    "httpcore",
    "aiohttp",
    "sqlalchemy",
    "alembic",
    "apscheduler",
    "aiosqlite",
    "asyncio",
    "psycopg",
)
"""Libraries whose info and debug lines hold parameters, addresses or the token: only their warnings are let through."""


def set_up_logging(style: str, level: str) -> None:
    """Logs to standard error, as text or JSON."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=("action", "learner", "lesson", "count")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    last: Any = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A tick that finds the one before it still sending is no trouble: it is how a long broadcast looks.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def redact(_logger: Any, _method: str, event: Any) -> Any:
    """Takes anything that looks like a bot token out of a line, and every traceback: its values could be what people wrote."""
    event.pop("exc_info", None)
    event.pop("exception", None)
    event.pop("stack_info", None)
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _TOKEN.sub("[token]", value)
    record = event.get("_record")
    if record is not None:
        record.exc_info = record.exc_text = record.stack_info = None
    return event
