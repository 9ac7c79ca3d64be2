"""Pausing, stopping, blocking and coming back: the place is kept, nobody is pulled back, nobody else notices."""

from __future__ import annotations

import pytest

from bot.service import upkeep
from bot.service.learners import State
from bot.storage.looking import SqlLedger
from bot.storage.sealing import Keyring, read_keys
from tests.crowd import crowd
from tests.delivery.calendar import LESSON, READY, WELCOME_BACK, heard, lessons, on, times, titles
from tests.e2e.chat import Chat
from tests.world import KEY, World


async def test_the_end_of_a_pause_is_one_message_and_nothing_more_until_they_choose(anywhere: World) -> None:
    ana = Chat(anywhere, anywhere.person("Ana"))
    await ana.is_learning("stress")
    await anywhere.at(on("2026-03-03", "12:00"))
    await ana.says("/pause until 2026-03-07")
    await anywhere.at(on("2026-03-07", "07:59"))
    ana.hears_only("Lessons are paused")
    ana.forget()
    await anywhere.at(on("2026-03-25", "12:00"))
    assert times(ana.news) == ["2026-03-07 08:00"]
    ready = ana.hears_only(READY)
    assert ready.labels == ["Read one now", "Carry on at the usual time", "Not yet"]


@pytest.mark.parametrize("choice", ["Read one now", "Carry on at the usual time", "Not yet"])
async def test_after_a_pause_each_choice_does_what_it_says(there: World, ana: Chat, choice: str) -> None:
    await ana.is_learning("stress")
    await there.at(on("2026-03-03", "12:00"))
    await ana.says("/pause 2")
    await there.at(on("2026-03-05", "09:00"))
    await ana.taps(choice)
    await there.at(on("2026-03-07", "09:00"))
    later = {
        "Read one now": ["2026-03-05 09:00", "2026-03-06 08:00", "2026-03-07 08:00"],
        "Carry on at the usual time": ["2026-03-06 08:00", "2026-03-07 08:00"],
        "Not yet": [],
    }[choice]
    assert times(lessons(ana)) == ["2026-03-03 08:00", *later]
    assert titles(ana) == [f"stress-{number}" for number in range(1, len(later) + 2)]


async def test_the_end_of_a_pause_waits_for_the_morning(there: World, ana: Chat) -> None:
    """The machine was off at the end of the pause and comes back at night."""
    await ana.is_learning("stress", hour=20)
    await ana.says("/pause 2")
    ana.forget()
    await there.asleep_until(on("2026-03-05", "01:00"))
    ana.hears_nothing()
    await there.at(on("2026-03-05", "12:00"))
    assert times(ana.news) == ["2026-03-05 07:00"]
    ana.hears_only(READY)


async def test_the_first_lesson_after_a_pause_is_an_easy_one(there: World, ana: Chat) -> None:
    """Where closeness would come next, something light comes first; then the course goes on where it was."""
    await ana.is_learning("intimacy", "stress")
    await there.at(on("2026-03-03", "12:00"))
    assert titles(ana) == ["consent-1"]
    await ana.says("/pause 3")
    await there.at(on("2026-03-06", "12:00"))
    await ana.taps("Carry on at the usual time")
    await there.at(on("2026-03-08", "12:00"))
    assert titles(ana) == ["consent-1", "stress-1", "(closed)"]


async def test_stopped_in_a_pause_and_in_the_middle_of_a_retry(there: World, ana: Chat, ben: Chat) -> None:
    """4b case 22: whoever stops gets nothing more, whatever was already on its way. /start goes on at the same place."""
    for person in (ana, ben):
        await person.is_learning("stress")
    await there.at(on("2026-03-03", "12:00"))
    await ana.says("/pause 2")
    await ana.says("/stop")
    fault = there.server.faults.add("500", method="sendMessage", chat_id=ben.person.id)
    await there.at(on("2026-03-04", "08:00"))
    fault.remove()
    await ben.says("/stop")
    for person in (ana, ben):
        person.forget()
    await there.at(on("2026-03-20", "12:00"))
    ana.hears_nothing()
    ben.hears_nothing()
    for person in (ana, ben):
        await person.says("/start")
    await there.at(on("2026-03-21", "12:00"))
    assert (titles(ana), titles(ben)) == (["stress-1", "stress-2"], ["stress-1", "stress-2"])


