"""Commands that serve until they are ended, each as a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 60.0
"""Seconds for a start; nobody waits that long unless the machine is busy."""


@asynccontextmanager
async def served(folder: Path, *arguments: str, says: str, **environment: str) -> AsyncIterator[tuple[str, str]]:
    """Runs `kindling <arguments>` in a folder until what it prints matches `says`. Answers the first address in that line and all
    that was printed. Ends it by SIGTERM, and expects exit code 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=folder, env=clean(environment),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    printed = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while not re.search(says, printed):
                line = (await process.stdout.readline()).decode()
                assert line, f"it ended too early: {printed}"
                printed += line
        address = re.search(r"http://127\.0\.0\.1:\d+", printed)
        yield address[0] if address else "", printed
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # else the pipe is closed whenever somebody collects it


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without settings of whoever runs the tests, and without a browser to open."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    root = str(Path(__file__).resolve().parents[2])
    return {**kept, "PYTHONPATH": root, "BROWSER": "true", "COLUMNS": "400", **environment}
