"""Telegram, spoken with python-telegram-bot over aiohttp."""
