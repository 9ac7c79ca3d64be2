"""One lesson at the local minute, once a local day, wherever that is and whatever the clocks do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.delivery.calendar import lessons, on, times, titles, wall
from tests.e2e.chat import Chat
from tests.world import START, World, world


async def test_one_lesson_at_the_minute_not_before_and_not_again(anywhere: World) -> None:
    """4b case 7: the process restarts on the way, and that changes nothing."""
    ana = Chat(anywhere, anywhere.person("Ana"))
    await ana.is_learning("stress")
    await anywhere.at(on("2026-03-03", "07:59"))
    ana.hears_nothing()
    await anywhere.at(on("2026-03-03", "08:00"))
    ana.hears_only(ana.lesson("stress-1").title)
    for clock in ("08:00", "08:01", "12:00"):
        await anywhere.at(on("2026-03-03", clock))
    await anywhere.stop()
    await anywhere.start()
    await anywhere.at(on("2026-03-04", "07:59"))
    ana.hears_only(ana.lesson("stress-1").title)
    await anywhere.at(on("2026-03-04", "08:00"))
    assert titles(ana) == ["stress-1", "stress-2"]


async def test_only_on_the_chosen_weekdays(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", weekdays=frozenset({0, 2, 5}))
    await there.at(on("2026-03-15", "23:00"))
    assert times(lessons(ana)) == [f"2026-03-{day} 08:00" for day in ("04", "07", "09", "11", "14")]


NIGHTS = {
    # zone, the day before, and for each hour what the wall shows that night
    "forward over an hour": ("Europe/Berlin", "2026-03-28", {(2, 30): "2026-03-29T01:30", (1, 59): "2026-03-29T00:59",
                             (8, 0): "2026-03-29T06:00"}),
    "back over an hour": ("Europe/Berlin", "2026-10-24", {(2, 30): "2026-10-25T00:30", (3, 0): "2026-10-25T02:00",
                          (8, 0): "2026-10-25T07:00"}),
    "forward over half an hour": ("Australia/Lord_Howe", "2026-10-03", {(2, 15): "2026-10-03T15:45", (8, 0): "2026-10-03T21:00"}),
    "back over half an hour": ("Australia/Lord_Howe", "2026-04-04", {(1, 45): "2026-04-04T14:45", (8, 0): "2026-04-04T21:30"}),
    "forward in a zone of three quarters": ("Pacific/Chatham", "2026-09-26", {(3, 0): "2026-09-26T14:15", (8, 0): "2026-09-26T18:15"}),
    "back in a zone of three quarters": ("Pacific/Chatham", "2026-04-04", {(3, 0): "2026-04-04T13:15", (8, 0): "2026-04-04T19:15"}),
    "forward over midnight": ("America/Nuuk", "2026-03-28", {(23, 30): "2026-03-29T00:30", (8, 0): "2026-03-29T09:00"}),
}  # fmt: skip


@pytest.mark.parametrize("night", NIGHTS)
async def test_a_night_on_which_the_clocks_change(night: str, tmp_path: Path) -> None:
    """4b cases 1, 2 and 4: hours inside the gap or the overlap, and ordinary ones: one lesson each, at the right minute, and the
    ordinary local time again on the day after."""
    zone, day_before, hours = NIGHTS[night]
    start = on(day_before, "00:30", zone)
    async with world(tmp_path, start) as there:
        people = {}
        for hour, minute in hours:
            people[hour, minute] = Chat(there, there.person(f"At{hour}"))
            await people[hour, minute].is_learning("stress", zone=zone, hour=hour, minute=minute)
        await there.at(start + timedelta(days=3))
        for (hour, minute), person in people.items():
            came = times(lessons(person), zone)
            days = [line.partition(" ")[0] for line in came]
            assert len(days) == len(set(days)) == 3, came
            that_night = [f"{one.at:%Y-%m-%dT%H:%M}" for one in lessons(person)]
            assert hours[hour, minute] in that_night
            ordinary = [line for line in came if line.endswith(f"{hour:02}:{minute:02}")]
            assert len(ordinary) >= 2, came


ZONES = ("Asia/Kathmandu", "Asia/Kolkata", "Australia/Eucla", "Pacific/Chatham", "America/St_Johns", "Pacific/Kiritimati",
         "Pacific/Pago_Pago", "Pacific/Marquesas", "Africa/Casablanca", "UTC")  # fmt: skip


async def test_every_zone_at_its_own_minute(there: World) -> None:
    """4b case 2: half hours, three quarters, and both ends of the date line, side by side for three days."""
    people = {zone: Chat(there, there.person(zone)) for zone in ZONES}
    for zone, person in people.items():
        await person.is_learning("stress", zone=zone, hour=19, minute=5)
    await there.at(START + timedelta(days=3))
    for zone, person in people.items():
        came = times(lessons(person), zone)
        first = START if wall(START, zone)[11:] < "19:05" else START + timedelta(days=1)
        days = [f"{wall(first + timedelta(days=number), zone)[:10]} 19:05" for number in range(3)]
        assert came == days, zone


# -- moving ------------------------------------------------------------------------------------------------------------


async def moves(chat: Chat, city: str) -> None:
    """Tells the bot a new time zone, as one does: in the settings."""
    await chat.says("/settings")
    await chat.taps("Time zone")
    await chat.says(city)
    chat.hears("Saved.")


async def takes_hour(chat: Chat, hour: str) -> None:
    """Tells the bot a new hour."""
    await chat.says("/settings")
    await chat.taps("Time")
    await chat.says(hour)
    chat.hears("Saved.")


async def test_a_move_before_todays_lesson(there: World, ana: Chat) -> None:
    """4b case 3: to New York in the night; today's lesson comes at eight there, and it is the only one."""
    await ana.is_learning("stress")
    await there.at(on("2026-03-03", "07:00"))
    await moves(ana, "New York")
    await there.at(on("2026-03-04", "12:00", "America/New_York"))
    assert times(lessons(ana), "America/New_York") == ["2026-03-03 08:00", "2026-03-04 08:00"]


