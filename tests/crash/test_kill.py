"""`kill -9` at random moments of a broadcast, with trouble on the line or in the database: nobody is lost, and no lesson is
repeated unannounced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.demo import BotApiServer
from tests.crash.broadcast import kill_round
from tests.postgres import Cluster

LEARNERS = 150
FEWER = 40


@pytest.mark.parametrize("seed", [1])
async def test_killed_again_and_again_on_sqlite(seed: int, tmp_path: Path) -> None:
    report = await kill_round(LEARNERS, seed, tmp_path, kills=3)
    assert report.fine, report
    assert report.kills > 0


@pytest.mark.postgres
async def test_killed_again_and_again_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    report = await kill_round(LEARNERS, 2, tmp_path, postgres_url, kills=3)
    assert report.fine, report
    assert report.kills > 0


def cuts_after_accepting(server: BotApiServer) -> None:
    server.faults.add("accept_then_cut", method="sendMessage", share=0.1)


def answers_with_errors(server: BotApiServer) -> None:
    server.faults.add("502", method="sendMessage", share=0.2)


def hangs_and_breaks_off(server: BotApiServer) -> None:
    server.faults.add("hang", method="sendMessage", seconds=0.5, share=0.05)


@pytest.mark.parametrize("trouble", [cuts_after_accepting, answers_with_errors, hangs_and_breaks_off])
async def test_killed_while_the_messenger_is_in_trouble(
    trouble: Callable[[BotApiServer], None], tmp_path: Path
) -> None:
    report = await kill_round(FEWER, 3, tmp_path, kills=1, trouble=trouble)
    assert report.fine, report


@pytest.mark.postgres
async def test_the_database_is_restarted_under_load(postgres: Cluster, postgres_url: str, tmp_path: Path) -> None:
    async def restart() -> None:
        await asyncio.to_thread(postgres.stop, "immediate")
        await asyncio.to_thread(postgres.start)

    report = await kill_round(LEARNERS, 4, tmp_path, postgres_url, kills=1, on_the_way=restart)
    assert report.fine, report
