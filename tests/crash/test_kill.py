"""`kill -9` at random moments of a broadcast: nobody is lost, and no lesson is repeated unannounced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.broadcast import kill_round

LEARNERS = 150


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
