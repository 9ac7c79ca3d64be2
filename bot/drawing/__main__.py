"""The process that draws: values come in, pictures go out, until nothing more comes. It stands back for everything else."""

from __future__ import annotations

import json
import os
import sys
from typing import BinaryIO

from bot.drawing.artist import LENGTH
from bot.drawing.progress import draw_progress

NICENESS = 10


def serve(ask: BinaryIO, answer: BinaryIO) -> None:
    """Answers each message with a picture; with none, of length 0, where it could not be drawn."""
    while head := ask.read(LENGTH):
        values = ask.read(int.from_bytes(head, "big"))
        try:
            png = draw_progress(json.loads(values))
        except Exception:
            png = b""
        answer.write(len(png).to_bytes(LENGTH, "big") + png)
        answer.flush()


if __name__ == "__main__":
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
