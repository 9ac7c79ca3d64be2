"""Writes `bot/crisis/data/words.json`, the prepared form of the lists in `bot/crisis/data/words`: `python -m tests.crisis.lists`."""

from bot.crisis.dictionary import READY, Dictionary

if __name__ == "__main__":
    READY.write_text(Dictionary.parse().prepared(), encoding="utf-8")
