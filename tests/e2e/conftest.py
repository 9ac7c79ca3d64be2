"""A world per test, people in it, and the guards that stand over every conversation."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.chat import Chat
from tests.world import TOKEN, World, world


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as there:
        yield there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for a whole module, where time stands still and everybody is somebody new.

    Its tests run in the module's loop: pytestmark = pytest.mark.asyncio(loop_scope="module")."""
    async with world(tmp_path_factory.mktemp("shared")) as there:
        yield there


@pytest.fixture
def ana(there: World) -> Chat:
    return Chat(there, there.person("Ana"))


@pytest.fixture
def ben(there: World) -> Chat:
    return Chat(there, there.person("Ben"))


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No conversation may leave an error in the log, or the bot's token."""
    with caplog.at_level(logging.INFO):
        yield
        records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
        errors = [f"{record.name}: {record.getMessage()}" for record in records if record.levelno >= logging.ERROR]
        assert errors == []
        assert not any(TOKEN in record.getMessage() for record in records)
