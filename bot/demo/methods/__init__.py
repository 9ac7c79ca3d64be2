"""What each Bot API method does."""

from bot.demo.methods import asking, changing, profile, receiving, sending
from bot.demo.methods.registry import HANDLERS

__all__ = ["HANDLERS", "asking", "changing", "profile", "receiving", "sending"]
