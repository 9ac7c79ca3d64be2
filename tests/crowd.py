"""A crowd of learners, put straight into the tables: for crash tests and benchmarks, where signing up one by one would take too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from bot.messages import ChatRef
from bot.service.learners import CONSENT_VERSION, Closeness, Learner, Profile, State
from bot.storage import tables as t
from bot.storage.database import Database
from bot.storage.rows import address_of, learner_values, new_id
from bot.storage.sealing import Keyring

CHUNK = 2_000


async def crowd(
    database: Database,
    keyring: Keyring,
    chats: Sequence[int],
    due_at: datetime,
    *,
    zones: Sequence[str] = ("Europe/Berlin",),
    tracks: Sequence[str] = ("stress",),
    hour: int = 8,
    passed: int = 0,
    roads: Sequence[tuple[Sequence[str], int]] = (),
) -> None:
    """Active learners in these chats, all due at that moment, through `passed` lessons of the first track, or on one of these roads:
    tracks, and how many lessons of the first of them they have been through. Zone and road go by the number of the chat."""
    roads = roads or ((tracks, passed),)
    for start in range(0, len(chats), CHUNK):
        some = chats[start : start + CHUNK]
        people = list(_people(keyring, some, due_at, zones, hour))
        theirs = [(row["id"], *roads[chat % len(roads)]) for chat, row in zip(some, people, strict=True)]
        places = [
            {"learner_id": learner, "track": track, "position": position, "chosen_at": due_at}
            for learner, chosen, _ in theirs
            for position, track in enumerate(chosen)
        ]
        passages = [
            {"learner_id": learner, "lesson_id": f"{chosen[0]}-{number}", "how": "sent", "at": due_at}
            for learner, chosen, through in theirs
            for number in range(1, through + 1)
        ]
        async with database.unhurried(120) as db:
            await db.execute(insert(t.learners), people)
            await db.execute(insert(t.enrolments), places)
            if passages:
                await db.execute(insert(t.passages), passages)


def _people(
    keyring: Keyring, chats: Sequence[int], due_at: datetime, zones: Sequence[str], hour: int
) -> Iterator[dict[str, Any]]:
    for chat in chats:
        key, key_id, wrapped = keyring.new_data_key()
        ref = ChatRef("telegram", str(chat))
        profile = Profile("DE", zones[chat % len(zones)], hour, closeness=Closeness.NOT_NOW)
        learner = Learner(new_id(), ref, "en", State.ACTIVE, due_at, due_at, None, profile, CONSENT_VERSION, due_at)
        yield {
            "id": learner.id,
            "address_index": keyring.indexes(address_of(ref))[0],
            "key_id": key_id,
            "wrapped_key": wrapped,
            "sealed_address": key.seal([ref.channel, ref.address], "learners", "sealed_address", learner.id),
            "created_at": due_at,
            **learner_values(learner, key),
        }
