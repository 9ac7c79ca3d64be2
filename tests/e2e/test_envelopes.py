"""Lessons about closeness come in a neutral envelope: opened by choice, and nothing on the outside tells what they are about."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.demo import Message
from bot.service.learners import Closeness
from tests.e2e.chat import Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENVELOPE = "Your lesson is ready. Open it when you have a quiet moment."


@pytest_asyncio.fixture(loop_scope="module")
async def ana(shared: World) -> Chat:
    """Ana, with an envelope in her chat."""
    ana = Chat(shared, shared.person("Ana"))
    await ana.is_learning("intimacy")
    await ana.says("/next")
    ana.hears_only(ana.lesson("consent-1").title)  # it is needed first
    await ana.says("/next")
    ana.hears_only(ENVELOPE)
    return ana


def tells_nothing(chat: Chat, message: Message) -> None:
    """Fails when a message, or anything on it that a bystander could see, tells the topic."""
    visible = f"{message.text} {' '.join(message.labels)}".casefold()
    lesson = chat.lesson("intimacy-1")
    for word in (lesson.title.casefold(), "closeness", "intima", "easing back", "desire", "sex", "touch", "body"):
        assert word not in visible, word


async def test_the_outside_tells_nothing(ana: Chat) -> None:
    assert ana.last.labels == ["Open", "Not today"]
    tells_nothing(ana, ana.last)


async def test_it_opens_by_choice(ana: Chat) -> None:
    envelope = ana.last
    await ana.taps("Open")
    opened = ana.hears_only(ana.lesson("intimacy-1").title, "Think about:")
    assert opened is envelope, "the envelope itself turns into the lesson: nothing new rings"
    assert "Did it" in opened.labels
    await ana.says("A cup of tea.")
    kept = ana.hears_only("this lesson")
    tells_nothing(ana, kept)
    await ana.says("/journal")
    assert "a lesson\nA cup of tea." in ana.last.text
    tells_nothing(ana, ana.last)
    await ana.says("/next")
    ana.hears_only(ENVELOPE)


async def test_it_may_stay_closed_and_be_opened_after_all(ana: Chat) -> None:
    await ana.taps("Not today")
    closed = ana.hears_only("It stays closed.")
    tells_nothing(ana, closed)
    await ana.taps("Open")
    ana.hears_only(ana.lesson("intimacy-1").title)


async def test_words_while_it_is_closed_are_no_answer_to_it(ana: Chat) -> None:
    await ana.says("Nothing to do with it.")
    assert ana.lesson("intimacy-1").title not in ana.last.text


async def test_a_closed_one_is_still_the_next(ana: Chat) -> None:
    await ana.says("/progress")
    ana.hears("Next: one that comes closed, and that you may open.")
    await ana.says("/today")
    tells_nothing(ana, ana.hears_only(ENVELOPE))
    await ana.says("/next")
    tells_nothing(ana, ana.hears_only(ENVELOPE))
    await ana.taps("Open")
    ana.hears_only(ana.lesson("intimacy-1").title)


async def test_skipping_it_does_not_name_it(ana: Chat) -> None:
    await ana.says("/skip")
    ana.hears_only("Skipped. The next one comes at its time.")
    tells_nothing(ana, ana.last)


async def test_opened_twice_it_stays_open(ana: Chat) -> None:
    envelope = ana.last
    data = next(button.data for button in envelope.buttons if button.label == "Open")
    await ana.taps("Open")
    await ana.taps_old(envelope.id, data)
    assert ana.lesson("intimacy-1").title in envelope.text
    await ana.says("/progress")
    assert "Easing back: 1 of 7" in ana.last.text


async def test_an_envelope_whose_message_is_gone_opens_in_a_new_one(ana: Chat) -> None:
    envelope = ana.last
    data = next(button.data for button in envelope.buttons if button.label == "Open")
    ana.person.deletes(envelope.id)
    await ana.taps_old(envelope.id, data)
    ana.hears_only(ana.lesson("intimacy-1").title)


async def test_with_closeness_off_it_kindly_stays_closed(ana: Chat) -> None:
    envelope = ana.last
    await ana.says("/settings")
    await ana.taps("Closeness topics")
    await ana.taps("Not now, or not sure")
    await ana.taps("Open", envelope)
    ana.is_shown("you left those topics out. /settings can show them again.")
    ana.hears_nothing()
    assert envelope.text == ENVELOPE
    await ana.says("/today")
    assert ENVELOPE not in ana.last.text
    await ana.says("/settings")
    await ana.taps("Closeness topics")
    await ana.taps("Wanted, and safe")
    await ana.taps("Open", envelope)
    ana.hears_only(ana.lesson("intimacy-1").title)


async def test_with_closeness_off_an_opened_lesson_does_nothing_more(ana: Chat) -> None:
    await ana.taps("Open")
    await ana.says("/settings")
    await ana.taps("Closeness topics")
    await ana.taps("Not now, or not sure")
    for label in ("Did it", "Shorter", "More", "Sources"):
        await ana.taps(label)
        ana.is_shown("you left those topics out.")
        ana.hears_nothing()


async def test_sensitive_lessons_of_other_topics_are_left_out_too(shared: World) -> None:
    ben = Chat(shared, shared.person("Ben"))
    await ben.is_learning("sleep", closeness=Closeness.NOT_NOW)
    for _ in range(5):
        await ben.says("/skip")
    await ben.says("/next")
    ben.hears_only(ben.lesson("sleep-7").title)
