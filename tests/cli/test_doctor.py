"""`kindling doctor`: with each thing broken in turn it names the true cause, and nothing else."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import sqlite3
import zoneinfo
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import delete, insert, make_url, update

from bot.demo import BotApiServer
from bot.doctor import CHECKS, look, machine, messenger, people
from bot.service.upkeep import AUDIT
from bot.settings import TELEGRAM, read_settings
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.rows import new_id
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
    remove_database,
    sql,
    tables_of,
)
from tests.cli.api import Elsewhere, answering, look_alike
from tests.cli.conftest import KEY, OTHER_KEY, Shell, json_of
from tests.cli.people import JOINED, Cast, live_here
from tests.content.course_folder import CourseFolder
from tests.docs.pages import text_of
from tests.postgres import Cluster

WHAT_BREAKS = ("bot-api", "time-zones", "files", "database")
"""All parts but those that wait for people: lessons and helplines have tests of their own."""


@pytest.fixture(scope="module")
def telegram() -> Iterator[tuple[BotApiServer, str, Elsewhere]]:
    """The look-alike."""
    with look_alike(TOKEN) as running:
        yield running


@pytest.fixture
def api(telegram: tuple[BotApiServer, str, Elsewhere]) -> Iterator[BotApiServer]:
    """The look-alike, without the faults of other tests."""
    server, _, elsewhere = telegram
    yield server

    async def mend() -> None:
        server.faults.clear()

    elsewhere.do(mend())


@pytest.fixture
def healthy(sqlite_shell: Shell, sqlite_cast: Cast, telegram: tuple[BotApiServer, str, Elsewhere]) -> Shell:
    """An installation in which all is well: people live there, and nothing is late."""
    sqlite_shell.environment |= {"BOT_TOKEN": TOKEN, "BOT_API_URL": telegram[1]}
    (Path(sqlite_shell.environment["DATA_DIR"]) / "kindling.sqlite3").chmod(0o600)
    in_database(sqlite_shell, update(t.learners).values(due_at=datetime.now(UTC) + timedelta(hours=3)), *audited())
    return sqlite_shell


def audited(ago: timedelta = timedelta(hours=5), **reasons: int) -> tuple[Any, ...]:
    """Statements that note a look of the night."""
    value = audit_of(datetime.now(UTC) - ago, **reasons)
    return delete(t.installation).where(t.installation.c.name == AUDIT), insert(t.installation).values(
        name=AUDIT, value=value
    )


def in_database(shell: Shell, *statements: Any) -> None:
    async def work() -> None:
        database = Database(shell.url)
        async with database.write() as db:
            for statement in statements:
                await db.execute(statement)
        await database.close()

    asyncio.run(work())


def findings(shell: Shell, *parts: str, **environment: str) -> dict[str, dict[str, Any]]:
    """The doctor's findings by id, and no secret in any of them."""
    wanted = [word for part in parts or WHAT_BREAKS for word in ("--only", part)]
    told = shell.run("doctor", "--json", *wanted, code=None, **environment)
    found = {one["id"]: one for one in json_of(told)["findings"]}
    assert told.exit_code == (1 if found else 0)
    secrets = [TOKEN, KEY, OTHER_KEY, "hush-hush", *environment.get("SECRET_KEY", "").split(",")]
    assert not [secret for secret in secrets if len(secret) > 8 and secret in told.output]
    assert all(one["says"] and one["do"] for one in found.values())
    return found


def only(shell: Shell, name: str, says: str, *parts: str, **environment: str) -> dict[str, Any]:
    """Expects this one finding and no other."""
    found = findings(shell, *parts, **environment)
    assert list(found) == [name], found
    assert says in found[name]["says"], found[name]["says"]
    return found[name]


def data_dir(shell: Shell) -> Path:
    return Path(shell.environment["DATA_DIR"])


def database_file(shell: Shell) -> Path:
    return data_dir(shell) / "kindling.sqlite3"


