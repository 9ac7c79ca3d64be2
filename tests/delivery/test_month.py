"""A month of simulated days for learners all over the world, while clocks change in both halves of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from bot.demo import Call
from bot.storage import tables as t
from tests.delivery.calendar import ENVELOPE, LESSON
from tests.e2e.chat import Chat
from tests.world import world

BEGINS = datetime(2026, 3, 7, tzinfo=UTC)
DAYS = 31
ENDS = BEGINS + timedelta(days=DAYS)
ZONES = {
    "01:30": ("Europe/Berlin", "Europe/Dublin", "Atlantic/Azores", "Europe/Chisinau", "Africa/Cairo", "America/Nuuk"),
    "07:30": ("America/New_York", "America/Havana", "Asia/Kathmandu", "Pacific/Marquesas", "Africa/Casablanca"),
    "08:30": ("America/Chicago", "America/Mexico_City", "Asia/Kabul", "Australia/Eucla", "Africa/Nairobi"),
    "10:30": ("America/Los_Angeles", "America/Phoenix", "Asia/Tokyo", "Pacific/Pago_Pago", "America/Denver"),
    "06:30": ("America/Halifax", "America/St_Johns", "Asia/Yangon", "Asia/Jakarta", "Pacific/Kiritimati"),
    "15:45": ("Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "Asia/Dubai", "Asia/Karachi"),
    "14:00": ("Pacific/Chatham", "Pacific/Auckland", "Pacific/Honolulu", "America/Anchorage", "Asia/Tehran"),
    "03:00": ("America/Santiago", "America/Asuncion", "America/Sao_Paulo", "Asia/Kolkata"),
}
"""By the time (UTC) at which their first lesson comes: in the middle of the hour that their clocks will skip or show twice, where
they do. Their hour is what their clocks show then."""


def wall_of(first: str, zone: str) -> time:
    """The hour that somebody chose whose first lesson comes at that time in UTC."""
    return datetime.combine(BEGINS.date(), time.fromisoformat(first), UTC).astimezone(ZoneInfo(zone)).time()


def expected(wall: time, zone: str) -> list[datetime]:
    """The moment of every lesson, one a local date: the first moment of that date at which the clocks show the hour or, where
    they skip it, as far behind their jump as the hour lay behind it; before it where behind it would be the next date."""
    moments = []
    for number in range(-1, DAYS + 2):
        day = BEGINS.date() + timedelta(days=number)
        first, second = (datetime.combine(day, wall.replace(fold=n), ZoneInfo(zone)).astimezone(UTC) for n in (0, 1))
        moments.append(first if first.astimezone(ZoneInfo(zone)).date() == day else second)
    return [moment for moment in moments if BEGINS < moment <= ENDS]


async def test_a_month_in_forty_zones_is_one_lesson_a_day_at_the_right_local_minute(tmp_path: Path) -> None:
    async with world(tmp_path, BEGINS) as there:
        rules = {}
        for first, zones in ZONES.items():
            for zone in zones:
                chat, wall = Chat(there, there.person(zone)), wall_of(first, zone)
                rules[chat.person.id] = (wall, zone)
                await chat.is_learning("stress", "sleep", zone=zone, hour=wall.hour, minute=wall.minute)
        came: dict[int, list[datetime]] = defaultdict(list)

        def note(call: Call) -> None:
            if LESSON in call.text or ENVELOPE in call.text:
                came[call.chat_id or 0].append(call.at)

        there.server.on_call(note)
        store, delivery = there.app.store, there.app.rooms.delivery
        while True:
            async with store.database.write() as db:
                await db.execute(update(t.learners).values(unanswered=0))  # as any sign of life would
                due = await db.scalar(select(func.min(t.learners.c.due_at)))
            if due > ENDS:
                break
            there.clock.now = due
            await delivery.send_due(there.clock)
        assert len(rules) == 40
        for person, rule in rules.items():
            assert came[person] == expected(*rule), rule


def test_clocks_change_for_many_of_them_and_for_some_in_the_very_hour_of_their_lesson() -> None:
    everyone = [(wall_of(first, zone), zone) for first, zones in ZONES.items() for zone in zones]
    times = {rule: {moment.time() for moment in expected(*rule)} for rule in everyone}
    assert sum(len(found) > 1 for found in times.values()) >= 18
    skipped = [
        zone
        for wall, zone in everyone
        if any(moment.astimezone(ZoneInfo(zone)).time() != wall for moment in expected(wall, zone))
    ]
    assert {"Europe/Berlin", "America/New_York", "America/Chicago", "America/Los_Angeles"} <= set(skipped)