async def test_paused_in_the_middle_of_a_retry_nothing_comes(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    fault = there.server.faults.add("500", method="sendMessage", chat_id=ana.person.id)
    await there.at(on("2026-03-03", "08:00"))
    fault.remove()
    await ana.says("/pause")
    await ana.taps("Until I say so")
    ana.forget()
    await there.at(on("2026-03-10", "12:00"))
    ana.hears_nothing()


async def test_a_block_that_telegram_told_of(there: World, ana: Chat, ben: Chat) -> None:
    """4b case 13."""
    for person in (ana, ben):
        await person.is_learning("stress")
    await there.at(on("2026-03-03", "12:00"))
    await ana.blocks()
    tried = len(there.server.calls_of("sendMessage", ana.person.id))
    await there.at(on("2026-03-06", "12:00"))
    assert len(there.server.calls_of("sendMessage", ana.person.id)) == tried, "nothing is even tried"
    assert len(lessons(ben)) == 4
    await ana.unblocks()
    back = ana.hears_only(WELCOME_BACK)
    assert "Saturday, March 7 at 8:00 AM" in back.text
    assert back.labels[0] == "Read one now"
    await there.at(on("2026-03-08", "12:00"))
    assert heard(ana, WELCOME_BACK) == 1
    assert titles(ana) == ["stress-1", "stress-2", "stress-3"]


async def test_a_block_that_only_a_refused_lesson_tells_of(anywhere: World) -> None:
    """4b case 13: 403 on a lesson. They are gone, their place is kept, and nobody else is affected."""
    ana, ben = Chat(anywhere, anywhere.person("Ana")), Chat(anywhere, anywhere.person("Ben"))
    for person in (ana, ben):
        await person.is_learning("stress")
    await anywhere.at(on("2026-03-03", "12:00"))
    ana.person.blocked = True  # and the update about it was lost
    await anywhere.at(on("2026-03-06", "12:00"))
    assert (await ana.learner()).state is State.GONE
    assert [call.status for call in anywhere.server.calls_of("sendMessage", ana.person.id)] == [200, 403]
    assert len(lessons(ben)) == 4
    ana.person.blocked = False
    await ana.says("Hello again")
    ana.hears(WELCOME_BACK)
    await ana.says("And again")
    assert heard(ana, WELCOME_BACK) == 1
    await anywhere.at(on("2026-03-07", "08:00"))
    assert titles(ana) == ["stress-1", "stress-2"], "the lesson that was refused comes now"


async def test_a_deleted_account_and_a_chat_that_is_not_there(there: World, ana: Chat, ben: Chat) -> None:
    """4b case 14: other words for the same. Each is tried once, and never again."""
    for person in (ana, ben):
        await person.is_learning("stress")
    ana.person.deactivate()
    nobody = 987_654_321
    await crowd(there.app.store.database, Keyring(read_keys(KEY)), [nobody], on("2026-03-03", "08:00"))
    await there.at(on("2026-03-06", "12:00"))
    for chat_id, status in ((ana.person.id, 403), (nobody, 400)):
        assert [call.status for call in there.server.calls_of("sendMessage", chat_id)] == [status]
    assert (await ana.learner()).state is State.GONE
    assert sum(LESSON in message.text for message in ben.news) == 4


async def test_after_a_change_of_the_consent_text_they_are_told_once_and_lessons_wait(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.agreed_to_an_older_text()
    await there.at(on("2026-03-05", "12:00"))
    told = ana.hears_only("The words you agreed to")
    assert times([told]) == ["2026-03-03 08:00"]
    found = await upkeep.audit(SqlLedger(there.app.store), ana.course, there.clock.now)
    assert found.reasons == {"not_ready": 3}, "and the nightly look says why"
    await ana.taps("Show me")
    ana.hears("Is that all right with you?")
    await ana.taps("I am 18 or older, and I agree")
    await there.at(on("2026-03-07", "12:00"))
    assert times(lessons(ana)) == ["2026-03-06 08:00", "2026-03-07 08:00"]


async def test_a_block_that_ends_with_start_is_one_welcome(there: World, ana: Chat) -> None:
    """4b case 13: a messenger's own /start right after it is no wish for a second greeting."""
    await ana.is_learning("stress")
    await ana.blocks()
    await ana.unblocks()
    ana.hears_only("Lessons stopped while I could not reach you")
    await ana.says("/start")
    ana.hears_nothing()
    await ana.says("/start")
    ana.hears_only("Good to see you.")


async def test_start_is_not_swallowed_a_minute_after_the_welcome(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.blocks()
    await ana.unblocks()
    await there.later(minutes=1)
    await ana.says("/start")
    ana.hears_only("Good to see you.")


async def test_a_question_left_open_does_not_catch_the_answer_to_the_next_lesson(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/settings")
    await ana.taps("Time")
    assert (await ana.learner()).step == "hour"
    await there.at(on("2026-03-03", "08:00"))
    await ana.says("In my shoulders, at 9.")
    ana.hears_only("Kept")
    assert (await ana.learner()).profile.hour == 8


async def test_a_question_that_was_just_opened_waits_for_its_answer(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.at(on("2026-03-03", "07:59"))
    await ana.says("/settings")
    await ana.taps("Time")
    await there.at(on("2026-03-03", "08:00"))
    await ana.says("9")
    assert (await ana.learner()).profile.hour == 9


async def test_a_block_in_a_pause_leaves_them_paused(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause 5")
    await ana.blocks()
    await there.at(on("2026-03-04", "12:00"))
    await ana.unblocks()
    ana.hears_nothing()
    await there.at(on("2026-03-20", "12:00"))
    assert times(ana.news) == ["2026-03-07 08:00"]
    ana.hears_only(READY)
