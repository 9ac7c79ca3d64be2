"""The operator's page: behind its door, true in each view, and quiet about everybody."""

from __future__ import annotations

import asyncio
import re
import stat
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.course.measures import Kind, Rating
from bot.messages import ChatRef
from bot.operator.board import Board
from bot.operator.door import kept_token
from bot.service.hiding import Division
from bot.service.overview import Long
from tests.watch.conftest import LOOKS_AGAIN, TOKEN, Visitor, town
from tests.world import World, onboard, world

VIEWS = ("/operator", "/operator/people", "/operator/lessons")


class Words(HTMLParser):
    """What a page says to people: its text, and the labels of its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name == "aria-label" and value]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words(page: str) -> str:
    reader = Words()
    reader.feed(page)
    return " ".join(" ".join(reader.said).split())


async def signed_in(visitor: Visitor) -> Visitor:
    assert await visitor.signs_in(TOKEN) == 200
    return visitor


# -- the door ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", VIEWS)
async def test_nothing_is_shown_without_the_token(visitor: Visitor, path: str) -> None:
    status, page = await visitor.reads(path)
    assert status == 401
    assert "Token" in words(page)
    assert "Learners" not in words(page)


async def test_a_wrong_token_opens_nothing(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.operator.door.WRONG_TOKEN_WAIT", 0.0)
    assert await visitor.signs_in("a-token-of-somebody-else") == 403
    assert (await visitor.reads("/operator"))[0] == 401


async def test_the_cookie_ends_after_half_a_day_and_cannot_be_made_longer(there: World, visitor: Visitor) -> None:
    await signed_in(visitor)
    assert (await visitor.reads("/operator"))[0] == 200
    (cookie,) = list(visitor.session.cookie_jar)
    until, _, signature = cookie.value.partition(".")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    there.clock.now += timedelta(hours=12, seconds=1)
    later = f"kindling_operator={int(until) + 9_000_000}.{signature}"
    visitor.session.cookie_jar.clear()
    for forged in (f"kindling_operator={cookie.value}", later, "kindling_operator=x.y", "kindling_operator="):
        assert (await visitor.reads("/operator", Cookie=forged))[0] == 401


async def test_signing_out_closes_the_door(visitor: Visitor) -> None:
    await signed_in(visitor)
    async with visitor.session.post(f"{visitor.root}/operator/sign-out") as answer:
        assert answer.status == 401


@pytest.mark.parametrize("path", [*VIEWS, "/operator/style.css"])
async def test_a_browser_is_told_to_run_no_script_and_to_keep_nothing(visitor: Visitor, path: str) -> None:
    await signed_in(visitor)
    async with visitor.session.get(visitor.root + path) as answer:
        page = await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in page
    assert " style=" not in page, "the policy would not let it through"
    assert not re.search(r"https?://", page)


async def test_without_a_token_given_one_is_made_and_kept_for_its_owner(tmp_path: Path, unused_tcp_port: int) -> None:
    folder = tmp_path / "data"
    made = kept_token(folder)
    assert made is not None
    assert len(made) >= 32
    assert kept_token(folder) == made
    assert stat.S_IMODE((folder / "operator.token").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_leaves_the_door_shut(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert kept_token(tmp_path / "file") is None


# -- the views ---------------------------------------------------------------------------------------------------------


async def test_the_first_view_tells_what_went_out_and_how_it_is(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    status, page = await (await signed_in(visitor)).reads("/operator")
    said = words(page)
    assert status == 200
    assert "Database : answers" in said
    assert "Nothing is late." in said
    assert "Messages of today by outcome. sent: 22; not sent: under 10" in said
    assert "Mon 2 Mar: 14" in said, "help cards"
    assert "0.1.0" in said


async def test_the_second_view_tells_how_many_and_where_signing_up_stands_still(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    said = words((await (await signed_in(visitor)).reads("/operator/people"))[1])
    assert "signing up: 10; active: 25; paused: 12; stopped: under 10; blocked the bot: under 10" in said
    assert "all: under 10" in said, "the total would tell that nobody stopped or left"
    assert "hour: under 10" in said, "10 of 10 at one step: the others would be known to be none"


async def test_the_second_view_tells_how_far_people_come(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    said = words((await (await signed_in(visitor)).reads("/operator/people"))[1])
    assert (
        "How far people come, in percent. agreed: too few; are set up: 80 %; had a lesson: 45 %; wrote once: 25 %"
        in said
    )


async def check_ins(there: World, people: int, *, leave: bool) -> None:
    """So many people whose weeks became lighter by two, give or take; every second one told of harm."""
    store, now = there.app.store, there.clock.now
    for number in range(people):
        async with store.turn(ChatRef("telegram", str(700 + number)), f"c{number}", now) as turn:
            learner = (await turn.meet("en")).with_profile(counted=leave, hour=8)
            await turn.save(learner)
            for days, heavy in ((40, 7), (1, 5 - number % 2)):
                at = now - timedelta(days=days)
                week = Rating(f"w{number}-{days}", Kind.WEEK, at, {"heavy": heavy, "rested": None}, True)
                await turn.shelf.keep_rating(week, now + timedelta(days=30))
            course = Rating(f"h{number}", Kind.COURSE, now, {"benefit": 5, "harm": number % 2}, True)
            await turn.shelf.keep_rating(course, now + timedelta(days=30))


async def test_check_ins_are_added_up_with_their_uncertainty(there: World, visitor: Visitor) -> None:
    await check_ins(there, 24, leave=True)
    said = words((await (await signed_in(visitor)).reads("/operator/people"))[1])
    assert "how heavy (less is better) -2.5 (-2.7 to -2.3), 20 people or a few more" in said
    assert "Told of harm or upset 12, about 50 in a hundred" in said


@pytest.mark.parametrize(("people", "leave"), [(9, True), (24, False)])
async def test_few_check_ins_and_those_without_leave_stay_out(
    there: World, visitor: Visitor, people: int, leave: bool
) -> None:
    await check_ins(there, people, leave=leave)
    said = words((await (await signed_in(visitor)).reads("/operator/people"))[1])
    assert "people or a few more" not in said
    assert "Told of harm or upset Under 10." in said


async def test_the_third_view_tells_where_people_are_and_what_they_answer(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    said = words((await (await signed_in(visitor)).reads("/operator/lessons"))[1])
    assert "Answers by lesson, in percent. lesson 1: 50 %; lesson 2: too few" in said
    assert "Replies by hour, in percent. 08:00 to 08:59: 50 %" in said


async def test_two_people_leave_no_trace_in_any_view(there: World, visitor: Visitor) -> None:
    for name in ("Ana", "Ben"):
        person = there.person(name)
        await onboard(there, person)
        person.says(f"marker-of-{name.lower()}")
    await there.later(hours=30)
    await signed_in(visitor)
    for path in VIEWS:
        status, page = await visitor.reads(path)
        said = words(page)
        assert status == 200
        assert "marker-of" not in page
        assert "Ana" not in said.replace("Analy", "")
        people = re.findall(r"(?:sent|active|new|paused|signing up|lesson \d|shown): (\d+)", said)
        assert people == []


async def test_what_is_late_is_told_with_its_age(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    there.clock.now += timedelta(hours=5, minutes=25)
    said = words((await (await signed_in(visitor)).reads("/operator"))[1])
    assert "25 messages are late, the oldest by 25 minutes." in said


async def test_the_page_names_what_is_wrong_with_the_database(there: World, visitor: Visitor) -> None:
    await signed_in(visitor)
    there.app.store.database.plug.state = "gone"
    for path in VIEWS:
        status, page = await visitor.reads(path)
        assert status == 200
        assert "✗ Database :" in words(page)
    there.app.store.database.plug.state = "fine"


# -- the slow part -----------------------------------------------------------------------------------------------------


async def test_nobody_waits_for_a_slow_count(there: World) -> None:
    go, counted = asyncio.Event(), 0

    async def slowly() -> Long:
        nonlocal counted
        counted += 1
        await go.wait()
        return Long(there.clock.now, Division({}, None), {})

    board = Board(there.app.watch._now, slowly, there.app.watch._looks, there.clock)
    assert await board.long() is None
    assert await board.long() is None
    assert counted == 1, "a second look does not count beside the first"
    go.set()
    first = await board.long()
    assert first is not None
    assert await board.long() is first
    there.clock.now += timedelta(minutes=11)
    assert await board.long() is not first
    await board.close()


async def test_a_page_that_still_counts_looks_again_by_itself(
    there: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in(visitor)
    monkeypatch.setattr("bot.operator.board.WAIT", 0.0)
    _, page = await visitor.glances("/operator/lessons")
    assert LOOKS_AGAIN in page
    assert "is being counted" in words(page)


async def test_an_empty_bot_has_a_page_too(tmp_path: Path, unused_tcp_port: int) -> None:
    listen = f"127.0.0.1:{unused_tcp_port}"
    async with world(tmp_path, HTTP_LISTEN=listen) as there:
        now = await there.app.watch._now()
        assert now.figures is not None
        assert {one.number for one in now.figures if one.section != "backlog"} == {None}
