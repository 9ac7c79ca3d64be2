"""Migrations: they lead to the tables the code expects, from any revision, once, however many processes start at the same time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, insert, inspect

from bot.service.ports import StoreUnavailable
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.migrate import FIRST_TO_ASK, MARK, NewerTables, alembic_config, migrate, newest_revision

REPOSITORY = Path(__file__).parents[2]
Schema = dict[str, Any]


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await database.close()


async def run(database: Database, work: Callable[[Connection], Any]) -> Any:
    async with database.unhurried(60) as connection:
        return await connection.run_sync(work)


def alembic(what: Callable[..., None], revision: str) -> Callable[[Connection], None]:
    """An Alembic command, run on the test's connection."""

    def work(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        what(config, revision)

    return work


def schema(connection: Connection) -> Schema:
    """All that a database knows of its tables, in a form that can be compared."""
    inspector = inspect(connection)
    names = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {name: _table(connection, name) for name in names}


def _table(connection: Connection, name: str) -> Schema:
    inspector = inspect(connection)
    return {
        "columns": {
            column["name"]: (
                column["type"].compile(connection.dialect),
                column["nullable"],
                column["default"],
                column.get("identity"),
                column.get("computed"),
            )
            for column in inspector.get_columns(name)
        },
        "primary key": _plain(inspector.get_pk_constraint(name)),
        "foreign keys": _plain(inspector.get_foreign_keys(name)),
        "unique": _plain(inspector.get_unique_constraints(name)),
        "checks": _plain(inspector.get_check_constraints(name)),
        "indexes": _plain(inspector.get_indexes(name)),
    }


def _plain(found: Any) -> Any:
    if isinstance(found, list):
        return sorted((_plain(one) for one in found), key=json.dumps)
    return json.loads(json.dumps(found, default=str))


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [
        script.revision for script in reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
    ]


async def test_all_migrations_lead_to_the_tables_the_code_expects(database: Database) -> None:
    await migrate(database)
    migrated = await run(database, schema)
    await run(database, _drop_everything)
    await run(database, t.metadata.create_all)
    made = await run(database, schema)
    assert set(migrated) == set(made) == set(t.metadata.tables)
    for name, table in made.items():
        assert migrated[name] == table, f"table {name}"


def _drop_everything(connection: Connection) -> None:
    for name in inspect(connection).get_table_names():
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}"' + (" CASCADE" if _is_postgres(connection) else ""))


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


async def test_a_table_that_a_migration_forgot_would_be_seen(database: Database) -> None:
    """The comparison above is worth something: the smallest differences show."""
    await run(database, t.metadata.create_all)
    made = await run(database, schema)
    for change in (
        "DROP INDEX ix_learners_due",
        "CREATE TABLE forgotten (id INTEGER)",
        "ALTER TABLE learners ADD COLUMN forgotten INTEGER",
    ):
        await run(database, lambda connection, change=change: connection.exec_driver_sql(change))
        now = await run(database, schema)
        assert now != made, change
        made = now


async def test_alembic_itself_finds_nothing_to_add(database: Database) -> None:
    await migrate(database)
    differences = await run(
        database, lambda connection: compare_metadata(MigrationContext.configure(connection), t.metadata)
    )
    assert differences == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    for _ in range(2):
        await migrate(database)
    before = await run(database, schema)
    await run(
        database,
        lambda connection: connection.exec_driver_sql("INSERT INTO daily_counts VALUES ('2026-03-02', 'x', 1)"),
    )
    await migrate(database)
    assert await run(database, schema) == before
    count = await run(
        database, lambda connection: connection.exec_driver_sql("SELECT count FROM daily_counts").scalar()
    )
    assert count == 1
    current = await run(database, lambda connection: MigrationContext.configure(connection).get_current_revision())
    assert current == newest_revision() == revisions()[-1]


async def test_every_migration_can_be_taken_back_or_says_why_not(database: Database) -> None:
    steps = revisions()
    states: list[Schema] = [await run(database, schema)]
    for revision in steps:
        await run(database, alembic(command.upgrade, revision))
        states.append(await run(database, schema))
    for number in range(len(steps) - 1, -1, -1):
        before = steps[number - 1] if number else "base"
        try:
            await run(database, alembic(command.downgrade, before))
        except NotImplementedError as refusal:
            if len(str(refusal)) > 20:
                return
            pytest.fail(f"{steps[number]} cannot be taken back, and does not say why")
        assert await run(database, schema) == states[number], f"taking back {steps[number]}"
    await migrate(database)
    assert await run(database, schema) == states[-1]


