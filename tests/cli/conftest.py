"""The command line as an operator uses it: real commands, a real database, and people whose words must never show up elsewhere."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.content.read import lessons_dir, load_course
from bot.course.lesson import Course
from bot.service.records import Record
from bot.settings import SECRETS, Settings, read_settings
from tests.cli.people import ANA, BEN, Cast, live_here, record_of
from tests.postgres import TEMPLATE, Cluster, with_driver

KEY = "S2luZGxpbmctdGVzdC1rZXktb2YtMzItYnl0ZXMhISE="
OTHER_KEY = "YW5vdGhlci10ZXN0LWtleS1vZi0zMi1ieXRlcyEhISE="
VARIABLES = (*(name.upper() for name in Settings.model_fields), *(f"{name}_FILE" for name in SECRETS))


@dataclass
class Shell:
    """An operator's shell: its environment, and the program in it."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | Path, code: int | None = 0, said: str | None = None, **environment: str) -> Result:
        """Runs a command, and expects this exit code (None: any). `said` is what the operator types."""
        env = {**dict.fromkeys(VARIABLES), **self.environment, **environment}
        done = CliRunner().invoke(cli, [str(one) for one in arguments], input=said, env=env)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert code is None or done.exit_code == code, f"exit code {done.exit_code}\n{done.output}"
        return done

    def process_environment(self) -> dict[str, str]:
        """The environment of a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return {**kept, **self.environment}

    @property
    def url(self) -> str:
        """The database, as SQLAlchemy needs it."""
        return read_settings(self.environment).database


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """SQLite, and PostgreSQL where it is installed."""
    kind: str = request.param
    return kind


@pytest.fixture
def sqlite_shell(tmp_path: Path) -> Shell:
    """A shell with an SQLite database to be."""
    return Shell(tmp_path, {"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": KEY})


@pytest.fixture
def shell(database_kind: str, sqlite_shell: Shell, request: pytest.FixtureRequest) -> Shell:
    """A shell with a database of each kind in turn; nobody lives in it yet."""
    if database_kind == "postgres":
        sqlite_shell.environment["DATABASE_URL"] = request.getfixturevalue("empty_postgres_url")
    return sqlite_shell


@pytest.fixture(scope="session")
def settled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database in which Ana and Ben live, to be copied."""
    file = tmp_path_factory.mktemp("settled") / "kindling.sqlite3"
    live_here(f"sqlite+aiosqlite:///{file}", KEY)
    return file


@pytest.fixture(scope="session")
def settled_postgres(postgres: Cluster) -> str:
    """A PostgreSQL database in which Ana and Ben live, to be copied: its name."""
    name = postgres.create_database(TEMPLATE)
    live_here(with_driver(postgres.url(name)), KEY)
    return name


@pytest.fixture
def cast(shell: Shell, database_kind: str, request: pytest.FixtureRequest) -> Iterator[Cast]:
    """Ana and Ben, in the database of the shell."""
    if database_kind == "sqlite":
        yield request.getfixturevalue("sqlite_cast")
        return
    postgres: Cluster = request.getfixturevalue("postgres")
    name = postgres.create_database(request.getfixturevalue("settled_postgres"))
    shell.environment["DATABASE_URL"] = postgres.url(name)
    yield Cast(ANA, BEN)
    postgres.drop_database(name)


@pytest.fixture
def sqlite_cast(sqlite_shell: Shell, settled_file: Path) -> Cast:
    """Ana and Ben, in an SQLite database."""
    folder = Path(sqlite_shell.environment["DATA_DIR"])
    folder.mkdir(mode=0o700)
    shutil.copy(settled_file, folder)
    return Cast(ANA, BEN)


@pytest.fixture(scope="session")
def ana(settled_file: Path) -> Record:
    """Everything held about Ana."""
    record = record_of(f"sqlite+aiosqlite:///{settled_file}", KEY, ANA)
    assert record is not None
    return record


@pytest.fixture(scope="session")
def course() -> Course:
    """The shipped lessons."""
    return load_course(lessons_dir())


def json_of(result: Result) -> Any:
    """What a command printed with --json."""
    return json.loads(result.stdout)