async def test_a_move_after_todays_lesson(there: World, ana: Chat) -> None:
    """4b case 3: eight comes again in New York on the same date, but today has had its lesson."""
    await ana.is_learning("stress")
    await there.at(on("2026-03-03", "09:00"))
    await moves(ana, "New York")
    ana.hears("Wednesday, March 4 at 8:00 AM", "New York")
    await there.at(on("2026-03-04", "12:00", "America/New_York"))
    assert times(lessons(ana), "America/New_York") == ["2026-03-03 02:00", "2026-03-04 08:00"]


@pytest.mark.parametrize(
    ("home", "city", "away"),
    [("Pacific/Auckland", "Honolulu", "Pacific/Honolulu"), ("Pacific/Honolulu", "Auckland", "Pacific/Auckland")],
)
@pytest.mark.parametrize("hour", ["07:30", "08:30"])
async def test_a_move_across_the_date_line(there: World, ana: Chat, home: str, city: str, away: str, hour: str) -> None:
    """4b case 3: before or after that day's lesson, westward or eastward: never two on one local date, in either zone's dates of
    the day it was, and from then on one every day."""
    await ana.is_learning("stress", "connection", zone=home)
    await there.at(on("2026-03-05", hour, home))
    before = [wall(one.at, home)[:10] for one in lessons(ana)]
    await moves(ana, city)
    await there.at(on("2026-03-08", "12:00", away))
    await ana.says("/when")  # who is silent for long gets fewer
    await there.at(on("2026-03-10", "12:00", away))
    after = [wall(one.at, away) for one in lessons(ana)[len(before) :]]
    dates = before + [line[:10] for line in after]
    assert dates == sorted(set(dates))
    assert all(line.endswith("08:00") for line in after)
    assert [line[:10] for line in after][-4:] == [f"2026-03-{day:02}" for day in range(7, 11)]


async def test_another_hour_before_todays_lesson(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(on("2026-03-03", "07:00"))
    await takes_hour(ana, "20:30")
    await there.at(on("2026-03-05", "07:00"))
    assert times(lessons(ana)) == ["2026-03-03 20:30", "2026-03-04 20:30"]


async def test_another_hour_after_todays_lesson(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(on("2026-03-03", "09:00"))
    await takes_hour(ana, "20:30")
    ana.hears("Wednesday, March 4 at 8:30 PM")
    await there.at(on("2026-03-05", "07:00"))
    assert times(lessons(ana)) == ["2026-03-03 08:00", "2026-03-04 20:30"]


async def test_an_hour_that_is_over_today_begins_tomorrow(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", hour=20)
    await there.at(on("2026-03-02", "15:00"))
    await takes_hour(ana, "8")
    await there.at(on("2026-03-03", "07:59"))
    assert lessons(ana) == []
    await there.at(on("2026-03-03", "12:00"))
    assert times(lessons(ana)) == ["2026-03-03 08:00"]


async def test_send_one_now_is_todays_lesson(there: World, ana: Chat) -> None:
    await ana.signs_up(hour="18:00")
    await ana.taps("Send one now")
    await ana.says("/when")
    ana.hears("Tuesday, March 3 at 6:00 PM")
    await there.at(on("2026-03-03", "17:59"))
    assert times(lessons(ana)) == [wall(START)]
    await there.at(on("2026-03-03", "18:00"))
    assert titles(ana) == ["stress-1", "stress-2"]
    assert times(lessons(ana)) == [wall(START), "2026-03-03 18:00"]


async def test_it_comes_when_it_was_said_to_come(tmp_path: Path) -> None:
    """On the eve of a clock change."""
    async with world(tmp_path, on("2026-03-28", "21:00")) as there:
        ana = Chat(there, there.person("Ana"))
        await ana.is_learning("stress", hour=20, minute=30)
        await ana.says("/when")
        ana.hears_only("Sunday, March 29 at 8:30 PM", "Berlin")
        await there.at(on("2026-03-29", "23:00"))
        assert times(lessons(ana)) == ["2026-03-29 20:30"]


async def test_the_due_time_follows_the_rule_and_not_the_last_send(there: World, ana: Chat) -> None:
    """4b cases 4 and 5: after a lesson that came late the next is on the minute again."""
    await ana.is_learning("stress")
    for day in ("03", "04", "05"):
        await there.asleep_until(on(f"2026-03-{day}", "08:07"))
    await there.at(on("2026-03-06", "12:00"))
    assert times(lessons(ana)) == [
        "2026-03-03 08:07",
        "2026-03-04 08:07",
        "2026-03-05 08:07",
        "2026-03-06 08:00",
    ]
