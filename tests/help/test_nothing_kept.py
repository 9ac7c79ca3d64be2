"""What somebody in danger writes is kept nowhere: it goes down every path, and then everything that could hold it is searched.

The database is searched twice: its files as they lie on the disk, and opened with the key, as an export would show them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.crisis import detect
from bot.demo import Person
from bot.logs import set_up_logging
from bot.messages import ChatRef
from bot.rooms import keyring
from bot.service.records import as_export
from bot.settings import read_settings
from bot.storage import tables as t
from bot.storage.records import SqlRecords
from bot.storage.rows import open_wishes
from bot.storage.sealing import NONCE
from tests.help.test_always import ONBOARDING, database_gone, database_locked
from tests.world import World, onboard, world

MARK = "zebrafinch"
"""A word that nobody else writes, inside every disclosure."""
DISCLOSURES = (
    f"I want to kill myself {MARK}",
    f"my husband hits me, {MARK}, and I am afraid of him",
    f"he raped me last night {MARK}",
    f"someone is following me home {MARK}",
    f"I am 15 years old {MARK}",
)
# After a disclosure of somebody under eighteen the course ends for them, so it comes last in a chat.


async def every_path(there: World) -> list[Person]:
    """Discloses as a stranger, at every step of onboarding, as an answer to a lesson, as an edit, a caption and a reply,
    while paused and after /stop."""
    people = [there.person("Stranger")]
    for words in DISCLOSURES[:4]:
        people[0].says(words)
    for state, answers in ONBOARDING.items():
        people.append(person := there.person(state.split()[-1].capitalize()))
        person.says("/start")
        for said in answers:
            await there.settled()
            person.says(said)
        await there.settled()
        person.says(DISCLOSURES[len(people) % 4])
        await there.settled()
    people += [await _learner(there, name) for name in ("Daily", "Paused", "Stopped", "Young")]
    await there.later(hours=23)
    return people


async def _learner(there: World, name: str) -> Person:
    person = there.person(name)
    await onboard(there, person)
    if name in ("Paused", "Stopped"):
        person.says("/pause 5" if name == "Paused" else "/stop")
        await there.settled()
    if name == "Young":
        person.says(DISCLOSURES[4])
        return person
    said = person.says("my shoulders")
    await there.settled()
    person.edits(said.message_id, DISCLOSURES[0])
    await there.settled()
    person.sends("photo", caption=DISCLOSURES[1])
    await there.settled()
    person.says(DISCLOSURES[2], person.chat.from_bot[-1].id)
    await there.settled()
    return person


async def with_faults(there: World, patch: pytest.MonkeyPatch) -> Person:
    """The same while the database is gone or locked, and while the Bot API fails."""
    person = await _learner(there, "Unlucky")
    for fault in (database_gone, database_locked):
        async with fault(there, patch):
            person.says(DISCLOSURES[0])
            await person.receives("nobody reads this chat")
    there.server.faults.add("500", method="sendMessage", times=3)
    person.says(DISCLOSURES[3])
    await there.settled()
    there.server.faults.clear()
    return person


@pytest.fixture
def talkative(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The product's own logging, as talkative as it can be made."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    set_up_logging("json", "debug")
    yield
    root.handlers = before
    root.setLevel(level)


@pytest.mark.usefixtures("talkative")
async def test_what_was_disclosed_is_found_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(detect.read(words).tier == "strong" or detect.read(words).under_18 for words in DISCLOSURES)
    async with world(tmp_path) as there:
        people = [*await every_path(there), await with_faults(there, monkeypatch)]
        shown = sum("nobody reads this chat" in message.text for one in people for message in one.chat.from_bot)
        assert shown > len(people)
        exports = [json.dumps(found) for one in people if (found := await exported(there, one)) is not None]
        opened = await everything_opened(there)
    assert len(exports) > len(ONBOARDING)
    assert any('"DE"' in text for text in opened), "the search looks at what the seals hold"
    output = "".join(capfd.readouterr())
    assert "started" in output, "the logs are where they are searched for"
    found = {
        "logs and output": output,
        "exports": "".join(exports),
        "what the seals hold": "".join(opened),
    }
    assert [place for place, text in found.items() if MARK in text] == []
    assert [file.name for file in files(tmp_path) if MARK.encode() in file.read_bytes()] == []


async def test_the_search_finds_what_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana = there.person("Ana")
        await onboard(there, ana)
        await there.later(hours=20)
        ana.says(f"A {MARK} sang in the yard")
        await there.settled()
        assert MARK in json.dumps(await exported(there, ana))
        assert any(MARK in text for text in await everything_opened(there))


async def exported(there: World, person: Person) -> object:
    chat = ChatRef("telegram", str(person.id))
    store = there.app.store
    record = await SqlRecords(store.database, keyring(read_settings(there.settings))).record(chat)
    return record and as_export(record, there.app.rooms.conversation.course, there.clock.now)


async def everything_opened(there: World) -> list[str]:
    """Every sealed value of every table, opened: by the key of whose it is, and what planning looks at by its own."""
    keys, found = keyring(read_settings(there.settings)), []
    async with there.app.store.database.read() as db:
        own = {row.id: keys.open_data_key(row.key_id, row.wrapped_key) for row in await db.execute(select(t.learners))}
        for table in t.metadata.sorted_tables:
            sealed = [
                column.name
                for column in table.c
                if column.name.startswith("sealed_") and column.name != "sealed_wishes"
            ]
            for row in (await db.execute(select(table))).mappings() if sealed else ():
                learner = row.get("learner_id") or row["id"]
                name = next(row[key] for key in ("id", "key", "learner_id") if key in row)
                found += [
                    json.dumps(own[learner].open(row[column], table.name, column, name), ensure_ascii=False)
                    for column in sealed
                    if row[column] is not None
                ]
        for row in await db.execute(select(t.learners)):
            wishes = open_wishes((row.id, row.key_id, row.sealed_wishes, row.sealed_profile[:NONCE]), keys)
            assert wishes is not None
            found.append(str(wishes))
    return found


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
