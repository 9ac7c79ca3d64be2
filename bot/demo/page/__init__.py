"""The chat page: a messenger in the browser, live over one WebSocket, with the panel beside it."""

from bot.demo.page.page import Page, is_ours

__all__ = ["Page", "is_ours"]
