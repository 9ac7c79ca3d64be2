"""The end of a topic and of the course: said kindly and once, in their own words only when they ask; and notes afterwards, if they like."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.course.measures import Kind
from bot.demo import Message
from bot.messages import ChatRef
from bot.service.learners import DeliveryKind, State
from tests.delivery.calendar import FINISH, heard, on, times
from tests.e2e.chat import Chat
from tests.world import World

END = "That was the last lesson of Calm in small steps."
CLOSED_END = "One of your topics is through."
NOTE = "as you asked"
LINES = ["In my neck.", "The kettle, and my feet.", "I slept a bit.", "Rain on the window.", "My sister laughed."]
EVENING_OF_THE_LAST = on("2026-03-09", "19:31")
SHAME = ("streak", "missed", "only ", "failed", "should", "must", "finally", "congrat", "!")


async def goes_through_stress(there: World, ana: Chat, lines: list[str] = LINES) -> None:
    """Answers each of the seven lessons with a line, as far as there are any, and stands at noon of the last day."""
    for day in range(7):
        await there.at(on(f"2026-03-{3 + day:02}", "12:00"))
        await ana.says(lines[day] if day < len(lines) else "/when")
    ana.forget()


async def finishes(there: World, ana: Chat, *, notes: bool = True) -> None:
    """Goes through the topic to the end of the course on March 10, and perhaps asks for the notes."""
    await goes_through_stress(there, ana)
    await there.at(on("2026-03-10", "12:00"))
    if notes:
        await ana.taps("A note in 1 and 3 months")
        ana.hears("Friday, April 10", "Wednesday, June 10", "and then none")
    ana.forget()


def ends(ana: Chat) -> list[Message]:
    return [one for one in ana.person.chat.from_bot if END in one.text or CLOSED_END in one.text]


async def ledger(there: World, chat: Chat, kind: DeliveryKind) -> list[tuple[str, str | None]]:
    async with there.app.store.turn(ChatRef("telegram", str(chat.person.id)), "test:look", there.clock.now) as turn:
        rows = await turn.decisions(50)
    return [(row.status.value, row.reason) for row in rows if row.kind is kind]


# -- the end of a topic ------------------------------------------------------------------------------------------------


async def test_the_end_of_a_topic_is_said_in_the_evening_without_a_sound_and_without_a_word_of_theirs(
    there: World, ana: Chat
) -> None:
    await ana.is_learning("stress", "sleep")
    await goes_through_stress(there, ana)
    await there.at(on("2026-03-20", "12:00"))
    (end,) = ends(ana)
    assert times([end]) == ["2026-03-09 19:30"]
    assert end.silent
    assert not any(line in end.text for line in LINES)


async def test_looking_back_shows_three_lines_that_they_wrote(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await goes_through_stress(there, ana)
    await there.at(EVENING_OF_THE_LAST)
    await ana.taps("Look back")
    page = ana.hears("Looking back: Calm in small steps", "7 lessons, in your own time", "Three lines you wrote")
    shown = [line for line in LINES if line in page.text]
    assert shown == [LINES[0], LINES[2], LINES[4]]
    assert "Next comes Kinder nights." in page.text
    assert not any(word in page.text.casefold() for word in SHAME)


async def test_whoever_wrote_nothing_misses_nothing(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await goes_through_stress(there, ana, lines=[])
    await there.at(EVENING_OF_THE_LAST)
    await ana.taps("Look back")
    ana.hears("Nothing is missing for that.")


async def test_a_line_from_a_dark_hour_is_not_brought_up(there: World, ana: Chat) -> None:
    """What reached the help card was never kept; what sounded merely heavy was, and stays in the journal alone."""
    heavy = "I feel empty and far away from everyone."
    await ana.is_learning("stress")
    await goes_through_stress(there, ana, [heavy, "A cup of tea."])
    await there.at(EVENING_OF_THE_LAST)
    await ana.says("/journal")
    ana.hears(heavy, "A cup of tea.")
    await ana.taps("Look back")
    page = ana.hears("A line you wrote", "A cup of tea.")
    assert heavy not in page.text


async def test_a_topic_about_closeness_is_not_named_and_its_lines_stand_under_a_veil(there: World, ana: Chat) -> None:
    await ana.is_learning("consent", "intimacy")
    for day in range(3, 20):
        await there.at(on(f"2026-03-{day:02}", "12:00"))
        if "Open" in ana.last.labels:
            await ana.taps("Open")
        await ana.says("We sat on the sofa.")
    closed = [one for one in ends(ana) if CLOSED_END in one.text]
    assert closed
    assert all("Easing back" not in one.text and one.silent for one in closed)
    await ana.taps("Look back", closed[-1])
    page = ana.last
    assert "We sat on the sofa." in page.text
    assert {"spoiler"} <= {entity["type"] for entity in page.entities}


async def test_nothing_is_said_in_a_pause_and_the_page_of_the_topic_has_it_all_the_same(
    there: World, ana: Chat
) -> None:
    await ana.is_learning("stress")
    await goes_through_stress(there, ana)
    await ana.says("/pause 5")
    await there.at(on("2026-03-12", "12:00"))
    assert ends(ana) == []
    assert await ledger(there, ana, DeliveryKind.RECAP) == [("not_sent", "paused")]
    await ana.says("/tracks")
    await ana.taps("✓ Calm in small steps")
    await ana.taps("Look back")
    ana.hears("Three lines you wrote")


async def test_the_last_lesson_taken_early_leads_to_it_as_well(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    for _ in range(7):
        await ana.says("/next")
    await there.at(on("2026-03-03", "12:01"))
    assert times(ends(ana)) == ["2026-03-03 12:00"]
    await there.at(on("2026-03-12", "12:00"))
    assert len(ends(ana)) == 1


async def test_a_machine_that_was_off_for_days_does_not_come_back_with_old_news(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await goes_through_stress(there, ana)
    await there.asleep_until(on("2026-03-13", "12:00"))
    assert ends(ana) == []
    assert await ledger(there, ana, DeliveryKind.RECAP) == [("not_sent", "too_late")]


# -- did it help, did it harm ------------------------------------------------------------------------------------------


async def test_at_the_end_of_a_topic_they_may_say_whether_it_helped_or_harmed(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await goes_through_stress(there, ana)
    await there.at(EVENING_OF_THE_LAST)
    await ana.taps("How was it for you?")
    ana.hears("1 of 2", "How much have these lessons helped you?")
    await ana.taps("7")
    ana.hears("2 of 2", "harm or upset")
    await ana.taps("Yes")
    ana.hears("Thank you for telling me.")
    assert {"Pause", "Stop lessons", "Boundaries", "The help page"} <= set(ana.last.labels)
    async with there.app.store.turn(ChatRef("telegram", str(ana.person.id)), "test:look", there.clock.now) as turn:
        (rating,) = await turn.shelf.ratings()
    assert (rating.kind, rating.about, dict(rating.answers)) == (Kind.COURSE, "stress", {"benefit": 7, "harm": 1})


async def test_both_questions_can_be_skipped_and_nobody_asks_again(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await goes_through_stress(there, ana)
    await there.at(EVENING_OF_THE_LAST)
    await ana.taps("How was it for you?")
    await ana.taps("Skip")
    await ana.taps("Skip")
    ana.hears("That is kept for you.")
    await there.at(on("2026-03-14", "12:00"))
    assert not any("helped you" in one.text for one in ana.person.chat.from_bot if one.at > EVENING_OF_THE_LAST)


# -- the end of the course ---------------------------------------------------------------------------------------------


async def test_the_ending_is_kind_and_says_what_stays(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana, notes=False)
    end = next(one for one in ana.person.chat.from_bot if FINISH in one.text)
    for stays in ("/toolbox", "/journal", "/progress", "/export", "/delete", "/help"):
        assert stays in end.text
    assert not any(word in end.text.casefold() for word in SHAME)
    await ana.taps("Look back", end)
    ana.hears("Looking back", "Three lines you wrote")
    await there.at(on("2026-09-01", "12:00"))
    assert heard(ana, NOTE) == 0, "nobody asked for notes"
    assert heard(ana, FINISH) == 1


async def test_changing_a_setting_afterwards_does_not_end_the_course_once_more(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana, notes=False)
    await ana.says("/settings")
    await ana.taps("A note in the evening")
    await there.at(on("2026-03-14", "12:00"))
    assert heard(ana, FINISH) == 1


async def test_who_asks_for_it_hears_after_one_month_and_three_and_then_no_more(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana)
    await there.at(on("2026-12-01", "12:00"))
    assert times(ana.news) == ["2026-04-10 08:00", "2026-06-10 08:00"], "by their clock, also in summer"
    first, last = ana.news
    assert "a month since your last lesson" in first.text
    assert "The last note" in last.text
    assert "3 months since your last lesson" in last.text
    assert all(one.silent for one in ana.news)
    assert not any(word in one.text.casefold() for one in ana.news for word in SHAME)


async def test_tapping_it_twice_makes_no_more_notes(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana)
    await there.at(on("2026-03-20", "12:00"))
    end = next(one for one in ana.person.chat.from_bot if FINISH in one.text)
    await ana.taps("A note in 1 and 3 months", end)
    ana.forget()
    await there.at(on("2026-12-01", "12:00"))
    assert len(ana.news) == 2


LEAVING = {
    "no more notes": ("rc:off", "unwanted"),
    "paused": ("/pause", "paused"),
    "stopped": ("/stop", "stopped"),
    "has lessons again": ("tr:add:sleep", "answered"),
}


@pytest.mark.parametrize("how", LEAVING)
async def test_a_note_stays_away_from_whoever_does_not_want_it_now(there: World, ana: Chat, how: str) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana)
    await there.at(on("2026-04-05", "12:00"))
    act, reason = LEAVING[how]
    if act.startswith("/"):
        await ana.says(act)
        if how == "paused":
            await ana.taps("Until I say so")
    else:
        await ana.taps_old(ana.last.id, act)
    await there.at(on("2026-04-10", "12:00"))
    assert heard(ana, NOTE) == 0
    assert ("not_sent", reason) in await ledger(there, ana, DeliveryKind.LATER)


async def test_a_note_does_not_come_into_the_pause_after_a_help_card(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana)
    await there.at(on("2026-04-09", "20:00"))
    await ana.says("/help")
    await ana.taps("Too much to carry")
    async with asyncio.timeout(60):  # what follows from a card is kept beside its answer
        while (await ana.learner()).state is not State.PAUSED:
            await there.server.messenger.changes.wait(0.05)
    await there.at(on("2026-04-10", "12:00"))
    assert heard(ana, NOTE) == 0


async def test_a_note_waits_for_the_end_of_quiet_hours_of_whoever_moved(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana)
    async with there.app.store.turn(ChatRef("telegram", str(ana.person.id)), "test:move", there.clock.now) as turn:
        assert turn.learner is not None
        await turn.save(turn.learner.with_profile(zone="America/Los_Angeles"))
    await there.at(on("2026-04-10", "23:59"))
    (note,) = ana.news
    assert times([note], "America/Los_Angeles") == ["2026-04-10 07:00"]


async def test_a_note_comes_once_when_the_bot_dies_while_sending_it(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await finishes(there, ana)
    await there.at(on("2026-04-10", "07:59"))
    await there.crash()
    await there.at(on("2026-04-10", "08:00") + timedelta(minutes=1))
    assert heard(ana, NOTE) == 1
    assert ("sent", None) in await ledger(there, ana, DeliveryKind.LATER)
