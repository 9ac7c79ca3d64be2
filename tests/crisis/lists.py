"""Writes `bot/crisis/data/ready`, the prepared form of the lists in `bot/crisis/data/words`: `python -m tests.crisis.lists`."""

from bot.crisis.dictionary import READY, Dictionary

if __name__ == "__main__":
    READY.mkdir(exist_ok=True)
    for name, text in Dictionary.parse().prepared().items():
        (READY / name).write_text(text, encoding="utf-8")
