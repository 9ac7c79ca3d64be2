"""`kindling learners`: shown without a word of theirs, handed out whole, gone for good."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import stat
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.course.journey import Reason
from bot.course.lesson import Course, PracticeForm, Theme
from bot.course.measures import Kind
from bot.i18n.texts import texts_for
from bot.service.behind import missed, places
from bot.service.export_page import as_page
from bot.service.learners import CheckIns, Closeness, DeliveryKind, DeliveryStatus, Learner, Passage, Profile, State
from bot.service.records import Record, as_export
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.records import OWNED
from tests.cli.conftest import KEY, OTHER_KEY, Shell, json_of
from tests.cli.people import ANA, BEN, JOINED, Cast, everyone_reads, record_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "export-format.md"
NOW = JOINED + timedelta(days=4)


# -- show --------------------------------------------------------------------------------------------------------------


def test_show_tells_state_place_and_reasons_but_no_word_of_theirs(shell: Shell, cast: Cast) -> None:
    shown = shell.run("learners", "show", ANA.chat_id)
    for expected in ("active", "08:05 Europe/Berlin", "stress", "3 of 7", "too late", "2026-03-03"):
        assert expected in shown.stdout
    assert not any(secret in shown.output for secret in cast.secrets())


def test_show_as_json_is_complete(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    shown = json_of(sqlite_shell.run("learners", "show", ANA.chat_id, "--json"))
    assert shown["learner"]["state"] == "active"
    assert [(one["track"], one["turn"], one["number"], one["through"]) for one in shown["places"]] == [
        ("stress", "next", 3, {"did": 1, "sent": 1}),
        ("intimacy", "waits", 1, {}),
    ]
    assert [(one["status"], one["reason"]) for one in shown["decisions"]] == [("not_sent", "too_late"), ("sent", None)]
    assert not any(secret in json.dumps(shown) for secret in sqlite_cast.secrets())


def test_show_tells_each_try_that_failed(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    with closing(sqlite3.connect(Path(sqlite_shell.environment["DATA_DIR"]) / "kindling.sqlite3")) as db, db:
        db.execute(
            "INSERT INTO attempts SELECT id, 1, learner_id, '2026-03-02 08:06:00', 'retry', 'slow_down'"
            " FROM deliveries WHERE status = 'sent' AND learner_id IN (SELECT learner_id FROM deliveries"
            " WHERE reason = 'too_late')"
        )
    shown = sqlite_shell.run("learners", "show", ANA.chat_id).stdout
    assert re.search(r"03-02 09:06 +tried +retry", shown), shown
    decisions = json_of(sqlite_shell.run("learners", "show", ANA.chat_id, "--json"))["decisions"]
    assert [each["reason"] for one in decisions for each in one["failed_attempts"]] == ["slow_down"]


def test_show_reads_the_chat_id_from_standard_input(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    assert "active" in sqlite_shell.run("learners", "show", "-", said=f"{ANA.chat_id}\n").stdout


def test_an_unknown_chat_is_said_to_be_unknown_without_naming_it(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    told = sqlite_shell.run("learners", "show", "4155599999", code=1)
    assert "no learner" in told.stderr
    assert "4155599999" not in told.output


@pytest.mark.parametrize("wrong", ["ana", "12 34", "1" * 30, "٤٢", "@someone"])
def test_what_is_no_chat_id_is_refused_without_repeating_it(sqlite_shell: Shell, sqlite_cast: Cast, wrong: str) -> None:
    told = sqlite_shell.run("learners", "show", wrong, code=2)
    assert wrong not in told.output


def test_behind_names_each_missed_day_with_its_reason(ana: Record) -> None:
    friday_noon = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert [(str(one.day), one.reason) for one in missed(ana, friday_noon)] == [
        ("2026-03-04", "too_late"),
        ("2026-03-05", "no_decision"),
        ("2026-03-06", "no_decision"),
    ]


def test_behind_since_a_pause_says_pause(ana: Record) -> None:
    paused = replace(ana, learner=replace(ana.learner, state=State.PAUSED))
    reasons = {str(one.day): one.reason for one in missed(paused, datetime(2026, 3, 6, 12, tzinfo=UTC))}
    assert reasons["2026-03-05"] == "paused"


def test_weekend_days_that_were_not_chosen_are_not_missed(ana: Record) -> None:
    days = [one.day.weekday() for one in missed(ana, datetime(2026, 3, 16, 12, tzinfo=UTC))]
    assert days
    assert not {5, 6} & set(days)


def test_a_track_closed_to_someone_says_so(ana: Record, course: Course) -> None:
    closed = replace(ana, learner=ana.learner.with_profile(closeness=Closeness.NOT_NOW))
    turns = {one.track: one.turn.value for one in places(closed, course)}
    assert turns == {"stress": "next", "intimacy": "closed"}


# -- export ------------------------------------------------------------------------------------------------------------

LEFT_OUT = {
    "id", "learner_id", "address_index", "key_id", "wrapped_key", "delivery_id", "number", "next_at", "held_by", "message", "tidy_at",
    "expires_at", "sealed_wishes",
}  # fmt: skip
"""Columns that say nothing about a person: random ids, numbers of messages, keys, how the ledger is worked through, and what is
sealed twice."""
EXPORTED = {
    "learners": {
        "sealed_address", "sealed_profile", "language", "state", "step", "consent_version", "due_at", "owed_since",
        "paused_until", "last_slot", "gentle", "unanswered", "lesson_id", "created_at", "seen_at", "leaves_at",
    },
    "consents": {"version", "given_at", "withdrawn_at"},
    "enrolments": {"track", "position", "chosen_at", "left_at"},
    "passages": {"lesson_id", "how", "at"},
    "deliveries": {"kind", "slot", "lesson_id", "status", "reason", "attempts", "opened", "created_at", "updated_at"},
    "reflections": {"lesson_id", "sealed_text", "written_at", "edited_at"},
    "plans": {"sealed_parts", "written_at"},
    "attempts": {"at", "outcome", "reason"},
    "ratings": {"at", "sealed_answers"},
    "tools": {"saved_at", "sealed_tool"},
    "inbox": set(),
}  # fmt: skip
NOT_EXPORTED_TABLES = {"inbox"}
"""Kept for three days at most, and told about in the export itself."""


def test_every_column_that_is_kept_is_exported_or_left_out_on_purpose() -> None:
    """Fails when a table or a column is added: the export, its page and docs/export-format.md have to learn of it."""
    for table in (t.learners, *OWNED):
        known = EXPORTED.get(table.name)
        assert known is not None, f"nobody decided whether the table {table.name} is exported"
        if table.name not in NOT_EXPORTED_TABLES:
            assert {column.name for column in table.columns} - LEFT_OUT == known, table.name


def varied(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if hasattr(type(value), "__members__"):
            return next(one for one in type(value) if one is not value)
        case str():
            return f"{value}x"
        case frozenset():
            return frozenset({6}) if value and isinstance(next(iter(value)), int) else frozenset({Theme.BODY})
        case tuple():
            return (*value, ("more", "words") if value and isinstance(value[0], tuple) else "more")
        case datetime():
            return value + timedelta(days=1)
        case None:
            return None
        case _:
            return value + timedelta(days=1)


FULL = Profile("DE", "Europe/Berlin", 8, 5, frozenset({0, 1}), PracticeForm.SOLO, Closeness.SAFE, ("stress",),
               boundaries=frozenset({Theme.TOUCH}), words=(("a", "b"),), check_ins=CheckIns.WEEK, check_in_due=NOW.date(),
               dark=True, away_from=NOW.date(), away_until=NOW.date() + timedelta(days=9),
               notes_from=NOW.date())  # fmt: skip


@pytest.mark.parametrize("name", [one.name for one in fields(Profile) if not one.name.startswith("pinned")])
def test_everything_that_a_learner_told_is_exported(ana: Record, course: Course, name: str) -> None:
    one = replace(ana, learner=replace(ana.learner, profile=FULL))
    other = replace(ana, learner=one.learner.with_profile(**{name: varied(getattr(FULL, name))}))
    assert as_export(one, course, NOW) != as_export(other, course, NOW)


@pytest.mark.parametrize("name", [one.name for one in fields(Learner) if one.name not in ("id", "profile", "delivery")])
def test_everything_that_is_kept_about_a_learner_is_exported(ana: Record, course: Course, name: str) -> None:
    day = (
        NOW.date()
        if name == "last_slot"
        else NOW
        if name in ("due_at", "owed_since", "paused_until", "leaves_at")
        else None
    )
    before = replace(ana, learner=replace(ana.learner, **{name: day})) if day else ana
    value = getattr(before.learner, name)
    changed = replace(value, address="1") if name == "chat" else "step" if name == "step" else varied(value)
    after = replace(before, learner=replace(before.learner, **{name: changed}))
    assert as_export(before, course, NOW) != as_export(after, course, NOW)


def test_export_holds_everything_of_one_person_and_nothing_of_another(shell: Shell, cast: Cast, tmp_path: Path) -> None:
    folder = tmp_path / "handed out"
    shell.run("learners", "export", ANA.chat_id, "--to", folder)
    page, data = (
        (folder / name).read_text(encoding="utf-8") for name in ("kindling-export.html", "kindling-export.json")
    )
    for text in (page, data):
        assert ANA.marker in text
        assert ANA.chat_id in text
        assert BEN.marker not in text
        assert BEN.chat_id not in text
    export = json.loads(data)
    assert {one["kind"]: one["text"].split(",")[0] for one in export["reflections"]} == {
        "answer": "an edited answer", "note": "a note", "draft": "a draft",
    }  # fmt: skip
    assert export["safety_plan"]["parts"]["signs"] == f"a plan, {ANA.marker}"
    assert [one["track"] for one in export["tracks"]] == ["stress", "intimacy", "sleep"]
    assert export["settings"]["hour"] == "08:05"
    assert len(export["deliveries"]) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_export_prints_no_word_and_no_chat_id(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    told = sqlite_shell.run("learners", "export", ANA.chat_id, "--to", tmp_path / "out", "--json")
    assert len(json_of(told)["files"]) == 2
    assert not any(secret in told.output for secret in sqlite_cast.secrets())


def test_export_asks_before_it_overwrites(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    sqlite_shell.run("learners", "export", ANA.chat_id, "--to", tmp_path)
    data = tmp_path / "kindling-export.json"
    data.write_text("mine", encoding="utf-8")
    sqlite_shell.run("learners", "export", ANA.chat_id, "--to", tmp_path, code=1, said="n\n")
    assert data.read_text(encoding="utf-8") == "mine"
    sqlite_shell.run("learners", "export", ANA.chat_id, "--to", tmp_path, "--yes")
    assert ANA.marker in data.read_text(encoding="utf-8")


def test_export_into_a_place_that_cannot_be_says_why(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    told = sqlite_shell.run("learners", "export", ANA.chat_id, "--to", tmp_path / "file", code=1)
    assert "cannot be written" in told.stderr


class Outline(HTMLParser):
    """Collects what a page is made of, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_needs_nothing_else_and_shows_their_words_exactly(ana: Record, course: Course) -> None:
    outline = Outline()
    outline.feed(as_page(ana, course, NOW, texts_for("en")))
    assert outline.fetched == []
    assert not {"script", "img", "iframe", "link"} & set(outline.tags)
    assert f"an edited answer, {ANA.marker} <b>&</b>\nin two lines 🌱" in outline.text


