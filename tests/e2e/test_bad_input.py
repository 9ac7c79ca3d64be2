"""What is no answer to the open question: a kind word, the question again, and nobody moved on by accident; or silence on purpose.

tests/hostile throws everything at once; here every single thing is looked at, in every state.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.demo.attachments import KINDS
from bot.service.learners import State
from tests.e2e.chat import QUESTIONS, Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

THINGS = {
    "sticker": "That is a nice one.",
    "voice": "I cannot listen to voice messages.",
    "photo": "I cannot look at pictures",
    "video": "I cannot watch videos.",
    "video_note": "I cannot watch videos.",
    "audio": "I cannot listen to recordings.",
    "document": "I can only read words",
    "animation": "I can only read words",
    "location": "I do not need your location",
    "venue": "I do not need your location",
    "contact": "I do not keep anyone’s contact.",
    "poll": "I cannot vote in polls.",
    "dice": "I can only read words",
    "story": "I can only read words",
    "empty": "I can only read words",
}
"""Everything that is neither words nor a service message, and the beginning of its answer."""

SERVICE_KINDS = (
    "auto_delete_timer", "write_access_allowed", "chat_background", "users_shared", "new_chat_title", "left_chat_member",
    "new_chat_members",
)  # fmt: skip
"""Lines that the messenger writes by itself."""

NO_ANSWERS = (
    "\N{RIGHT-TO-LEFT OVERRIDE}לא ברור\N{POP DIRECTIONAL FORMATTING}",
    "🫠🫠🫠",
    "<b>&*_`[]()~|\\",
    "</b></i> ||spoiler|| **",
    "zzz " * 1024,
    "\u200b",
    "?",
)
"""Words that answer no question of onboarding."""


async def at_a_lesson(chat: Chat) -> None:
    """Has a lesson in the chat that can be answered."""
    await chat.is_learning("stress")
    await chat.says("/next")


async def at_an_open_setting(chat: Chat) -> None:
    """Has opened the question for another hour."""
    await chat.is_learning("stress")
    await chat.says("/settings")
    await chat.taps("Time")


async def at_an_envelope(chat: Chat) -> None:
    """Has a closed envelope in the chat."""
    await chat.is_learning("intimacy")
    await chat.says("/skip")
    await chat.says("/next")


async def at_a_pause(chat: Chat) -> None:
    """Has paused."""
    await chat.is_learning("stress")
    await chat.says("/pause 3")


async def at_the_stop(chat: Chat) -> None:
    """Has stopped."""
    await chat.is_learning("stress")
    await chat.says("/stop")


async def at_the_door(chat: Chat) -> None:
    """Has never been here."""


def at_step(step: str) -> Callable[[Chat], Awaitable[None]]:
    """Is at a step of onboarding."""

    async def reached(chat: Chat) -> None:
        await chat.stands_at(step)

    return reached


STATES: dict[str, Callable[[Chat], Awaitable[None]]] = {
    "stranger": at_the_door,
    **{step: at_step(step) for step in QUESTIONS},
    "lesson": at_a_lesson,
    "envelope": at_an_envelope,
    "setting": at_an_open_setting,
    "paused": at_a_pause,
    "stopped": at_the_stop,
}


async def where(chat: Chat) -> tuple[State, str | None] | None:
    """The state and the open question of a person; None for a stranger."""
    learner = await chat.there.learner(chat.person)
    return (learner.state, learner.step) if learner else None


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


@pytest.mark.parametrize("state", STATES)
async def test_what_is_not_words_gets_a_kind_word_and_the_question_again(ana: Chat, state: str) -> None:
    await STATES[state](ana)
    before = await where(ana)
    question = QUESTIONS.get(state) or {"setting": QUESTIONS["hour"]}.get(state)
    for thing, kind_word in THINGS.items():
        await ana.sends(thing)
        assert kind_word in ana.news[0].text, thing
        assert [question in one.text for one in ana.news[1:]] == ([True] if question else []), thing
        assert await where(ana) == before, thing


@pytest.mark.parametrize("state", STATES)
async def test_a_caption_is_not_taken_for_an_answer(ana: Chat, state: str) -> None:
    await STATES[state](ana)
    before = await where(ana)
    for caption in ("yes", "8", "<b>&*_`[]()~|\\"):
        await ana.sends("photo", caption=caption)
        ana.hears("I cannot look at pictures, and I do not keep them.")
        assert await where(ana) == before


@pytest.mark.parametrize("state", STATES)
async def test_service_messages_are_left_in_silence(ana: Chat, state: str) -> None:
    await STATES[state](ana)
    before = await where(ana)
    for kind in SERVICE_KINDS:
        await ana.sends(kind)
        ana.hears_nothing()
    assert await where(ana) == before


@pytest.mark.parametrize("step", [*QUESTIONS, "setting"])
async def test_words_that_are_no_answer_say_what_would_be_one(ana: Chat, step: str) -> None:
    await STATES[step](ana)
    before = await where(ana)
    for words in NO_ANSWERS:
        await ana.says(words)
        assert len(ana.news) == 1, words[:20]
        assert await where(ana) == before, words[:20]
    for kind in ("forwarded", "via_bot"):
        await ana.sends(kind, text="Something about nothing at all?")
        assert len(ana.news) == 1
        assert await where(ana) == before


@pytest.mark.parametrize("state", ["lesson", "envelope", "paused", "stopped"])
async def test_any_words_at_all_are_kept_or_asked_about(ana: Chat, state: str) -> None:
    await STATES[state](ana)
    before = await where(ana)
    for words in NO_ANSWERS:
        await ana.says(words)
        assert len(ana.news) == 1, words[:20]
        assert (
            "/journal" in ana.last.text or "with" in ana.last.text or "Kept" in ana.last.text or "note" in ana.last.text
        )
        assert await where(ana) == before


async def test_every_kind_of_message_has_been_thought_of() -> None:
    assert set(KINDS) == {*THINGS, *SERVICE_KINDS, "forwarded", "via_bot", "empty_text"}


@pytest.mark.parametrize("text", ["", "   ", "\n", "\x00"])
async def test_a_text_with_nothing_in_it_is_no_text(ana: Chat, text: str) -> None:
    await ana.is_learning("stress")
    await ana.sends("empty_text", text=text)
    ana.hears_only("I can only read words")


@pytest.mark.parametrize("state", ["stranger", "hour"])
async def test_in_a_group_only_help_is_answered(shared: World, ana: Chat, state: str) -> None:
    await STATES[state](ana)
    before = await where(ana)
    group = shared.server.group("Friends", [ana.person])
    for said in ("hello", "/start", "/today", "yes", "8"):
        group.says(ana.person, said)
    group.sends(ana.person, "sticker")
    await shared.settled()
    assert group.chat.from_bot == []
    group.says(ana.person, "/help")
    await shared.settled()
    assert len(group.chat.from_bot) == 1
    assert await where(ana) == before
    group.removes_bot()
    await shared.settled()


@pytest.mark.parametrize("state", ["lesson", "hour"])
async def test_a_storm_of_messages_keeps_every_button_answered_and_the_bot_alive(ana: Chat, state: str) -> None:
    await STATES[state](ana)
    for number in range(40):
        ana.person.taps_old(1, f"ls:did:none-{number}")
        ana.person.sends("sticker")
    await ana.there.settled()
    assert ana.there.server.unanswered == []
    await ana.says("/help")
    assert "automated course" in ana.news[0].text
