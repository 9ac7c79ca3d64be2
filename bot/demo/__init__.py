"""A Telegram look-alike for this machine: a Bot API server and a chat page. It knows nothing of our bot."""

from bot.demo.calls import Call, Violation
from bot.demo.chats import Button, Message
from bot.demo.faults import Fault
from bot.demo.panel import ClockControl, Database, Jump, Panel, PlugControl, Preview
from bot.demo.people import Done, Group, Person
from bot.demo.server import BotApiServer

__all__ = [
    "BotApiServer",
    "Button",
    "Call",
    "ClockControl",
    "Database",
    "Done",
    "Fault",
    "Group",
    "Jump",
    "Message",
    "Panel",
    "Person",
    "PlugControl",
    "Preview",
    "Violation",
]