def test_the_page_puts_every_value_of_the_ledger_into_words() -> None:
    texts = texts_for("en")
    families = {"state": State, "form": PracticeForm, "closeness": Closeness, "how": Passage, "kind": DeliveryKind,
                "status": DeliveryStatus, "reason": Reason, "rating": Kind, "check-ins": CheckIns}  # fmt: skip
    missing = [f"{name}-{one.value}" for name, kind in families.items() for one in kind
               if not texts.has(f"export-{name}-{one.value}".replace("_", "-"))]  # fmt: skip
    assert missing == []


def keys_in(value: Any) -> set[str]:
    """Every key of an export, at any depth."""
    if isinstance(value, dict):
        return set(value) | {
            key for name, inner in value.items() if name not in ("parts", "answers") for key in keys_in(inner)
        }
    return {key for inner in value for key in keys_in(inner)} if isinstance(value, list) else set()


def test_every_key_of_the_export_is_documented_and_every_documented_key_exists(ana: Record, course: Course) -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert keys_in(as_export(ana, course, NOW)) == documented


# -- forget ------------------------------------------------------------------------------------------------------------


def rows_left(url: str) -> dict[str, int]:
    """How many rows each table of learners has."""

    async def work() -> dict[str, int]:
        database = Database(url)
        try:
            async with database.read() as db:
                tables = (t.learners, *OWNED, t.tombstones)
                return {
                    one.name: int((await db.execute(select(func.count()).select_from(one))).scalar_one())
                    for one in tables
                }
        finally:
            await database.close()

    return asyncio.run(work())


