"""A full day of traffic full of marker words, with every fault there is; afterwards no marker is found anywhere but in ciphertext.

The real program runs as a process of its own at the most talkative log level. Logs, health pages, temporary files, what it says when
it crashes, and the database's own files (SQLite: main, WAL, journal; PostgreSQL: every file below its data folder) are searched.
"""

from __future__ import annotations

import base64
import json
import signal
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.messages import ChatRef
from bot.storage.database import Database
from bot.storage.records import SqlRecords, sweep
from bot.storage.rows import address_of
from bot.storage.sealing import Keyring, read_keys
from tests.postgres import with_driver
from tests.privacy.process import TOKEN, Running, files_below, running
from tests.world import KEY, onboard

MARK = "mrkr"
ID = 7319465280123
"""A chat id that stands nowhere else."""
NAMES = {"first_name": f"{MARK}Firstname", "last_name": f"{MARK}Lastname", "username": f"{MARK}_username"}
FAULTS = ("429", "500", "502", "reset", "accept_then_cut", "slow")


def marked(what: str) -> str:
    return f"{MARK} {what} of theirs"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings for each of the two databases."""
    return {"DATABASE_URL": request.getfixturevalue("empty_postgres_url")} if request.param == "postgresql" else {}


def url_of(bot: Running, settings: dict[str, str]) -> str:
    if "DATABASE_URL" in settings:
        return with_driver(settings["DATABASE_URL"])
    return f"sqlite+aiosqlite:///{bot.folder}/data/kindling.sqlite3"


async def a_day(bot: Running) -> None:
    """Somebody signs up, reads, writes, plans, is in need, and asks for what is theirs; the messenger stumbles all the time."""
    ana = bot.server.person("Ana", id=ID)
    for name, value in NAMES.items():
        setattr(ana.user, name, value)
    await bot.settled()
    await onboard(bot, ana)  # type: ignore[arg-type]  # it needs a server and a way to wait
    for fault in FAULTS:
        bot.server.faults.add(fault, chat_id=ID, times=1, after=2, seconds=0.1)  # type: ignore[arg-type]
        for said in ("/next", marked(f"answer {fault}"), f"/pause {MARK}", f"/{MARK}", "/today", "/journal", "/mirror"):
            ana.says(said)
            await bot.settled()
    done = ana.says(marked("words to be edited"))
    await bot.settled()
    ana.edits(done.message_id, marked("edited words"))
    ana.says("/plan")
    await bot.settled()
    ana.taps("Begin")
    await bot.settled()
    ana.says(marked("sign"))
    await bot.settled()
    ana.says("later")
    ana.sends("document", filename=f"{MARK}.json", data=json.dumps({"format": MARK, "learner": MARK}).encode())
    ana.sends("photo", caption=marked("caption"))
    ana.sends("contact", phone_number=f"+49{MARK}", first_name=MARK)
    ana.sends("venue", title=MARK, address=MARK)
    await bot.settled()
    ana.taps_old(1, f"ls:did:{MARK}")
    ana.taps_old(1, f"{MARK}:{MARK}:{MARK}")
    await bot.settled()
    ana.says(f"I want to die, {MARK}")
    await bot.settled()
    for shape in (
        {"message": {"text": MARK, "chat": {"id": MARK}}},
        {MARK: {MARK: [MARK]}},
        {"callback_query": {"id": MARK}},
    ):
        bot.server.raw(shape)  # type: ignore[arg-type]
    ana.says("/export")
    await bot.settled()


async def the_database_stumbles(bot: Running, settings: dict[str, str]) -> None:
    """The database refuses while they write."""
    url = make_url(url_of(bot, settings))
    ana = bot.server.people[0]
    if url.get_backend_name() == "sqlite":
        import sqlite3

        locked = sqlite3.connect(str(url.database), isolation_level=None)
        locked.execute("BEGIN IMMEDIATE")
        ana.says(marked("words while it is locked"))
        await bot.settled()
        locked.close()
    else:
        with psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        ) as db:
            ana.says(marked("words while it is cut off"))
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            await bot.settled()
    await bot.settled()


def forms(secret: str) -> list[bytes]:
    """The ways in which a secret could have been written down."""
    plain = secret.encode()
    return [
        plain,
        plain.hex().encode(),
        secret.encode("utf-16-le"),
        *(base64.b64encode(plain[i:])[4:-4] for i in (0, 1, 2) if len(plain) > 9),
    ]


def findings(held: dict[str, bytes], secrets: tuple[str, ...] = (MARK, str(ID), TOKEN)) -> list[str]:
    """Where a secret can be read."""
    return [
        f"{secret!r} in {name}"
        for name, data in held.items()
        for secret in secrets
        for form in forms(secret)
        if form in data
    ]


def database_files(bot: Running, settings: dict[str, str], cluster: Path | None) -> dict[str, bytes]:
    """The database's own files."""
    if cluster is None:
        return {
            name: data for name, data in files_below(bot.folder / "data").items() if name.startswith("kindling.sqlite3")
        }
    with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as db:
        db.execute("CHECKPOINT")
    return {name: data for name, data in files_below(cluster).items() if not name.startswith("log")}


