"""Promise one: /help answers in every state, whatever is broken."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.app import App
from bot.crisis import answer
from bot.demo import BotApiServer, Person
from bot.service.ports import PATIENCE
from bot.settings import read_settings
from tests.quick_place import quick_place
from tests.world import World, disk_full, onboard, world

CARD = "nobody reads this chat"

# -- states ------------------------------------------------------------------------------------------------------------

ONBOARDING = {
    "asked for consent": (),
    "asked for the country": ("yes",),
    "asked for the zone": ("yes", "usa"),
    "asked for the hour": ("yes", "germany"),
    "asked for the days": ("yes", "germany", "8"),
    "asked for topics": ("yes", "germany", "8", "every day"),
    "asked about closeness": ("yes", "germany", "8", "every day", "all"),
    "asked for the practice form": ("yes", "germany", "8", "every day", "stress"),
}


async def people_in_every_state(there: World) -> dict[str, Person]:
    """Somebody in each state that a person can be in."""
    found = {"a stranger": there.person("Stranger")}
    for state, words in ONBOARDING.items():
        found[state] = person = there.person(state.split()[-1].capitalize())
        person.says("/start")
        for said in words:
            await there.settled()
            person.says(said)
    for state in ("active", "paused", "stopped", "deleted", "back after a block", "flooding"):
        found[state] = there.person(state.split()[0].capitalize())
        await onboard(there, found[state])
    found["paused"].says("/pause 5")
    found["stopped"].says("/stop")
    found["deleted"].says("/delete")
    await found["deleted"].receives("Delete everything I hold about you?")
    found["deleted"].taps("Delete everything")
    await found["deleted"].receives("Are you sure?")
    found["deleted"].taps("Yes, delete it for good")
    await found["deleted"].receives("Receipt")
    found["back after a block"].blocks()
    await there.settled()
    found["back after a block"].unblocks()
    await there.settled()
    return found


@cache
def _lived_in() -> tuple[bytes, dict[str, int]]:
    """The database of a world with somebody in every state, and their ids: the faults below find it as a bot does that has just
    started again."""

    async def live(folder: Path) -> dict[str, int]:
        async with world(folder) as there:
            people = await people_in_every_state(there)
            return {state: person.id for state, person in people.items()}

    with TemporaryDirectory(dir=quick_place()) as folder:
        ids = asyncio.run(live(Path(folder)))
        assert [file.name for file in Path(folder).glob("kindling.sqlite3*")] == ["kindling.sqlite3"]
        return Path(folder, "kindling.sqlite3").read_bytes(), ids


@asynccontextmanager
async def everybody(folder: Path) -> AsyncIterator[tuple[World, dict[str, Person]]]:
    """A world with somebody in each state."""
    lived_in, ids = await asyncio.to_thread(_lived_in)
    (folder / "kindling.sqlite3").write_bytes(lived_in)
    async with world(folder, patience=PATIENCE) as there:
        people = {state: there.person(state) for state in ids}
        assert {state: person.id for state, person in people.items()} == ids
        yield there, people


# -- faults ------------------------------------------------------------------------------------------------------------

Fault = Callable[[World, pytest.MonkeyPatch], Any]


@asynccontextmanager
async def plug(state: str, there: World) -> AsyncIterator[None]:
    there.app.store.database.plug.state = state  # type: ignore[assignment]
    try:
        yield
    finally:
        there.app.store.database.plug.state = "fine"


def database_gone(there: World, _patch: pytest.MonkeyPatch) -> Any:
    return plug("gone", there)


def database_hung(there: World, _patch: pytest.MonkeyPatch) -> Any:
    return plug("hung", there)


@asynccontextmanager
async def database_locked(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    holder = sqlite3.connect(Path(there.settings["DATA_DIR"]) / "kindling.sqlite3", timeout=0, isolation_level=None)
    while not holder.in_transaction:
        # The bot may be writing at this moment, and must be let to finish.
        with contextlib.suppress(sqlite3.OperationalError):
            holder.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@asynccontextmanager
async def no_room_on_the_disk(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    with disk_full(there):
        yield


@asynccontextmanager
async def database_corrupt(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    await there.let_go_of_the_database()
    folder = Path(there.settings["DATA_DIR"])
    for file in folder.glob("kindling.sqlite3*"):
        file.write_bytes(b"this is no database" * 400)
    yield


@asynccontextmanager
async def database_missing(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    await there.let_go_of_the_database()
    for file in Path(there.settings["DATA_DIR"]).glob("kindling.sqlite3*"):
        file.unlink()
    yield


def api_fault(kind: str, **details: Any) -> Fault:
    @asynccontextmanager
    async def fault(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
        there.server.faults.add(kind, method="sendMessage", **details)
        try:
            yield
        finally:
            there.server.faults.clear()

    return fault


@asynccontextmanager
async def helplines_broken(
    _there: World, patch: pytest.MonkeyPatch, tmp: Path = Path("/nonexistent")
) -> AsyncIterator[None]:
    patch.setattr(answer, "DEFAULT", answer.Room.load(tmp))
    yield


@asynccontextmanager
async def helplines_stale(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    there.clock.now += timedelta(days=3 * 365)
    yield


@asynccontextmanager
async def scheduler_stuck(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    async with there.app._ticking:
        yield


@asynccontextmanager
async def other_chats_stuck(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Every place for side-by-side work is taken by somebody whose answer hangs."""
    crowd = [there.person(f"Stuck{number}") for number in range(70)]
    for person in crowd:
        there.server.faults.add("hang", chat_id=person.id, seconds=60)
        person.says("/about")
    try:
        yield
    finally:
        there.server.faults.clear()


