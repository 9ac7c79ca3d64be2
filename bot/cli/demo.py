"""`kindling demo`: the whole bot in the browser, against a Bot API look-alike on this machine. No token, nothing to set up."""

from __future__ import annotations

import asyncio
import os
import tempfile
import webbrowser
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from bot.app import App
from bot.cli.preview import LessonPreview
from bot.cli.printing import console, stop_with
from bot.cli.run import stop_on_signals
from bot.content.read import lessons_dir
from bot.course.pace import clock_change, local
from bot.demo import BotApiServer, Panel
from bot.demo.panel import Database as PlugState
from bot.demo.panel import Jump
from bot.logs import set_up_logging
from bot.messages import ChatRef
from bot.service.learners import Learner
from bot.service.ports import StoreUnavailable
from bot.settings import read_settings
from bot.storage.sealing import new_key

TOKEN = "1000:demo"  # noqa: S105  the look-alike's own; it opens nothing
DEFAULT_PORT = 8090


@dataclass
class DemoClock:
    """Real time, moved on by as much as the panel was told to."""

    ahead: timedelta = timedelta()
    app: App | None = None
    server: BotApiServer | None = None
    _turning: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def jump(self, kind: Jump) -> str:
        """Turns the clock, stopping wherever a lesson is due on the way, as real time would."""
        async with self._turning:
            target = await self._target(kind)
            if target is None:
                return "No lesson is planned. Sign up first: press START in a chat."
            while (stop := await self._next_due()) is not None and stop < target:
                await self._travel(max(stop, self()))
            await self._travel(target)
        return f"It is now {self():%a %d %b %Y, %H:%M} UTC."

    async def _target(self, kind: Jump) -> datetime | None:
        now = self()
        match kind:
            case "next_lesson":
                return await self._next_due()
            case "hour":
                return now + timedelta(hours=1)
            case "tomorrow":
                return now + timedelta(days=1)
            case "clock_change":
                return await self._before_clock_change(now)
            case _:
                return now + timedelta(seconds=float(kind))

    async def _before_clock_change(self, now: datetime) -> datetime | None:
        zones = [one.profile.zone for one in await self._learners() if one.profile.zone] or ["Europe/Berlin"]
        changes = [found[0] for zone in zones if (found := clock_change(zone, now, days=370)) is not None]
        return min(changes) - timedelta(hours=12) if changes else None

    async def _travel(self, moment: datetime) -> None:
        self.ahead += max(timedelta(), moment - self())
        if self.app is not None:
            try:
                await self.app.tick()
            except StoreUnavailable:
                return

    async def _next_due(self) -> datetime | None:
        due = [one.due_at for one in await self._learners() if one.due_at is not None]
        return min(due, default=None)

    async def _learners(self) -> list[Learner]:
        found = [await self._learner(person.id) for person in self.server.people] if self.server else []
        return [one for one in found if one is not None]

    async def _learner(self, person: int) -> Learner | None:
        if self.app is None:
            return None
        try:
            return await self.app.store.learner(ChatRef("telegram", str(person)))
        except StoreUnavailable:
            return None

    async def local_time(self, person_id: int) -> datetime | None:
        """A person's own wall clock, once they have told their zone."""
        learner = await self._learner(person_id)
        return local(self(), learner.profile.zone) if learner and learner.profile.zone else None


@dataclass
class DemoPlug:
    """Pulls the plug of the bot's database."""

    app: App | None = None

    async def set_plug(self, state: PlugState) -> str:
        """Pulls or mends it."""
        assert self.app is not None
        self.app.store.database.plug.state = state
        return {
            "fine": "The database is back.",
            "gone": "The database is gone. Try /help: it answers all the same.",
            "hung": "The database hangs. Try /help: it answers all the same.",
        }[state]

    async def state(self) -> PlugState:
        """How it is now."""
        assert self.app is not None
        state: PlugState = self.app.store.database.plug.state
        return state


def demo(
    port: int = typer.Option(DEFAULT_PORT, help="Port of the page; 0 takes any."),
    open_page: bool = typer.Option(True, "--open/--no-open", help="Open the page in your browser."),
) -> None:
    """Starts the bot in the browser, with a throw-away database."""
    os.umask(0o077)
    set_up_logging("text", "warning")
    with tempfile.TemporaryDirectory(prefix="kindling-demo-") as folder:
        try:
            asyncio.run(_serve(Path(folder), port, open_page))
        except OSError as error:
            stop_with(
                [f"the page cannot be served on port {port} ({error.strerror}). Another one: kindling demo --port 0"], 1
            )


async def _serve(folder: Path, port: int, open_page: bool) -> None:
    clock, plug = DemoClock(), DemoPlug()
    place = Path(os.environ["LESSONS_DIR"]) if os.environ.get("LESSONS_DIR") else None
    preview = LessonPreview(lessons_dir(place), lambda course: clock.app.learn(course) if clock.app else None)
    server = BotApiServer(TOKEN, name="Kindling", now=clock, panel=Panel(clock=clock, plug=plug, preview=preview))
    root = await server.start(port=port)
    environment = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": root,
        "DATA_DIR": str(folder),
        "HTTP_LISTEN": "",
        "SECRET_KEY": new_key(),
    }
    if place is not None:
        environment["LESSONS_DIR"] = str(place)
    app = App(read_settings(environment), clock)
    clock.app, clock.server, plug.app = app, server, app
    for name in ("Ana", "Ben"):
        server.person(name)
    stop_on_signals(app.stop)
    console.print(f"Kindling is at [bold]{root}/[/bold]   (Ctrl+C ends it; nothing is kept)")
    if open_page:
        webbrowser.open(f"{root}/")
    try:
        await app.run()
    finally:
        await server.stop()