def cluster_of(settings: dict[str, str]) -> Path | None:
    if "DATABASE_URL" not in settings:
        return None
    with psycopg.connect(settings["DATABASE_URL"]) as db:
        row = db.execute("SHOW data_directory").fetchone()
        assert row is not None
        return Path(row[0])


async def test_nothing_leaks_and_what_was_deleted_leaves_no_trace(tmp_path: Path, settings: dict[str, str]) -> None:
    async with running(tmp_path, **settings) as bot:
        cluster = cluster_of(settings)
        await a_day(bot)
        await the_database_stumbles(bot, settings)
        pages = {path: await bot.asks_for(path) for path in ("/livez", "/readyz", "/metrics")}
        database = Database(url_of(bot, settings))
        sealed = await theirs(database)
        held = database_files(bot, settings, cluster)
        assert any(value in data for value in sealed for data in held.values()), (
            "the files were read, and hold what is sealed"
        )
        assert findings(held) == []
        ana = bot.server.people[0]
        ana.says("/delete")
        await bot.settled()
        ana.taps("Delete everything")
        await bot.settled()
        ana.taps("Yes, delete it for good")
        await bot.settled()
        await database.close()
        assert "Receipt" in ana.chat.from_bot[-1].text
        await sweep_at_night(bot, settings)
        left = {
            name: data for name, data in database_files(bot, settings, cluster).items() if not name.startswith("pg_wal")
        }
        assert [name for name, data in left.items() for value in sealed if value in data] == []
        await bot.ends(signal.SIGABRT)
    written = {
        "log and crash output": b"".join(bot.output),
        **files_below(tmp_path / "temporary"),
        **files_below(tmp_path / "home"),
        **pages,
    }
    assert b"started" in written["log and crash output"]
    assert b"Fatal Python error: Aborted" in written["log and crash output"]
    assert findings(written) == []


async def theirs(database: Database) -> list[bytes]:
    """Every sealed value and every index of the one learner there is, as the database has them."""
    from sqlalchemy import LargeBinary, select

    from bot.storage import tables as t
    from bot.storage.records import OWNED

    found: list[bytes] = []
    async with database.read() as db:
        for table in (t.learners, *OWNED):
            columns = [column for column in table.columns if isinstance(column.type, LargeBinary)]
            for row in await db.execute(select(*columns)) if columns else []:
                found += [bytes(value) for value in row if value]
    keyring = Keyring(read_keys(KEY))
    assert keyring.indexes(address_of(ChatRef("telegram", str(ID))))[0] in found
    assert await SqlRecords(database, keyring).record(ChatRef("telegram", str(ID))) is not None
    return [value[:48] for value in found]


async def sweep_at_night(bot: Running, settings: dict[str, str]) -> None:
    """What the nightly job does last. SQLite was swept before the receipt went out, so there it is not even needed."""
    if "DATABASE_URL" in settings:
        database = Database(url_of(bot, settings))
        await sweep(database, thorough=True)
        await database.close()


# -- the search finds what there is to find ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"a mrkr b", b"6d726b72", "mrkr".encode("utf-16-le"), str(ID).encode(), base64.b64encode(f"x {ID} y".encode())],
)
def test_a_marker_would_be_found(data: bytes) -> None:
    assert findings({"a file": data})
