"""Every test that asks for `store` or `url` runs twice: on SQLite, and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore
from tests.postgres import with_driver
from tests.storage.people import KEY, Opener

PATIENT = 30.0
"""Seconds: a machine under load takes its time, and that is no trouble with the database."""
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row, to be copied."""
    path = tmp_path_factory.mktemp("template") / "kindling.sqlite3"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of the test's own: migrated, without a row."""
    if request.param == "postgresql":
        return with_driver(request.getfixturevalue("postgres_url"))
    path = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "kindling.sqlite3")
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table."""
    if request.param == "postgresql":
        return with_driver(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/kindling.sqlite3"


@pytest.fixture
async def another_store(url: str) -> AsyncIterator[Opener]:
    """Opens stores on the test's database; each stands for a process of its own."""
    stores: list[SqlStore] = []

    async def open_store(*keys: bytes, patience: float = PATIENT) -> SqlStore:
        stores.append(SqlStore(Database(url, patience), Keyring(list(keys or (KEY,)))))
        await stores[-1].ready()
        return stores[-1]

    yield open_store
    for store in stores:
        await store.close()


@pytest.fixture
async def store(another_store: Opener) -> SqlStore:
    return await another_store()
