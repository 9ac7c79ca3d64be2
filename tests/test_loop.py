"""How the process runs: on uvloop, and without stopping everybody to look for garbage in what stays anyway."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys

import pytest

from bot import loop

SETTLED = """
import gc
from bot import loop

keep = [[] for _ in range(100_000)]
loop.settle_down()
assert gc.get_freeze_count() > 100_000
assert len(gc.get_objects()) < 1_000
"""


async def _kind_of_loop() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_the_process_runs_on_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loop.run(_kind_of_loop()).startswith("uvloop")
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop.run(_kind_of_loop()).startswith("asyncio"), "where there is none, on Python's own"


def test_garbage_is_looked_for_seldom_from_the_first_moment_of_any_command() -> None:
    asked = "import gc, sys; sys.argv = ['kindling', 'version']; from bot.cli import main"
    ends = "try: main()\nfinally: print(gc.get_threshold())"
    told = subprocess.run(
        [sys.executable, "-c", f"{asked}\n{ends}"], check=True, timeout=60, capture_output=True, text=True
    )
    assert told.stdout.splitlines()[-1] == str((loop.YOUNG, loop.GROWN, loop.OLD))


def test_what_was_loaded_is_not_looked_through_again() -> None:
    """In a process of its own: what is frozen here would stay for all tests after this one."""
    frozen = gc.get_freeze_count()
    subprocess.run([sys.executable, "-c", SETTLED], check=True, timeout=60)
    assert gc.get_freeze_count() == frozen
