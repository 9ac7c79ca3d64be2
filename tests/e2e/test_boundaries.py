"""Boundaries: what is left out, what stands there instead, and that it is said."""

from __future__ import annotations

import pytest

from bot.course.lesson import Theme
from bot.service.boundaries import read_pairs
from bot.service.learners import Closeness
from tests.e2e.chat import Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


async def passes(chat: Chat, *lessons: str) -> None:
    """Skips these."""
    for _ in lessons:
        await chat.says("/skip")


async def test_a_tick_changes_the_practice_and_a_line_says_why(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/settings")
    await ana.taps("Boundaries")
    await ana.taps("No touch")
    assert "✓ No touch" in ana.last.labels
    assert (await ana.learner()).profile.boundaries == {Theme.TOUCH}
    await passes(ana, *[f"stress-{n}" for n in range(1, 6)])
    await ana.says("/next")
    lesson = ana.lesson("stress-6")
    shown = ana.hears_only(lesson.title)
    assert "Left out here, as you asked: touch." in shown.text
    assert "hand on" not in shown.text.partition("If you like:")[2].partition("Think about")[0]


async def test_without_a_boundary_no_line_stands_there(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    assert "Left out" not in ana.last.text


async def test_a_lesson_about_it_is_left_out_whole_and_the_topic_says_so(ana: Chat) -> None:
    await ana.is_learning("communication", boundaries=frozenset({Theme.PARTNER}))
    await ana.says("/tracks")
    await ana.taps("✓ Say it kindly")
    ana.hears_only("left out here, as you asked")
    await passes(ana, *"abcdef")
    await ana.says("/next")
    ana.hears_only("You have been through all the lessons you chose")


async def test_sources_keep_sex_out_where_closeness_is_off(ana: Chat) -> None:
    await ana.is_learning("stress", closeness=Closeness.NOT_NOW)
    await ana.says("/next")
    await ana.taps("Sources")
    assert "sexual" not in ana.last.text.casefold()
    ana.hears_only("Left out here, as you asked: sex and desire.")


async def test_deeper_keeps_sex_out_where_closeness_is_off(ana: Chat) -> None:
    await ana.is_learning("consent", closeness=Closeness.NOT_NOW)
    await ana.says("/next")
    await ana.taps("More")
    assert "sexual" not in ana.last.text.casefold()


async def test_words_of_theirs_stand_in_lessons_exactly_as_written(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/settings")
    await ana.taps("Boundaries")
    await ana.taps("Words I prefer")
    await ana.says("not = yes")
    ana.hears_only("I could not use that.")
    await ana.says("stress = *static* <b>")
    ana.hears_only("stress → *static* <b>")
    await ana.says("/next")
    assert "*static* <b> is your body getting ready" in ana.last.text.casefold().replace("\n", " ")
    await ana.says("/settings")
    await ana.taps("Boundaries")
    await ana.taps("Forget my words")
    assert (await ana.learner()).profile.words == ()


async def test_the_course_suggests_what_goes_well_before(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/tracks")
    await ana.taps("Move your mood")
    ana.hears_only("sleep may be the gentler start")
    await ana.taps("Begin with Kinder nights")
    assert (await ana.learner()).profile.topics[0] == "sleep"
    await ana.says("/tracks")
    await ana.taps("Move your mood")
    assert "gentler start" not in ana.last.text


@pytest.mark.parametrize(
    "text", ["stop = go", "a = b", "partner", "<b> = x", "x" * 31 + " = y", "partner = " + "y" * 31]
)
async def test_pairs_that_would_turn_lessons_round_are_not_taken(text: str) -> None:
    assert read_pairs(text) == []


async def test_several_pairs_are_read() -> None:
    assert read_pairs("partner = my person\nBody -> this body") == [("partner", "my person"), ("body", "this body")]
