"""`make bench`: every benchmark, or those named, as JSON with the baseline and the ratio of the same run."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot import loop
from tests.benchmarks import help as help_card
from tests.benchmarks import lessons, operator_page, pictures, planning, replies, sealing

BENCHMARKS: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
    "replies": replies.run,
    "help": help_card.run,
    "sealing": sealing.run,
    "planning": planning.run,
    "lessons": lessons.run,
    "pictures": pictures.run,
    "operator": operator_page.run,
}


def main(names: list[str]) -> int:
    """Runs the benchmarks named, or all of them."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    loop.seldom_look_for_garbage()  # as `kindling` does
    for name in names or BENCHMARKS:
        print(json.dumps({name: loop.run(_run(name))}, indent=2), flush=True)
    return 0


async def _run(name: str) -> dict[str, Any]:
    return await BENCHMARKS[name]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
