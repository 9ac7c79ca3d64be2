"""The fault drill: with each thing broken in turn, the doctor, the operator's page and /readyz name the true cause."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import namedtuple
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import App
from bot.doctor import look_around, messenger
from bot.doctor.look import Patient
from bot.service.upkeep import AUDIT
from bot.settings import read_settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from tests.breaking import (
    ELSEWHERE,
    HOOK,
    TOKEN,
    WRONG_TOKEN,
    answer_slowly,
    api_server,
    audit_of,
    held,
    misspell_a_lesson,
    overwrite_database,
    sql,
    tables_of,
)
from tests.cli.api import look_alike
from tests.cli.conftest import OTHER_KEY
from tests.cli.people import ring
from tests.content.course_folder import CourseFolder
from tests.crowd import crowd
from tests.watch.conftest import TOKEN as OPENS
from tests.watch.conftest import Visitor
from tests.watch.test_page import words
from tests.world import KEY, PATIENT, TravelClock


@dataclass
class Scene:
    """An installation that works, until a fault is put into it."""

    folder: Path
    environment: dict[str, str]
    clock: TravelClock
    patch: pytest.MonkeyPatch
    elsewhere: ExitStack
    api: Any
    course: CourseFolder
    patience: float = PATIENT
    later: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "data" / "kindling.sqlite3"


@pytest.fixture
async def scene(tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Twelve learners of three days, and everything as it should be."""
    (tmp_path / "data").mkdir(mode=0o700)
    course = CourseFolder(tmp_path / "lessons")
    with ExitStack() as elsewhere:
        api, root, place = elsewhere.enter_context(look_alike(TOKEN))
        environment = {
            "BOT_TOKEN": TOKEN, "BOT_API_URL": root, "DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": KEY,
            "LESSONS_DIR": str(course.root), "HTTP_LISTEN": f"127.0.0.1:{unused_tcp_port}", "OPERATOR_TOKEN": OPENS,
        }  # fmt: skip
        clock = TravelClock(datetime.now(UTC))
        found = Scene(tmp_path, environment, clock, monkeypatch, elsewhere, (api, place), course)
        await _people(found)
        yield found


async def _people(scene: Scene) -> None:
    database = Database(f"sqlite+aiosqlite:///{scene.file}")
    await migrate(database)
    await crowd(database, ring(KEY), list(range(500, 512)), scene.clock.now + timedelta(hours=5))
    await database.close()
    scene.file.chmod(0o600)
    note_audit(scene)


def note_audit(scene: Scene) -> None:
    note = "INSERT OR REPLACE INTO installation (name, value) VALUES (?, ?)"
    sql(scene.file, note, AUDIT, audit_of(scene.clock.now))


# -- the faults --------------------------------------------------------------------------------------------------------


def wrong_token(scene: Scene) -> None:
    scene.environment["BOT_TOKEN"] = WRONG_TOKEN


def unreachable(scene: Scene) -> None:
    scene.environment["BOT_API_URL"] = "http://127.0.0.1:9"


def slow(scene: Scene) -> None:
    answer_slowly(scene.api[0].faults, scene.patch)


def no_database(scene: Scene) -> None:
    scene.environment["DATABASE_URL"] = "postgresql://kindling:hush-hush@127.0.0.1:9/kindling"


def locked(scene: Scene) -> None:
    scene.elsewhere.enter_context(held(scene.file, scene.patch))
    scene.patience = 0.5


def damaged(scene: Scene) -> None:
    overwrite_database(scene.file)


def wrong_key(scene: Scene) -> None:
    scene.environment["SECRET_KEY"] = OTHER_KEY


def other_tables(scene: Scene) -> None:
    tables_of(scene.file, "9999")


def disk_full(scene: Scene) -> None:
    usage = namedtuple("usage", "total used free")
    scene.patch.setattr(shutil, "disk_usage", lambda _place: usage(10**9, 10**9 - 10**6, 10**6))


def lessons_broken(scene: Scene) -> None:
    scene.course.write("course.yaml", "tracks: [")


def a_lesson_broken(scene: Scene) -> None:
    misspell_a_lesson(scene.course.root)


def helplines_old(scene: Scene) -> None:
    scene.clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    sql(scene.file, "UPDATE learners SET due_at = NULL")
    note_audit(scene)


def clock_skewed(scene: Scene) -> None:
    scene.environment["BOT_API_URL"] = scene.elsewhere.enter_context(api_server(timedelta(minutes=10)))


def webhook_moved(scene: Scene) -> None:
    """Another program takes the webhook to itself, once the bot has set it."""
    scene.environment |= HOOK | {"LISTEN": "127.0.0.1:0"}

    async def move() -> None:
        root = f"{scene.environment['BOT_API_URL']}/bot{TOKEN}"
        async with aiohttp.ClientSession() as session:
            async with asyncio.timeout(60):
                while True:
                    async with session.get(f"{root}/getWebhookInfo") as answer:
                        if (await answer.json())["result"].get("url"):
                            break
            async with session.post(f"{root}/setWebhook", json={"url": ELSEWHERE}) as answer:
                assert answer.status == 200

    scene.later.append(move)


