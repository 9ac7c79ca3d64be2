"""The queue of updates that wait for the bot, with long polling and confirmation by offset.

Source of facts: getUpdates in the Bot API reference; which of two pollers loses (the older) from the official server.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.demo.refusals import Refusal

Json = dict[str, Any]

NOT_SENT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MAX_POLL_SECONDS = 50
FIRST_UPDATE_ID = 100_000_001


@dataclass(frozen=True, slots=True)
class Update:
    """One update, encoded once. `lane` is the chat it is about: within a lane, order is kept."""

    id: int
    kind: str
    lane: int
    body: bytes


class UpdateQueue:
    """Updates in order, until the bot confirms them."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.pending: OrderedDict[int, Update] = OrderedDict()
        self.allowed: list[str] = []
        self.on_add: Callable[[Update], None] | None = None
        """Where updates go at once instead of waiting: the webhook."""
        self._next_id = FIRST_UPDATE_ID
        self._changed = changed
        self._poller: asyncio.Future[None] | None = None

    @property
    def polled(self) -> bool:
        """Whether a long poll is waiting now."""
        return self._poller is not None

    def add(self, kind: str, payload: Any, lane: int = 0) -> int:
        """Queues `{kind: payload}` unless the bot does not want that kind. Returns the update's id."""
        update_id = self._next_id
        self._next_id += 1
        if self._wanted(kind):
            body = json.dumps({"update_id": update_id, kind: payload}, ensure_ascii=False).encode()
            self._append(Update(update_id, kind, lane, body))
        return update_id

    def add_raw(self, update: Json) -> int:
        """Queues an update as it is, adding an id if it has none."""
        update_id = update.get("update_id", self._next_id)
        self._next_id = max(self._next_id, update_id) + 1
        kind = next((key for key in update if key != "update_id"), "")
        body = json.dumps({"update_id": update_id, **update}, ensure_ascii=False).encode()
        self._append(Update(update_id, kind, 0, body))
        return int(update_id)

    def _append(self, update: Update) -> None:
        self.pending[update.id] = update
        self._changed()
        if self.on_add is not None:
            self.on_add(update)
        elif self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_SENT_BY_DEFAULT

    async def poll(self, offset: int, limit: int, seconds: float) -> bytes:
        """The JSON array of waiting updates, after confirming those before `offset`; waits up to `seconds`.

        Raises Refusal (409) in the older of two polls at once."""
        self.stop_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        self.confirm(offset)
        if not self.pending and seconds > 0:
            await self._wait(min(seconds, MAX_POLL_SECONDS))
        bodies = [update.body for update in islice(self.pending.values(), limit)]
        return b"[" + b",".join(bodies) + b"]"

    async def _wait(self, seconds: float) -> None:
        poller = self._poller = asyncio.get_running_loop().create_future()
        self._changed()
        try:
            async with asyncio.timeout(seconds):
                await poller
        except TimeoutError:
            pass
        finally:
            if self._poller is poller:
                self._poller = None
            self._changed()

    def stop_poll(self, reason: str) -> None:
        """Ends the poll that is waiting, if any, with a conflict."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(Refusal(409, f"Conflict: {reason}"))
        self._poller = None

    def confirm(self, offset: int) -> None:
        """Forgets updates before `offset`; a negative one keeps only the last `-offset`."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popitem(last=False)
        while self.pending and next(iter(self.pending)) < offset:
            self.pending.popitem(last=False)
        self._changed()

    def discard(self, update: Update) -> None:
        """Forgets one update that a webhook has taken."""
        self.pending.pop(update.id, None)
        self._changed()

    def clear(self) -> None:
        """Forgets all that wait."""
        self.pending.clear()
        self._changed()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Remembers which kinds the bot wants from now on; None changes nothing, an empty list means the default."""
        if kinds is not None:
            self.allowed = list(kinds)