def test_forget_deletes_one_person_whole_and_leaves_the_other(shell: Shell, cast: Cast) -> None:
    both = rows_left(shell.url)
    shell.run("learners", "forget", BEN.chat_id, "--yes")
    one = rows_left(shell.url)
    assert record_of(shell.url, KEY, BEN) is None
    everyone_reads(shell.url, KEY, [ANA])
    assert {name: number * 2 for name, number in one.items() if name != "tombstones"} == {
        name: number for name, number in both.items() if name != "tombstones"
    }
    assert one["tombstones"] == 1


def test_forget_gives_a_receipt_that_says_what_remains(shell: Shell, cast: Cast) -> None:
    receipt = shell.run("learners", "forget", BEN.chat_id, "--yes")
    for expected in ("Receipt", "reflections 3", "Telegram", "Backups", "SECRET_KEY"):
        assert expected in receipt.stdout
    assert not any(secret in receipt.output for secret in cast.secrets())


def test_forget_asks_first_and_no_means_no(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    asked = sqlite_shell.run("learners", "forget", BEN.chat_id, code=1, said="n\n")
    assert "Nothing was changed" in asked.stderr
    sqlite_shell.run("learners", "forget", BEN.chat_id, code=2)
    everyone_reads(sqlite_shell.url, KEY, [ANA, BEN])
    sqlite_shell.run("learners", "forget", BEN.chat_id, said="yes\n")
    assert record_of(sqlite_shell.url, KEY, BEN) is None


def test_after_forget_the_files_hold_no_byte_of_theirs(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    folder = Path(sqlite_shell.environment["DATA_DIR"])
    ben = record_of(sqlite_shell.url, KEY, BEN)
    assert ben is not None
    learner = ben.learner.id

    async def sealed() -> list[bytes]:
        database = Database(sqlite_shell.url)
        try:
            async with database.read() as db:
                row = (await db.execute(select(t.learners).where(t.learners.c.id == learner))).one()
                texts = select(t.reflections.c.sealed_text).where(t.reflections.c.learner_id == learner)
                return [learner.encode(), row.address_index, row.wrapped_key, row.sealed_address, row.sealed_profile,
                        row.sealed_wishes,
                        *(await db.execute(texts)).scalars()]  # fmt: skip
        finally:
            await database.close()

    needles = asyncio.run(sealed())
    before = b"".join(file.read_bytes() for file in folder.iterdir())
    assert all(needle in before for needle in needles)
    receipt = json_of(sqlite_shell.run("learners", "forget", BEN.chat_id, "--yes", "--json"))
    assert receipt["swept"] is True
    after = b"".join(file.read_bytes() for file in folder.iterdir())
    assert not [needle for needle in needles if needle in after]


def test_forget_with_the_wrong_key_says_so_and_deletes_nothing(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    told = sqlite_shell.run("learners", "forget", BEN.chat_id, "--yes", code=1, SECRET_KEY=OTHER_KEY)
    assert "was not given" in told.stderr
    assert BEN.chat_id not in told.output
    everyone_reads(sqlite_shell.url, KEY, [ANA, BEN])
