"""No connection leaves but to the Bot API, and to the database; no other program is started."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.privacy.process import Running, running
from tests.privacy.test_full_day import a_day

WATCH = Path(__file__).parent / "watch"


def connections(watched: Path) -> set[tuple[str, int]]:
    """Where the process began a connection to."""
    lines = [line for line in watched.read_text("utf-8").splitlines() if line.startswith("socket.connect")]
    return {(found[1], int(found[2])) for line in lines if (found := re.search(r"\('([^']+)', (\d+)", line))}


def others(watched: Path) -> list[str]:
    """What else was written down: names that were looked up, programs that were started."""
    return [line for line in watched.read_text("utf-8").splitlines() if not line.startswith("socket.connect")]


async def watched_day(bot: Running) -> None:
    await a_day(bot)
    await bot.ends(signal.SIGTERM)


async def test_the_bot_connects_to_the_bot_api_and_to_nothing_else(tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    async with running(tmp_path, PYTHONPATH=str(WATCH), WATCH_FILE=str(watched)) as bot:
        here = urlsplit(bot.server.root)
        await watched_day(bot)
    assert connections(watched) == {(str(here.hostname), here.port)}
    assert others(watched) == []


@pytest.mark.parametrize(
    "line",
    [
        "socket.connect (('203.0.113.5', 443),)",
        "socket.getaddrinfo ('example.org', 443, 0, 1, 0)",
        "subprocess.Popen ('sh',)",
    ],
)
def test_anything_else_would_be_noticed(tmp_path: Path, line: str) -> None:
    (tmp_path / "watched").write_text(line + "\n", "utf-8")
    assert connections(tmp_path / "watched") or others(tmp_path / "watched")
