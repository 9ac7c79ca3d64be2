"""What sealing and opening cost in an ordinary reply: the same conversation, sealed and with a key that leaves everything open.

Both run in one process on one machine, turn about, so that noise strikes both alike. The reply is the whole way through the flow and
the database, with its commit, without the messenger. The database lies in memory where there is room: waiting for a disk costs ten
times as much, varies more than what is looked for, and would hide it. What is compared is processor time.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.content.read import lessons_dir, load_course
from bot.messages import ChatRef, FileRef, Incoming, Kind, Outcome, Outgoing, Receipt, Say
from bot.service.conversation import Conversation
from bot.storage import sealing
from bot.storage.database import Database
from bot.storage.sealing import DataKey, Keyring, read_keys
from bot.storage.store import SqlStore
from tests.crowd import crowd
from tests.world import KEY

ROUNDS = 5
EACH = 10
IN_MEMORY = Path("/dev/shm")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAID = ("/when", "A few words of mine, as somebody writes them in the evening after a lesson.", "/journal", "/next")


class Nowhere:
    """A messenger that takes everything at once."""

    def __init__(self) -> None:
        self._message = 0

    async def reply(self, _chat: ChatRef, _outgoing: Outgoing, _press_id: str | None = None) -> Receipt:
        self._message += 1
        return Receipt(Outcome.SENT, self._message)

    async def lesson(self, chat: ChatRef, say: Say) -> Receipt:
        return await self.reply(chat, say)

    async def fetch(self, _file: FileRef) -> bytes | None:
        return None

    def let_go(self, _chat: ChatRef) -> None: ...
    def welcome(self, _chat: ChatRef) -> None: ...


@contextmanager
def unsealed() -> Iterator[None]:
    """Nothing is encrypted: the baseline. Everything else, JSON included, stays as it is."""
    kept = DataKey.seal, DataKey.open, sealing._decrypt, sealing._encrypt
    DataKey.seal = lambda _self, value, *_place: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()  # type: ignore[method-assign]
    DataKey.open = lambda _self, sealed, *_place: json.loads(sealed)  # type: ignore[method-assign]
    sealing._decrypt = lambda _key, sealed, _place: sealed  # type: ignore[assignment]
    sealing._encrypt = lambda _key, clear, _place: clear  # type: ignore[assignment]
    try:
        yield
    finally:
        DataKey.seal, DataKey.open, sealing._decrypt, sealing._encrypt = kept  # type: ignore[method-assign]


async def run() -> dict[str, Any]:
    """Milliseconds for an ordinary reply, sealed and not, and what sealing adds."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        clear, locked = Path(folder, "clear"), Path(folder, "locked")
        course = load_course(lessons_dir(None))
        stores = []
        for place in (locked, clear):
            place.mkdir()
            store = SqlStore(Database(f"sqlite+aiosqlite:///{place}/kindling.sqlite3"), Keyring(read_keys(KEY)))
            await store.ready()
            stores.append(store)
        await crowd(stores[0].database, Keyring(read_keys(KEY)), range(1, EACH + 1), NOW)
        with unsealed():
            await crowd(stores[1].database, Keyring(read_keys(KEY)), range(1, EACH + 1), NOW)
        sealed, open_ = [], []
        talks = [Conversation(store, Nowhere(), course) for store in stores]
        for number in range(ROUNDS):
            sealed.append(await _round(talks[0], number))
            with unsealed():
                open_.append(await _round(talks[1], number))
        for store in stores:
            await store.close()
    with_, without = statistics.median(sealed), statistics.median(open_)
    return {
        "sealed_ms": round(with_ * 1000, 3),
        "unsealed_ms": round(without * 1000, 3),
        "added_percent": round((with_ / without - 1) * 100, 2),
        "sealing_alone_ms": round(_alone() * 1000, 4),
        "alone_percent": round(_alone() / without * 100, 2),
        "goal_percent": 5,
    }


async def _round(talk: Conversation, number: int) -> float:
    """Seconds of processor time for a reply, on average over everybody who writes in this round."""
    start = time.process_time()
    for chat in range(1, EACH + 1):
        for place, said in enumerate(SAID):
            key = f"telegram:{number}-{chat}-{place}"
            await talk.handle(Incoming(key, ChatRef("telegram", str(chat)), Kind.TEXT, said, message=place), NOW)
    return (time.process_time() - start) / (EACH * len(SAID))


def _alone() -> float:
    """Seconds that an ordinary reply spends in sealing and opening alone: a learner opened, changed, and an answer kept."""
    keyring = Keyring(read_keys(KEY))
    key, key_id, wrapped = keyring.new_data_key()
    profile = key.seal({"country": "DE", "zone": "Europe/Berlin", "hour": 8}, "learners", "sealed_profile", "x")
    start, many = time.process_time(), 2000
    for _ in range(many):
        opened = keyring.open_data_key(key_id, wrapped)
        keyring.indexes("telegram:1")
        value = opened.open(profile, "learners", "sealed_profile", "x")
        opened.open(profile, "learners", "sealed_profile", "x")
        opened.seal(value, "learners", "sealed_profile", "x")
        opened.seal([{"say": "An answer of ordinary length. " * 10}], "inbox", "sealed_replies", "telegram:1")
    return (time.process_time() - start) / many


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run()), indent=2))
