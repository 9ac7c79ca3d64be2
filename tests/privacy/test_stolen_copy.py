"""A thief has a copy of the database and the source code, and no key. What can be tried is tried; nothing names anybody."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, MetaData, create_engine, select

from bot.content.read import lessons_dir, load_course
from bot.messages import ChatRef
from bot.service.learners import DeliveryKind, DeliveryStatus, Passage, State
from bot.service.upkeep import AUDIT, TZ
from bot.storage.migrate import MARK
from bot.storage.rows import address_of
from bot.storage.sealing import KeyMissing, Keyring, OperatorKey
from bot.storage.tombstones import mark_of
from tests.e2e.chat import Chat
from tests.e2e.test_rights import WORDS, deletes_everything, has_left_something
from tests.world import TOKEN, World, world

GUESSED_KEYS = [
    b"",
    bytes(32),
    b"\xff" * 32,
    b"kindling".ljust(32),
    TOKEN.encode().ljust(32)[:32],
    hashlib.sha256(TOKEN.encode()).digest(),
]
Stolen = dict[str, list[dict[str, Any]]]


@pytest.fixture
async def lived_in(tmp_path: Path) -> AsyncIterator[tuple[World, list[str]]]:
    """A world in which three people have left something and one of them is gone again, and their chat ids."""
    async with world(tmp_path) as there:
        people = [Chat(there, there.person(name)) for name in ("Ana", "Ben", "Cleo")]
        for chat in people:
            await has_left_something(chat)
        await people[2].says("/help")
        await deletes_everything(people[2])
        yield there, [str(chat.person.id) for chat in people]


def stolen(there: World) -> Stolen:
    """Every row of every table, read with nothing but the file."""
    engine = create_engine(f"sqlite:///{there.settings['DATA_DIR']}/kindling.sqlite3")
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as db:
        rows = {
            name: [dict(row._mapping) for row in db.execute(select(table))] for name, table in tables.tables.items()
        }
    engine.dispose()
    return rows


def values(rows: Stolen, kind: type) -> list[Any]:
    return [value for table in rows.values() for row in table for value in row.values() if isinstance(value, kind)]


async def test_nobody_on_a_list_of_chat_ids_can_be_found(lived_in: tuple[World, list[str]]) -> None:
    """The thief has a list of people who may take part, and every way to hash a chat id that the source code shows."""
    there, ids = lived_in
    held = {bytes(value) for value in values(stolen(there), bytes)}
    assert len(held) > 10
    for chat in ids:
        address = address_of(ChatRef("telegram", chat))
        tried = [hashlib.sha256(text.encode()).digest() for text in (chat, address, f"kindling:{address}")]
        for guess in GUESSED_KEYS:
            index = hmac.digest(OperatorKey.of(guess).indexing, address.encode(), hashlib.sha256)
            tried += [index, mark_of(index), hmac.digest(guess, address.encode(), hashlib.sha256)]
        tried += [mark_of(one) for one in tried]
        assert held.isdisjoint(tried)


async def test_no_guessed_key_opens_anything(lived_in: tuple[World, list[str]]) -> None:
    rows = stolen(lived_in[0])["learners"]
    assert len(rows) == 2
    for row in rows:
        for guess in GUESSED_KEYS:
            keyring = Keyring([guess])
            with pytest.raises(KeyMissing):
                keyring.open_data_key(keyring.newest, row["wrapped_key"])
            with pytest.raises(KeyMissing):
                keyring.new_data_key()[0].open(row["sealed_address"], "learners", "sealed_address", row["id"])


async def test_all_that_can_be_read_are_words_of_the_program(lived_in: tuple[World, list[str]]) -> None:
    """Every readable text is a random id, a date, or a word that the source code shows: none was given by a person."""
    there, ids = lived_in
    course = load_course(lessons_dir(None))
    vocabulary = (
        {lesson.id for lesson in course} | set(course.tracks) | {"en", "help_cards", "messages", AUDIT, TZ, MARK}
    )
    vocabulary |= {one.value for kind in (State, Passage, DeliveryKind, DeliveryStatus) for one in kind}
    shapes = (
        r"[0-9a-f]{32}",
        r"[0-9a-f]{12}",
        r"key:[0-9a-f]{12}",
        r"(telegram|test):\d+",
        r"(test:)?[0-9 ]*",
        r"\d{4}",
        r"plan\.\w+",
    )
    readable = set(values(stolen(there), str))
    odd = {
        text
        for text in readable - vocabulary
        if not any(re.fullmatch(shape, text) for shape in shapes) and not _moment(text)
    }
    assert odd == set()
    assert not any(chat in text for chat in ids for text in readable if not text.startswith("test:"))
    assert not any(str(number) in ids for number in values(stolen(there), int))
    assert WORDS not in readable


def _moment(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text).replace(tzinfo=UTC) or date.fromisoformat(text))
    except ValueError:
        return False


async def test_who_was_deleted_is_a_mark_and_nothing_else(lived_in: tuple[World, list[str]]) -> None:
    there, _ = lived_in
    rows = stolen(there)
    assert [set(row) for row in rows["tombstones"]] == [{"mark", "forgotten_at"}]
    mine = {row["id"] for row in rows["learners"]}
    owned = {row["learner_id"] for table in rows.values() for row in table if "learner_id" in row}
    assert owned == mine


def test_there_are_sealed_columns_to_look_at() -> None:
    from bot.storage import tables as t

    assert (
        sum(isinstance(column.type, LargeBinary) for table in t.metadata.sorted_tables for column in table.columns) > 7
    )
