"""What a copy of the database tells without the key: nothing about who takes part or what they wrote."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, Table, make_url, select, update

from bot.course.lesson import PracticeForm, Theme
from bot.course.measures import Kind, Rating
from bot.course.toolbox import Tool
from bot.messages import Button, ChatRef, Edit, Outgoing, Remove, Say, Toast, Unbutton
from bot.service.learners import Closeness, Learner, Passage, Profile, Wishes
from bot.service.profile_forms import sealed_form
from bot.storage import tables as t
from bot.storage.rows import open_wishes, replies_as_json, replies_of
from bot.storage.sealing import KeyMissing, Keyring
from bot.storage.store import SqlStore
from tests.storage.people import BEN, HOLD, KEY, NOW, Opener, decide_all, meet, new_key, those_in, todays_lesson

WHO = ChatRef("telegram", "7319465280")
WROTE = "Ein ganz eigener Gedanke über Vertrauen, 安心, спокій"
ASKED = "A question that nobody else was asked"
PRIVATE = [WHO.address, WROTE, "Vertrauen", "安心", ASKED, "Europe/Vaduz", "topic-of-theirs", "not_safe"]


@pytest.fixture
async def full(store: SqlStore) -> SqlStore:
    """A store in which somebody has left something in every place that holds what is theirs."""
    profile = Profile("LI", "Europe/Vaduz", 21, 35, frozenset({1, 4}), PracticeForm.TOGETHER, Closeness.NOT_SAFE)
    await meet(store, WHO, profile=replace(profile, topics=("topic-of-theirs",)))
    await meet(store, BEN)
    async with store.turn(WHO, new_key(), NOW) as turn:
        await turn.record_consent(1)
        await turn.keep_reflection("stress-1", WROTE, 11)
        await turn.keep_reflection(None, WROTE + "!", 12)
        await turn.keep_plan({"people": WROTE})
        await turn.shelf.keep_rating(Rating("r1", Kind.WEEK, NOW, {WROTE: 3}), NOW)
        await turn.shelf.keep_tool(Tool("t1", NOW, 3, None, WROTE))
        await turn.pass_through("stress-1", Passage.DID)
        turn.keep_replies([Say(ASKED, ((Button("Vertrauen", "go:x"),),)), Toast(WROTE)])
    async with store.turn(BEN, new_key(), NOW) as turn:
        await turn.keep_plan({"people": "Somebody else"})
        await turn.shelf.keep_rating(Rating("r2", Kind.WEEK, NOW, {"heavy": 3}), NOW)
        await turn.shelf.keep_tool(Tool("t2", NOW, 3, None, "Somebody else"))
    await decide_all(store)
    await store.take_waiting(NOW, 10, HOLD)
    return store


def everything_in(url: str) -> list[bytes]:
    """All that a copy of the database holds: an SQLite file and what lies beside it, or every value of every PostgreSQL table."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        path = Path(str(address.database))
        return [part.read_bytes() for part in path.parent.glob(path.name + "*")]
    with psycopg.connect(url.replace("+psycopg", "")) as db:
        names = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [row for (name,) in names for row in db.execute(f'SELECT * FROM "{name}"').fetchall()]  # type: ignore[arg-type]
    return [value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row]


async def test_nothing_private_can_be_read_in_a_copy(full: SqlStore, url: str) -> None:
    held = b"\n".join(everything_in(url))
    assert b"stress-1" in held, "the copy was read"
    for secret in PRIVATE:
        for form in (secret.encode(), secret.encode("utf-16-le"), secret.encode("unicode-escape")):
            assert form not in held, f"{secret!r} can be read"


async def test_the_same_words_look_different_every_time(full: SqlStore) -> None:
    async with full.turn(WHO, new_key(), NOW) as turn:
        for number in range(3):
            await turn.keep_reflection("stress-1", WROTE, 20 + number)
    async with full.database.read() as db:
        sealed = [bytes(value) for value in (await db.execute(select(t.reflections.c.sealed_text))).scalars()]
    assert len(set(sealed)) == len(sealed) == 5


