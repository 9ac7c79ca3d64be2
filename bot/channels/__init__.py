"""Messengers. Each translates between its own protocol and `bot.messages`, and knows nothing about courses."""
