"""Kind lateness: what comes after an outage, and what does not. Never a burst."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.delivery.calendar import CATCH_UP, heard, lessons, on, times, titles
from tests.e2e.chat import Chat
from tests.world import World, world


async def test_late_by_two_hours_it_still_comes(there: World) -> None:
    ana = Chat(there, there.person("Ana"))
    await ana.is_learning("stress")
    await there.asleep_until(on("2026-03-03", "10:00"))
    assert titles(ana) == ["stress-1"]
    await there.at(on("2026-03-04", "08:00"))
    assert times(lessons(ana)) == ["2026-03-03 10:00", "2026-03-04 08:00"]
    assert heard(ana, CATCH_UP) == 0


async def test_late_by_four_hours_there_is_one_message_with_a_choice(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(on("2026-03-03", "12:00"))
    choice = ana.hears_only(CATCH_UP)
    assert choice.labels == ["Read one now", "Carry on at the usual time", "Start this topic over"]
    await there.at(on("2026-03-03", "23:00"))
    ana.hears_only(CATCH_UP)
    await there.at(on("2026-03-04", "23:00"))
    assert times(lessons(ana)) == ["2026-03-04 08:00"], "without a choice the next slot is kept"


async def test_read_one_now_is_that_days_lesson(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(on("2026-03-03", "12:00"))
    choice = ana.hears_only(CATCH_UP)
    await ana.taps("Read one now")
    await ana.taps_old(choice.id, "ls:now")
    await there.at(on("2026-03-04", "09:00"))
    assert times(lessons(ana)) == ["2026-03-03 12:00", "2026-03-04 08:00"]
    assert titles(ana) == ["stress-1", "stress-2"]


async def test_carry_on_at_the_usual_time_says_when_and_sends_nothing_now(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(on("2026-03-03", "12:00"))
    await ana.taps("Carry on at the usual time")
    ana.hears_only("Wednesday, March 4 at 8:00 AM")
    await there.at(on("2026-03-04", "09:00"))
    assert titles(ana) == ["stress-1"]


async def test_start_over_goes_back_to_the_first_lesson(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(on("2026-03-04", "12:00"))
    await there.asleep_until(on("2026-03-05", "12:00"))
    await ana.taps("Start this topic over")
    ana.hears("begins again with its first lesson", "Friday, March 6 at 8:00 AM")
    await there.at(on("2026-03-06", "09:00"))
    assert titles(ana) == ["stress-1", "stress-2", "stress-1"]


async def test_thirty_days_behind_is_one_message(there: World) -> None:
    ana, ben = Chat(there, there.person("Ana")), Chat(there, there.person("Ben"))
    await ana.is_learning("stress")
    await ben.is_learning("stress", zone="America/Lima", hour=20)
    await there.asleep_until(on("2026-04-02", "18:00"))
    for person in (ana, ben):
        person.hears_only(CATCH_UP)
    await there.at(on("2026-04-02", "21:59"))
    for person in (ana, ben):
        person.hears_only(CATCH_UP)
    await there.at(on("2026-04-03", "12:00"))
    assert (titles(ana), titles(ben)) == (["stress-1"], ["stress-1"])


async def test_an_outage_that_ends_shortly_before_the_next_slot_leads_to_the_lesson_only(
    there: World, ana: Chat
) -> None:
    """A choice at 7:30 and a lesson at 8:00 would be two messages in a row."""
    await ana.is_learning("stress")
    await there.asleep_until(on("2026-03-06", "07:30"))
    ana.hears_nothing()
    await there.at(on("2026-03-06", "20:00"))
    assert times(ana.news) == ["2026-03-06 08:00"]
    assert titles(ana) == ["stress-1"]


async def test_quiet_hours_are_kept_after_an_outage(there: World, ana: Chat) -> None:
    """Due at 21:00, back at 22:30: nothing before seven, and then one message with a choice."""
    await ana.is_learning("stress", hour=21)
    await there.asleep_until(on("2026-03-02", "22:30"))
    for clock in ("23:59", "06:59"):
        await there.at(on("2026-03-02" if clock > "12" else "2026-03-03", clock))
        ana.hears_nothing()
    await there.at(on("2026-03-03", "20:00"))
    assert times(ana.news) == ["2026-03-03 07:00"]
    ana.hears_only(CATCH_UP)
    await there.at(on("2026-03-03", "21:00"))
    assert times(lessons(ana)) == ["2026-03-03 21:00"]


@pytest.mark.parametrize(("hour", "clock"), [(23, "23:00"), (6, "06:00"), (0, "00:00")])
async def test_an_hour_of_their_own_choice_is_never_too_quiet(there: World, ana: Chat, hour: int, clock: str) -> None:
    await ana.is_learning("stress", hour=hour)
    await there.at(on("2026-03-04", "12:00"))
    came = times(lessons(ana))
    assert [line[11:] for line in came] == [clock] * len(came)
    assert len(came) == 2


async def test_their_own_quiet_hour_late_by_two(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=22)
    await there.asleep_until(on("2026-03-02", "23:30"))
    await there.at(on("2026-03-03", "23:30"))
    assert times(lessons(ana)) == ["2026-03-02 23:30", "2026-03-03 22:00"]


async def test_the_database_is_gone_at_the_minute_and_back_an_hour_later(there: World, ana: Chat) -> None:
    """4b case 6: what cannot be done at its minute is done as soon as it can be."""
    await ana.is_learning("stress")
    plug = there.app.store.database.plug
    await there.at(on("2026-03-03", "07:59"))
    plug.state = "gone"
    await there.at(on("2026-03-03", "08:00"))
    await there.at(on("2026-03-03", "08:30"))
    ana.hears_nothing()
    plug.state = "fine"
    await there.asleep_until(on("2026-03-03", "09:00"))
    await there.at(on("2026-03-03", "12:00"))
    assert times(lessons(ana)) == ["2026-03-03 09:00"]


async def test_a_lesson_that_a_stop_held_back_for_hours_does_not_come_at_night(there: World, ana: Chat) -> None:
    """The decision was written down, then the machine was off until night: the next slot brings it."""
    await ana.is_learning("stress", hour=20)
    there.server.faults.add("500", method="sendMessage", chat_id=ana.person.id)
    await there.at(on("2026-03-02", "20:01"))
    there.server.faults.clear()
    await there.asleep_until(on("2026-03-03", "01:00"))
    await there.at(on("2026-03-03", "19:59"))
    assert lessons(ana) == []
    await there.at(on("2026-03-03", "20:00"))
    assert titles(ana) == ["stress-1"]


async def test_a_month_with_outages_of_every_length_is_never_two_messages_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress", "sleep", "connection", "mood", "help")
        for hours in (5, 1, 26, 49, 11, 72, 4, 100):
            await there.asleep_until(there.clock.now + timedelta(hours=hours))
            await there.later(hours=31)
        came = [message.at for message in ana.person.chat.from_bot]
        assert len(came) >= 8
        assert all(later - earlier > timedelta(hours=3) for earlier, later in pairwise(came))
        days = [line[:10] for line in times(lessons(ana))]
        assert len(days) == len(set(days))
