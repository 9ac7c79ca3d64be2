"""`kindling stats`: how many, never who."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot.service.figures import Backlog, Counted, Group, figures
from bot.service.hiding import FEWEST
from bot.service.learners import DeliveryStatus, State
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.rows import new_id
from tests.cli.conftest import KEY, Shell, json_of
from tests.cli.people import Cast, ring
from tests.crowd import crowd

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
DAYS = (date(2026, 3, 5), date(2026, 3, 6))


async def _town(url: str) -> None:
    """37 people: 25 active, 12 paused; today 20 of them got a lesson and 3 did not; 14 help cards today, 2 yesterday."""
    today, database = datetime.now(UTC).date(), Database(url)
    later = datetime.now(UTC) + timedelta(hours=5)
    try:
        await migrate(database)
        await crowd(database, ring(KEY), list(range(90_000, 90_037)), later)
        async with database.write() as db:
            ids = (await db.execute(select(t.learners.c.id).order_by(t.learners.c.id))).scalars().all()
            await db.execute(
                update(t.learners).where(t.learners.c.id.in_(ids[:12])).values(state="paused", due_at=None)
            )
            row = {"kind": "lesson", "slot": today, "created_at": later, "updated_at": later}
            sent = [{**row, "id": new_id(), "learner_id": one, "status": "sent"} for one in ids[12:32]]
            held = [{**row, "id": new_id(), "learner_id": one, "status": "not_sent"} for one in ids[32:35]]
            await db.execute(insert(t.deliveries), [*sent, *held])
            cards = [{"day": today, "count": 14}, {"day": today - timedelta(days=1), "count": 2}]
            await db.execute(insert(t.daily_counts), [{"name": "help_cards", **one} for one in cards])
    finally:
        await database.close()


def test_stats_count_groups_of_ten_and_more_and_hide_the_others(shell: Shell) -> None:
    asyncio.run(_town(shell.url))
    told = json_of(shell.run("stats", "--days", "2", "--json"))
    today, yesterday = (str(datetime.now(UTC).date() - timedelta(days=back)) for back in (0, 1))
    found = {(one["section"], one["name"], one.get("day")): one["number"] for one in told["figures"]}
    assert found["learners", "active", None] == 25
    assert found["learners", "paused", None] == 12
    assert found["learners", "stopped", None] is None
    assert found["deliveries", "sent", today] == 20
    assert found["deliveries", "not_sent", today] is None
    assert found["help cards", "shown", today] == 14
    assert found["help cards", "shown", yesterday] is None
    assert found["backlog", "due or waiting", None] == 0


def test_stats_tell_what_the_page_tells(shell: Shell) -> None:
    asyncio.run(_town(shell.url))
    sections = {one["section"] for one in json_of(shell.run("stats", "--json"))["figures"]}
    assert {"onboarding", "after lessons of stress", "replies, percent"} <= sections


def test_stats_as_text_and_as_csv_say_the_same(sqlite_shell: Shell) -> None:
    asyncio.run(_town(sqlite_shell.url))
    text = sqlite_shell.run("stats").stdout
    assert "active    25" in text
    assert "No person is ever shown" in text
    rows = list(csv.DictReader(io.StringIO(sqlite_shell.run("stats", "--csv").stdout)))
    numbers = {(row["section"], row["name"]): row["number"] for row in rows if not row["day"]}
    assert numbers["learners", "active"] == "25"
    assert numbers["learners", "stopped"] == ""


def test_stats_of_two_people_tell_nothing_about_them(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    told = json_of(sqlite_shell.run("stats", "--json"))
    numbers = {one["number"] for one in told["figures"] if one["section"] in ("learners", "deliveries", "help cards")}
    assert numbers == {None}


def test_stats_name_what_is_late(sqlite_shell: Shell) -> None:
    async def late() -> None:
        database = Database(sqlite_shell.url)
        await migrate(database)
        await crowd(database, ring(KEY), list(range(30_000, 30_012)), datetime.now(UTC) - timedelta(minutes=20))
        await database.close()

    asyncio.run(late())
    found = {
        one["name"]: one["number"]
        for one in json_of(sqlite_shell.run("stats", "--json"))["figures"]
        if one["section"] == "backlog"
    }
    assert found["due or waiting"] == 12
    assert 1190 <= found["oldest, seconds"] <= 1300


def test_two_forms_at_once_are_refused(sqlite_shell: Shell) -> None:
    assert "choose one" in sqlite_shell.run("stats", "--csv", "--json", code=2).stderr


@pytest.mark.parametrize("days", ["0", "-3", "many"])
def test_days_that_are_none_are_refused(sqlite_shell: Shell, days: str) -> None:
    sqlite_shell.run("stats", "--days", days, code=2)


@given(numbers=st.lists(st.integers(0, 30), min_size=len(State), max_size=len(State)))
def test_no_group_under_ten_can_be_reckoned_from_what_is_shown(numbers: list[int]) -> None:
    counted = Counted(dict(zip(State, numbers, strict=True)), (), Backlog(), {})
    found = {one.name: one.number for one in figures(counted, DAYS, NOW) if one.section == "learners"}
    shown = [number for name, number in found.items() if name != "all" and number is not None]
    assert all(number >= FEWEST for number in shown)
    total = found["all"]
    if total is not None:
        hidden, groups = total - sum(shown), len(numbers) - len(shown)
        # Each hidden group alone could be none, or nine: the others can hold the rest.
        assert hidden == 0 or FEWEST - 1 <= hidden <= (FEWEST - 1) * (groups - 1)


def test_two_nines_are_not_given_away_by_their_sum() -> None:
    counted = Counted(
        {State.ACTIVE: 40, State.PAUSED: 20, State.NEW: 30, State.GONE: 9, State.STOPPED: 9}, (), Backlog(), {}
    )
    found = {one.name: one.number for one in figures(counted, DAYS, NOW) if one.section == "learners"}
    assert found["all"] is None


@given(deliveries=st.integers(0, 50), people=st.integers(0, 50))
def test_deliveries_are_shown_only_when_ten_people_got_them(deliveries: int, people: int) -> None:
    group = Group(DAYS[0], DeliveryStatus.SENT, deliveries, people)
    found = {(one.name, one.day): one.number for one in figures(Counted({}, (group,), Backlog(), {}), DAYS, NOW)}
    assert found["sent", DAYS[0]] == (deliveries if people >= FEWEST else None)
