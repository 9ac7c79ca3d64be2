"""What lessons need, put together. Loaded after the messenger has started, so that `/help` answers before, and without, all of it.

Half of what this program loads is loaded here: `bot.app` imports this module beside the event loop, and no other may at its top.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.content.read import lessons_dir, load_course
from bot.i18n.texts import texts_for
from bot.service import upkeep
from bot.service.announcing import Announcing
from bot.service.conversation import Conversation
from bot.service.delivery import BATCH, Delivery
from bot.service.ports import Aside, Sender
from bot.service.retention import Retention
from bot.settings import Settings
from bot.storage.ageing import SqlAgeing
from bot.storage.announcing import SqlAnnouncements
from bot.storage.database import Database
from bot.storage.looking import SqlLedger
from bot.storage.presence import Presence
from bot.storage.sealing import Keyring, generated_key, read_keys
from bot.storage.store import SqlStore
from bot.storage.tidying import SqlTidying

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What lessons need."""

    store: SqlStore
    conversation: Conversation
    delivery: Delivery
    retention: Retention
    tidying: SqlTidying
    announcing: Announcing

    async def nightly(self, now: datetime) -> None:
        """Forgets what is not needed any more, and looks who is behind. Raises StoreUnavailable."""
        await self.retention.nightly(now)
        await upkeep.audit(SqlLedger(self.store), self.conversation.course, now)

    async def reckon_anew(self, now: datetime) -> None:
        """After an update of the time zones, reckons due times anew. Raises StoreUnavailable, KeyMissing."""
        await upkeep.reckon_anew(SqlLedger(self.store), version("tzdata"), now)


def build_store(settings: Settings, patience: float, presence: Presence) -> SqlStore:
    """The store, not asked anything yet; it waits so many seconds for the database. Raises KeyMissing, BadKey, OSError."""
    return SqlStore(Database(settings.database, patience), keyring(settings), presence)


def build_rooms(settings: Settings, store: SqlStore, sender: Sender, aside: Aside, halted: Callable[[], bool]) -> Rooms:
    """Everything on top of a store. Raises CourseError."""
    course = load_course(lessons_dir(settings.lessons_dir))
    texts_for(course.default_language)  # reading them takes a moment, which nobody should wait for later
    database, keys = store.database, store.keyring
    conversation = Conversation(store, sender, course, aside, settings.backups_kept_days)
    rate = settings.send_rate
    batch = max(20, min(BATCH, int(rate * 2)))
    announcing = Announcing(SqlAnnouncements(database, keys))
    delivery = Delivery(store, sender, course, batch, halted, announcing.open)
    retention, tidying = Retention(SqlAgeing(database, keys)), SqlTidying(database, keys)
    return Rooms(store, conversation, delivery, retention, tidying, announcing)


def keyring(settings: Settings) -> Keyring:
    """The operator's keys: those given, or the one kept in the data folder, made there at the first start."""
    if settings.secret_key is not None:
        return Keyring(read_keys(settings.secret_key.get_secret_value()))
    text, made = generated_key(settings.data_dir)
    if made:
        where = Path(settings.data_dir, "secret.key")
        log.warning(
            "made a new key in %s. Keep a copy somewhere safe: without it nothing stored can be read",
            where,
            extra={"action": "key_made"},
        )
    return Keyring(read_keys(text))
