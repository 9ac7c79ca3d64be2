"""The table of methods, filled by the modules of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.demo.messenger import Messenger

Params = dict[str, Any]
Handler = Callable[[Messenger, Params], Any]

HANDLERS: dict[str, Handler] = {}


def method(*names: str) -> Callable[[Handler], Handler]:
    """Registers a function as the doing of one or more Bot API methods."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, handler))
        return handler

    return register