async def test_every_earlier_revision_is_brought_up_to_date(database: Database) -> None:
    """Rolling upgrades start from whatever version an operator has."""
    newest: Schema | None = None
    for revision in reversed(revisions()):
        await run(database, _drop_everything)
        await run(database, alembic(command.upgrade, revision))
        await migrate(database)
        newest = newest or await run(database, schema)
        assert await run(database, schema) == newest


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(database: Database) -> None:
    await run(database, lambda connection: connection.exec_driver_sql("CREATE TABLE reflections (in_the_way INTEGER)"))
    with pytest.raises(StoreUnavailable):
        await migrate(database)
    assert set(await run(database, schema)) == {"reflections"}
    await run(database, lambda connection: connection.exec_driver_sql("DROP TABLE reflections"))
    await migrate(database)
    assert set(await run(database, schema)) == set(t.metadata.tables)


# -- tables newer than the program ------------------------------------------------------------------------------------------


def only_adds(before: Schema, after: Schema) -> bool:
    """Whether a program that knows the tables before can go on with those after: it names its columns, and fills in no others."""
    return all(name in after and _only_adds(table, after[name]) for name, table in before.items())


def _only_adds(before: Schema, after: Schema) -> bool:
    kept = all(after["columns"].get(name) == column for name, column in before["columns"].items())
    new = [column for name, column in after["columns"].items() if name not in before["columns"]]
    filled = all(nullable or default is not None for _, nullable, default, *_ in new)
    rules = ("primary key", "foreign keys", "unique", "checks")
    unique = [[one for one in table["indexes"] if one["unique"]] for table in (before, after)]
    return kept and filled and unique[0] == unique[1] and all(before[rule] == after[rule] for rule in rules)


async def test_a_migration_takes_nothing_away_or_says_which_programs_it_leaves_behind(database: Database) -> None:
    scripts = {one.revision: one for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    before: Schema = {}
    for revision in revisions():
        await run(database, alembic(command.upgrade, revision))
        after = await run(database, schema)
        if revision > FIRST_TO_ASK and not only_adds(before, after):
            assert getattr(scripts[revision].module, MARK, "") == revision, f"{revision} needs {MARK} = {revision!r}"
        before = after


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE tools",
        "ALTER TABLE learners DROP COLUMN gentle",
        "ALTER TABLE learners ADD COLUMN strict INTEGER NOT NULL",
        "CREATE UNIQUE INDEX strict ON passages (how)",
    ],
)
async def test_a_change_that_leaves_older_programs_behind_is_seen(database: Database, change: str) -> None:
    await migrate(database)
    before = await run(database, schema)
    await run(database, lambda connection: connection.exec_driver_sql("CREATE TABLE more (id INTEGER PRIMARY KEY)"))
    await run(database, lambda connection: connection.exec_driver_sql("ALTER TABLE learners ADD COLUMN more INTEGER"))
    assert only_adds(before, await run(database, schema))
    await run(database, lambda connection: connection.exec_driver_sql(change))
    assert not only_adds(before, await run(database, schema))


async def made_by_a_newer_version(database: Database, mark: str | None) -> None:
    await migrate(database)
    await run(database, lambda db: db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    await run(database, lambda db: db.execute(delete(t.installation).where(t.installation.c.name == MARK)))
    if mark is not None:
        await run(database, lambda db: db.execute(insert(t.installation).values(name=MARK, value=mark.encode())))


async def test_tables_of_a_newer_version_are_left_as_they_are_when_it_says_that_they_may_be_used(
    database: Database,
) -> None:
    await made_by_a_newer_version(database, newest_revision())
    await migrate(database)
    current = await run(database, lambda db: db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
    assert current == "9999"


@pytest.mark.parametrize("mark", ["9999", None])
async def test_tables_of_a_newer_version_are_refused_when_it_does_not(database: Database, mark: str | None) -> None:
    await made_by_a_newer_version(database, mark)
    with pytest.raises(NewerTables, match="newer version"):
        await migrate(database)


TOGETHER = """
import asyncio, sys
from bot.storage.database import Database
from bot.storage.migrate import migrate

async def main():
    database = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await migrate(database)
    await database.close()

asyncio.run(main())
"""


async def test_processes_that_start_at_the_same_time_migrate_once(database: Database, empty_url: str) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", TOGETHER, empty_url],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in starting:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
    ends = await asyncio.gather(*(asyncio.to_thread(process.communicate, "go\n", 60) for process in starting))
    assert [process.returncode for process in starting] == [0, 0], [end[1][-400:] for end in ends]
    assert set(await run(database, schema)) == set(t.metadata.tables)