def audit_missing(scene: Scene) -> None:
    sql(scene.file, "DELETE FROM installation WHERE name = ?", AUDIT)
    sql(scene.file, "UPDATE learners SET created_at = '2026-01-01 00:00:00.000000'")


@dataclass(frozen=True)
class Fault:
    """How something is broken; under which id and with which words it is named; and what /readyz says of which dependency."""

    put: Callable[[Scene], None]
    id: str
    says: str
    dependency: str = ""
    state: str = ""


FAULTS = {
    "token wrong": Fault(wrong_token, "token", "does not know this token", "bot_api", "token"),
    "API unreachable": Fault(unreachable, "bot-api", "nothing answers", "bot_api", ""),
    "API slow": Fault(slow, "bot-api", "slow"),
    "database missing": Fault(no_database, "database", "nothing answers at the database server", "database", ""),
    "database locked": Fault(locked, "database", "another program holds the database"),
    "database damaged": Fault(damaged, "database", "not an SQLite database", "database", ""),
    "wrong key": Fault(wrong_key, "key", "does not open what is in the database", "database", "key"),
    "other tables": Fault(other_tables, "tables", "newer version", "database", "newer version"),
    "disk full": Fault(disk_full, "disk", "MB"),
    "lessons broken": Fault(lessons_broken, "lessons", "no lesson that can be used", "lessons", "No usable course"),
    "a lesson broken": Fault(a_lesson_broken, "lessons", "faults"),
    "helplines old": Fault(helplines_old, "helplines", "overdue"),
    "clock skewed": Fault(clock_skewed, "clock", "slow"),
    "webhook moved": Fault(webhook_moved, "webhook", "somewhere else"),
    "audit missing": Fault(audit_missing, "audit", "nobody has looked"),
}
WAITS_FOR_PEOPLE = {"helplines-unconfirmed", "texts-unsigned", "reviewers", "sign-offs"}
"""What the doctor finds in every new installation: somebody has to read, or to call."""


@asynccontextmanager
async def bot_of(scene: Scene) -> AsyncIterator[Visitor]:
    """The bot of the scene, and somebody who has signed in to its page."""
    app = App(read_settings(scene.environment), scene.clock, scene.patience)
    running = asyncio.create_task(app.run(ticking=False))
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            visitor = Visitor(f"http://{scene.environment['HTTP_LISTEN']}", session)
            await _served(visitor)
            for step in scene.later:
                await step()
            assert await visitor.signs_in(OPENS) == 200
            yield visitor
    finally:
        app.stop()
        await asyncio.wait_for(running, 60)


async def _served(visitor: Visitor) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await visitor.reads("/livez")
                return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)


async def _page(visitor: Visitor) -> str:
    """The first view, whole: the doctor has looked."""
    return words((await visitor.reads("/operator"))[1])


async def _ready(visitor: Visitor, dependency: str) -> dict[str, Any]:
    """What /readyz says, once the start is over for that dependency."""
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = json.loads((await visitor.reads("/readyz"))[1])
            if not dependency or found[dependency]["state"] not in ("starting", "ok"):
                return found
            await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "PATIENCE", 3.0)


async def test_where_all_is_well_nobody_finds_a_fault(scene: Scene) -> None:
    found = await look_around(Patient(read_settings(scene.environment), scene.clock()))
    assert {one.id for one in found if not one.fine} <= WAITS_FOR_PEOPLE
    async with bot_of(scene) as visitor:
        said = await _page(visitor)
    assert not [fault for fault in FAULTS.values() if f"{fault.id} : {fault.says}" in said]


@pytest.mark.parametrize("name", FAULTS)
async def test_the_true_cause_is_named_everywhere(scene: Scene, name: str) -> None:
    fault = FAULTS[name]
    fault.put(scene)
    async with bot_of(scene) as visitor:
        said = await _page(visitor)
        ready = await _ready(visitor, fault.dependency)
        looks = await look_around(Patient(read_settings(scene.environment), scene.clock()))
    found = {one.id: one for one in looks if not one.fine and one.id not in WAITS_FOR_PEOPLE}
    assert fault.says in found[fault.id].says, found
    assert found[fault.id].do
    assert fault.id in said
    assert fault.says in said, "the page names it in the doctor's words"
    if fault.dependency:
        assert ready["ready"] is False
        assert fault.state.casefold() in ready[fault.dependency]["state"].casefold()
    assert not [secret for secret in (TOKEN, KEY, "hush-hush") if secret in said + json.dumps(ready)]
