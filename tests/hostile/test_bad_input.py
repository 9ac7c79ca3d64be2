"""Bad input of every kind at every step: a kind answer or a deliberate silence, never a traceback, never a spinning button."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.demo import Person
from bot.demo.attachments import KINDS
from tests.world import World, world

TEXTS = (
    "x" * 4096,
    "\u202eשלום עולם\u202c مرحبا",
    "🙂🙂🙂",
    "<b>&*_`[]()~|\\ **a* ||b > q",
    "> quoted\n\n*",
    "/unknown",
    "/start@demo_bot nonsense",
    "/",
    "//",
    "0",
    "-1",
    "٣",
    "null",
    "'; DROP TABLE learners; --",
)
DATA = (
    "", "x", "ask", "ask:::", "ask:hour:8", "ask:zone:Foo/Bar", "ask:zone:2599", "ask:weekdays:9", "ask:topics:nope", "ls:open:zz",
    "ls:did:stress-99", "ls:again:x", "jo:page:-1", "jo:page:²", "jo:drop:x", "tr:show:nope", "set:zzz", "go:pause:99999", "go:zzz",
    "pl:part:zz", "pl:skip:signs", "cmd:nope", "sos:zzz", "a" * 64,
)  # fmt: skip
MALFORMED = (
    {"a_kind_of_update_that_does_not_exist_yet": {}},
    {"message": {}},
    {"message": None},
    {"message": {"chat": {"id": "x"}}},
    {"callback_query": {"id": 5}},
    {"edited_message": {"chat": {"id": 1}, "text": 5}},
    {"my_chat_member": {"chat": {"id": 1}, "new_chat_member": 5}},
)
# Each state is reached with a few words; what is thrown at the bot there must not move anybody on by accident.
STATES = {
    "a stranger": None,
    "consent": (),
    "country": ("yes",),
    "zone": ("yes", "usa"),
    "hour": ("yes", "germany"),
    "weekdays": ("yes", "germany", "8"),
    "topics": ("yes", "germany", "8", "every day"),
    "closeness": ("yes", "germany", "8", "every day", "all"),
    "form": ("yes", "germany", "8", "every day", "stress"),
    "daily life": ("yes", "germany", "8", "every day", "stress", "just me", "/today"),
    "a plan": ("yes", "germany", "8", "every day", "stress", "just me", "/plan"),
    "paused": ("yes", "germany", "8", "every day", "stress", "just me", "/pause 5"),
    "stopped": ("yes", "germany", "8", "every day", "stress", "just me", "/stop"),
}


async def in_state(there: World, person: Person, words: tuple[str, ...] | None) -> None:
    """Brings a person into a state."""
    if words is None:
        return
    for said in ("/start", *words):
        person.says(said)
        await there.settled()


@pytest.mark.parametrize("state", STATES)
async def test_anything_can_be_thrown_at_any_step(state: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await in_state(there, ana, STATES[state])
        await throw_things(there, ana)
        await throw_words(there, ana)
        await press_things(there, ana)
        assert there.server.violations == []
        assert there.server.unanswered == []
        assert [record.getMessage() for record in caplog.records] == []
        ana.says("/help")
        assert await ana.receives("nobody reads this chat")


async def throw_things(there: World, person: Person) -> None:
    """Every kind of thing that is no words, a few at a time, so that no lane overflows."""
    for number, kind in enumerate(KINDS):
        person.sends(kind)
        if number % 10 == 9:
            await there.settled()
    person.sends("photo", caption="**a caption** with <b>marks</b>")
    await there.settled()


async def throw_words(there: World, person: Person) -> None:
    """Odd words, each edited afterwards."""
    for number, text in enumerate(TEXTS):
        done = person.says(text)
        person.edits(done.message_id, f"edited {text}"[:4096])
        if number % 5 == 4:
            await there.settled()
    await there.settled()


async def press_things(there: World, person: Person) -> None:
    """Buttons that are old, foreign, twice pressed, or on messages that are gone."""
    for number, data in enumerate(DATA):
        message = person.chat.from_bot[-1].id if person.chat.from_bot else 1
        person.taps_old(message if number % 3 else 999_999, data)
        if number % 4 == 0:
            person.taps_old(message, data)
        if number % 8 == 7:
            await there.settled()
    await there.settled()


async def test_malformed_updates_are_confirmed_and_left_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        for update in MALFORMED:
            there.server.raw(dict(update))
        ana.says("/about")
        assert await ana.receives("About Kindling")
        await there.settled()
