"""Each thing is broken in one way, for the doctor's own tests and for the drill that looks at page and readiness as well."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.demo.faults import Faults
from bot.doctor import messenger
from bot.messages import utc_text
from bot.service.upkeep import Audit
from tests.cli.api import answering

TOKEN = "1000:a-token-that-nobody-may-see"
WRONG_TOKEN = "1000:another-token-altogether"
HOOK = {"WEBHOOK_URL": "https://bot.example", "WEBHOOK_SECRET": "hush-hush-hush-hush"}
ELSEWHERE = "https://else.example/telegram"
"""Where another program has the webhook lead."""
ME = {"id": 1000, "is_bot": True, "first_name": "K", "username": "kind_bot"}


def sql(file: Path, statement: str, *values: Any) -> None:
    """Does something to an SQLite database behind the bot's back."""
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(statement, values)


def audit_of(at: datetime, **reasons: int) -> bytes:
    """The note of a look of the night."""
    return json.dumps(asdict(Audit(utc_text(at), 2, 0, sum(reasons.values()), reasons))).encode()


# -- the Bot API -------------------------------------------------------------------------------------------------------


def answer_slowly(faults: Faults, patch: pytest.MonkeyPatch) -> None:
    """The Bot API takes longer than we think right."""
    patch.setattr(messenger, "SLOW", 0.3)
    faults.add("slow", method="getMe", seconds=0.5)


def results(**given: Any) -> dict[str, Any]:
    """What a Bot API server answers to each method: what is asked at a start is answered anyway."""
    return {"getMe": ME, "getUpdates": [], "getWebhookInfo": {"url": ""}} | given


def api_server(off: timedelta = timedelta(), **given: Any) -> AbstractContextManager[str]:
    """A server that answers with these results, by the names of methods, and whose clock is off; its address."""

    def answer(method: str) -> web.Response:
        if method == "getUpdates":
            time.sleep(0.2)  # in a thread of its own: nobody waits for it
        theirs = format_datetime(datetime.now(UTC) + off, usegmt=True)
        found = results(**given).get(method, True)
        return web.json_response({"ok": True, "result": found}, headers={"Date": theirs})

    return answering(answer)


# -- files and database ------------------------------------------------------------------------------------------------


@contextmanager
def held(file: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another program holds the database, and we do not wait long for it."""
    patch.setattr("bot.storage.diagnosis.PATIENCE", 0.2)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


def remove_database(file: Path) -> None:
    """The database is gone, with its logs."""
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()


def overwrite_database(file: Path) -> None:
    """Something else stands where the database was."""
    remove_database(file)
    file.write_bytes(b"hello " * 4000)
    file.chmod(0o600)


def tables_of(file: Path, revision: str) -> None:
    """The tables are those of another version, which this one must not use."""
    sql(file, "UPDATE alembic_version SET version_num = ?", revision)
    sql(file, "UPDATE installation SET value = ? WHERE name = 'programs_from'", revision.encode())


def misspell_a_lesson(lessons: Path) -> None:
    """A heading of a lesson is not one that lessons have."""
    file = next((lessons / "stress" / "en").glob("01-*.md"))
    file.write_text(file.read_text("utf-8").replace("## Reflect", "## Reflekt"), "utf-8")
