"""`kindling db`: whole copies while the bot runs, and a way back that brings nobody back who was forgotten."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.messages import ChatRef
from bot.storage import postgres_dump, sqlite_copy
from bot.storage import tables as t
from bot.storage.backup import BackupError
from bot.storage.database import Database
from bot.storage.migrate import newest_revision
from bot.storage.store import SqlStore
from bot.storage.tombstones import put_up, tombstones
from tests.cli.conftest import KEY, OTHER_KEY, Shell, json_of
from tests.cli.people import ANA, BEN, JOINED, Cast, everyone_reads, live_here, record_of, ring


@pytest.fixture
def backup(shell: Shell, cast: Cast, tmp_path: Path) -> Path:
    """A backup with Ana and Ben in it."""
    needs_programs(shell)
    file = tmp_path / "backup"
    shell.run("db", "backup", file)
    return file


def needs_programs(shell: Shell) -> None:
    if "DATABASE_URL" in shell.environment and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")


def in_database(url: str, work: Callable[[Any], Any]) -> Any:
    """What `work` answers when it is given a connection that writes."""

    async def run() -> Any:
        database = Database(url)
        try:
            async with database.write() as db:
                return await work(db)
        finally:
            await database.close()

    return asyncio.run(run())


@contextmanager
def a_bot_running(shell: Shell) -> Iterator[None]:
    """A store that is open, as in a bot that runs."""
    loop = asyncio.new_event_loop()
    store = SqlStore(Database(shell.url), ring(KEY))
    try:
        loop.run_until_complete(store.ready())
        yield
    finally:
        loop.run_until_complete(store.close())
        loop.close()


# -- upgrade -----------------------------------------------------------------------------------------------------------


def test_upgrade_makes_the_tables_and_then_says_there_is_nothing_to_do(shell: Shell) -> None:
    first = json_of(shell.run("db", "upgrade", "--json"))
    assert first == {"before": None, "revision": newest_revision()}
    assert "were up to date" in shell.run("db", "upgrade").stdout


def test_a_command_on_tables_of_an_older_version_says_to_upgrade(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    with closing(sqlite3.connect(database_file(sqlite_shell))) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0001'")
    assert "kindling db upgrade" in sqlite_shell.run("stats", code=1).stderr


def test_a_command_without_a_database_makes_none(sqlite_shell: Shell) -> None:
    told = sqlite_shell.run("stats", code=1)
    assert "no database yet" in told.stderr
    assert not Path(sqlite_shell.environment["DATA_DIR"]).exists()


def database_file(shell: Shell) -> Path:
    return Path(shell.environment["DATA_DIR"]) / "kindling.sqlite3"


# -- backup ------------------------------------------------------------------------------------------------------------


def test_a_backup_is_for_its_owner_alone_and_holds_no_clear_word(shell: Shell, cast: Cast, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    raw = backup.read_bytes()
    assert not any(secret.encode() in raw for secret in cast.secrets())


def test_a_backup_can_be_made_while_the_bot_runs(shell: Shell, cast: Cast, tmp_path: Path) -> None:
    needs_programs(shell)
    with a_bot_running(shell):
        shell.run("db", "backup", tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_size > 1000


def test_a_backup_into_a_folder_gets_a_name_with_the_date(
    sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    made = json_of(sqlite_shell.run("db", "backup", folder, "--json"))
    (file,) = folder.iterdir()
    assert Path(made["file"]) == file
    assert file.name.startswith(f"kindling-{datetime.now(UTC):%Y}")
    assert made["bytes"] == file.stat().st_size


def test_a_backup_asks_before_it_overwrites(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    sqlite_shell.run("db", "backup", tmp_path / "mine", code=1, said="no\n")
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"
    sqlite_shell.run("db", "backup", tmp_path / "mine", "--yes")
    assert (tmp_path / "mine").read_bytes().startswith(b"SQLite format 3")


def test_a_backup_into_no_folder_says_how_to_make_one(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    assert "mkdir" in sqlite_shell.run("db", "backup", tmp_path / "nowhere" / "file", code=2).stderr


def test_a_backup_that_fails_leaves_no_half_file(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    file = database_file(sqlite_shell)
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 40_000)
    folder = tmp_path / "backups"
    folder.mkdir()
    sqlite_shell.run("db", "backup", folder / "one", code=1)
    assert list(folder.iterdir()) == []


# -- restore -----------------------------------------------------------------------------------------------------------


def test_restore_brings_everything_back(shell: Shell, backup: Path) -> None:
    before = {one.name: record_of(shell.url, KEY, one) for one in (ANA, BEN)}
    in_database(shell.url, lambda db: db.execute(update(t.learners).values(state="stopped")))
    shell.run("db", "restore", backup, "--yes")
    after = {one.name: record_of(shell.url, KEY, one) for one in (ANA, BEN)}
    assert after == before


def test_restore_onto_an_empty_machine(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    sqlite_shell.run("db", "backup", tmp_path / "backup")
    sqlite_shell.run("db", "restore", tmp_path / "backup", DATA_DIR=str(tmp_path / "another" / "data"))
    restored = tmp_path / "another" / "data" / "kindling.sqlite3"
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600
    everyone_reads(f"sqlite+aiosqlite:///{restored}", KEY, [ANA, BEN])


def test_restore_asks_first_and_no_means_no(shell: Shell, backup: Path) -> None:
    in_database(shell.url, lambda db: db.execute(update(t.learners).values(state="stopped")))
    shell.run("db", "restore", backup, code=1, said="n\n")
    shell.run("db", "restore", backup, code=2)
    ana = record_of(shell.url, KEY, ANA)
    assert ana is not None
    assert ana.learner.state.value == "stopped"


def test_restore_does_not_bring_back_who_was_forgotten(shell: Shell, backup: Path) -> None:
    shell.run("learners", "forget", BEN.chat_id, "--yes")
    restored = json_of(shell.run("db", "restore", backup, "--yes", "--json"))
    assert restored["forgotten_left_out"] is True
    assert record_of(shell.url, KEY, BEN) is None
    everyone_reads(shell.url, KEY, [ANA])


def test_a_second_restore_remembers_the_forgotten_as_well(shell: Shell, backup: Path) -> None:
    shell.run("learners", "forget", BEN.chat_id, "--yes")
    shell.run("db", "restore", backup, "--yes")
    shell.run("db", "restore", backup, "--yes")
    assert record_of(shell.url, KEY, BEN) is None


def test_who_came_back_after_being_forgotten_is_restored_from_a_later_backup(
    shell: Shell, backup: Path, tmp_path: Path
) -> None:
    shell.run("learners", "forget", BEN.chat_id, "--yes")

    async def come_back() -> None:
        store = SqlStore(Database(shell.url), ring(KEY))
        await store.ready()
        async with store.turn(ChatRef("telegram", BEN.chat_id), "Ben-again", datetime.now(UTC)) as turn:
            await turn.meet("en")
        await store.close()

    asyncio.run(come_back())
    shell.run("db", "backup", tmp_path / "later")
    shell.run("db", "restore", tmp_path / "later", "--yes")
    ben = record_of(shell.url, KEY, BEN)
    assert ben is not None
    assert ben.reflections == ()


def test_the_forgotten_stay_forgotten_across_a_change_of_keys(shell: Shell, backup: Path) -> None:
    shell.environment["SECRET_KEY"] = f"{OTHER_KEY},{KEY}"
    shell.run("keys", "rotate", "--yes")
    shell.environment["SECRET_KEY"] = OTHER_KEY
    shell.run("learners", "forget", BEN.chat_id, "--yes")
    # The backup is sealed with the older key, under which no tombstone was put up.
    shell.environment["SECRET_KEY"] = f"{OTHER_KEY},{KEY}"
    shell.run("db", "restore", backup, "--yes")
    assert record_of(shell.url, f"{OTHER_KEY},{KEY}", BEN) is None
    everyone_reads(shell.url, f"{OTHER_KEY},{KEY}", [ANA])


def test_restore_refuses_while_the_bot_runs(shell: Shell, backup: Path) -> None:
    with a_bot_running(shell):
        told = shell.run("db", "restore", backup, "--yes", code=1)
    assert "the bot is running" in told.stderr
    everyone_reads(shell.url, KEY, [ANA, BEN])


def test_restore_with_a_key_that_does_not_fit_changes_nothing(shell: Shell, backup: Path) -> None:
    told = shell.run("db", "restore", backup, "--yes", code=1, SECRET_KEY=OTHER_KEY)
    assert "SECRET_KEY" in told.stderr
    everyone_reads(shell.url, KEY, [ANA, BEN])


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00 and then rubbish", b"PGDMP rubbish"])
def test_restore_refuses_what_is_no_backup(shell: Shell, cast: Cast, tmp_path: Path, content: bytes) -> None:
    needs_programs(shell)
    (tmp_path / "file").write_bytes(content)
    told = shell.run("db", "restore", tmp_path / "file", "--yes", code=1)
    assert "this" in told.stderr
    everyone_reads(shell.url, KEY, [ANA, BEN])


def test_restore_refuses_a_cut_off_backup(shell: Shell, backup: Path) -> None:
    raw = backup.read_bytes()
    backup.write_bytes(raw[: len(raw) // 2])
    shell.run("db", "restore", backup, "--yes", code=1)
    everyone_reads(shell.url, KEY, [ANA, BEN])


def test_restore_refuses_a_backup_of_a_newer_version(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    sqlite_shell.run("db", "backup", tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    told = sqlite_shell.run("db", "restore", tmp_path / "backup", "--yes", code=1)
    assert "newer version" in told.stderr


def test_restore_says_when_the_present_database_cannot_tell_who_was_forgotten(
    sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path
) -> None:
    sqlite_shell.run("db", "backup", tmp_path / "backup")
    database_file(sqlite_shell).write_bytes(b"\x00" * 20_000)
    told = sqlite_shell.run("db", "restore", tmp_path / "backup", "--yes", code=1)
    assert "--without-tombstones" in told.stderr
    sqlite_shell.run("db", "restore", tmp_path / "backup", "--yes", "--without-tombstones")
    everyone_reads(sqlite_shell.url, KEY, [ANA, BEN])


def test_what_a_backup_caught_half_done_is_neither_sent_again_nor_asked_about(
    shell: Shell, cast: Cast, tmp_path: Path
) -> None:
    needs_programs(shell)
    half_done = {"status": "sending", "next_at": JOINED, "held_by": 7}
    in_database(
        shell.url, lambda db: db.execute(update(t.deliveries).where(t.deliveries.c.status == "sent").values(half_done))
    )
    shell.run("db", "backup", tmp_path / "backup")
    shell.run("db", "restore", tmp_path / "backup", "--yes")
    ana = record_of(shell.url, KEY, ANA)
    assert ana is not None
    statuses = {(row.delivery.status.value, row.delivery.reason) for row in ana.deliveries}
    assert ("uncertain", "restored") in statuses
    assert "stress-2" in {one.lesson for one in ana.lessons}
    pending = in_database(
        shell.url, lambda db: db.execute(select(t.inbox.c.sealed_replies).where(t.inbox.c.sealed_replies.is_not(None)))
    )
    assert pending.all() == []


@pytest.mark.postgres
def test_a_restore_that_fails_half_way_leaves_postgresql_as_it_was(
    empty_postgres_url: str, sqlite_shell: Shell, tmp_path: Path
) -> None:
    sqlite_shell.environment["DATABASE_URL"] = empty_postgres_url
    needs_programs(sqlite_shell)
    live_here(sqlite_shell.url, KEY)
    sqlite_shell.run("db", "backup", tmp_path / "backup")
    # Another program's table has taken the name of one of our indexes: the backup cannot make it.
    for statement in (
        "ALTER INDEX pk_tombstones RENAME TO spare",
        "CREATE TABLE other (id integer CONSTRAINT pk_tombstones PRIMARY KEY)",
    ):
        in_database(sqlite_shell.url, lambda db, statement=statement: db.exec_driver_sql(statement))
    told = sqlite_shell.run("db", "restore", tmp_path / "backup", "--yes", code=1)
    assert "nothing was changed" in told.stderr
    everyone_reads(sqlite_shell.url, KEY, [ANA, BEN])


@pytest.mark.postgres
def test_a_password_stands_on_no_command_line(empty_postgres_url: str) -> None:
    url = empty_postgres_url.replace("postgresql://kindling@", "postgresql+psycopg://kindling:hush-hush@")

    async def command_line() -> tuple[str, str]:
        async with postgres_dump._running("psql", url=url, fed=True) as process:
            line = Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
            environment = Path(f"/proc/{process.pid}/environ").read_text(encoding="utf-8")
            await process.communicate(b"")  # it waits for what it is told until then
            return line, environment

    line, environment = asyncio.run(command_line())
    assert "hush-hush" not in line
    assert "PGPASSWORD=hush-hush" in environment


def test_programs_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackupError, match="postgresql-client"):
        postgres_dump._found("pg_no_such_program")


def test_tombstones_keep_the_later_time(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    later, earlier = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)

    async def work(db: Any) -> Any:
        await put_up(db, [b"index"], later)
        await put_up(db, [b"index"], earlier)
        return await tombstones(db)

    assert set(in_database(sqlite_shell.url, work).values()) == {later}


def test_a_backup_of_the_wrong_kind_is_named(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(b"PGDMP" + b"\x00" * 200)
    assert (
        "not a backup of an SQLite database"
        in sqlite_shell.run("db", "restore", tmp_path / "dump", "--yes", code=1).stderr
    )
    assert sqlite_copy.BEGINNING not in (tmp_path / "dump").read_bytes()
