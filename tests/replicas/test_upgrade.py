"""A rolling upgrade: the version before the newest migration and this one, side by side on one database."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo import BotApiServer
from bot.settings import read_settings
from bot.storage.database import Database
from bot.storage.migrate import newest_revision
from bot.storage.sealing import Keyring, read_keys
from tests.crash.broadcast import FIRST_CHAT, LESSON, Seen
from tests.crowd import crowd
from tests.replicas.replica import environment, replica
from tests.replicas.test_broadcast import reached
from tests.world import KEY, TOKEN

pytestmark = pytest.mark.postgres
REPOSITORY = Path(__file__).parents[2]
PEOPLE = 120


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


async def test_the_old_and_the_new_version_work_side_by_side(before: Path, empty_postgres_url: str) -> None:
    chats = list(range(FIRST_CHAT, FIRST_CHAT + PEOPLE))
    async with BotApiServer(TOKEN, keep_calls=0, keep_messages=4) as server:
        for chat in chats:
            server.person(f"P{chat}", id=chat, started=True)
        known = environment(server, empty_postgres_url, SEND_RATE="30")
        seen = Seen(server)
        async with replica(known, folder=before) as old:
            await old.says("the database is ready")
            async with replica(known) as new:
                await new.says("the database is ready")
                database = Database(read_settings(known).database)
                due = datetime.now(UTC) - timedelta(minutes=1)
                await crowd(database, Keyring(read_keys(KEY)), chats, due, zones=("UTC",), hour=23)
                await database.close()
                ana = server.person("Ana")
                ana.says("/start")
                await ana.receives("all right with you", within=20)
                await reached(seen, PEOPLE + 1, within=60)
                assert await new.stops() == 0
            # And back again: the old version goes on with what the new one has written.
            ana.says("/about")
            await ana.receives(within=20)
            assert await old.stops() == 0
        lessons = Counter(chat for chat in chats for text in seen.texts[chat] if LESSON in text)
        assert set(lessons.values()) == {1}
        assert not any(" [error " in line for line in old.said + new.said), [*old.said, *new.said]
