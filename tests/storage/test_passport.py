"""A course passport: exported here, brought in there, exported again, and nothing has changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.content.read import lessons_dir, load_course
from bot.course.lesson import Course, PracticeForm, Theme
from bot.course.measures import Kind, Rating
from bot.course.toolbox import Tool
from bot.messages import Outcome, Receipt, Say
from bot.service.learners import DRAFT, CheckIns, Closeness, DeliveryKind, Passage, Profile
from bot.service.passport import LARGEST, BadPassport, chat_in, read_passport
from bot.service.records import Record, as_export
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.records import SqlRecords
from bot.storage.sealing import Keyring
from bot.storage.store import SqlStore
from tests.storage.people import ANA, BEN, HOLD, KEY, NOW, Opener, decide_all, meet, new_key

OTHER = b"the-key-of-another-instance-32-b"
WORDS = "Words of mine: 安心 🙂 \u202e <b>"


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(lessons_dir(None))


@pytest.fixture
async def full(store: SqlStore) -> SqlStore:
    """A store in which somebody has left something in every place."""
    profile = Profile(
        "LI", "Europe/Vaduz", 21, 35, frozenset({1, 4}), PracticeForm.TOGETHER, Closeness.NOT_SAFE, ("stress", "sleep"),
        pinned=7, boundaries=frozenset({Theme.TOUCH, Theme.BODY}), words=(("sex", "it"), ("partner", "Kim")),
        discreet=True, veiled=frozenset({"mood"}), tidy=True,
        plan_offered=True, check_ins=CheckIns.BOTH, check_in_due=NOW.date(), keep_ratings=30, dark=True,
        nudge=True, away_from=NOW.date(), away_until=NOW.date() + timedelta(days=9), notes_from=NOW.date(), steady=True,
    )  # fmt: skip
    await meet(store, ANA, profile=profile, language="de", gentle=True, unanswered=3, paused_until=NOW)
    await decide_all(store)
    (waiting,) = await store.take_waiting(NOW, 10, HOLD)
    await store.sending([waiting.delivery], NOW + HOLD)
    async with store.turn(ANA, new_key(), NOW) as turn:
        await turn.record_consent(1)
        await turn.withdraw_consent()
        await turn.record_consent(2)
        for number in range(6):
            await turn.keep_reflection("stress-1", f"{WORDS} {number}", number)
        kept = await turn.keep_reflection(None, WORDS, 12)
        await turn.rewrite(kept.id, WORDS + "!")
        await turn.keep_reflection(DRAFT, WORDS, 13)
        await turn.keep_plan({"people": WORDS, "signs": "1"})
        for lesson, how in (("stress-1", Passage.DID), ("stress-2", Passage.SKIPPED)):
            await turn.pass_through(lesson, how)
        shelf = turn.shelf
        await shelf.keep_rating(Rating("r1", Kind.WEEK, NOW, {"stress": 2, "sleep": None}, done=True), NOW + HOLD)
        await shelf.keep_rating(Rating("r2", Kind.PRACTICE, NOW, {"helped": 1}, about="stress-1"), NOW + HOLD)
        await shelf.keep_tool(Tool("t1", NOW, 3, "stress-1"))
        await shelf.keep_tool(Tool("t2", NOW, 5, None, WORDS))
        await turn.enrol(["stress", "sleep", "mood"])
        await turn.enrol(["sleep", "stress"])
        for _ in range(3):
            extra = await turn.intend(DeliveryKind.EXTRA, NOW.date(), "stress-2")
        assert extra is not None
        assert turn.learner is not None
        await turn.save(replace(turn.learner, lesson="stress-2", delivery=extra.id, step="plan.only.signs"))
        turn.keep_replies([Say("x", delivery=extra.id)])
    await store.replied("x", None, NOW, Receipt(Outcome.SENT, 99), Say("x", delivery=extra.id))
    return store


async def record_of(store: SqlStore, key: bytes) -> Record:
    record = await SqlRecords(store.database, Keyring([key])).record(ANA)
    assert record is not None
    return record


def exported(record: Record, course: Course) -> bytes:
    return json.dumps(as_export(record, course, NOW), ensure_ascii=False).encode()


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """A fresh instance, with a key of its own."""
    store = SqlStore(Database(f"sqlite+aiosqlite:///{tmp_path}/elsewhere/kindling.sqlite3"), Keyring([OTHER]))
    await store.ready()
    yield store
    await store.close()


async def test_exported_brought_in_and_exported_again_it_is_the_same(
    full: SqlStore, elsewhere: SqlStore, course: Course
) -> None:
    passport = exported(await record_of(full, KEY), course)
    assert chat_in(passport) == ANA
    records = SqlRecords(elsewhere.database, Keyring([OTHER]))
    assert await records.bring_in(read_passport(passport, ANA))
    again = await record_of(elsewhere, OTHER)
    assert json.loads(exported(again, course)) == json.loads(passport)
    assert again.learner.delivery in {row.delivery.id for row in again.deliveries if row.delivery.lesson == "stress-2"}


async def test_what_was_about_to_be_sent_there_is_not_sent_from_here(
    full: SqlStore, elsewhere: SqlStore, course: Course
) -> None:
    passport = exported(await record_of(full, KEY), course)
    await SqlRecords(elsewhere.database, Keyring([OTHER])).bring_in(read_passport(passport, ANA))
    assert await elsewhere.take_waiting(NOW + timedelta(days=1), 10, HOLD) == ()
    assert await elsewhere.uncertain(NOW + timedelta(days=1)) == 0


async def test_somebody_who_is_there_already_is_not_overwritten(full: SqlStore, course: Course) -> None:
    before = await record_of(full, KEY)
    changed = replace(before, reflections=())
    assert not await SqlRecords(full.database, Keyring([KEY])).bring_in(changed)
    assert await record_of(full, KEY) == before


async def test_somebody_who_was_deleted_and_brings_their_passport_stays(full: SqlStore, course: Course) -> None:
    """A restore looks for those who joined before they were deleted; the date on a passport is from before."""
    passport = read_passport(exported(await record_of(full, KEY), course), ANA)
    records = SqlRecords(full.database, Keyring([KEY]))
    await records.forget(ANA, NOW + timedelta(days=1))
    assert await records.bring_in(passport)
    async with full.database.read() as db:
        assert (await db.execute(select(func.count()).select_from(t.tombstones))).scalar_one() == 0


async def test_bringing_in_touches_nobody_else(full: SqlStore, another_store: Opener, course: Course) -> None:
    passport = read_passport(exported(await record_of(full, KEY), course), BEN)
    async with full.turn(BEN, new_key(), NOW) as turn:
        await turn.meet("en")
        await turn.bring_in(passport)
    assert (await record_of(full, KEY)).reflections
    theirs = await SqlRecords(full.database, Keyring([KEY])).record(BEN)
    assert theirs is not None
    assert theirs.learner.chat == BEN
    assert [one.text for one in theirs.reflections] == [one.text for one in (await record_of(full, KEY)).reflections]


# -- what is no passport ----------------------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], Any]
WRONG: dict[str, Change] = {
    "another format": lambda p: p.update(format="something"),
    "a newer form": lambda p: p.update(format_version=99),
    "no learner": lambda p: p.pop("learner"),
    "no such zone": lambda p: p["settings"].update(time_zone="Mars/Base"),
    "a path for a zone": lambda p: p["settings"].update(time_zone="../../etc/passwd"),
    "no such hour": lambda p: p["settings"].update(hour="25:00"),
    "no weekday": lambda p: p["settings"].update(weekdays=[]),
    "no such state": lambda p: p["learner"].update(state="king"),
    "a naive moment": lambda p: p["learner"].update(joined_at="2026-03-02T12:00:00"),
    "a number for text": lambda p: p["reflections"][0].update(text=5),
    "text without end": lambda p: p["reflections"][0].update(text="x" * 10_000),
    "a lesson twice": lambda p: p["lessons"].append(p["lessons"][0]),
    "a name with a quote": lambda p: p["tracks"][0].update(track="a'; DROP"),
    "a list without end": lambda p: p.update(lessons=p["lessons"] * 20_000),
    "a list for an object": lambda p: p.update(settings=[]),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_no_passport_is_refused_without_repeating_it(full: SqlStore, course: Course, name: str) -> None:
    passport = json.loads(exported(await record_of(full, KEY), course))
    WRONG[name](passport)
    with pytest.raises(BadPassport) as caught:
        read_passport(json.dumps(passport).encode(), ANA)
    assert caught.value.faults
    assert not any(secret in str(caught.value) for secret in (WORDS, "Mars", "passwd", "DROP", "king"))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[" * 200_000, b"null", b"5", b"{}", b'"x"', b" " * (LARGEST + 1)]
)
def test_any_other_file_is_refused(content: bytes) -> None:
    with pytest.raises(BadPassport):
        read_passport(content, ANA)
    with pytest.raises(BadPassport):
        chat_in(content)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PLACES = ("learner", "settings", "consents", "tracks", "lessons", "reflections", "safety_plan", "deliveries")


@given(st.sampled_from(PLACES), ANYTHING, st.text(max_size=10))
def test_no_shape_of_file_makes_the_reader_stumble(place: str, anything: Any, key: str) -> None:
    passport = {"format": "kindling-export", "format_version": 1, **{name: [] for name in PLACES}}
    for value in (anything, [anything], {key: anything}):
        with pytest.raises(BadPassport):
            read_passport(json.dumps({**passport, place: value}).encode(), ANA)
