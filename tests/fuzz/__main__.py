"""`make fuzz`: a hundred thousand hostile updates (COUNT, SEED), with what became of the bot as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.fuzz.throw import throw


def main() -> int:
    """Answers 1 when anything went wrong."""
    number, seed = int(os.environ.get("COUNT", "100000")), int(os.environ.get("SEED", str(secrets.randbelow(10**6))))
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(throw(Path(folder), seed, number))
    print(json.dumps(asdict(report), indent=2))
    return 0 if report.fine else 1


if __name__ == "__main__":
    sys.exit(main())
