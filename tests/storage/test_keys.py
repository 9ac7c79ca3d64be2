"""The operator's key: read strictly, made whole, and never the reason why somebody known is met as a stranger."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.storage import tables as t
from bot.storage.rotation import keys_in_use, rotate
from bot.storage.sealing import BadKey, KeyMissing, Keyring, generated_key, read_keys
from bot.storage.store import SqlStore
from tests.storage.people import ANA, BEN, HOLD, KEY, NOW, Opener, chat, found, meet
from tests.storage.people import new_key as next_update

NEWER = b"a-newer-key-that-has-32-bytes!!!"


# -- read strictly -----------------------------------------------------------------------------------------------------

RAW = bytes(range(224, 256))
GOOD = base64.b64encode(RAW).decode()


@pytest.mark.parametrize(
    "text", [GOOD, GOOD.rstrip("="), base64.urlsafe_b64encode(RAW).decode(), f"  {GOOD}\n", f"{GOOD},{GOOD}"]
)
def test_a_key_is_read(text: str) -> None:
    assert set(read_keys(text)) == {RAW}


@pytest.mark.parametrize(
    "text",
    [
        "", ",", f"{GOOD},", GOOD[:-2], f"{GOOD}A", f"{GOOD}==", GOOD[:10] + "!" + GOOD[10:], GOOD[:10] + " " + GOOD[10:],
        GOOD[:10] + "\u00e9" + GOOD[11:], RAW.hex(), f"{GOOD[:-2]}9=", f"{GOOD};{GOOD}",
    ],
)  # fmt: skip
def test_a_slip_in_a_key_is_refused_instead_of_making_another_key_of_it(text: str) -> None:
    with pytest.raises(BadKey) as caught:
        read_keys(text)
    assert GOOD[:8] not in str(caught.value)


# -- made whole --------------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key, made = generated_key(tmp_path / "data")
    assert made
    assert generated_key(tmp_path / "data") == (key, False)
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    read_keys(key)


def test_processes_that_start_at_once_go_on_with_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: generated_key(tmp_path), range(64)))
    assert len({key for key, _ in keys}) == 1
    assert sum(made for _, made in keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_disk_that_fills_up_leaves_no_half_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        generated_key(tmp_path)
    assert list(tmp_path.iterdir()) == []


# -- in the middle of a change -----------------------------------------------------------------------------------------


async def test_with_only_the_new_key_in_the_middle_of_a_change_the_bot_refuses(
    store: SqlStore, another_store: Opener
) -> None:
    """Both keys were given, some people were moved, and then the older key was taken away too early."""
    await meet(store)
    changing = await another_store(NEWER, KEY)
    await meet(changing, BEN)
    with pytest.raises(KeyMissing, match="SECRET_KEY"):
        await another_store(NEWER)
    await rotate(changing.database, Keyring([NEWER, KEY]), lambda _number, _of: None)
    assert await found(await another_store(NEWER)) is not None
    with pytest.raises(KeyMissing):
        await another_store(KEY)


async def test_one_damaged_row_does_not_keep_the_bot_from_starting(store: SqlStore, another_store: Opener) -> None:
    learner = await meet(store)
    await meet(store, BEN)
    async with store.database.write() as db:
        await db.execute(update(t.learners).where(t.learners.c.id == learner.id).values(wrapped_key=b"broken"))
    assert await (await another_store(KEY)).learner(BEN) is not None


async def test_the_keys_in_use_are_found_without_looking_at_everybody(store: SqlStore, another_store: Opener) -> None:
    for number in range(3):
        await meet(store, chat(number))
    both = await another_store(NEWER, KEY)
    await meet(both, BEN)
    async with both.database.read() as db:
        assert set(await keys_in_use(db)) == {Keyring([KEY]).newest, Keyring([NEWER]).newest}


async def test_after_a_change_of_keys_the_older_one_opens_nothing_and_planning_goes_on(
    store: SqlStore, another_store: Opener
) -> None:
    learner = await meet(store)
    await rotate(store.database, Keyring([NEWER, KEY]), lambda _number, _of: None)
    newer = await another_store(NEWER)
    for moved in ("not yet seen by planning", "seen"):
        async with newer.database.read() as db:
            sealed = (await db.execute(select(t.learners.c.sealed_wishes))).scalar_one()
        assert (sealed is not None) == (moved == "seen")
        async with newer.due_batch(NOW, 10, HOLD) as batch:
            assert [one.case.wishes for one in batch.due] == [learner.profile.wishes]


# -- a row answers only for the chat it belongs to -----------------------------------------------------------------------


async def test_an_index_that_was_moved_to_another_row_shows_nobody_what_is_not_theirs(store: SqlStore) -> None:
    """Somebody who can write to the database, without the key, makes Ben's chat find Ana's row."""
    ana, ben = await meet(store, ANA), await meet(store, BEN)
    async with store.database.write() as db:
        index = (await db.execute(select(t.learners.c.address_index).where(t.learners.c.id == ben.id))).scalar_one()
        await db.execute(update(t.learners).where(t.learners.c.id == ben.id).values(address_index=b"gone"))
        await db.execute(update(t.learners).where(t.learners.c.id == ana.id).values(address_index=index))
    with pytest.raises(KeyMissing):
        async with store.turn(BEN, next_update(), NOW):
            pass
    with pytest.raises(KeyMissing):
        await store.learner(BEN)
