"""A word to everyone: paced, after quiet hours, never to those who pause or stopped, never twice, and it can be called off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.demo import Person
from bot.service.announcing import Announcement, takes
from bot.service.learners import DeliveryKind
from bot.storage import tables as t
from bot.storage.announcing import begin, call_off, how_far
from tests.world import World, onboard, world

WORDS = "We move to a new house <soon> & you need do nothing."
NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


async def announced(
    there: World, kind: DeliveryKind = DeliveryKind.ANNOUNCEMENT, a_minute: int = 600, **more: date
) -> int:
    """Begins an announcement as the command does; answers its number."""
    async with there.app.store.database.write() as db:
        one = Announcement(0, kind, WORDS, a_minute, there.clock.now, more.get("last_day"))
        return (await begin(db, one)).number


async def people_of(there: World, *names: str) -> list[Person]:
    people = [there.person(name) for name in names]
    for person in people:
        await onboard(there, person)
    return people


def got(person: Person, words: str = "new house") -> int:
    """How many messages with these words they have."""
    return sum(words in message.text for message in person.chat.messages)


async def ticks(there: World, number: int = 1) -> None:
    for _ in range(number):
        await there.asleep_until(there.clock.now + timedelta(seconds=10))


async def outcomes(there: World, number: int) -> dict[str, int]:
    async with there.app.store.database.read() as db:
        return await how_far(db, number)


async def test_everyone_who_takes_lessons_gets_it_once(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        people = await people_of(there, "Ana", "Ben")
        number = await announced(there)
        await ticks(there, 3)
        assert [got(one) for one in people] == [1, 1]
        assert "<soon> & you" in next(one.text for one in people[0].chat.messages if "new house" in one.text)
        await there.later(hours=72)
        assert [got(one) for one in people] == [1, 1]
        assert await outcomes(there, number) == {"sent": 2}


async def test_nobody_who_pauses_or_stopped_gets_it(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana, ben, cleo = await people_of(there, "Ana", "Ben", "Cleo")
        ana.says("/pause")
        await ana.receives()
        ana.taps("3 days")
        ben.says("/stop")
        await there.settled()
        learner = await there.learner(ana)
        assert learner is not None
        assert learner.state.value == "paused"
        await announced(there)
        await ticks(there, 3)
        assert [got(one) for one in (ana, ben, cleo)] == [0, 0, 1]


async def test_who_pauses_while_it_is_on_its_way_does_not_get_it(tmp_path: Path) -> None:
    async with world(tmp_path, NIGHT) as there:
        (ana,) = await people_of(there, "Ana")
        number = await announced(there)
        await ticks(there)
        ana.says("/stop")
        await there.settled()
        await there.later(hours=10)
        assert got(ana) == 0
        assert await outcomes(there, number) == {"not_sent": 1}


async def test_in_quiet_hours_it_waits_for_the_morning(tmp_path: Path) -> None:
    async with world(tmp_path, NIGHT) as there:
        (ana,) = await people_of(there, "Ana")
        await announced(there)
        await there.later(hours=5)
        assert got(ana) == 0
        await there.at(datetime(2026, 3, 3, 6, 0, 10, tzinfo=UTC))  # seven in Berlin
        assert got(ana) == 1


async def test_a_bot_that_slept_past_the_evening_does_not_ring_at_night(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        (ana,) = await people_of(there, "Ana")
        await announced(there)
        await there.app.rooms.announcing.list_some(there.clock.now)
        await there.asleep_until(NIGHT)
        assert got(ana) == 0
        await there.at(datetime(2026, 3, 3, 6, 0, 10, tzinfo=UTC))
        assert got(ana) == 1


async def test_it_is_paced(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        people = await people_of(there, "Ana", "Ben", "Cleo")
        await announced(there, a_minute=6)
        counts = []
        for _ in range(4):
            await ticks(there)
            counts.append(sum(got(one) for one in people))
        assert counts == [1, 2, 3, 3]
        assert takes(3, 6) == timedelta(seconds=30)


async def test_a_crash_in_the_middle_loses_nobody_and_tells_nobody_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        people = await people_of(there, "Ana", "Ben", "Cleo")
        await announced(there, a_minute=6)
        await ticks(there)
        await there.crash()
        await ticks(there, 4)
        assert [got(one) for one in people] == [1, 1, 1]


async def test_it_can_be_called_off_in_the_middle(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        people = await people_of(there, "Ana", "Ben", "Cleo")
        number = await announced(there, a_minute=6)
        await ticks(there)
        async with there.app.store.database.write() as db:
            assert await call_off(db, number, there.clock.now)
            assert not await call_off(db, number, there.clock.now)
        await ticks(there, 5)
        assert sum(got(one) for one in people) == 1


async def test_what_waits_for_the_morning_can_be_called_off(tmp_path: Path) -> None:
    async with world(tmp_path, NIGHT) as there:
        (ana,) = await people_of(there, "Ana")
        number = await announced(there)
        await ticks(there)
        async with there.app.store.database.write() as db:
            await call_off(db, number, there.clock.now)
        await there.later(hours=10)
        assert got(ana) == 0
        assert await outcomes(there, number) == {"not_sent": 1}


async def test_an_answer_to_it_belongs_to_no_lesson(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        (ana,) = await people_of(there, "Ana")
        await announced(there)
        await ticks(there, 2)
        news = next(one for one in ana.chat.messages if "new house" in one.text)
        ana.says("thank you", reply_to=news.id)
        await there.settled()
        async with there.app.store.database.read() as db:
            kept = (
                select(func.count()).select_from(t.reflections).where(t.reflections.c.lesson_id.like("announcement%"))
            )
            assert (await db.execute(kept)).scalar_one() == 0


async def test_a_sunset_tells_those_who_pause_as_well_and_gives_the_rest_of_the_course(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana, ben = await people_of(there, "Ana", "Ben")
        ben.says("/stop")
        ana.says("/pause")
        await ana.receives()
        ana.taps("3 days")
        await there.settled()
        await announced(there, DeliveryKind.SUNSET, last_day=date(2026, 5, 1))
        await ticks(there, 2)
        assert got(ben, "closes") == 0
        news = next(one for one in ana.chat.messages if "closes" in one.text)
        assert "May" in news.text
        assert "new house" in news.text
        ana.taps("The rest of my course")
        await ana.receives("lessons you chose")
        ana.taps("Give me a copy", message_id=news.id)
        await ana.receives("everything I hold about you")
