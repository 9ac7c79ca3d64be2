"""Replicas: real processes of the bot, side by side on one PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.demo import BotApiServer
from tests.world import KEY, TOKEN


@dataclass
class Replica:
    """One process, and what it said."""

    process: asyncio.subprocess.Process
    said: list[str]
    _reading: asyncio.Task[None]

    async def says(self, words: str, within: float = 90) -> None:
        """Waits until a line of its log holds these words."""
        async with asyncio.timeout(within):
            while not any(words in line for line in self.said):
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.02)

    async def dies(self) -> None:
        """Killed, as by a power cut."""
        self.process.kill()
        await self.process.wait()

    async def stands_still(self, seconds: float) -> None:
        """As on a machine that has no time for it: does nothing for so long, and then goes on."""
        self.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    async def stops(self) -> int:
        """Asked to stop. Answers its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 60)


def environment(server: BotApiServer, database_url: str, **settings: str) -> dict[str, str]:
    """What a replica needs to know."""
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": server.root,
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
        "HTTP_LISTEN": "",
        **settings,
    }


@asynccontextmanager
async def replica(known: dict[str, str], *, folder: Path | None = None, **settings: str) -> AsyncIterator[Replica]:
    """Starts one, from another folder's program if that is given; ends it at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env={**os.environ, **known, **settings},
        cwd=folder,
        stderr=asyncio.subprocess.PIPE,
    )
    said: list[str] = []

    async def read() -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            said.append(line.decode().rstrip())

    one = Replica(process, said, asyncio.create_task(read()))
    try:
        yield one
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await one._reading
