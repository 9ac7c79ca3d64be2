"""The toolbox: saving, own practices, one for the minutes there are, what helped before first, and low-battery days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.course.toolbox import Candidate, in_order, offer
from bot.service.learners import Closeness, Passage
from tests.e2e.chat import Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


async def saves(chat: Chat, times: int) -> list[str]:
    """Saves the practices of the next lessons. Answers their titles."""
    titles = []
    for _ in range(times):
        await chat.says("/next")
        lesson = chat.last
        if "Open" in lesson.labels:
            await chat.taps("Open", lesson)
            lesson = chat.last
        await chat.taps("Save", lesson)
        chat.is_shown("It is in your toolbox.")
        titles.append(lesson.text)
    return titles


async def test_the_practice_of_a_lesson_is_saved_once_and_shown_again(ana: Chat) -> None:
    await ana.is_learning("stress")
    await saves(ana, 1)
    await ana.taps("Save")
    ana.is_shown("already")
    await ana.says("/toolbox")
    await ana.taps("What stress is for", ana.last)
    page = ana.hears_only("Find one place where stress sits", "Stop any time.")
    await ana.taps("Take it out", page)
    assert "What stress is for" not in ana.last.labels


async def test_what_helped_before_floats_up(ana: Chat) -> None:
    await ana.is_learning("stress")
    await saves(ana, 3)
    await ana.says("/toolbox")
    first = [label for label in ana.last.labels if label in {ana.lesson(f"stress-{n}").title for n in (1, 2, 3)}]
    await ana.taps(first[-1], ana.last)
    await ana.taps("Helped a lot", ana.last)
    ana.is_shown("kept for you")
    await ana.says("/toolbox")
    assert ana.last.labels[3] == first[-1]


async def test_after_did_it_how_it_was_is_a_tap_and_the_other_buttons_stay(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    await ana.taps("Did it")
    assert {"Helped a lot", "A bit", "Not this time", "Sources"} <= set(ana.last.labels)
    assert ana.last.text == lesson.text
    await ana.taps("A bit")
    assert "A bit" not in ana.last.labels
    assert "Sources" in ana.last.labels


async def test_a_practice_of_their_own_is_kept_exactly(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/toolbox")
    await ana.taps("Write one of my own")
    await ana.says("*Kettle* on, <b>window</b> open.")
    await ana.taps("1 minute", ana.last)
    await ana.taps("*Kettle* on, <b>window</b> ope …")
    ana.hears_only("*Kettle* on, <b>window</b> open.")


@pytest.mark.parametrize("minutes", ["1 minute", "3 minutes", "5 minutes"])
async def test_there_is_something_for_any_minutes_from_the_first_day(ana: Chat, minutes: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/toolbox")
    await ana.taps(minutes)
    offered = ana.hears("Any of these, or none.").labels
    assert len(offered) == 4
    await ana.taps(offered[0])
    assert "Helped a lot" in ana.last.labels


async def test_most_of_what_is_offered_is_not_about_closeness(ana: Chat) -> None:
    await ana.is_learning("consent", "intimacy", "stress")
    await ana.says("/next")
    for _ in range(6):
        await ana.says("/skip")
    await saves(ana, 4)
    await ana.says("/toolbox")
    ana.hears_only("Much of what you kept is about closeness.")
    assert "A practice, closed" in ana.last.labels
    assert not any(ana.lesson(f"intimacy-{n}").title in ana.last.labels for n in range(1, 8))
    await ana.taps("5 minutes")
    offered = ana.hears("For 5 minutes").labels
    assert offered.count("A practice, closed") <= 1
    assert len(offered) == 4


async def test_what_is_about_closeness_goes_when_closeness_goes(ana: Chat) -> None:
    await ana.is_learning("intimacy", "stress")
    await ana.says("/skip")
    await saves(ana, 1)
    learner = await ana.learner()
    async with ana.there.app.store.turn(learner.chat, "test:off", ana.there.clock.now) as turn:
        await turn.save(learner.with_profile(closeness=Closeness.NOT_NOW))
    await ana.says("/toolbox")
    assert "A practice, closed" not in ana.last.labels


async def test_a_low_battery_day_is_one_breath_and_counts(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/low")
    lesson = ana.lesson("stress-1")
    ana.hears_only(lesson.title, "It counts as the whole lesson.")
    async with ana.there.app.store.turn((await ana.learner()).chat, "test:look", ana.there.clock.now) as turn:
        assert await turn.passages() == {"stress-1": Passage.DID}
    await ana.there.at(ana.there.clock.now + timedelta(hours=1))
    await ana.says("/low")
    ana.hears_only(lesson.title)


async def test_a_low_battery_day_never_brings_closeness(ana: Chat) -> None:
    await ana.is_learning("intimacy")
    await ana.says("/low")
    assert "consent-1" not in ana.last.text
    assert not any(ana.lesson(f"intimacy-{n}").title in ana.last.text for n in range(1, 8))


async def test_an_offer_has_at_most_one_about_closeness_whatever_they_kept() -> None:
    close = [Candidate(f"c{n}", 1, True, 2.0, True) for n in range(5)]
    plain = [Candidate(f"p{n}", 1, False) for n in range(2)]
    assert sum(one.sensitive for one in offer([*close, *plain], 5)) == 1
    assert offer(close, 5) == (), "an offer that is only about closeness is none"


async def test_what_did_not_help_comes_last() -> None:
    ranked = in_order([Candidate("no", 1, False, 0.0), Candidate("new", 1, False), Candidate("a bit", 1, False, 1.0)])
    assert [one.about for one in ranked] == ["a bit", "new", "no"]
