"""A world per test, people in it, and two guards over every story: nothing in the log goes unexpected, no call breaks the rules."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.chat import Chat
from tests.world import TOKEN, World, world


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as there:
        yield there


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings for each of the two databases."""
    return {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgresql" else {}


@pytest.fixture
async def anywhere(either_database: dict[str, str], tmp_path: Path) -> AsyncIterator[World]:
    """A world on each of the two databases."""
    async with world(tmp_path, **either_database) as there:
        yield there


@pytest.fixture
async def ana(there: World) -> Chat:
    return Chat(there, there.person("Ana"))


@pytest.fixture
async def ben(there: World) -> Chat:
    return Chat(there, there.person("Ben"))


Heard = Callable[[str], str]


@pytest.fixture(autouse=True)
def in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[Heard]:
    """Call it with an action word: the line of the one error with that action, which is then no surprise any more."""
    expected: set[int] = set()

    def errors() -> list[logging.LogRecord]:
        records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
        return [record for record in records if record.levelno >= logging.ERROR]

    def heard(action: str) -> str:
        found = [
            record for record in errors() if getattr(record, "action", "") == action and id(record) not in expected
        ]
        assert len(found) == 1, [record.getMessage() for record in errors()]
        expected.add(id(found[0]))
        return found[0].getMessage()

    with caplog.at_level(logging.INFO):
        yield heard
        assert [record.getMessage() for record in errors() if id(record) not in expected] == []
        assert not any(TOKEN in record.getMessage() for record in caplog.get_records("call"))
