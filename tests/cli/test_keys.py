"""`kindling keys`: a new key moves in while everyone stays readable, whatever breaks it off."""

from __future__ import annotations

import asyncio
import base64
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.messages import ChatRef
from bot.storage import rotation
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.rotation import rotate
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore
from tests.cli.conftest import KEY, OTHER_KEY, Shell, json_of
from tests.cli.people import ANA, BEN, JOINED, Cast, everyone_reads, record_of, ring
from tests.crowd import crowd

BOTH = f"{OTHER_KEY},{KEY}"


# -- new ---------------------------------------------------------------------------------------------------------------


def test_a_new_key_is_32_random_bytes_in_base64(sqlite_shell: Shell) -> None:
    keys = {sqlite_shell.run("keys", "new").stdout.strip() for _ in range(3)}
    assert len(keys) == 3
    assert {len(base64.b64decode(key)) for key in keys} == {32}


def test_a_new_key_is_put_in_front_of_the_generated_one(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    file = Path(sqlite_shell.environment["DATA_DIR"]) / "secret.key"
    file.write_text(KEY + "\n", encoding="utf-8")
    del sqlite_shell.environment["SECRET_KEY"]
    told = sqlite_shell.run("keys", "new", "--add")
    first, _, second = file.read_text(encoding="utf-8").strip().partition(",")
    assert second == KEY
    assert first not in told.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sqlite_shell.run("keys", "rotate", "--yes")
    everyone_reads(sqlite_shell.url, first, [ANA, BEN])


def test_adding_a_key_is_refused_where_the_file_is_not_used(sqlite_shell: Shell) -> None:
    assert "SECRET_KEY is set" in sqlite_shell.run("keys", "new", "--add", code=2).stderr


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_is_content_with_the_right_key(shell: Shell, cast: Cast) -> None:
    assert "Every key that is needed is given" in shell.run("keys", "check").stdout


def test_check_names_what_is_missing_unfinished_or_no_longer_needed(shell: Shell, cast: Cast) -> None:
    def found(secret_key: str) -> list[str]:
        told = shell.run("keys", "check", "--json", code=1, SECRET_KEY=secret_key)
        assert secret_key not in told.output
        return [one["id"] for one in json_of(told)["findings"]]

    assert found(OTHER_KEY) == ["missing"]
    assert found(BOTH) == ["rotation-unfinished"]
    shell.run("keys", "rotate", "--yes", SECRET_KEY=BOTH)
    assert found(BOTH) == ["not-needed"]
    shell.run("keys", "check", SECRET_KEY=OTHER_KEY)


@pytest.mark.parametrize("wrong", ["short", f"{KEY},short", "é" * 44])
def test_a_key_that_is_none_is_said_to_be_none_without_showing_it(
    sqlite_shell: Shell, sqlite_cast: Cast, wrong: str
) -> None:
    told = sqlite_shell.run("keys", "check", code=1, SECRET_KEY=wrong)
    assert "32 bytes" in told.stderr
    assert wrong not in told.output


def test_without_any_key_none_is_made(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    del sqlite_shell.environment["SECRET_KEY"]
    assert "there is no key" in sqlite_shell.run("keys", "check", code=1).stderr
    assert not (Path(sqlite_shell.environment["DATA_DIR"]) / "secret.key").exists()


# -- rotate ------------------------------------------------------------------------------------------------------------


def test_after_rotation_only_the_new_key_is_needed_and_the_old_one_opens_nothing(shell: Shell, cast: Cast) -> None:
    shell.run("keys", "rotate", "--yes", SECRET_KEY=BOTH)
    everyone_reads(shell.url, OTHER_KEY, [ANA, BEN])
    assert record_of(shell.url, KEY, ANA) is None
    told = shell.run("keys", "check", code=1, SECRET_KEY=KEY)
    assert "not given" in told.stdout


def test_rotation_warns_when_no_bot_knows_the_new_key_yet(shell: Shell, cast: Cast) -> None:
    asked = shell.run("keys", "rotate", code=1, said="n\n", SECRET_KEY=BOTH)
    assert "Restart every bot" in asked.stderr
    everyone_reads(shell.url, KEY, [ANA, BEN])

    async def start_a_bot() -> None:
        store = SqlStore(Database(shell.url), ring(BOTH))
        await store.ready()
        await store.close()

    asyncio.run(start_a_bot())
    shell.run("keys", "rotate", SECRET_KEY=BOTH)
    everyone_reads(shell.url, OTHER_KEY, [ANA, BEN])


def test_rotation_without_the_old_key_changes_nothing(shell: Shell, cast: Cast) -> None:
    told = shell.run("keys", "rotate", "--yes", code=1, SECRET_KEY=OTHER_KEY)
    assert "was not given" in told.stderr
    everyone_reads(shell.url, KEY, [ANA, BEN])


def test_a_bot_started_with_only_the_old_key_refuses_after_rotation(shell: Shell, cast: Cast) -> None:
    shell.run("keys", "rotate", "--yes", SECRET_KEY=BOTH)

    async def start() -> None:
        store = SqlStore(Database(shell.url), ring(KEY))
        try:
            await store.ready()
        finally:
            await store.close()

    with pytest.raises(Exception, match="SECRET_KEY"):
        asyncio.run(start())


class BrokenOffError(Exception):
    """Stands for whatever ends a process."""


async def _crowd(url: str, number: int) -> list[int]:
    chats = list(range(70_000, 70_000 + number))
    database = Database(url)
    try:
        await migrate(database)
        await crowd(database, ring(KEY), chats, JOINED)
    finally:
        await database.close()
    return chats


async def _all_read(database: Database, keyring: Keyring, chats: list[int]) -> None:
    store = SqlStore(database, keyring)
    for chat in chats:
        assert await store.learner(ChatRef("telegram", str(chat))) is not None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rotation_broken_off_anywhere_leaves_everyone_readable_and_goes_on_later(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 7)
    chance = random.Random(seed)

    async def work() -> None:
        chats = await _crowd(shell.url, 40)
        keyring, database = ring(BOTH), Database(shell.url)
        broken_off = 0
        try:
            while True:
                stop_at = chance.randrange(1, 20)

                def progress(done: int, of: int, stop_at: int = stop_at) -> None:
                    if done >= stop_at:
                        raise BrokenOffError

                try:
                    await rotate(database, keyring, progress)
                    break
                except BrokenOffError:
                    broken_off += 1
                await _all_read(database, keyring, chats)
            assert broken_off > 0
            await _all_read(database, ring(OTHER_KEY), chats)
        finally:
            await database.close()

    asyncio.run(work())


def test_everyone_is_readable_at_every_moment_of_a_rotation(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 5)

    async def work() -> None:
        chats = await _crowd(shell.url, 60)
        rotating, reading = Database(shell.url), Database(shell.url)
        try:
            turning = asyncio.create_task(rotate(rotating, ring(BOTH), lambda done, of: None))
            rounds = 0
            while not turning.done():
                await _all_read(reading, ring(BOTH), chats)
                rounds += 1
            assert (await turning).changed == len(chats)
            assert rounds > 0
        finally:
            await rotating.close()
            await reading.close()

    asyncio.run(work())


def test_a_process_killed_in_the_middle_leaves_everyone_readable(sqlite_shell: Shell) -> None:
    chats = asyncio.run(_crowd(sqlite_shell.url, 3000))
    file = Path(sqlite_shell.environment["DATA_DIR"]) / "kindling.sqlite3"
    environment = {**sqlite_shell.process_environment(), "SECRET_KEY": BOTH}
    process = subprocess.Popen([sys.executable, "-m", "bot", "keys", "rotate", "--yes"], env=environment)
    new = ring(OTHER_KEY).newest
    with closing(sqlite3.connect(file, timeout=10)) as db:
        while process.poll() is None:
            if db.execute("SELECT 1 FROM learners WHERE key_id = ? LIMIT 1", (new,)).fetchone():
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
    assert process.wait() == -signal.SIGKILL

    async def work() -> None:
        database = Database(sqlite_shell.url)
        try:
            async with database.read() as db:
                moved = select(func.count()).select_from(t.learners).where(t.learners.c.key_id == new)
                assert 0 < (await db.execute(moved)).scalar_one() < len(chats)
            await _all_read(database, ring(BOTH), random.Random(1).sample(chats, 300))
        finally:
            await database.close()

    asyncio.run(work())
    sqlite_shell.run("keys", "rotate", "--yes", SECRET_KEY=BOTH)
    sqlite_shell.run("keys", "check", SECRET_KEY=OTHER_KEY)


def test_a_person_with_two_rows_is_left_readable_and_told_about(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    async def meet_again() -> None:
        # A bot that ran for a while with only the new key did not know her, and met her anew.
        database = Database(sqlite_shell.url)
        store = SqlStore(database, ring(OTHER_KEY))
        async with store.turn(ANA.chat, "again", JOINED) as turn:
            await turn.meet("en")
        await database.close()

    asyncio.run(meet_again())
    told = json_of(sqlite_shell.run("keys", "rotate", "--yes", "--json", code=1, SECRET_KEY=BOTH))
    assert (told["changed"], told["doubled"]) == (1, 1)
    everyone_reads(sqlite_shell.url, OTHER_KEY, [BEN])
    sqlite_shell.run("learners", "forget", ANA.chat_id, "--yes", SECRET_KEY=BOTH)
    assert record_of(sqlite_shell.url, BOTH, ANA) is None
