"""Telegram, spoken with python-telegram-bot over aiohttp."""

import os

# The library's own switch for spans of time as timedelta, which will be its only form: without it every 429 warns.
os.environ.setdefault("PTB_TIMEDELTA", "true")
