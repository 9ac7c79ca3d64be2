"""What people write: answers to a lesson, edits, stray words, and the journal that keeps them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.service.journal import PAGE
from tests.e2e.chat import Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEEP = "Shall I keep it as a note?"
MARKUP = (
    "<b>bold</b> & *stars* _under_ `code` [link](http://example.org) ~wave~ |bars| \\ > quote\n> > second\n\n**||x||**"
)


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


async def journal(chat: Chat) -> str:
    """The first page of their journal, as it shows."""
    await chat.says("/journal")
    return chat.hears_only("").text


async def test_plain_words_after_a_lesson_are_its_reflection(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("In my jaw, mostly.")
    title = ana.lesson("stress-1").title
    ana.hears_only(title)
    assert (await journal(ana)).splitlines()[2:] == [f"1. Monday, March 2 · {title}", "In my jaw, mostly."]


async def test_a_reply_is_the_reflection_of_the_lesson_it_answers(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    first = ana.last
    await ana.says("/next")
    second = ana.last
    await ana.says("About the older one.", reply_to=first)
    ana.hears_only(ana.lesson("stress-1").title)
    await ana.says("About the newer one.")
    ana.hears_only(ana.lesson("stress-2").title)
    await ana.says("One more about the newer one.", reply_to=second)
    ana.hears_only(ana.lesson("stress-2").title)
    text = await journal(ana)
    assert "3 entries" in text
    assert text.count(f"· {ana.lesson('stress-2').title}") == 2


async def test_a_reply_to_something_else_is_like_plain_words(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.taps("Sources")
    await ana.says("Interesting.", reply_to=ana.last)
    ana.hears_only(ana.lesson("stress-1").title)
    await ana.says("/when")
    await ana.says("Thanks for that.", reply_to=ana.last)
    ana.hears_only(KEEP)


async def test_an_edited_message_edits_the_reflection(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    said = await ana.says("In my jow.")
    await ana.edits(said.message_id, "In my jaw.")
    ana.hears_only("I changed it in your journal too.")
    text = await journal(ana)
    assert "In my jaw." in text
    assert "In my jow." not in text


async def test_other_edits_are_left_alone(ana: Chat) -> None:
    await ana.is_learning("stress")
    command = await ana.says("/when")
    await ana.edits(command.message_id, "/stop")
    ana.hears_nothing()
    await ana.says("/settings")
    await ana.taps("Time")
    answer = await ana.says("9")
    await ana.edits(answer.message_id, "10")
    ana.hears_nothing()
    assert (await ana.learner()).profile.hour == 9


async def test_an_edit_that_calls_for_help_gets_it(ana: Chat) -> None:
    await ana.is_learning("stress")
    said = await ana.says("hmm")
    await ana.edits(said.message_id, "help")
    ana.hears("112")


async def test_words_that_answer_nothing_are_offered_a_place(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("The lilac is out.")
    question = ana.hears_only("I am a program", KEEP)
    assert question.labels == ["Keep it", "Don’t keep it"]
    assert "Nothing is written yet." in await journal(ana), "not before they say so"
    await ana.taps("Keep it")
    ana.hears_only("Kept as a note.")
    assert "1. Monday, March 2 · a note\nThe lilac is out." in await journal(ana)


async def test_words_that_are_not_to_be_kept_are_gone(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("Forget this.")
    question = ana.last
    keep = next(button.data for button in question.buttons if button.label == "Keep it")
    await ana.taps("Don’t keep it")
    ana.hears_only("I did not keep it.")
    assert "Nothing is written yet." in await journal(ana)
    await ana.taps_old(question.id, keep)
    ana.hears_only("That one is not there any more.")


async def test_a_stray_text_edited_before_it_is_kept_is_kept_as_edited(ana: Chat) -> None:
    await ana.is_learning("stress")
    said = await ana.says("The lilac iz out.")
    await ana.edits(said.message_id, "The lilac is out.")
    ana.hears_nothing()
    await ana.taps("Keep it")
    assert "The lilac is out." in await journal(ana)


async def test_forwarded_words_are_not_taken_for_an_answer(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.sends("forwarded", text="Somebody else’s words")
    ana.hears_only(KEEP)
    await ana.says("My own.")
    ana.hears_only(ana.lesson("stress-1").title)


@pytest.mark.parametrize(
    "words",
    [MARKUP, "שלום, זה בגוף שלי", "😮‍💨🫂💤", "line one\nline two\n\n\nline three", "a" * 500, "trailing backslash \\", "||", "> "],
    ids=["markup", "right to left", "emoji", "lines", "long", "backslash", "bars", "quote"],
)  # fmt: skip
async def test_words_are_kept_exactly_as_they_were(ana: Chat, words: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says(words)
    ana.hears_only(ana.lesson("stress-1").title)
    await ana.says("/journal")
    quoted = [ana.last.text[e["offset"] :] for e in ana.last.entities if e["type"] == "blockquote"]
    assert "".join(quoted).strip() == words.strip() or words.strip() in ana.last.text


async def test_4096_characters_are_kept_whole_and_shown_in_part(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("long " * 819)
    ana.hears_only(ana.lesson("stress-1").title)
    assert (await journal(ana)).endswith("long …")


@pytest.mark.parametrize("letter", ["é", "🌊", "*", "&"])
async def test_a_page_of_the_longest_texts_fits_into_one_message(ana: Chat, letter: str) -> None:
    await ana.is_learning("stress")
    text = letter * (2048 if letter == "🌊" else 4096)
    for _ in range(PAGE):
        await ana.says("/next")
        await ana.says(text)
    await journal(ana)
    await ana.taps("Delete 1")
    assert ana.news
    await ana.taps("Back to the journal")
    ana.hears_only("Your journal · 5 entries")


# -- the journal -----------------------------------------------------------------------------------------------------------


async def test_an_empty_journal_says_that_nothing_depends_on_it(ana: Chat) -> None:
    await ana.is_learning("stress")
    assert "Or not: nothing depends on it." in await journal(ana)


async def test_the_journal_turns_pages_and_deletes_after_asking(ana: Chat) -> None:
    await ana.is_learning("stress")
    for number in range(1, 8):
        await ana.says("/next")
        ana.there.clock.now += timedelta(seconds=1)
        await ana.says(f"Thought {number}.")
    await ana.says("/journal")
    page = ana.hears_only("Your journal · 7 entries, newest first")
    assert page.labels == ["Delete 1", "Delete 2", "Delete 3", "Delete 4", "Delete 5", "Older"]
    await ana.taps("Older")
    assert [f"Thought {n}." in page.text for n in range(1, 8)] == [True, True, *[False] * 5], "the same message turned"
    assert page.labels == ["Delete 6", "Delete 7", "Newer"]
    await ana.taps("Delete 7")
    assert page.text == "Thought 1."
    await ana.taps("Delete")
    ana.hears_only("Delete this for good?")
    await ana.taps("Keep it")
    ana.hears_only("7 entries")
    await ana.taps("Delete 2")
    await ana.taps("Delete")
    await ana.taps("Yes, delete it")
    ana.hears_only("Deleted.")
    await ana.taps("Back to the journal")
    ana.hears_only("6 entries")
    assert "Thought 6." not in page.text


async def test_the_last_entry_of_the_last_page_can_be_deleted(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("Only this.")
    await ana.says("/journal")
    for label in ("Delete 1", "Delete", "Yes, delete it", "Back to the journal"):
        await ana.taps(label)
    ana.hears_only("Nothing is written yet.")


async def test_deleting_what_is_gone_says_so(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("Once.")
    await ana.says("/journal")
    old = {button.label: button.data for button in ana.last.buttons}
    for label in ("Delete 1", "Delete", "Yes, delete it"):
        await ana.taps(label)
    await ana.taps_old(ana.last.id, old["Delete 1"])
    ana.is_shown("That one is not there any more.")


async def test_nobody_sees_or_deletes_what_another_wrote(shared: World, ana: Chat) -> None:
    ben = Chat(shared, shared.person("Ben"))
    for chat in (ana, ben):
        await chat.is_learning("stress")
        await chat.says("/next")
        await chat.says(f"Written by {chat.person.name}.")
        await chat.says("/journal")
    data = next(button.data for button in ana.last.buttons if button.label == "Delete 1")
    await ben.taps_old(ben.last.id, data)
    ben.is_shown("That one is not there any more.")
    await ben.taps_old(ben.last.id, data.replace("jo:one", "jo:drop"))
    ben.hears_only("That one is not there any more.")
    assert "Written by Ana." in await journal(ana)
