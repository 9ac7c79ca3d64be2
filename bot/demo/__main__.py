"""python -m bot.demo: the look-alike alone, for a bot in another process and for a look at the page."""

from __future__ import annotations

import argparse
import asyncio
import signal

from bot.demo.control import Control, DemoClock
from bot.demo.server import DEMO_TOKEN, BotApiServer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.demo", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (this machine only by default)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on, 0 for any free one")
    parser.add_argument("--token", default=DEMO_TOKEN, help="the bot's token")
    parser.add_argument("--people", default="Ana:en,Jonas:de", help="who is there, as Name:language, …; may be empty")
    parser.add_argument("--keep-calls", type=int, help="how many calls are remembered (default all)")
    parser.add_argument("--keep-messages", type=int, help="how many messages of each chat are remembered (default all)")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    clock = DemoClock()
    server = BotApiServer(
        arguments.token, now=clock, keep_calls=arguments.keep_calls, keep_messages=arguments.keep_messages
    )
    server.control = Control(server, clock)
    for entry in filter(None, arguments.people.split(",")):
        name, _, language = entry.partition(":")
        server.person(name, language or "en")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    root = await server.start(arguments.host, arguments.port)
    print(f"Demo messenger on {root} (bot token {arguments.token})", flush=True)
    await stop.wait()
    await server.stop()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
