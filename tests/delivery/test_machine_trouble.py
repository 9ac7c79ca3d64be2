"""The machine itself is in trouble: its clock jumps by hours, its disk is full. And people who leave while something waits for them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.service.learners import State
from tests.delivery.calendar import CATCH_UP, heard, lessons, on, times, titles
from tests.e2e.chat import Chat
from tests.world import World, disk_full

EIGHT = on("2026-03-03", "08:00")


async def test_a_clock_set_back_by_hours_gives_no_second_lesson(anywhere: World) -> None:
    ana = Chat(anywhere, anywhere.person("Ana"))
    await ana.is_learning("stress")
    await anywhere.at(EIGHT + timedelta(minutes=1))
    for hours in (5, 30, 1):
        anywhere.clock.now -= timedelta(hours=hours)
        await anywhere.app.tick()
    await anywhere.settled()
    assert titles(ana) == ["stress-1"]
    await anywhere.at(EIGHT + timedelta(days=1))
    assert times(lessons(ana)) == ["2026-03-03 08:00", "2026-03-04 08:00"]


async def test_a_clock_set_ahead_by_hours_leads_to_one_message(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(EIGHT + timedelta(hours=9))
    assert (lessons(ana), heard(ana, CATCH_UP)) == ([], 1)
    there.clock.now = EIGHT - timedelta(hours=1)  # and it is mended
    await there.app.tick()
    await there.at(EIGHT + timedelta(days=1))
    assert heard(ana, CATCH_UP) == 1
    assert len(lessons(ana)) <= 2, "one a local date, whichever of the two clocks was right"


async def test_a_clock_that_jumps_while_lessons_go_out_sends_none_twice(there: World) -> None:
    people = [Chat(there, there.person(f"P{number}")) for number in range(12)]
    for person in people:
        await person.is_learning("stress")

    def jump(_call: object) -> None:
        there.clock.now += timedelta(hours=4 if there.clock.now < EIGHT + timedelta(hours=1) else -4)

    stop = there.server.on_call(jump)
    there.clock.now = EIGHT
    await there.app.tick()
    stop()
    there.clock.now = EIGHT + timedelta(hours=1)
    await there.app.tick()
    await there.settled()
    assert all(len(titles(person)) <= 1 for person in people)


async def test_a_full_disk_holds_lessons_up_and_loses_none(there: World) -> None:
    people = [Chat(there, there.person(f"P{number}")) for number in range(40)]
    for person in people:
        await person.is_learning("stress")
    with disk_full(there):
        there.clock.now = EIGHT
        ticking = asyncio.create_task(there.app.tick())
        await asyncio.wait({ticking}, timeout=2)
        held_up = not ticking.done() or any(not lessons(person) for person in people)
        await people[0].says("/help")
        assert heard(people[0], "nobody reads this chat") == 1
    assert held_up, "the disk was full enough to matter"
    await asyncio.gather(ticking, return_exceptions=True)
    await there.at(EIGHT + timedelta(minutes=5))
    assert [titles(person) for person in people] == [["stress-1"]] * 40


async def test_who_stops_while_a_note_waits_gets_none(there: World, ana: Chat) -> None:
    """4b case 22: opting out during a pending reminder, and during a pause."""
    await ana.is_learning("stress", nudge=True)
    await there.at(EIGHT)
    await ana.says("/stop")
    await there.at(EIGHT + timedelta(days=3))
    assert (len(lessons(ana)), heard(ana, "A small note for the evening")) == (1, 0)


async def test_who_stops_during_a_pause_is_not_asked_when_it_ends(there: World, ana: Chat) -> None:
    """4b case 22."""
    await ana.is_learning("stress")
    await ana.says("/pause 3")
    await ana.says("/stop")
    ana.forget()
    await there.at(EIGHT + timedelta(days=9))
    ana.hears_nothing()
    assert (await ana.learner()).state is State.STOPPED
