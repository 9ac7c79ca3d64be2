"""Discretion: what a bystander, a notification or a partner with the phone in hand gets to see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.demo import Message
from bot.messages import Remove
from bot.service.discretion import PLAIN_MENU, veiled
from bot.service.learners import TIDY_AFTER
from tests.e2e.chat import Chat
from tests.world import START, World

PLAIN = "Your daily note is here. Open it when you have a quiet moment."


async def is_discreet(chat: Chat, *topics: str) -> None:
    """Has turned discreet mode on."""
    await chat.is_learning(*(topics or ("stress",)))
    await chat.says("/settings")
    await chat.taps("Discreet mode")
    chat.hears_only(
        "Lessons come closed", "What it cannot hide", "The name and the picture of this bot", "Telegram itself"
    )
    await chat.taps("Turn it on for everything")


def preview(message: Message) -> str:
    """What a notification shows of a message: its text without spoilers, and no buttons."""
    text = message.text
    for hidden in message.spoilers:
        text = text.replace(hidden, "░")
    return text


async def test_every_lesson_comes_closed_silent_and_protected(ana: Chat) -> None:
    await is_discreet(ana)
    await ana.there.at(START + timedelta(days=1))
    note = ana.last
    assert note.text == PLAIN
    assert note.silent
    assert note.protected
    await ana.taps("Open")
    lesson = ana.lesson("stress-1")
    assert lesson.title in note.text
    assert lesson.title not in preview(note)
    assert "░" in preview(note)


async def test_with_it_nothing_that_comes_of_a_lesson_shows_in_a_notification(ana: Chat) -> None:
    await is_discreet(ana)
    await ana.says("/next")
    await ana.taps("Open")
    title = ana.lesson("stress-1").title
    for label in ("Shorter", "More", "Gentler", "Sources"):
        await ana.taps(label)
        assert ana.last.silent
        assert ana.last.protected
        assert title not in preview(ana.last)
        assert not any(len(line) > 60 for line in preview(ana.last).splitlines()), preview(ana.last)
    await ana.says("An answer.")
    assert title not in ana.last.text
    await ana.says("/journal")
    assert "An answer." in ana.last.text
    assert "An answer." not in preview(ana.last)
    await ana.says("/progress")
    assert "Calm in small steps" not in preview(ana.last)
    await ana.says("/skip")
    assert ana.lesson("stress-2").title not in ana.last.text


async def test_the_menu_shows_plain_words_and_the_usual_ones_come_back(ana: Chat) -> None:
    await is_discreet(ana)
    assert ana.person.commands == list(PLAIN_MENU)
    await ana.taps("Turn it off")
    assert "delete" in ana.person.commands
    await ana.says("/next")
    ana.hears_only(ana.lesson("stress-1").title)


async def test_it_can_be_for_one_topic_only(ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await ana.says("/settings")
    await ana.taps("Discreet mode")
    await ana.taps("Only for some topics")
    await ana.taps("Calm in small steps")
    assert "✓ Calm in small steps" in ana.last.labels
    await ana.says("/next")
    ana.hears_only("Your lesson is ready.")
    assert ana.last.silent
    assert ana.last.protected
    await ana.says("/tracks")
    for label in (lambda b: b.data == "tr:show:sleep", "Do this one next"):
        await ana.taps(label)
    await ana.says("/next")
    ana.hears_only(ana.lesson("sleep-1").title)
    assert not ana.last.silent


async def test_an_export_can_be_saved_all_the_same(ana: Chat) -> None:
    await is_discreet(ana)
    await ana.says("/export")
    files = [one for one in ana.news if one.kind == "document"]
    assert [one.protected for one in files] == [False, False]
    assert all(one.silent for one in files)


def test_a_veil_covers_every_line_and_keeps_quotations() -> None:
    assert veiled("**Title**\n\n> quoted\nplain ||hidden|| \\|| end") == (
        "||**Title**||\n\n> ||quoted||\n||plain hidden \\|| end||"
    )


# -- without discreet mode ------------------------------------------------------------------------------------------------


async def test_no_notification_names_what_is_about_closeness(ana: Chat) -> None:
    """Every message that a learner of closeness topics gets on their way, as a locked screen shows it."""
    await ana.is_learning("intimacy")
    await ana.says("/skip")
    for said in ("/next", "/today", "/progress", "/journal", "/settings", "/when", "/mirror", "/skip"):
        await ana.says(said)
    await ana.says("/next")
    await ana.taps("Open")
    for label in ("Shorter", "More", "Gentler", "Sources"):
        await ana.taps(label)
    await ana.says("Words of mine.")
    await ana.there.later(days=3)
    titles = [ana.lesson(f"intimacy-{number}").title for number in (1, 2, 3)] + ["Easing back"]
    opened = {one.id for one in ana.person.chat.from_bot if "Did it" in one.labels}
    for message in ana.person.chat.from_bot:
        if message.id not in opened:  # the envelope that was opened: an edit rings nowhere
            assert not [title for title in titles if title in preview(message)], preview(message)


# -- /hide -------------------------------------------------------------------------------------------------------------


async def test_hide_empties_the_chat_and_goes_on_in_plain_words(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.says("Rain on the window, and a cup of tea.")
    await ana.says("/help")
    await ana.taps("Did it")
    await ana.says("/hide")
    left = [one.text for one in ana.person.chat.messages if not one.deleted]
    assert len(left) == 1, left
    assert left[0].startswith("Tidied.")
    assert ana.person.commands == list(PLAIN_MENU)
    await ana.there.at(START + timedelta(days=1))
    assert ana.last.text == PLAIN
    await ana.says("/journal")
    ana.hears_only("Rain on the window, and a cup of tea.")


async def test_hide_leaves_what_the_messenger_does_not_let_go_and_takes_the_rest(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    old = ana.last
    await ana.there.later(days=3)
    newer = ana.last
    assert newer.id != old.id
    await ana.says("/hide")
    assert not old.deleted, "older than 48 hours"
    assert newer.deleted
    ana.hears_only("What is older than two days I cannot take away")


async def test_hide_takes_more_than_a_hundred_messages(ana: Chat) -> None:
    await ana.is_learning("stress")
    for _ in range(55):
        await ana.says("/when")
    await ana.says("/hide")
    assert len([one for one in ana.person.chat.messages if not one.deleted]) == 1
    assert [len(call.params["message_ids"]) for call in ana.there.server.calls_of("deleteMessages")] == [100, 11]


async def test_one_message_that_cannot_be_deleted_keeps_no_other_standing(ana: Chat) -> None:
    """Telegram refuses a whole batch for one message that is too old."""
    await ana.is_learning("stress")
    await ana.says("/when")
    old = ana.last
    await ana.there.later(hours=49)
    await ana.says("/when")
    new = ana.last
    chat = (await ana.learner()).chat
    await ana.there.app.sender.reply(chat, Remove((new.id, old.id)))
    assert new.deleted
    assert not old.deleted


async def test_the_pinned_way_to_help_gets_other_words_and_goes(ana: Chat) -> None:
    await ana.signs_up()
    pinned = (await ana.learner()).profile.pinned
    assert pinned is not None
    message = ana.person.chat.find(pinned)
    await ana.there.later(days=3)
    await ana.says("/hide")
    assert message is not None
    assert message.text == "A note.", "too old to be deleted, so it says nothing any more"
    assert (await ana.learner()).profile.pinned is None


async def test_a_stranger_who_hides_is_told_how(ana: Chat) -> None:
    await ana.says("/hide")
    ana.hears_only("delete the whole chat in Telegram")


# -- tidying up --------------------------------------------------------------------------------------------------------


async def test_old_messages_are_taken_away_while_the_messenger_allows_it(there: World, ana: Chat, ben: Chat) -> None:
    await ben.is_learning("stress")
    await ben.says("/when")
    await ana.is_learning("stress")
    await ana.says("/settings")
    await ana.taps("Discreet mode")
    await ana.taps("Tidy up: turn it on")
    assert "Tidy up: turn it off" in ana.last.labels
    await ana.says("/when")
    when, asked = ana.last, ana.done.message_id
    await there.at(START + timedelta(days=1))
    lesson = ana.last
    await there.at(START + TIDY_AFTER + timedelta(minutes=1))
    await there.app.tidy()
    assert when.deleted
    assert ana.person.chat.find(asked) is None, "what they wrote themselves goes too"
    assert not lesson.deleted, "it has some hours left"
    await there.later(hours=20)
    await there.app.tidy()
    assert lesson.deleted
    assert not any(one.deleted for one in ben.person.chat.messages)


async def test_what_could_not_be_taken_away_is_tried_again(
    there: World, ana: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.sender.LONGEST_REPLY_WAIT", 0.0)  # it is another night that is looked at
    await ana.is_learning("stress", tidy=True)
    await ana.says("/when")
    when = ana.last
    there.clock.now = START + TIDY_AFTER + timedelta(minutes=1)
    fault = there.server.faults.add("500", method="deleteMessages")
    await there.app.tidy()
    assert not when.deleted
    fault.remove()
    await there.app.tidy()
    assert when.deleted
