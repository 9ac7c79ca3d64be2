"""Once, whoever asks twice: updates that come again, two workers on one row, a person who is busy; and in order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.service.delivery import Delivery
from bot.settings import read_settings
from bot.storage.database import Database
from bot.storage.sealing import Keyring, read_keys
from bot.storage.store import SqlStore
from tests.crowd import crowd
from tests.delivery.calendar import LESSON, heard, is_lesson, lessons, on, titles
from tests.e2e.chat import Chat
from tests.world import KEY, World, world

EIGHT = on("2026-03-03", "08:00")


async def test_an_answer_that_arrives_twice_is_one_reflection_and_one_reply(anywhere: World) -> None:
    ana = Chat(anywhere, anywhere.person("Ana"))
    await ana.is_learning("stress")
    await anywhere.at(EIGHT)
    await ana.says("In my shoulders.")
    said = ana.update
    ana.hears_only("Kept")
    for _ in range(2):
        await ana.raw(said)
        ana.hears_nothing()
    await ana.says("/progress")
    ana.hears("You wrote one thing down.")


async def test_an_answer_that_arrives_twice_in_onboarding_is_one_step(there: World, ana: Chat) -> None:
    await ana.stands_at("hour")
    await ana.says("9")
    said = ana.update
    assert (await ana.learner()).step == "weekdays"
    await ana.raw(said)
    ana.hears_nothing()
    assert (await ana.learner()).step == "weekdays"


async def test_a_wish_for_the_next_lesson_that_arrives_twice_brings_one(there: World, ana: Chat) -> None:
    """4b case 7: also when the process was started anew in between."""
    await ana.is_learning("stress")
    await ana.says("/next")
    said = ana.update
    await ana.raw(said)
    await there.stop()
    await there.start()
    await ana.raw(said)
    assert titles(ana) == ["stress-1"]


async def test_a_button_pressed_twice_at_once(there: World, ana: Chat) -> None:
    """4b case 17: two presses before the first is answered, then one on the message that is not there any more."""
    await ana.is_learning("stress")
    await there.asleep_until(EIGHT + timedelta(hours=5))
    choice = ana.last
    ana.person.taps("Read one now")
    await ana.taps("Read one now")
    assert titles(ana) == ["stress-1"]
    ana.person.deletes(choice.id)
    await ana.taps_old(choice.id, "ls:now")
    assert len(lessons(ana)) <= 2, "at most one more, as one presses a button that shows no lesson yet"
    assert ana.toasts or ana.news


async def test_words_when_nothing_was_asked_get_an_answer_and_move_nothing(there: World, ana: Chat) -> None:
    """4b case 18."""
    await ana.is_learning("stress")
    before = (await ana.learner()).due_at
    await ana.says("What a day.")
    ana.hears_only("Shall I keep it as a note?")
    assert (await ana.learner()).due_at == before


async def test_two_workers_on_the_same_rows(anywhere: World) -> None:
    """4b case 9: two tick at the same moment, on stores of their own; everyone gets one lesson."""
    chats = [anywhere.server.person(f"P{number}", started=True) for number in range(40)]
    keyring = Keyring(read_keys(KEY))
    await crowd(anywhere.app.store.database, keyring, [person.id for person in chats], EIGHT)
    other = SqlStore(Database(read_settings(anywhere.settings).database), keyring)
    try:
        await other.ready()
        anywhere.clock.now = EIGHT
        course, sender = anywhere.app.rooms.conversation.course, anywhere.app.sender
        second = Delivery(other, sender, course)
        await asyncio.gather(anywhere.app.tick(), second.send_due(anywhere.clock), second.send_due(anywhere.clock))
        await anywhere.settled()
    finally:
        await other.close()
    assert [sum(is_lesson(one) for one in person.chat.from_bot) for person in chats] == [1] * 40


@pytest.mark.postgres
async def test_a_person_who_is_busy_at_their_minute_gets_it_right_after(postgres_url: str, tmp_path: Path) -> None:
    """4b case 10: somebody writes at eight sharp; their lesson waits for the next tick, the others' do not."""
    async with world(tmp_path, DATABASE_URL=postgres_url) as there:
        ana, ben = Chat(there, there.person("Ana")), Chat(there, there.person("Ben"))
        for person in (ana, ben):
            await person.is_learning("stress")
        async with there.app.store.turn((await ana.learner()).chat, "test:busy", EIGHT):
            await there.asleep_until(EIGHT)
            assert (lessons(ana), titles(ben)) == ([], ["stress-1"])
        await there.at(EIGHT + timedelta(seconds=10))
        assert titles(ana) == ["stress-1"]


async def test_who_is_due_longest_comes_first(tmp_path: Path) -> None:
    """After twenty minutes off, at twenty messages a second: in the order of their minutes, not of their joining."""
    async with world(tmp_path, SEND_RATE="20") as there:
        minutes = (14, 2, 9, 0, 17, 5)
        people = {minute: Chat(there, there.person(f"At{minute}")) for minute in minutes}
        for minute, person in people.items():
            await person.is_learning("stress", minute=minute)
        await there.asleep_until(EIGHT + timedelta(minutes=20))
        came = [call.chat_id for call in there.server.calls_of("sendMessage") if LESSON in call.text]
        assert came == [people[minute].person.id for minute in sorted(minutes)]
        assert all(heard(person, LESSON) == 1 for person in people.values())
