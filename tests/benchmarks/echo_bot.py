"""The baseline: python-telegram-bot's own Application with its defaults, answering every text with a message and three buttons.

It keeps nothing, decides nothing and knows nobody: the least that any bot on this library costs.
"""

from __future__ import annotations

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton(name, callback_data=name)] for name in ("one", "two", "three")])


async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answers with the same words."""
    if update.message is not None:
        await update.message.reply_text(f"<b>echo</b> {update.message.text}", parse_mode="HTML", reply_markup=BUTTONS)


def main() -> None:
    """Polls until it is stopped."""
    application = (
        Application.builder().token(os.environ["BOT_TOKEN"]).base_url(f"{os.environ['BOT_API_URL']}/bot").build()
    )
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


if __name__ == "__main__":
    main()
