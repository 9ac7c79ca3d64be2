"""`kill -9` at random moments of a broadcast, with trouble on the line or in the database: nobody is lost, and no lesson is
repeated unannounced."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.demo import BotApiServer
from tests.crash.broadcast import Seen, kill_round
from tests.postgres import Cluster

LEARNERS = int(os.environ.get("KILL_LEARNERS", "150"))
FEWER = 60
KILLS = int(os.environ.get("KILLS", "2"))


@pytest.mark.parametrize("seed", [1])
async def test_killed_again_and_again_on_sqlite(seed: int, tmp_path: Path) -> None:
    report = await kill_round(LEARNERS, seed, tmp_path, kills=KILLS)
    assert report.fine, report
    assert report.kills > 0


@pytest.mark.postgres
async def test_killed_again_and_again_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    report = await kill_round(LEARNERS, 2, tmp_path, postgres_url, kills=KILLS)
    assert report.fine, report
    assert report.kills > 0


def all_kinds_of_trouble(server: BotApiServer) -> None:
    """Some calls are cut after the message was taken, some answered with an error, some hang and break off."""
    server.faults.add("accept_then_cut", method="sendMessage", share=0.1)
    server.faults.add("502", method="sendMessage", share=0.1)
    server.faults.add("hang", method="sendMessage", seconds=0.5, share=0.05)


async def test_killed_while_the_messenger_is_in_trouble(tmp_path: Path) -> None:
    report = await kill_round(FEWER, 3, tmp_path, kills=1, trouble=all_kinds_of_trouble)
    assert report.fine, report
    assert report.announced > 0


@pytest.mark.postgres
async def test_the_database_is_restarted_under_load(postgres: Cluster, postgres_url: str, tmp_path: Path) -> None:
    async def restart(seen: Seen) -> None:
        await asyncio.to_thread(postgres.stop, "immediate")
        assert len(seen.texts) < LEARNERS, "it was over before the restart"
        await asyncio.to_thread(postgres.start)

    report = await kill_round(LEARNERS, 4, tmp_path, postgres_url, kills=0, rate=40, on_the_way=restart)
    assert report.fine, report
