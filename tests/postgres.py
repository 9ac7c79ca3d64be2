"""A throw-away PostgreSQL for tests: a cluster of its own for each test process, and a fresh, migrated database for each test.

It needs PostgreSQL's own programs, on PATH or where Debian keeps them; without them the tests that ask for it are skipped.
PostgreSQL refuses to run as root, so root lends it the account `postgres`, or else `nobody`.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from bot.storage.database import Database
from bot.storage.migrate import migrate
from tests.ports import free_port
from tests.quick_place import quick_place

PROGRAMS = ("initdb", "pg_ctl", "postgres")
MISSING = (
    "PostgreSQL is not installed: initdb, pg_ctl and postgres are needed (on Debian and Ubuntu: apt install postgresql)"
)
SUPERUSER = "kindling"
TEMPLATE = "migrated"
# Waits until the test process has ended, however it ended: then the end of its input comes, and PostgreSQL goes too.
WATCH = """
read _
kill -CONT "$(head -n 1 "$2/data/postmaster.pid")"
"$1" stop -D "$2/data" -m immediate -w -t 30
rm -rf "$2"
"""
# A crash of PostgreSQL costs no data, a crash of the machine may: nothing here waits for a disk.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = 16MB
max_connections = 120
autovacuum = off
jit = off
"""


def programs() -> Path | None:
    """The folder that holds PostgreSQL's programs, the newest version first; None when they are not installed."""
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    places = ([Path(on_path).resolve().parent] if on_path else []) + debian
    return next((place for place in places if all((place / name).exists() for name in PROGRAMS)), None)


class Cluster:
    """A running PostgreSQL in a folder of its own, reachable on 127.0.0.1 at `port`. It ends with the process that made it, even
    one that was killed, and leaves nothing behind."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._owner = _owner()
        self.folder = Path(tempfile.mkdtemp(prefix="kindling-pg-", dir=quick_place()))
        if self._owner is not None:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        self._data = self.folder / "data"
        self._names = (f"test_{number}" for number in count(1))
        self._frozen: list[int] = []
        self._watch = self._watched()
        try:
            self._run("initdb", "-D", str(self._data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
                      "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
            self._first_start()
        except BaseException:
            self.remove()
            raise

    def _watched(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "watch", str(self._binaries / "pg_ctl"), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for the tests
            **self._as_owner(),
        )

    def _as_owner(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
            **self._as_owner(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stdout or ''}{self._log()}")

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def _first_start(self) -> None:
        # Between finding a free port and taking it, another process may take it: then the next one is tried.
        for attempt in range(5):
            self.port = free_port()
            sockets = self.folder if len(str(self.folder)) < 80 else ""  # a socket's path has room for 107 bytes
            text = CONFIGURATION.format(port=self.port, sockets=sockets)
            (self._data / "postgresql.auto.conf").write_text(text)
            try:
                self.start()
                return
            except RuntimeError:
                if attempt == 4:
                    raise

    def start(self) -> None:
        """Starts the server, and returns when it takes connections."""
        self._run("pg_ctl", "start", "-D", str(self._data), "-w", "-t", "60", "-s", "-l", str(self.folder / "log"))

    def stop(self, mode: str = "fast") -> None:
        """Stops the server; every connection is cut. `mode` "immediate" is a crash."""
        self.thaw()
        self._run("pg_ctl", "stop", "-D", str(self._data), "-w", "-t", "60", "-s", "-m", mode)

    @property
    def running(self) -> bool:
        """True between a start and a stop."""
        return (self._data / "postmaster.pid").exists()

    def remove(self) -> None:
        """Stops the server and deletes all it wrote."""
        self.thaw()
        self._watch.communicate(timeout=60)

    def freeze(self) -> None:
        """Makes the server hang: it keeps its connections, takes new ones, and answers none."""
        with self._admin() as db:
            rows = db.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        for process in (postmaster, *(row[0] for row in rows)):
            os.kill(process, signal.SIGSTOP)
            self._frozen.append(process)

    def thaw(self) -> None:
        """Lets a frozen server go on."""
        while self._frozen:
            os.kill(self._frozen.pop(), signal.SIGCONT)

    def url(self, database: str) -> str:
        """The address of a database of this cluster, as an operator writes it into DATABASE_URL."""
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def _admin(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            yield connection

    def create_database(self, template: str = "template1") -> str:
        """Makes a database as a copy of `template`, and answers its name."""
        name = next(self._names)
        with self._admin() as db:
            # Since version 15 PostgreSQL copies through its log unless told otherwise, which takes longer.
            how = " STRATEGY FILE_COPY" if db.info.server_version >= 150000 else ""
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + how)
            db.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Deletes a database, whoever is still connected."""
        with self._admin() as db:
            db.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def make_template(self) -> None:
        """Makes the database that the others are copied from: migrated, and empty."""
        with self._admin() as db:
            db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        asyncio.run(_migrate(with_driver(self.url(TEMPLATE))))


def with_driver(url: str) -> str:
    """The same address for SQLAlchemy with psycopg."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await migrate(database)
    finally:
        await database.close()


def _owner() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody` to run it as"
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The cluster of this test process. A test may stop, start, freeze and thaw it; it runs again for the next one."""
    binaries = programs()
    if binaries is None:
        pytest.skip(MISSING)
    cluster = Cluster(binaries)
    try:
        cluster.make_template()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture
def empty_postgres_url(postgres: Cluster) -> Iterator[str]:
    """A database of the test's own, with nothing in it."""
    yield from _one_database(postgres, "template1")


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """A database of the test's own, migrated and empty."""
    yield from _one_database(postgres, TEMPLATE)


def _one_database(cluster: Cluster, template: str) -> Iterator[str]:
    name = cluster.create_database(template)
    try:
        yield cluster.url(name)
    finally:
        cluster.thaw()
        if not cluster.running:
            cluster.start()
        cluster.drop_database(name)