async def test_without_the_key_the_list_of_takers_cannot_be_tried_out(full: SqlStore) -> None:
    """A chat id has few digits: an index that anybody can compute would give everyone away."""
    async with full.database.read() as db:
        indexes = {bytes(value) for value in (await db.execute(select(t.learners.c.address_index))).scalars()}
    address = f"{WHO.channel}:{WHO.address}"
    assert Keyring([KEY]).indexes(address)[0] in indexes
    assert Keyring([b"some-other-key-that-has-32-bytes"]).indexes(address)[0] not in indexes


# -- sealed values cannot be moved, changed or cut ---------------------------------------------------------------------

SEALED = [
    (table.name, column.name)
    for table in t.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, LargeBinary) and column.name.startswith("sealed_") and column.name != "sealed_wishes"
]
"""What planning looks at may be read from the profile instead: it has tests of its own."""


@dataclass
class Place:
    """A column that holds something sealed, and two rows of it."""

    table: Table
    column: str
    key: str

    @property
    def names(self) -> Any:
        return self.table.c[self.key]

    @property
    def values(self) -> Any:
        return self.table.c[self.column]


def place(table: str, column: str) -> Place:
    found = t.metadata.tables[table]
    (key,) = [one.name for one in found.primary_key.columns]
    return Place(found, column, key)


async def two_rows(store: SqlStore, where: Place) -> list[Any]:
    """Two rows with a value there, of one learner where a learner may have two."""
    async with store.turn(WHO, new_key(), NOW) as turn:
        turn.keep_replies([Say("Another answer")])
    async with store.database.read() as db:
        rows = (await db.execute(select(where.names, where.values).where(where.values.is_not(None)))).all()
    assert len(rows) >= 2
    return list(rows)


async def opens_all(store: SqlStore) -> None:
    """Opens whatever there is to be opened. Raises KeyMissing when something does not open."""
    async with store.database.read() as db:
        keys = list((await db.execute(select(t.inbox.c.key))).scalars())
    for who, updates in ((WHO, [*keys, new_key()]), (BEN, [new_key()])):
        for key in updates:
            async with store.turn(who, key, NOW) as turn:
                await turn.reflections(0, 100)
                await turn.plan()
                await turn.shelf.ratings()
                await turn.shelf.tools()


async def put(store: SqlStore, where: Place, row: Any, value: bytes) -> None:
    async with store.database.write() as db:
        await db.execute(update(where.table).where(where.names == row[0]).values({where.column: value}))


def test_every_sealed_column_is_tried_below() -> None:
    assert {table for table, _ in SEALED} == {"learners", "reflections", "inbox", "plans", "ratings", "tools"}


@pytest.mark.parametrize(("table", "column"), SEALED)
async def test_a_sealed_value_opens_in_its_own_row_only(full: SqlStore, table: str, column: str) -> None:
    where = place(table, column)
    first, second, *_ = await two_rows(full, where)
    await opens_all(full)
    await put(full, where, first, second[1])
    with pytest.raises(KeyMissing):
        await opens_all(full)


@pytest.mark.parametrize(("table", "column"), SEALED)
@pytest.mark.parametrize("harm", ["bit", "cut", "empty"])
async def test_a_sealed_value_that_was_changed_does_not_open(
    full: SqlStore, table: str, column: str, harm: str
) -> None:
    where = place(table, column)
    first, *_ = await two_rows(full, where)
    value = bytes(first[1])
    changed = {"bit": value[:-1] + bytes([value[-1] ^ 1]), "cut": value[:20], "empty": b""}[harm]
    await put(full, where, first, changed)
    with pytest.raises(KeyMissing) as caught:
        await opens_all(full)
    assert WHO.address not in str(caught.value)


async def test_a_sealed_value_opens_in_its_own_column_only(full: SqlStore) -> None:
    async with full.database.read() as db:
        rows = (await db.execute(select(t.learners.c.id, t.learners.c.sealed_address))).all()
    for row in rows:
        await put(full, place("learners", "sealed_profile"), row, row[1])
    with pytest.raises(KeyMissing):
        await opens_all(full)


async def test_another_learners_key_opens_nothing(full: SqlStore) -> None:
    async with full.database.read() as db:
        (first, second) = (await db.execute(select(t.learners.c.id, t.learners.c.wrapped_key))).all()
    await put(full, place("learners", "wrapped_key"), first, second[1])
    with pytest.raises(KeyMissing):
        await opens_all(full)


