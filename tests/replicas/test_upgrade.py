"""A rolling upgrade: two versions side by side on one database, the tables those of the newer one, and the way back."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.app import App
from bot.demo import BotApiServer
from bot.settings import read_settings
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.migrate import MARK, newest_revision
from bot.storage.sealing import Keyring, read_keys
from tests.crash.broadcast import FIRST_CHAT, LESSON, Seen
from tests.crowd import crowd
from tests.replicas.replica import environment, replica
from tests.replicas.test_broadcast import reached
from tests.world import KEY, TOKEN, world

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest}"
{mark}


def upgrade():
    op.add_column("learners", sa.Column("later", sa.Integer()))
    op.add_column("deliveries", sa.Column("later", sa.Integer(), server_default="7", nullable=False))
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
"""
"""What the version after this one may bring."""
REPOSITORY = Path(__file__).parents[2]
PEOPLE = 40


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it was right before the newest migration came."""
    (newest,) = (REPOSITORY / "bot/storage/migrations/versions").glob(f"{newest_revision()}_*.py")
    try:
        came = git("log", "--diff-filter=A", "--format=%H", "-n1", "--", str(newest)).decode().strip()
        packed = git("archive", f"{came}^", "bot", "lessons") if came else b""
    except (subprocess.CalledProcessError, FileNotFoundError):
        packed = b""
    if not packed:
        pytest.skip("the history of the repository is not here")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, check=True, capture_output=True).stdout


@pytest.mark.postgres
async def test_the_old_and_the_new_version_work_side_by_side(before: Path, empty_postgres_url: str) -> None:
    together, alone = (list(range(first, first + PEOPLE)) for first in (FIRST_CHAT, FIRST_CHAT + PEOPLE))
    async with BotApiServer(TOKEN, keep_calls=0, keep_messages=4) as server:
        for chat in (*together, *alone):
            server.person(f"P{chat}", id=chat, started=True)
        known = environment(server, empty_postgres_url, SEND_RATE="30")
        database = Database(read_settings(known).database)
        seen = Seen(server)
        async with replica(known, folder=before) as old:
            await old.says("the database is ready")
            async with replica(known) as new:
                await new.says("the database is ready")
                await due_now(database, together)
                ana = server.person("Ana")
                ana.says("/start")
                await ana.receives("all right with you", within=60)
                await reached(seen, len(together) + 1)
                assert await new.stops() == 0
            # And back again: the old version goes on with what the new one has written, and plans for whom it has sealed.
            ana.says("/about")
            await ana.receives(within=60)
            await due_now(database, alone)
            await reached(seen, len(together) + len(alone) + 1)
            assert await old.stops() == 0
        await database.close()
        lessons = Counter(chat for chat in (*together, *alone) for text in seen.texts[chat] if LESSON in text)
        assert set(lessons.values()) == {1}
        assert [line for line in old.said + new.said if " [error " in line] == []


async def due_now(database: Database, chats: list[int]) -> None:
    """Learners whose lesson is due, in rows as this version writes them."""
    due = datetime.now(UTC) - timedelta(minutes=1)
    await crowd(database, Keyring(read_keys(KEY)), chats, due, zones=("UTC",), hour=23)


def the_next_version(folder: Path, mark: str = "") -> Path:
    """A program as it will be after the next migration. Answers the folder to start it from."""
    for part in ("bot", "lessons"):
        shutil.copytree(REPOSITORY / part, folder / part)
    migration = folder / "bot/storage/migrations/versions/9000_later.py"
    migration.write_text(NEXT.format(newest=newest_revision(), mark=mark))
    return folder


@pytest.mark.postgres
async def test_a_process_of_this_version_starts_on_the_tables_of_the_next(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    """In the middle of an upgrade a process of the old version may start anew; so it does when an upgrade is taken back."""
    newer = the_next_version(tmp_path)
    async with BotApiServer(TOKEN, keep_calls=0, keep_messages=4) as server:
        known = environment(server, empty_postgres_url)
        upgrade = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "db", "upgrade", env={**os.environ, **known}, cwd=newer
        )
        assert await upgrade.wait() == 0
        async with replica(known) as old:
            await old.says("the database is ready")
            ana = server.person("Ana")
            ana.says("/start")
            await ana.receives("all right with you", within=20)
            assert await old.stops() == 0
        assert [line for line in old.said if " [error " in line] == [], "\n".join(old.said)


async def test_a_version_that_cannot_use_the_tables_says_so_and_still_answers_for_help(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path) as there:
        async with there.app.store.database.write() as db:
            await db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            await db.execute(update(t.installation).where(t.installation.c.name == MARK).values(value=b"9999"))
        await there.stop()
        there.app = App(read_settings(there.settings), there.clock, there.patience)
        there.running = asyncio.create_task(there.app.run(ticking=False))
        ana = there.person("Ana")
        ana.says("/help")
        await ana.receives("nobody reads this chat")
        while "made by a newer version" not in caplog.text:
            await asyncio.sleep(0.02)
        assert not there.app.opened.is_set()
