"""The real program as a process of its own, with everything that it writes anywhere kept to be searched."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.demo import BotApiServer
from tests.ports import free_port
from tests.world import KEY

TOKEN = "8273645:AA-a-token-that-nobody-may-see-0123"


@dataclass
class Running:
    """A running bot, the server it talks to, and the folders in which it may write."""

    server: BotApiServer
    process: asyncio.subprocess.Process
    folder: Path
    health: str
    output: list[bytes]

    async def settled(self) -> None:
        """Waits until the bot has nothing left to do."""
        await self.server.settled(quiet=0.02, within=120)

    async def asks_for(self, path: str) -> bytes:
        """What its own pages answer."""
        async with aiohttp.ClientSession() as session, session.get(f"http://{self.health}{path}") as response:
            return await response.read() + repr(response.headers).encode()

    async def is_ready(self) -> None:
        """Waits until it is open."""
        async with asyncio.timeout(120):
            while True:
                assert self.process.returncode is None, b"".join(self.output).decode()
                with contextlib.suppress(aiohttp.ClientError):
                    async with (
                        aiohttp.ClientSession() as session,
                        session.get(f"http://{self.health}/readyz") as answer,
                    ):
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)

    async def ends(self, how: signal.Signals) -> None:
        """Ends it, and waits for its last words."""
        self.process.send_signal(how)
        await asyncio.wait_for(self.process.wait(), 60)


@asynccontextmanager
async def running(folder: Path, **settings: str) -> AsyncIterator[Running]:
    """A bot on `folder`, with its log at the most talkative level, and Python telling everything it can when it crashes."""
    server = BotApiServer(TOKEN)
    root = await server.start()
    for name in ("data", "temporary", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    health = f"127.0.0.1:{free_port()}"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "PYTHONFAULTHANDLER": "1",
        "PYTHONDEVMODE": "1", "BOT_TOKEN": TOKEN, "BOT_API_URL": root, "DATA_DIR": str(folder / "data"), "SECRET_KEY": KEY,
        "HTTP_LISTEN": health, "SEND_RATE": "1000", "CHAT_RATE": "1000", "LOG_LEVEL": "debug", **settings,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder / "home", env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output: list[bytes] = []
    reading = asyncio.create_task(_read(process, output))
    try:
        bot = Running(server, process, folder, health, output)
        await bot.is_ready()
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await reading
        await server.stop()


async def _read(process: asyncio.subprocess.Process, output: list[bytes]) -> None:
    assert process.stdout is not None
    while piece := await process.stdout.read(65536):
        output.append(piece)


def files_below(folder: Path) -> dict[str, bytes]:
    """Everything that lies in a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