# -- all well ----------------------------------------------------------------------------------------------------------


def test_where_all_is_well_nothing_is_found(healthy: Shell) -> None:
    assert findings(healthy) == {}


def test_the_whole_of_it_ends_with_what_waits_for_people(healthy: Shell) -> None:
    waiting = [one.id for one in _people_wait() if not one.fine]
    told = healthy.run("doctor", "--json", code=1 if waiting else 0)
    assert [one["id"] for one in json_of(told)["findings"]] == waiting
    assert {one["id"] for one in json_of(told)["fine"]} >= {
        "settings",
        "token",
        "clock",
        "key",
        "tables",
        "lessons",
        "sending",
    }


def _people_wait() -> list[look.Look]:
    return asyncio.run(people.look_at_helplines(look.Patient(read_settings({}), datetime.now(UTC))))


def test_an_unknown_part_is_told_with_the_parts_there_are(healthy: Shell) -> None:
    assert "bot-api" in healthy.run("doctor", "--only", "everything", code=2).stderr


def test_findings_are_numbered_and_say_what_to_do(healthy: Shell) -> None:
    told = healthy.run("doctor", "--only", "bot-api", code=1, BOT_TOKEN="", SEND_RATE="many")
    lines = told.stdout.splitlines()
    first, second = (next(i for i, line in enumerate(lines) if f" {number}. " in line) for number in (1, 2))
    assert "SEND_RATE" in lines[first]
    assert "BOT_TOKEN" in lines[second]
    assert lines[second + 1].startswith("      Write to @BotFather")


def test_before_the_first_start_only_the_token_is_missing(
    sqlite_shell: Shell, telegram: tuple[BotApiServer, str, Elsewhere]
) -> None:
    del sqlite_shell.environment["SECRET_KEY"]
    only(sqlite_shell, "token", "not set", BOT_API_URL=telegram[1])
    assert not data_dir(sqlite_shell).exists()


def test_a_look_that_fails_is_told_and_the_others_go_on(healthy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_patient: look.Patient) -> list[look.Look]:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr("bot.cli.doctor.CHECKS", (("files", broken), *CHECKS[3:]))
    only(healthy, "files", "RuntimeError", "files", "database")


def test_without_a_token_it_still_says_whether_the_bot_api_can_be_reached(healthy: Shell, unused_tcp_port: int) -> None:
    found = findings(healthy, BOT_TOKEN="", BOT_API_URL=f"http://127.0.0.1:{unused_tcp_port}")
    assert {name: one["says"].split(" at ")[0] for name, one in found.items()} == {
        "token": "BOT_TOKEN is not set", "bot-api": "nothing answers",
    }  # fmt: skip


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEND_RATE", "many"),
        ("LOG_LEVEL", "loud"),
        ("HTTP_LISTEN", "here"),
        ("WEBHOOK_URL", "telegram"),
        ("SEND_RATE", "0"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_the_rest_is_looked_at(healthy: Shell, name: str, value: str) -> None:
    only(healthy, "settings", name, **{name: value})


def test_a_secret_file_that_is_not_there_is_named(healthy: Shell) -> None:
    found = findings(healthy, BOT_TOKEN="", BOT_TOKEN_FILE="/nowhere/token")
    assert "BOT_TOKEN_FILE" in found["settings"]["says"]


# -- the Bot API -------------------------------------------------------------------------------------------------------


def test_a_wrong_token_is_named(healthy: Shell) -> None:
    only(healthy, "token", "does not know this token", BOT_TOKEN=WRONG_TOKEN)


def test_nothing_listening_is_named(healthy: Shell, unused_tcp_port: int) -> None:
    only(healthy, "bot-api", "nothing answers", BOT_API_URL=f"http://127.0.0.1:{unused_tcp_port}")


def test_an_unknown_host_is_named(healthy: Shell) -> None:
    only(healthy, "bot-api", "not known here", BOT_API_URL="http://no-such-host.invalid")


def test_a_server_without_tls_is_named(healthy: Shell, telegram: tuple[BotApiServer, str, Elsewhere]) -> None:
    only(healthy, "bot-api", "no secure connection", BOT_API_URL=telegram[1].replace("http:", "https:"))


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("hang", "does not answer within"),
        ("reset", "breaks"),
        ("500", "trouble of its own"),
        ("502", "trouble of its own"),
        ("429", "asks to wait"),
    ],
)
def test_each_kind_of_trouble_of_the_server_has_its_name(
    healthy: Shell, api: BotApiServer, monkeypatch: pytest.MonkeyPatch, kind: Any, says: str
) -> None:
    monkeypatch.setattr(messenger, "PATIENCE", 1.0)
    api.faults.add(kind, method="getMe")
    only(healthy, "bot-api", says)


