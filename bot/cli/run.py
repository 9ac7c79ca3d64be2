"""`kindling run`: the bot."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from bot import loop
from bot.app import App
from bot.cli.printing import stop_with
from bot.logs import set_up_logging
from bot.settings import Settings, SettingsError, read_settings

WITHOUT_A_BOT = (
    "BOT_TOKEN is missing. Write to @BotFather in Telegram, send /newbot, and start again with the token it gives you: "
    "BOT_TOKEN=… kindling run. To look around first, no token is needed: kindling demo"
)


def run() -> None:
    """Runs the bot until it is stopped (SIGTERM or Ctrl+C)."""
    os.umask(0o077)  # what this process writes is for its owner alone
    settings = checked_settings()
    if settings.bot_token is None:
        stop_with([WITHOUT_A_BOT])
    set_up_logging(settings.log_format, settings.log_level)
    loop.run(_until_stopped(settings))


def checked_settings() -> Settings:
    """The settings, or an end with every problem told."""
    try:
        return read_settings()
    except SettingsError as error:
        stop_with(error.problems)


async def _until_stopped(settings: Settings) -> None:
    app = App(settings)
    stop_on_signals(app.stop)
    settling = asyncio.create_task(_settle(app))
    await app.run()
    settling.cancel()


async def _settle(app: App) -> None:
    await app.opened.wait()
    await app.help_lane.reads.wait()
    loop.settle_down()


def stop_on_signals(stop: Callable[[], None]) -> None:
    """SIGTERM and SIGINT ask for an orderly end."""
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stop)