@asynccontextmanager
async def lessons_at_full_rate(there: World, _patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    there.clock.now += timedelta(hours=19)
    ticking = asyncio.create_task(there.app.tick())
    try:
        yield
    finally:
        await asyncio.gather(ticking, return_exceptions=True)


FAULTS: dict[str, Fault] = {
    "nothing broken": lambda _there, _patch: _nothing(),
    "database gone": database_gone,
    "database hung": database_hung,
    "database locked": database_locked,
    "database corrupt": database_corrupt,
    "database missing": database_missing,
    "disk full": no_room_on_the_disk,
    "lessons going out": lessons_at_full_rate,
    "scheduler stuck": scheduler_stuck,
    "helplines broken": helplines_broken,
    "helplines stale": helplines_stale,
    "API answers 429 at first": api_fault("429", times=8, retry_after=1),
    "API answers 500 at first": api_fault("500", times=12),
    "API resets connections at first": api_fault("reset", times=12),
    "API slow": api_fault("slow", seconds=0.5),
    "every other chat stuck": other_chats_stuck,
}


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


@pytest.mark.parametrize("name", FAULTS)
async def test_the_card_arrives_in_every_state(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with everybody(tmp_path) as (there, people), FAULTS[name](there, monkeypatch):
        flooding = people["flooding"]
        for number in range(60):
            flooding.says(f"{number}")
        for person in people.values():
            person.says("/help")
        answered = await asyncio.gather(*(_card(person) for person in people.values()))
        missing = [state for state, came in zip(people, answered, strict=True) if not came]
        assert not missing, f"{name}: no card for {missing}"


async def _card(person: Person) -> bool:
    try:
        return await person.receives(CARD) is not None
    except AssertionError:
        return False


async def test_a_group_gets_the_essentials(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        ana, ben = there.person("Ana"), there.person("Ben")
        group = there.server.group("Friends", [ana, ben])
        there.app.store.database.plug.state = "gone"
        group.says(ana, "/help@demo_bot")
        await there.server.settled()
        assert CARD in group.chat.from_bot[-1].text


async def test_the_card_comes_before_the_database_is_open(tmp_path: Path) -> None:
    """A key that fits nothing, and lessons that cannot be read: the rooms behind the card never open."""
    server = BotApiServer("1000:demo")
    root = await server.start()
    ana = server.person("Ana")
    environment = {"BOT_TOKEN": "1000:demo", "BOT_API_URL": root, "DATA_DIR": str(tmp_path), "HTTP_LISTEN": "",
                   "SECRET_KEY": "bm90IGEga2V5", "LESSONS_DIR": str(tmp_path)}  # fmt: skip
    app = App(read_settings(environment))
    running = asyncio.create_task(app.run(ticking=False))
    try:
        ana.says("/help")
        assert await ana.receives(CARD)
        ana.says("/start")
        assert await ana.receives("/help works all the same")
    finally:
        app.stop()
        await running
        await server.stop()