def test_a_slow_answer_is_named(healthy: Shell, api: BotApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_slowly(api.faults, monkeypatch)
    only(healthy, "bot-api", "slow")


def test_a_page_in_the_place_of_the_bot_api_is_named(healthy: Shell) -> None:
    with answering(lambda method: web.Response(text="<h1>Please sign in</h1>", content_type="text/html")) as root:
        only(healthy, "bot-api", "is no Bot API", BOT_API_URL=root)


@pytest.mark.parametrize(("off", "level"), [(timedelta(seconds=20), "warning"), (timedelta(minutes=-10), "error")])
def test_a_clock_that_is_off_is_named(healthy: Shell, off: timedelta, level: str) -> None:
    with api_server(off) as root:
        found = only(healthy, "clock", "slow" if off > timedelta() else "fast", BOT_API_URL=root)
    assert found["level"] == level


def webhook_server(**result: Any) -> AbstractContextManager[str]:
    return api_server(getWebhookInfo=result)


def test_a_webhook_that_is_set_while_the_bot_asks_for_updates_is_named(healthy: Shell) -> None:
    with webhook_server(url=ELSEWHERE) as root:
        found = only(healthy, "webhook", "would get nothing", BOT_API_URL=root)
    assert "else.example" not in str(found)


def test_a_webhook_that_leads_elsewhere_is_named(healthy: Shell) -> None:
    with webhook_server(url=ELSEWHERE) as root:
        only(healthy, "webhook", "somewhere else", BOT_API_URL=root, **HOOK)
    with webhook_server(url="") as root:
        only(healthy, "webhook", "nowhere", BOT_API_URL=root, **HOOK)
    with webhook_server(url="https://bot.example/telegram") as root:
        assert findings(healthy, BOT_API_URL=root, **HOOK) == {}


def test_updates_that_cannot_be_delivered_or_pile_up_are_named(healthy: Shell) -> None:
    just_now, long_ago = (int((datetime.now(UTC) - timedelta(hours=hours)).timestamp()) for hours in (0, 30))
    with webhook_server(
        url="https://bot.example/telegram", last_error_date=just_now, last_error_message="Connection refused"
    ) as root:
        only(healthy, "webhook-delivery", "Connection refused", BOT_API_URL=root, **HOOK)
    with webhook_server(
        url="https://bot.example/telegram", last_error_date=long_ago, last_error_message="Connection refused"
    ) as root:
        assert findings(healthy, BOT_API_URL=root, **HOOK) == {}
    with webhook_server(url="", pending_update_count=500) as root:
        only(healthy, "updates", "500", BOT_API_URL=root)


def test_telegram_itself_is_called_by_its_name() -> None:
    assert "Telegram's Bot API" in messenger.unreachable(TimeoutError(), read_settings({"BOT_API_URL": TELEGRAM})).says


# -- the machine -------------------------------------------------------------------------------------------------------


def test_files_that_others_can_read_are_named_with_the_command_that_closes_them(healthy: Shell) -> None:
    database_file(healthy).chmod(0o644)
    found = only(healthy, "permissions", "kindling.sqlite3")
    assert f"chmod 600 {database_file(healthy)}" in found["do"]
    database_file(healthy).chmod(0o600)
    data_dir(healthy).chmod(0o755)
    assert "chmod 700" in only(healthy, "permissions", "data")["do"]


def test_a_data_folder_that_is_a_file_is_named(healthy: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    found = findings(healthy, DATA_DIR=str(tmp_path / "file"))
    assert "not a folder" in found["data-dir"]["says"]


@pytest.mark.parametrize(
    ("free", "full", "state"),
    [
        (10_000_000_000, False, "ok"),
        (300_000_000, False, "warning"),
        (1_000_000, False, "error"),
        (10_000_000_000, True, "error"),
    ],
)
def test_room_on_the_disk(free: int, full: bool, state: str) -> None:
    assert machine.disk(free, no_more_files=full).state == state


@pytest.fixture
def old_zones(tmp_path: Path) -> Iterator[Path]:
    """Time-zone data of 2019, in the place of the system's."""
    folder = tmp_path / "zones"
    (folder / "Europe").mkdir(parents=True)
    berlin = next(Path(one, "Europe", "Berlin") for one in zoneinfo.TZPATH if Path(one, "Europe", "Berlin").exists())
    shutil.copy(berlin, folder / "Europe")
    (folder / "tzdata.zi").write_text("# version 2019a\n", encoding="utf-8")
    zoneinfo.reset_tzpath(to=[str(folder)])
    yield folder
    zoneinfo.reset_tzpath()


def test_old_time_zone_data_is_named(healthy: Shell, old_zones: Path) -> None:
    only(healthy, "time-zones", "2019a")


def test_our_own_time_zone_data_is_used_where_the_system_has_none(healthy: Shell, tmp_path: Path) -> None:
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        whose, version = machine.zone_version()
    finally:
        zoneinfo.reset_tzpath()
    assert whose == "Kindling's own"
    assert version[:2] == "20"


# -- key and database --------------------------------------------------------------------------------------------------


def test_a_lost_key_is_named(healthy: Shell) -> None:
    del healthy.environment["SECRET_KEY"]
    only(healthy, "key", "there is no key")


def test_a_wrong_key_is_named(healthy: Shell) -> None:
    only(healthy, "key", "does not open", SECRET_KEY=OTHER_KEY)


def test_a_key_that_is_none_is_named(healthy: Shell) -> None:
    only(healthy, "key", "32 bytes", SECRET_KEY="c2hvcnQ=")


def test_an_unfinished_change_of_keys_is_named(healthy: Shell) -> None:
    healthy.run("keys", "rotate", "--yes", SECRET_KEY=f"{OTHER_KEY},{KEY}")
    sql(database_file(healthy), "UPDATE learners SET key_id = 'unknown' WHERE id = (SELECT id FROM learners LIMIT 1)")
    only(healthy, "key", "does not open", SECRET_KEY=f"{OTHER_KEY},{KEY}")


def test_a_file_that_is_no_database_is_named(healthy: Shell) -> None:
    overwrite_database(database_file(healthy))
    assert "not an SQLite database" in findings(healthy)["database"]["says"]


def test_a_folder_in_the_place_of_the_database_is_named(healthy: Shell) -> None:
    remove_database(database_file(healthy))
    database_file(healthy).mkdir(mode=0o600)
    assert "a folder, not a file" in findings(healthy)["database"]["says"]


def test_a_damaged_database_is_named(healthy: Shell) -> None:
    size = database_file(healthy).stat().st_size
    with database_file(healthy).open("r+b") as raw:
        raw.seek(size // 3)
        raw.write(b"\xff" * (size // 3))
    assert "damaged" in findings(healthy)["database"]["says"]


def test_a_database_that_another_program_holds_is_named(healthy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with held(database_file(healthy), monkeypatch):
        only(healthy, "database", "another program holds the database")


@pytest.mark.parametrize(("revision", "says"), [("0001", "older version"), ("9999", "newer version")])
def test_tables_of_another_version_are_named(healthy: Shell, revision: str, says: str) -> None:
    tables_of(database_file(healthy), revision)
    only(healthy, "tables", says)


def test_tables_of_a_newer_version_that_may_still_be_used_are_well(healthy: Shell) -> None:
    sql(database_file(healthy), "UPDATE alembic_version SET version_num = '9999'")
    assert findings(healthy) == {}
    assert healthy.run("stats").stdout
    assert "newer version, and this one can use them" in healthy.run("db", "upgrade").stdout


@pytest.fixture
def on_postgres(healthy: Shell, postgres_url: str) -> Shell:
    """The same installation on PostgreSQL."""
    healthy.environment["DATABASE_URL"] = postgres_url
    live_here(healthy.url, KEY)
    in_database(healthy, update(t.learners).values(due_at=datetime.now(UTC) + timedelta(hours=3)), *audited())
    return healthy


@pytest.mark.postgres
def test_on_postgresql_all_is_well_too(on_postgres: Shell) -> None:
    assert findings(on_postgres) == {}


@pytest.mark.postgres
def test_a_stopped_server_is_named(on_postgres: Shell, postgres: Cluster) -> None:
    address = make_url(on_postgres.environment["DATABASE_URL"])
    postgres.stop()
    with socket.socket() as held:  # or another program of this machine may be given the port, and answer
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((address.host, address.port))
        only(on_postgres, "database", "nothing answers")


@pytest.mark.postgres
def test_something_else_at_the_servers_address_is_named(on_postgres: Shell, postgres: Cluster) -> None:
    url = on_postgres.environment["DATABASE_URL"]
    with socket.create_server(("127.0.0.1", 0)) as other:
        Thread(target=_breaks_off, args=(other,), daemon=True).start()
        elsewhere = url.replace(f":{make_url(url).port}/", f":{other.getsockname()[1]}/")
        only(on_postgres, "database", "breaks off, or is no PostgreSQL", DATABASE_URL=elsewhere)


def _breaks_off(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            visitor, _ = server.accept()
            visitor.recv(1024)
            visitor.close()


@pytest.mark.postgres
def test_a_frozen_server_is_named(on_postgres: Shell, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.diagnosis.PATIENCE", 2)
    postgres.freeze()
    only(on_postgres, "database", "does not answer in time")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("part", "instead", "says"),
    [
        ("kindling@", "nobody-here:hush-hush@", "no such database or user"),
        ("/test_", "/no_such_", "no such database or user"),
        ("127.0.0.1", "no-such-host.invalid", "name of the database server is not known"),
    ],
)
def test_a_wrong_address_is_named(on_postgres: Shell, part: str, instead: str, says: str) -> None:
    url = on_postgres.environment["DATABASE_URL"].replace(part, instead)
    only(on_postgres, "database", says, DATABASE_URL=url)


@pytest.mark.postgres
def test_a_server_that_only_reads_is_named(on_postgres: Shell) -> None:
    url = on_postgres.environment["DATABASE_URL"] + "?options=-c%20default_transaction_read_only%3Don"
    only(on_postgres, "database", "only reads", DATABASE_URL=url)


@pytest.mark.postgres
def test_an_empty_server_waits_for_the_bot(healthy: Shell, empty_postgres_url: str) -> None:
    assert findings(healthy, DATABASE_URL=empty_postgres_url) == {}


# -- sending -----------------------------------------------------------------------------------------------------------


def test_lessons_that_are_late_are_named(healthy: Shell) -> None:
    in_database(healthy, update(t.learners).values(due_at=datetime.now(UTC) - timedelta(minutes=30)))
    found = only(healthy, "sending", "late")
    assert "kindling run" in found["do"]
    assert "30 minutes" in found["says"]
    assert "some" in found["says"]  # two people are no group that may be counted


def test_a_look_of_the_night_that_is_missing_is_named(healthy: Shell) -> None:
    in_database(healthy, delete(t.installation).where(t.installation.c.name == AUDIT))
    assert "every night" in only(healthy, "audit", "nobody has looked")["do"]
    in_database(healthy, *audited(timedelta(days=3)))
    only(healthy, "audit", "nobody has looked for 3 days")


def test_lessons_that_nobody_decided_about_are_named(healthy: Shell) -> None:
    in_database(healthy, *audited(too_late=4))
    assert findings(healthy) == {}
    in_database(healthy, *audited(no_decision=1))
    assert only(healthy, "audit", "nothing was decided")["level"] == "error"


def test_lessons_that_telegram_refused_are_named(healthy: Shell) -> None:
    row = {"kind": "lesson", "slot": JOINED.date(), "number": 9, "status": "refused", "reason": "our_bug",
           "created_at": JOINED, "updated_at": datetime.now(UTC)}  # fmt: skip
    with closing(sqlite3.connect(database_file(healthy))) as db:
        (learner,) = db.execute("SELECT id FROM learners LIMIT 1").fetchone()
    in_database(healthy, insert(t.deliveries).values(id=new_id(), learner_id=learner, **row))
    only(healthy, "refusals", "refused")


# -- what people read --------------------------------------------------------------------------------------------------


def test_lessons_with_faults_are_named(healthy: Shell, tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "mine").root
    misspell_a_lesson(folder)
    assert "lessons check" in only(healthy, "lessons", "faults", "lessons", LESSONS_DIR=str(folder))["do"]


def test_a_lessons_folder_that_is_not_there_is_named(healthy: Shell, tmp_path: Path) -> None:
    only(healthy, "lessons", "no lesson", "lessons", LESSONS_DIR=str(tmp_path / "nowhere"))


def test_helplines_that_grow_old_are_named() -> None:
    long_after = look.Patient(read_settings({}), datetime(2031, 1, 1, tzinfo=UTC))
    found = {one.id: one for one in asyncio.run(people.look_at_helplines(long_after))}
    assert found["helplines"].state == "warning"
    assert "overdue" in found["helplines"].says


def test_helplines_nobody_has_confirmed_lead_to_the_review() -> None:
    (waiting,) = people._signed(Counter({"unchecked": 3}), [])
    assert "3 helplines" in waiting.says
    assert "crisis review" in waiting.do
    (signed,) = people._signed(Counter(), [])
    assert signed.fine


# -- who must review ---------------------------------------------------------------------------------------------------


def _reviewers(shell: Shell) -> str:
    told = json_of(shell.run("doctor", "--only", "helplines", "--json", code=None))
    return next(one["says"] for one in [*told["findings"], *told["fine"]] if one["id"] == "reviewers")


def test_it_reminds_of_each_who_must_review_until_they_are_noted(sqlite_shell: Shell) -> None:
    assert "a lawyer" in _reviewers(sqlite_shell)
    folder = Path(sqlite_shell.environment["DATA_DIR"])
    folder.mkdir(exist_ok=True)
    shown = re.search(r"```toml\n(.*?)```", text_of("docs/safety/who-must-review.md"), re.DOTALL)
    assert shown is not None
    (folder / "reviews.toml").write_text(shown[1].replace('by = "name" }', 'by = "" }'))
    assert _reviewers(sqlite_shell).endswith("reviewed: a lawyer"), "a note without a name is none"
    (folder / "reviews.toml").write_text(shown[1])
    assert "are noted" in _reviewers(sqlite_shell)
    (folder / "reviews.toml").write_text("clinician =")
    assert "cannot be read" in _reviewers(sqlite_shell)
