"""What belongs to them, in the chat: shown, handed out, deleted with a receipt."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.messages import ChatRef, Outcome, Say
from bot.service.learners import State
from bot.service.rights import HELD
from bot.storage import tables as t
from bot.storage.records import OWNED
from tests.e2e.chat import AGREE, Chat
from tests.world import START, World, world

OTHER_KEY = "YW5vdGhlci1pbnN0YW5jZS1oYXMtYW5vdGhlci1rZXk="
WORDS = "A grey heron on the weir."
SHOWN_IN = {
    "learners": {"reach", "settings", "place"},
    "reflections": {"writing"},
    "plans": {"plan"},
    "ratings": {"checkins"},
    "tools": {"tools"},
    "passages": {"lessons"},
    "enrolments": {"lessons"},
    "deliveries": {"sent"},
    "attempts": {"sent"},
    "consents": {"consent"},
    "inbox": {"handled"},
}
"""Which parts of the mirror tell of a table."""


async def has_left_something(chat: Chat) -> None:
    """Has a lesson, an answer to it, a note, and a plan."""
    await chat.is_learning("stress", country="DE")
    await chat.says("/next")
    await chat.says(WORDS)
    await chat.says("/plan")
    await chat.taps("Begin")
    await chat.says("My shoulders go up.")
    await chat.taps("Later")
    await chat.says("One more thing.")
    await chat.taps("Keep it")


def document(chat: Chat, name: str) -> str:
    """A file that the bot sent, as text."""
    found = next(one for one in chat.news if one.content.get("document", {}).get("file_name") == name)
    stored = chat.there.server.messenger.files.find(found.content["document"]["file_id"])
    return stored.data.decode()


async def rows_left(there: World) -> dict[str, int]:
    """How many rows each table has that holds something of a learner."""
    async with there.app.store.database.read() as db:
        return {
            table.name: int((await db.execute(select(func.count()).select_from(table))).scalar_one())
            for table in (t.learners, *OWNED)
        }


def test_every_table_that_holds_something_of_a_learner_is_told_about() -> None:
    assert set(SHOWN_IN) == {table.name for table in (t.learners, *OWNED)}
    assert set().union(*SHOWN_IN.values()) | {"help"} == set(HELD)


async def test_the_mirror_shows_everything_on_one_screen(ana: Chat) -> None:
    await has_left_something(ana)
    await ana.says("/mirror")
    mirror = ana.hears_only("What I hold about you", "Germany", "8:00", "2 entries", "one part", "Until you delete it")
    assert len(mirror.text) < 4096
    assert "wanted, and safe" in mirror.spoilers, "a bystander does not read it"
    assert WORDS not in mirror.text
    await ana.taps("Journal")
    ana.hears_only(WORDS)


@pytest.mark.parametrize("command", ["/mirror", "/export", "/delete"])
async def test_a_stranger_is_told_that_there_is_nothing(ana: Chat, command: str) -> None:
    await ana.says(command)
    ana.hears_only("I hold nothing about you")
    assert await ana.there.learner(ana.person) is None


async def test_the_rights_hold_before_agreeing_and_after_taking_it_back(ana: Chat) -> None:
    await ana.says("/start")
    await ana.says("/mirror")
    ana.hears_only("What I hold about you")
    await ana.says("/export")
    assert json.loads(document(ana, "my-records.json"))["learner"]["state"] == "new"
    await ana.says("/delete")
    await ana.taps("Delete everything")
    await ana.taps("Yes, delete it for good")
    ana.hears("Receipt")
    assert await ana.there.learner(ana.person) is None


async def test_the_export_comes_as_a_page_and_as_data(ana: Chat) -> None:
    await has_left_something(ana)
    await ana.says("/export")
    page, data = document(ana, "my-records.html"), json.loads(document(ana, "my-records.json"))
    assert WORDS in page
    assert "My shoulders go up." in page
    assert {one["text"] for one in data["reflections"]} == {WORDS, "One more thing."}
    assert data["chat"]["id"] == str(ana.person.id)
    assert "<script" not in page


# -- deleting ----------------------------------------------------------------------------------------------------------


async def test_two_taps_delete_everything_and_give_a_receipt(ana: Chat, ben: Chat) -> None:
    await has_left_something(ana)
    await has_left_something(ben)
    before = await rows_left(ana.there)
    await ana.says("/delete")
    ana.hears_only("Delete everything I hold about you?")
    await ana.taps("Delete everything")
    ana.hears_only("Are you sure?")
    assert await ana.there.learner(ana.person) is not None
    await ana.taps("Yes, delete it for good")
    receipt = ana.hears("Receipt", "2 entries of your journal", "your plan", "Telegram", "Backups", "does not say who")
    assert "2026-03-02 12:00 UTC" in receipt.text
    assert await ana.there.learner(ana.person) is None
    after = await rows_left(ana.there)
    assert all(after[name] * 2 == before[name] for name in ("learners", "reflections", "plans", "consents")), after
    assert (await ben.learner()).state is State.ACTIVE


async def test_nothing_of_them_stays_in_memory(ana: Chat) -> None:
    await has_left_something(ana)
    await ana.says("/help")
    chat = ChatRef("telegram", str(ana.person.id))
    memory = ana.there.app.help_lane.memory
    books = (memory.countries, memory.shown, memory.messages, memory.picking, memory.held, memory.meant_otherwise)
    assert any(chat in book for book in books)
    await ana.says("/delete")
    await ana.taps("Delete everything")
    await ana.taps("Yes, delete it for good")
    assert not any(chat in book for book in books)


async def test_the_receipt_names_the_day_on_which_the_last_backup_goes(ana: Chat) -> None:
    object.__setattr__(ana.there.app.rooms.conversation, "backup_days", 30)
    await ana.is_learning("stress")
    await ana.says("/delete")
    await ana.taps("Delete everything")
    await ana.taps("Yes, delete it for good")
    ana.hears("until Wednesday, April 1 2026 at the latest")


async def test_no_is_fine(ana: Chat) -> None:
    await has_left_something(ana)
    await ana.says("/delete")
    await ana.taps("Delete everything")
    await ana.taps("Keep it")
    ana.hears_only("Everything stays as it is.")
    assert ana.last.labels == []
    assert await ana.there.learner(ana.person) is not None


async def test_buttons_from_before_do_nothing_to_somebody_who_came_back(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/delete")
    question = ana.last
    await ana.taps("Delete everything")
    for_good = next(button.data for button in question.buttons if "gone" in button.data)
    await ana.taps("Yes, delete it for good")
    await ana.says("/start")
    for data in (for_good, for_good.replace("gone", "sure")):
        await ana.taps_old(question.id, data)
        ana.is_shown("That button is old.")
    assert await ana.there.learner(ana.person) is not None
    await ana.says("/mirror")
    ana.hears_only("nothing. For your journal")


async def test_nobody_can_delete_somebody_else(ana: Chat, ben: Chat) -> None:
    await has_left_something(ana)
    await ben.is_learning("stress")
    await ana.says("/delete")
    await ana.taps("Delete everything")
    for button in ana.last.buttons:
        await ben.taps_old(1, button.data)
    assert await ana.there.learner(ana.person) is not None
    assert await ana.there.learner(ben.person) is not None


# -- what is on its way ------------------------------------------------------------------------------------------------


async def deletes_everything(chat: Chat) -> None:
    await chat.says("/delete")
    await chat.taps("Delete everything")
    await chat.taps("Yes, delete it for good")


async def test_a_lesson_on_its_way_arrives_before_the_receipt_and_nothing_after_it(ana: Chat) -> None:
    """The messenger takes its time over a lesson while they delete everything: deleting waits for it."""
    there = ana.there
    await ana.is_learning("stress")
    await ana.says("/delete")
    await ana.taps("Delete everything")
    there.clock.now = START + timedelta(hours=19)
    fault = there.server.faults.add("slow", method="sendMessage", chat_id=ana.person.id, times=1, seconds=0.4)
    ticking = asyncio.create_task(there.app.tick())
    while not fault.struck:
        await asyncio.sleep(0.005)
    ana.person.taps("Yes, delete it for good")
    await ticking
    await there.settled()
    *_, lesson, last = [one.text for one in ana.person.chat.from_bot]
    assert ana.lesson("stress-1").title in lesson
    assert "Receipt" in last
    assert await there.learner(ana.person) is None


async def test_a_lesson_that_waits_for_its_turn_is_not_sent_any_more(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana, sender = Chat(there, there.person("Ana")), there.app.sender
        await ana.is_learning("stress")
        hers = (await ana.learner()).chat
        async with there.app.pace._in_turn:  # somebody else's turn, for as long as this takes
            waiting = asyncio.create_task(sender.lesson(hers, Say("A lesson.")))
            await deletes_everything(ana)
            assert not waiting.done(), "it still waited when everything was deleted"
        assert (await waiting).outcome is Outcome.GONE
        assert "Receipt" in ana.person.chat.from_bot[-1].text
        assert hers in sender._left
        await ana.says("/start")
        assert hers not in sender._left, "they are here again"


async def test_an_answer_that_is_tried_again_is_not_sent_any_more(ana: Chat) -> None:
    there, sender = ana.there, ana.there.app.sender
    await ana.is_learning("stress")
    chat = ChatRef("telegram", str(ana.person.id))
    there.server.faults.add("500", method="sendMessage", chat_id=ana.person.id, times=1)
    waiting = asyncio.create_task(sender.reply(chat, Say("Words from before.")))
    await deletes_everything(ana)
    assert (await waiting).outcome is Outcome.GONE
    assert not any("from before" in one.text for one in ana.person.chat.from_bot)


# -- a passport from elsewhere -----------------------------------------------------------------------------------------


async def test_a_passport_brings_place_and_journal_to_another_instance(there: World, ana: Chat, tmp_path: Path) -> None:
    await has_left_something(ana)
    await ana.says("/export")
    passport = document(ana, "my-records.json").encode()
    async with world(tmp_path / "elsewhere", SECRET_KEY=OTHER_KEY) as elsewhere:
        again = Chat(elsewhere, elsewhere.person("Ana"))
        await sends_file(again, passport)
        again.hears_only("once you have agreed")
        await again.says("/start")
        await again.taps(AGREE)
        await sends_file(again, passport)
        again.hears("Your place and 2 entries of your journal are here now")
        again.hears("This is what you chose", "Berlin")
        await again.says("/journal")
        again.hears_only(WORDS)
        await again.says("/next")
        again.hears_only(ana.lesson("stress-2").title)
        await sends_file(again, passport)
        again.hears_only("You have a place here already")
        learner = await again.learner()
        assert learner.consented
        assert learner.due_at is not None
        assert learner.due_at > elsewhere.clock.now


async def sends_file(chat: Chat, content: bytes, name: str = "my-records.json") -> None:
    """Sends a file from their phone."""
    await chat.sends("document", filename=name, data=content)


async def test_any_other_file_is_answered_kindly(ana: Chat) -> None:
    await ana.says("/start")
    await ana.taps(AGREE)
    await sends_file(ana, b'{"format": "else"}')
    ana.hears_only("I cannot read that file as a copy of your records. Nothing was changed.")
    await sends_file(ana, b"x" * 10, name="notes.txt.json")
    ana.hears_only("Nothing was changed.")
    assert (await ana.learner()).step == "country"
    await ana.sends("document")
    ana.hears("I can only read words")
