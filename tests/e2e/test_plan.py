"""The safety plan, and taking consent back."""

from __future__ import annotations

import pytest

from bot.service.learners import State
from bot.service.plan import PARTS
from tests.e2e.chat import AGREE, Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


async def begins(chat: Chat) -> None:
    """Begins a plan."""
    await chat.is_learning("stress")
    await chat.says("/plan")
    await chat.taps("Begin")
    chat.hears("1 of 6", "What tells you that it is getting hard?")


async def writes_all(chat: Chat) -> None:
    """Writes all six parts."""
    await begins(chat)
    for part in PARTS:
        await chat.says(f"My {part}.")


async def test_a_plan_is_written_in_six_parts_and_shown_on_one_screen(ana: Chat) -> None:
    await writes_all(ana)
    plan = ana.hears("Your plan", "/help")
    assert all(f"My {part}." in plan.text for part in PARTS)
    assert (await ana.learner()).step is None
    await ana.says("/plan")
    assert ana.hears_only("Your plan").text == plan.text


async def test_parts_can_be_skipped_and_written_on_another_day(ana: Chat) -> None:
    await begins(ana)
    await ana.says("Not answering the phone.")
    await ana.taps("Skip this part", ana.last)
    ana.hears("3 of 6")
    await ana.taps("Later", ana.last)
    ana.hears("/plan is here when you want it.")
    assert (await ana.learner()).step is None
    await ana.says("/plan")
    plan = ana.hears_only("Not answering the phone.")
    assert plan.text.count("\n\n") == 2, "a heading, one part, and where help is"


async def test_one_part_can_be_written_anew(ana: Chat) -> None:
    await writes_all(ana)
    await ana.says("/plan")
    await ana.taps("Change a part", ana.last)
    ana.hears_only("Which part would you like to write anew?")
    await ana.taps("People")
    await ana.says("Noor, any time.")
    plan = ana.hears("Your plan", "Noor, any time.", "My signs.")
    assert "My people." not in plan.text


async def test_a_plan_can_be_deleted_after_asking(ana: Chat) -> None:
    await writes_all(ana)
    await ana.says("/plan")
    await ana.taps("Delete", ana.last)
    ana.hears_only("Delete the whole plan for good?")
    await ana.taps("Keep it", ana.last)
    ana.hears_only("Your plan")
    await ana.taps("Delete", ana.last)
    await ana.taps("Yes, delete it")
    ana.hears_only("Your plan is deleted.")
    await ana.says("/plan")
    ana.hears_only("A plan for hard moments")


async def test_the_longest_plan_fits_into_one_message(ana: Chat) -> None:
    await begins(ana)
    for _ in PARTS:
        await ana.says("🌊" * 2048)
    await ana.says("/plan")
    assert len(ana.news) == 1
    await ana.taps("Change a part", ana.last)
    await ana.taps("Back", ana.last)
    assert "🌊 …" in ana.hears_only("Your plan").text, "and shows where it was cut"


async def test_odd_words_in_a_plan_show_as_they_were(ana: Chat) -> None:
    await begins(ana)
    words = "<b>&*_`[]()~|\\ ||x|| > y"
    await ana.says(words)
    await ana.says("later")
    await ana.says("/plan")
    ana.hears_only(words)


async def test_a_lesson_can_be_answered_while_the_plan_is_open(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    await ana.says("/plan")
    await ana.taps("Begin")
    await ana.says("My jaw.", reply_to=lesson)
    ana.hears_only(ana.lesson("stress-1").title)
    await ana.sends("voice")
    ana.hears("I cannot listen to voice messages.")
    await ana.says("Short sentences.")
    ana.hears("2 of 6")


@pytest.mark.parametrize("way_out", ["/cancel", "later", "cancel"])
async def test_an_open_part_can_be_left(ana: Chat, way_out: str) -> None:
    await begins(ana)
    await ana.says(way_out)
    assert len(ana.news) == 1
    assert (await ana.learner()).step is None


async def test_consent_can_be_taken_back_and_what_was_written_can_still_be_deleted(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("My jaw.")
    await ana.says("/privacy")
    assert "Take back my consent" in ana.last.labels
    await ana.taps(lambda button: button.data == "go:withdraw")
    learner = await ana.learner()
    assert (learner.state, learner.consented, learner.due_at) == (State.STOPPED, False, None)
    await ana.says("Something private.")
    ana.hears_only("Is that all right with you?")
    await ana.says("/journal")
    ana.hears_only("My jaw.")
    for label in ("Delete 1", "Delete", "Yes, delete it"):
        await ana.taps(label)
    ana.hears_only("Deleted.")
    await ana.says("/start")
    ana.hears_only("Is that all right with you?")
    await ana.taps(AGREE)
    assert (await ana.learner()).consented


async def test_a_plan_is_offered_once_with_the_third_lesson(ana: Chat) -> None:
    await ana.is_learning("stress")
    for lesson in range(1, 6):
        await ana.says("/next")
        await ana.taps("Did it")
        offers = [one for one in ana.news if "a short plan for hard days" in one.text]
        assert bool(offers) == (lesson == 3)
    await ana.taps("Begin")
    ana.hears("1 of 6")
