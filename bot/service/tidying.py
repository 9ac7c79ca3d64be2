"""Taking old messages out of the chats of those who asked for it, while the messenger still allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.messages import ChatRef, Outcome, Remove
from bot.service.ports import Sender

CHATS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Old:
    """The messages of one chat that have stood there for long enough."""

    learner: str
    chat: ChatRef
    messages: tuple[int, ...]


class Tidying(Protocol):
    """Where the messages are known. Both raise StoreUnavailable."""

    async def old(self, now: datetime, take: int) -> tuple[Old, ...]: ...
    async def tidied(self, learners: Sequence[str], now: datetime) -> None: ...


async def tidy(tidying: Tidying, sender: Sender, now: datetime) -> int:
    """Takes away every message whose time is over. Answers how many. What the messenger does not do now is tried the next time."""
    count = 0
    while found := await tidying.old(now, CHATS_AT_ONCE):
        done = []
        for one in found:
            receipt = await sender.reply(one.chat, Remove(one.messages))
            if receipt.outcome in (Outcome.SENT, Outcome.GONE, Outcome.OUR_BUG):
                done.append(one.learner)
                count += len(one.messages)
        await tidying.tidied(done, now)
        if len(done) < len(found):
            break
    return count