async def test_one_learner_whose_row_does_not_open_does_not_stop_the_others_lessons(
    full: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    async with full.turn(BEN, new_key(), NOW) as turn:
        ben = turn.learner
        assert ben is not None
        await turn.save(replace(ben, due_at=NOW))
    broken = await full.learner(WHO)
    assert broken is not None
    async with full.turn(WHO, new_key(), NOW) as turn:
        await turn.save(replace(broken, due_at=NOW))
    await put(full, place("learners", "sealed_profile"), (broken.id,), b"broken")
    with caplog.at_level(logging.ERROR):
        async with full.due_batch(NOW, 10, HOLD) as batch:
            assert those_in(batch) == [ben.id]
            batch.postpone(batch.due[0], NOW + timedelta(days=1))
        waiting = await full.take_waiting(NOW + HOLD, 10, HOLD)
        assert [one.learner.chat for one in waiting] == [BEN]
    assert caplog.records
    assert all(record.learner == broken.id for record in caplog.records)  # type: ignore[attr-defined]
    async with full.due_batch(NOW, 10, HOLD) as batch:
        assert batch.due == (), "it steps aside for a while"


async def due_now(store: SqlStore, who: ChatRef) -> Learner:
    async with store.turn(who, new_key(), NOW) as turn:
        assert turn.learner is not None
        learner = replace(turn.learner, due_at=NOW)
        await turn.save(learner)
    return learner


async def planned_with(store: SqlStore, learner: Learner) -> list[Wishes]:
    async with store.due_batch(NOW, 10, HOLD) as batch:
        return [due.case.wishes for due in batch.due if learner.id in due.learners]


async def whole_rows(store: SqlStore) -> dict[str, Any]:
    async with store.database.read() as db:
        return {row.id: row for row in await db.execute(select(t.learners))}


@pytest.mark.parametrize(
    "theirs", ["none", "another's", "of an earlier profile", "changed", "cut", "empty", "looks at less"]
)
async def test_planning_believes_wishes_of_this_profile_alone_and_seals_them_anew(full: SqlStore, theirs: str) -> None:
    learner, other = await due_now(full, WHO), await due_now(full, BEN)
    rows = await whole_rows(full)
    old, at = bytes(rows[learner.id].sealed_wishes), place("learners", "sealed_wishes")
    if theirs == "of an earlier profile":
        learner = learner.with_profile(boundaries=frozenset({Theme.TOUCH}))
        async with full.turn(WHO, new_key(), NOW) as turn:
            await turn.save(learner)
    key = full.keyring.open_data_key(rows[learner.id].key_id, rows[learner.id].wrapped_key).wrapped_by
    beside = f"learners/sealed_wishes/{learner.id}/".encode() + bytes(rows[learner.id].sealed_profile)[:12]
    put_there: dict[str, Any] = {
        "none": None, "another's": bytes(rows[other.id].sealed_wishes), "of an earlier profile": old, "cut": old[:20], "empty": b"",
        "changed": old[:-1] + bytes([old[-1] ^ 1]), "looks at less": key.seal_for_planning({"zone": "Europe/Vaduz"}, beside),
    }  # fmt: skip
    await put(full, at, (learner.id,), put_there[theirs])
    assert await planned_with(full, learner) == [learner.profile.wishes]
    row = (await whole_rows(full))[learner.id]
    columns = (row.id, row.key_id, row.sealed_wishes, row.sealed_profile[:12])
    assert open_wishes(columns, full.keyring) == learner.profile.wishes, "read at once the next time"
    assert await planned_with(full, other) == [other.profile.wishes]


async def test_what_did_not_change_is_not_sealed_again(full: SqlStore) -> None:
    """One key seals what planning looks at for everybody: the less often, the better."""
    before = await whole_rows(full)
    learner = await due_now(full, WHO)
    after = await whole_rows(full)
    sealed = ("sealed_profile", "sealed_wishes")
    assert [before[learner.id]._mapping[name] for name in sealed] == [
        after[learner.id]._mapping[name] for name in sealed
    ]


async def test_planning_reads_a_profile_that_has_its_brief_behind_it(full: SqlStore) -> None:
    """As versions before the eleventh migration sealed it."""
    learner = await due_now(full, WHO)
    row = (await whole_rows(full))[learner.id]
    secret = AESGCM(full.keyring._keys[0].wrapping.decrypt(row.wrapped_key[:12], row.wrapped_key[12:], b"data key"))
    clear = json.dumps(sealed_form(learner.profile)).encode() + b'\n{"zone":"Europe/Vaduz"}'
    sealed = b"twelve bytes" + secret.encrypt(b"twelve bytes", clear, f"learners/sealed_profile/{learner.id}".encode())
    await put(full, place("learners", "sealed_profile"), (learner.id,), sealed)
    assert await planned_with(full, learner) == [learner.profile.wishes]
    assert await full.learner(WHO) == learner


async def test_a_lesson_for_somebody_who_cannot_be_reached_any_more_steps_aside(full: SqlStore) -> None:
    async with full.turn(BEN, new_key(), NOW) as turn:
        assert turn.learner is not None
        await turn.save(replace(turn.learner, due_at=NOW))
    async with full.turn(WHO, new_key(), NOW) as turn:
        broken = turn.learner
        assert broken is not None
        await turn.save(replace(broken, due_at=NOW))
    await put(full, place("learners", "sealed_address"), (broken.id,), b"broken")
    async with full.due_batch(NOW, 10, HOLD, ours=True) as batch:
        for due in batch.due:
            batch.decide(*todays_lesson(due))
    assert broken.id in those_in(batch), "planning does not look at addresses"
    assert [one.learner.chat for one in await full.opened(batch.claimed, NOW)] == [BEN]
    later = [one.learner.chat for one in await full.take_waiting(NOW + HOLD, 10, HOLD)]
    assert later == [BEN], "tried again after a while, not every two minutes"


async def test_one_answer_that_does_not_open_does_not_keep_the_others_from_being_finished(
    another_store: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    dying = await another_store()
    keys = {}
    for who in (WHO, BEN):
        await meet(dying, who)
        keys[who] = new_key()
        async with dying.turn(who, keys[who], NOW) as turn:
            turn.keep_replies([Say("Hello again")])
    await put(dying, place("inbox", "sealed_replies"), (keys[WHO],), b"broken")
    await dying.close()
    with caplog.at_level(logging.ERROR):
        left = await (await another_store()).take_over(NOW)
    assert [who for who, _ in left] == [BEN]
    assert len(caplog.records) == 1


# -- what is sealed comes back as it was -------------------------------------------------------------------------------

texts = st.text(max_size=60)
rows = st.lists(st.lists(st.builds(Button, texts, texts, st.none() | texts), max_size=3).map(tuple), max_size=3).map(
    tuple
)
numbers = st.integers(min_value=0, max_value=2**31 - 1)
replies = st.one_of(
    st.builds(Say, texts, rows, st.booleans(), st.booleans(), st.none() | texts),
    st.builds(Edit, numbers, texts, rows),
    st.builds(Unbutton, numbers),
    st.builds(Remove, st.lists(numbers, max_size=4).map(tuple)),
    st.builds(Toast, texts, st.booleans()),
)


@given(st.lists(replies, max_size=5).map(tuple))
def test_replies_come_back_as_they_were(said: tuple[Outgoing, ...]) -> None:
    key = Keyring([KEY]).new_data_key()[0]
    sealed = key.seal(replies_as_json(said), "inbox", "sealed_replies", "telegram:1")
    assert replies_of(key.open(sealed, "inbox", "sealed_replies", "telegram:1")) == said


@given(st.text(st.characters(), max_size=200), texts, texts, texts)
def test_any_text_at_all_can_be_sealed(text: str, table: str, column: str, row: str) -> None:
    key = Keyring([KEY]).new_data_key()[0]
    assert key.open(key.seal(text, table, column, row), table, column, row) == text


@pytest.mark.parametrize("text", ["\ud83d", "half \udc00 a pair", "\x00", "\ufeff", "e\u0301"])
def test_odd_characters_can_be_sealed(text: str) -> None:
    """The Bot API writes JSON, and JSON can hold half of a surrogate pair."""
    key = Keyring([KEY]).new_data_key()[0]
    assert key.open(key.seal(text, "a", "b", "c"), "a", "b", "c") == text
