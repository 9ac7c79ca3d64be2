"""Who draws: a process of its own, started with the first picture and gone when nobody asks any more.

A thread would not do: it holds Python's lock for long stretches, and a call for help would wait behind a picture (measured in
tests/benchmarks/pictures.py). The process knows neither the token nor the key: it gets the values of a picture, and no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATIENCE = 20.0
"""Seconds that a picture may take, the start of the process included."""
IDLE = 60.0
"""Seconds after the last picture until the process ends: it takes some 100 MB."""
LENGTH = 4
"""Bytes before each message on the pipe that say how long it is."""
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class Artist:
    """Draws pictures from plain values, one at a time. `folder` is where the drawing library keeps what it found out about fonts."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._one_at_a_time = asyncio.Lock()
        self._process: Process | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._closed = False

    async def draw(self, values: Mapping[str, Any]) -> bytes:
        """The picture as PNG. Raises TimeoutError, OSError or EOFError when it could not be drawn."""
        async with self._one_at_a_time:
            if self._leaving is not None:
                self._leaving.cancel()
            try:
                async with asyncio.timeout(PATIENCE):
                    png = await self._ask(await self._there(), values)
            except BaseException:
                self._let_go(kill=True)
                raise
            self._leaving = asyncio.get_running_loop().call_later(IDLE, self._let_go)
            return png

    async def close(self) -> None:
        """Ends the process, and draws no more."""
        self._closed, process = True, self._process
        if self._leaving is not None:
            self._leaving.cancel()
        self._let_go(kill=True)
        if process is not None:
            await process.wait()
            await asyncio.sleep(0)  # the pipes are closed a turn after the process has ended

    async def _there(self) -> Process:
        if self._closed:
            raise OSError("no more pictures are drawn")
        if self._process is None or self._process.returncode is not None:
            environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
            environment |= {"PYTHONPATH": str(Path(__file__).parents[2]), "MPLBACKEND": "agg"}
            if self._folder is not None:
                environment["MPLCONFIGDIR"] = str(self._folder)
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.drawing", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
            )
        return self._process

    async def _ask(self, process: Process, values: Mapping[str, Any]) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        said = json.dumps(values).encode()
        process.stdin.write(len(said).to_bytes(LENGTH, "big") + said)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        if not length:
            raise EOFError("the picture could not be drawn")
        return await process.stdout.readexactly(length)

    def _let_go(self, *, kill: bool = False) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()  # it ends by itself when nothing more can come
        if kill:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
