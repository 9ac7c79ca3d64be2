"""The only place that builds and connects the rooms: start order, unwind, shutdown deadline.

The messenger starts first and the database is opened in the background, so that `/help` answers whatever the database does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.door import Door
from bot.channels.telegram.help_lane import HelpLane
from bot.channels.telegram.lanes import Lanes, Seldom
from bot.channels.telegram.pace import OwnBudget, Pace, SharedBudget
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.run import Intake, Polling, Receiver, introduce
from bot.channels.telegram.sender import TelegramSender
from bot.channels.telegram.wire import Wire
from bot.content.finding import CourseError
from bot.course.lesson import Course
from bot.crisis import answer as crisis
from bot.drawing.artist import Artist
from bot.i18n.texts import languages, texts_for
from bot.loading import Loading
from bot.messages import ChatRef, Incoming, Say, Toast
from bot.polling_turn import PollingTurn
from bot.service.ports import PATIENCE, Aside, Sender, StoreUnavailable
from bot.service.tidying import tidy
from bot.settings import Settings
from bot.storage.sealing import BadKey, KeyMissing

if TYPE_CHECKING:
    from aiohttp import web
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from bot.channels.telegram.webhook import Webhook
    from bot.clock import Work
    from bot.rooms import Rooms
    from bot.storage.presence import Presence
    from bot.storage.store import SqlStore
    from bot.watch import Watch

# What is imported where it is used is loaded after the start: help needs none of it.

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# A stop has 10 seconds: 1 to stop taking updates, 5 for answers and lessons that are under way, 2 to confirm, the rest to close.
FINISH_SECONDS = 5.0


def system_clock() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


class App:
    """A running bot. `run` runs it, `stop` ends it. Building it touches neither network, database nor lessons.

    `patience` is how many seconds somebody waits for the database before they hear that it cannot be reached."""

    def __init__(self, settings: Settings, clock: Clock = system_clock, patience: float = PATIENCE) -> None:
        assert settings.bot_token is not None
        token, base = settings.bot_token.get_secret_value(), f"{settings.bot_api_url}/bot"
        # Polls, answers, lessons and help have connections of their own: none of them ever waits behind another.
        for_polls, for_replies = AiohttpRequest(2, read_timeout=40), AiohttpRequest(64)
        for_lessons = Wire(f"{base}{token}/sendMessage")
        for_help = AiohttpRequest(64, read_timeout=10, leaves=self._help_leaves)
        self.requests = (for_polls, for_replies, for_lessons, for_help)
        polling = Polling(token, base, request=for_replies, get_updates_request=for_polls)
        # Otherwise python-telegram-bot would ask Telegram's own server for files.
        files = f"{settings.bot_api_url}/file/bot"
        replies, helping = (
            Bot(token, base, files, request=one, get_updates_request=for_polls) for one in (for_replies, for_help)
        )
        self.settings = settings
        self.clock = clock
        self._patience = patience
        self.artist = Artist(Path(settings.data_dir, "drawing"))
        # One process on one file has the whole budget; processes on one PostgreSQL share theirs there.
        self._several = settings.database.startswith("postgresql")
        budget = SharedBudget(lambda: self.store) if self._several else OwnBudget()
        self.pace = Pace(settings.send_rate, budget, settings.chat_rate)
        self.sender = TelegramSender(replies, Door(for_lessons), self.pace, self.artist.draw)
        self.lanes = Lanes()
        self._seldom = Seldom(timedelta(minutes=1))
        self.help_lane = HelpLane(helping, self._country_of, self.after_help)
        intake = Intake(self.help_lane, self.lanes, self.handle, self.busy, clock)
        self._turn = PollingTurn(several=self._several)
        self.receiver: Receiver | Webhook = Receiver(polling, intake, self._turn.is_ours)
        if settings.webhook_url and settings.webhook_secret:
            from bot.channels.telegram.webhook import Webhook

            secret = settings.webhook_secret.get_secret_value()
            self.receiver = Webhook(replies, intake, settings.webhook_url, secret, settings.listen)
        self.loading = Loading(self.receiver.listening)
        self.opened = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self._presence: Presence | None = None
        self._store: SqlStore | None = None
        self._rooms: Rooms | None = None
        self._trouble = "starting"
        self._introducer = replies
        self._stopping = asyncio.Event()
        self._ticking = asyncio.Lock()
        self._scheduler: AsyncIOScheduler | None = None

    @cached_property
    def watch(self) -> Watch:
        """What the operator sees."""
        from bot.watch import Watch, Watched

        return Watch(
            Watched(
                self.settings,
                self.clock,
                receiving=lambda: self.receiver.state,
                store=lambda: self._store,
                course=lambda: self._rooms.delivery.course if self._rooms is not None else None,
                trouble=lambda: self._trouble,
            )
        )

    @property
    def rooms(self) -> Rooms:
        """The rooms that lessons need. Raises StoreUnavailable before they are open."""
        if self._rooms is None:
            raise StoreUnavailable(self._trouble)
        return self._rooms

    @property
    def store(self) -> SqlStore:
        """The store. Raises StoreUnavailable before it is open."""
        return self.rooms.store

    async def run(self, *, ticking: bool = True) -> None:
        """Runs until `stop` is called. With `ticking` False, only a call to `tick` sends what is due."""
        # The bots are not initialized: that would call getMe, and starting must not depend on the network.
        receiving = self._go(self.receiver.run())
        self._go(self.help_lane.learn_to_read(self.loading.load))
        self._go(self._open(ticking))
        self._go(self._introduce())
        served = await self._serve_health()
        log.info("started", extra={"action": "started"})
        await self._stopping.wait()
        await self._unwind(receiving, served)

    async def _help_leaves(self, url: str) -> None:
        # Help goes before everything, and what it sends counts: lessons and answers make room for it.
        if url.endswith("/sendMessage"):
            await self.pace.help()

    def stop(self) -> None:
        """Asks the app to end."""
        self._stopping.set()

    async def _unwind(self, receiving: asyncio.Task[None], served: web.AppRunner | None) -> None:
        if self._scheduler is not None:
            self._scheduler.pause()  # a shutdown would cancel the tick that is under way, and cut lessons off
        receiving.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await asyncio.gather(
                    self.lanes.drain(FINISH_SECONDS - 1), self.help_lane.drain(FINISH_SECONDS - 1), self._finish_tick()
                )
        await self.receiver.confirm()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.artist.close()
        if served is not None:
            await self.watch.close()
            await served.cleanup()
        for request in self.requests:
            await request.shutdown()
        await self.pace.close()
        if self._store is not None:
            await self._store.close()
        elif self._presence is not None:
            await self._presence.leave()
        log.info("stopped", extra={"action": "stopped"})

    async def _finish_tick(self) -> None:
        async with self._ticking:
            return

    def _go(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _as_task(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        # A scheduler that stops cancels its jobs and does not wait for them: as a task of ours they end before the database goes.
        with contextlib.suppress(asyncio.CancelledError):  # which it would log as an error
            await self._go(work())

    # -- the flows -----------------------------------------------------------------------------------------------------

    async def handle(self, incoming: Incoming) -> None:
        """One update, in its lane. When the database cannot be reached the person hears so, with the way to help."""
        with self.watch.metrics.answering():
            await self._answer(incoming)

    async def _answer(self, incoming: Incoming) -> None:
        try:
            async with asyncio.timeout(self._patience):
                # What a crash left unsaid comes first; after a start this takes a moment.
                await self.opened.wait()
            await self.rooms.conversation.handle(incoming, self.clock())
        except (StoreUnavailable, KeyMissing, TimeoutError):
            self.watch.metrics.unanswered()
            await self._sorry(incoming)
        except Exception:
            # Our own bug: the lane logs it, and the person is not left without a word.
            await self._sorry(incoming)
            raise

    async def _sorry(self, incoming: Incoming) -> None:
        texts = texts_for(incoming.language or "")
        if incoming.press_id is not None:
            await self.sender.reply(incoming.chat, Toast(texts("trouble-short"), alert=True), incoming.press_id)
        elif incoming.text or incoming.thing:
            await self.sender.reply(incoming.chat, Say(texts("trouble")))

    async def busy(self, incoming: Incoming) -> None:
        """Too many messages of one person at once: the rest is not read, and they hear so, now and then. Pressed buttons always get
        an answer. Calls for help never come here."""
        texts = texts_for(incoming.language or "")
        if incoming.press_id is not None:
            await self.sender.reply(incoming.chat, Toast(texts("slow-down")), incoming.press_id)
        elif self._seldom.may(incoming.chat, self.clock()):
            await self.sender.reply(incoming.chat, Say(texts("slow-down-words")))

    async def tick(self) -> None:
        """Sends what is due. Never two at once in one process."""
        if not self.opened.is_set():
            return
        async with self._ticking:
            watch = self.watch.stopwatch()
            await self.rooms.conversation.take_over(self.clock())
            await self.rooms.announcing.list_some(self.clock())
            counts = await self.rooms.delivery.send_due(self.clock)
            self.watch.metrics.ticked(counts, watch.seconds, self.clock())

    async def nightly(self) -> None:
        """Forgets what is not needed any more, and looks who is behind."""
        await self.rooms.nightly(self.clock())

    async def tidy(self) -> None:
        """Takes old messages out of the chats of those who asked for it."""
        if self.opened.is_set():
            await tidy(self.rooms.tidying, self.sender, self.clock())

    async def after_help(self, incoming: Incoming, effects: crisis.Effects, now: datetime) -> None:
        """What a help card leads to, done when the database can: counted as a bare number, and kept with the learner."""
        for wait in (0.0, 1.0, 5.0, 30.0, 120.0):
            await asyncio.sleep(wait)
            with contextlib.suppress(StoreUnavailable, KeyMissing):
                await self.rooms.conversation.after_help(incoming, effects, now)
                return

    def learn(self, course: Course) -> None:
        """Other lessons from now on, as for an author who saves one while the demo runs."""
        if (rooms := self._rooms) is not None:
            conversation = replace(rooms.conversation, course=course)
            self._rooms = replace(rooms, conversation=conversation, delivery=rooms.delivery.teaching(course))

    # -- start -----------------------------------------------------------------------------------------------------------

    async def _open(self, ticking: bool = False) -> None:
        wait = 0.2
        while not self.opened.is_set():
            try:
                await self._get_ready()
            except (StoreUnavailable, KeyMissing, BadKey, CourseError, OSError) as error:
                self._tell_trouble(error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)
        self._trouble = ""
        log.info("the database is ready", extra={"action": "store_ready"})
        self._go(self._reckon_anew())
        if ticking and not self._stopping.is_set():
            await self._start_ticking()

    async def _get_ready(self) -> None:
        if self._presence is None:
            try:
                # Where there are several, listening itself waits for the database to say whose turn it is.
                needed = self.settings.database, self._patience
                self._presence = await self.loading.load(_load_presence, *needed, at_once=self._several)
            finally:
                self._turn.ask(self._presence.lead if self._presence is not None and self._several else None)
        if self._store is None:
            self._store = await self.loading.load(_load_store, self.settings, self._patience, self._presence)
        if self._rooms is None:
            needs = self.settings, self._store, self.sender, self.help_lane.memory, self._stopping.is_set
            self._rooms = await self.loading.load(_load_rooms, *needs)
        await self.store.ready()
        await self.rooms.conversation.take_over(self.clock())
        self.opened.set()

    async def _start_ticking(self) -> None:
        first = datetime.now(UTC)  # what was missed meanwhile goes out at once
        jobs = [partial(self._as_task, work) for work in (self.tick, self.tidy, self.nightly)]
        scheduler = await self.loading.load(_load_metronome, *jobs, first)
        scheduler.start()
        self._scheduler = scheduler

    async def _reckon_anew(self) -> None:
        with contextlib.suppress(StoreUnavailable, KeyMissing):
            await self.rooms.reckon_anew(self.clock())

    def _tell_trouble(self, error: Exception) -> None:
        what = str(error).partition("\n")[0] or type(error).__name__
        if what != self._trouble:
            log.error("lessons cannot go out: %s. Only /help answers; trying again", what, extra={"action": "not_open"})
        self._trouble = what

    async def _country_of(self, chat: ChatRef) -> str | None:
        return await self.store.country_of(chat)

    async def _introduce(self) -> None:
        commands = await self.loading.load(import_module, "bot.service.commands")  # brings every conversation with it
        menu = tuple(command.name for command in commands.COMMANDS if command.in_menu)
        for language in languages():
            await self.loading.load(texts_for, language)
        await self.loading.load(_load_names)
        wait = 1.0
        while True:
            try:
                self.help_lane.private_link = await introduce(self._introducer, menu)
                return
            except TelegramError:
                await asyncio.sleep(wait)
                wait = min(wait * 2, 60.0)

    async def _serve_health(self) -> web.AppRunner | None:
        await self.loading.load(import_module, "bot.watch")
        if not self.settings.http_listen:
            return None
        try:
            return await self.watch.serve()
        except OSError as error:
            log.warning("health is not served: %s", error.strerror, extra={"action": "health_off"})
            return None


def _load_presence(database: str, patience: float) -> Presence:
    from bot.storage.presence import Presence

    return Presence(database, patience)


def _load_store(settings: Settings, patience: float, presence: Presence) -> SqlStore:
    from bot.rooms import build_store

    return build_store(settings, patience, presence)


def _load_rooms(settings: Settings, store: SqlStore, sender: Sender, aside: Aside, halted: Callable[[], bool]) -> Rooms:
    from bot.rooms import build_rooms

    return build_rooms(settings, store, sender, aside, halted)


def _load_names() -> None:
    from bot.i18n.hours import time_words
    from bot.service.places import load_names

    load_names()
    time_words()


def _load_metronome(tick: Work, hourly: Work, nightly: Work, first: datetime) -> AsyncIOScheduler:
    from bot.clock import metronome

    return metronome(tick, hourly, nightly, first)
