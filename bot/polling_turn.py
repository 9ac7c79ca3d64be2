"""Whose turn it is to poll: of several processes on one database one does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.service.ports import StoreUnavailable

Leads = Callable[[], Awaitable[bool]]


class PollingTurn:
    """Whether it is this process's turn. When the database cannot say, it is: help comes first."""

    def __init__(self, *, several: bool) -> None:
        self._leads: Leads | None = None
        self._answerable = asyncio.Event()
        if not several:
            self._answerable.set()

    def ask(self, leads: Leads | None) -> None:
        """From now on the database is asked by `leads`; by nobody where it is None, because there is nothing to ask it with yet."""
        self._leads = leads
        self._answerable.set()

    async def is_ours(self) -> bool:
        """True when this process is to poll. Waits until it is known how to ask: a busy machine may take its time to load that,
        which says nothing about the database."""
        await self._answerable.wait()
        if self._leads is None:
            return True
        try:
            return await self._leads()
        except StoreUnavailable:
            return True
