"""`make kill-test ROUNDS=… LEARNERS=…`: kill rounds of any number and size, each with its seed printed."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.crash.broadcast import kill_round


def main() -> int:
    """Runs the rounds. Answers 1 when any of them lost, repeated or left something."""
    rounds, learners = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("LEARNERS", "2000"))
    first, url = int(os.environ.get("SEED", str(secrets.randbelow(10**6)))), os.environ.get("KILL_DATABASE_URL")
    fine = True
    for seed in range(first, first + rounds):
        with tempfile.TemporaryDirectory() as folder:
            report = asyncio.run(kill_round(learners, seed, Path(folder), url, kills=10))
        fine = fine and report.fine
        print(json.dumps(asdict(report)), flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
