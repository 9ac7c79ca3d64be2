"""Check-ins: asked only of those who want them, skippable, honest about small numbers, and answered by help where it is heavy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.course.measures import Kind, Rating
from bot.crisis.answer import essentials
from bot.service.learners import CheckIns, Closeness, Learner, State
from tests.e2e.chat import Chat
from tests.world import World

NAMES = ("nervous", "worrying", "interest", "down")


async def past(chat: Chat, kind: Kind, *answers: dict[str, int | None], days: int = 14) -> None:
    """What they answered before, the last of it so many days ago."""
    now = chat.there.clock.now
    async with chat.there.app.store.turn((await chat.learner()).chat, f"test:past:{kind}", now) as turn:
        for place, given in enumerate(reversed(answers), start=1):
            at = now - timedelta(days=days * place)
            await turn.shelf.keep_rating(Rating(f"{kind}-{place}", kind, at, given, True), at + timedelta(days=900))


async def ratings(chat: Chat) -> tuple[Rating, ...]:
    async with chat.there.app.store.turn((await chat.learner()).chat, "test:look", chat.there.clock.now) as turn:
        return await turn.shelf.ratings()


async def checks_in(chat: Chat, *answers: int | str) -> None:
    """A weekly check-in, and what follows it in the same breath."""
    await chat.says("/checkin")
    await chat.taps("Check in now")
    for answer in answers:
        await chat.taps(str(answer), chat.last)


async def four(chat: Chat, *answers: int) -> None:
    """A week, then the four questions, by their official words."""
    words = ("Not at all", "Several days", "More than half the days", "Nearly every day")
    await checks_in(chat, 3, 6, 6)
    chat.hears("Over the last 2 weeks, how often have you been bothered by the following problems?", "nervous")
    for answer in answers:
        await chat.taps(words[answer], chat.last)


def totals(*each: int) -> list[dict[str, int | None]]:
    """Earlier answers with these totals."""
    return [{name: min(3, max(0, total - 3 * place)) for place, name in enumerate(NAMES)} for total in each]


async def test_nothing_is_offered_until_they_want_it(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.later(days=1)
    assert not any("Check in" in label for one in ana.person.chat.from_bot for label in one.labels)


async def test_a_week_is_three_taps_and_kept_sealed_with_its_end(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await checks_in(ana, 4, 6, 10)
    ana.hears_only("Thank you. That is kept for you.")
    (one,) = await ratings(ana)
    assert one.done
    assert dict(one.answers) == {"heavy": 4, "rested": 6, "close": 10}
    await there.later(days=91)
    await there.app.rooms.retention.nightly(there.clock.now)
    assert await ratings(ana) == ()


async def test_every_question_can_be_skipped_and_left(ana: Chat) -> None:
    await ana.is_learning("stress")
    await checks_in(ana, "Skip", "Skip", "Skip")
    ana.hears_only("kept for you")
    await ana.says("/checkin")
    await ana.taps("Check in now")
    await ana.taps("Stop here")
    ana.hears_only("Good call. You can stop here.")
    assert (await ana.learner()).step is None


async def test_a_number_can_be_typed_and_other_words_are_still_an_answer_to_the_lesson(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("/checkin")
    await ana.taps("Check in now")
    await ana.says("11")
    ana.hears_only("A number from 0 to 10")
    await ana.says("7")
    ana.hears_only("How rested did you feel?")
    await ana.says("My jaw, mostly.")
    ana.hears_only(ana.lesson("stress-1").title)
    assert (await ana.learner()).step is None


async def test_an_old_button_changes_nothing(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/checkin")
    await ana.taps("Check in now")
    first, button = ana.last, ana.last.buttons[0]
    await ana.taps("3", first)
    await ana.taps_old(first.id, button.data or "")
    ana.is_shown("answered already")
    (one,) = await ratings(ana)
    assert dict(one.answers) == {"heavy": 3}


async def test_once_wanted_a_button_stands_under_a_lesson_when_it_is_due_and_only_then(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/checkin")
    await ana.taps("Offer it once a week")
    await there.later(days=1)
    assert "Check in · 20 seconds" in ana.last.labels
    await ana.taps("Check in · 20 seconds")
    await ana.taps("Check in now")
    for _ in range(3):
        await ana.taps("5", ana.last)
    await there.later(days=5)
    lessons = [one for one in ana.person.chat.from_bot if "Did it" in one.labels]
    assert ["Check in · 20 seconds" in one.labels for one in lessons] == [True] + [False] * 5


@pytest.mark.parametrize(
    ("before", "answers", "says"),
    [
        ((), (0, 0, 0, 0), "kept for you"),
        ((), (2, 1, 0, 0), "This week looks heavy."),
        ((), (2, 2, 1, 1), "This has been heavy."),
        ((3,), (0, 0, 2, 1), "This has been heavy."),
        ((1,), (1, 1, 1, 1), "a good deal harder than last time"),
        ((8, 8), (1, 1, 1, 1), "A bit easier. Nice to see."),
    ],
)
async def test_the_rules_speak_kindly(ana: Chat, before: tuple[int, ...], answers: tuple[int, ...], says: str) -> None:
    await ana.is_learning("stress", check_ins=CheckIns.BOTH)
    await past(ana, Kind.FOUR, *totals(*before))
    await four(ana, *answers)
    told = ana.hears_only(says)
    assert not any(word in told.text.casefold() for word in ("depress", "normal", "clinical", "score", "severe"))


async def test_a_strong_answer_shows_help_first_and_rests_the_lessons(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", check_ins=CheckIns.BOTH)
    await four(ana, 3, 2, 2, 2)
    card = essentials("en", "DE", there.clock.now.date())
    told = ana.hears_only("This is more than a course can carry. A person can help.")
    assert card.splitlines()[0] in told.text, "the help card's own words and numbers"
    learner = await ana.learner()
    assert (learner.state, learner.due_at, learner.paused_until) == (State.PAUSED, None, None)
    await ana.taps("The help page")
    assert len(ana.news) >= 1
    await there.later(days=9)
    assert "Did it" not in ana.last.labels
    await ana.says("/resume")
    assert (await ana.learner()).state is State.ACTIVE


async def test_a_gentler_course_is_made_only_if_they_say_so(ana: Chat) -> None:
    await ana.is_learning("stress", "intimacy", check_ins=CheckIns.BOTH)
    await four(ana, 2, 2, 1, 1)
    before = await ana.learner()
    assert before.closeness
    await ana.taps("Make the course gentler")
    learner: Learner = await ana.learner()
    assert learner.profile.topics == ("help", "stress")
    assert len(learner.profile.weekdays) == 3
    assert learner.profile.closeness is Closeness.NOT_NOW
    assert learner.gentle


async def test_a_change_is_told_only_after_three_and_beyond_the_noise(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    for heavy in (8, 8, 8):
        await checks_in(ana, heavy, 5, 5)
        ana.hears_only("Single numbers jump about.")
        await there.later(minutes=1)
    await checks_in(ana, 5, 5, 5)
    ana.hears_only("How heavy your weeks feel is steady.")
    await there.later(minutes=1)
    await checks_in(ana, 2, 5, 5)
    ana.hears_only("Your weeks got a bit lighter lately.")


async def test_before_and_after_closeness_is_a_pair_for_those_who_have_it_on(ana: Chat, ben: Chat) -> None:
    await ben.is_learning("stress", closeness=Closeness.NOT_NOW)
    await ben.says("/checkin")
    assert "Before and after closeness" not in ben.last.labels
    await ana.is_learning("stress")
    await ana.says("/checkin")
    await ana.taps("Before and after closeness")
    await ana.taps("4", ana.last)
    await ana.taps("After", ana.last)
    await ana.taps("7", ana.last)
    (one,) = await ratings(ana)
    assert dict(one.answers) == {"before": 4, "after": 7}


async def test_on_day_28_they_are_asked_about_good_and_harm(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await there.asleep_until(there.clock.now + timedelta(days=28))
    await checks_in(ana, 3, 6, 6, 8, "Yes")
    ana.hears_only("Thank you for telling me.", "pause or stop with no reason")
    assert {"Pause", "Stop lessons", "Boundaries", "The help page"} <= set(ana.last.labels)


async def test_they_can_keep_them_longer_and_delete_them_in_one_tap(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await checks_in(ana, 1, 2, 3)
    await ana.says("/checkin")
    await ana.taps("What is kept, and for how long")
    ana.hears_only("They go after 90 days.", "Pfizer")
    await ana.taps("Keep them for a year")
    await there.asleep_until(there.clock.now + timedelta(days=120))
    await there.app.rooms.retention.nightly(there.clock.now)
    assert len(await ratings(ana)) == 1
    await ana.taps("Delete them all now")
    assert await ratings(ana) == ()
