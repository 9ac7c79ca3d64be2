"""python -m tests.transcripts [--update] [NAME …]: plays the stories, and writes their transcripts anew or shows what differs."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.transcripts.compare import difference
from tests.transcripts.play import page_of, play
from tests.transcripts.stories import STORIES
from tests.transcripts.story import Story


def main() -> int:
    """0 when all is well, 1 when a transcript differs or something happened that must not."""
    parser = argparse.ArgumentParser(prog="python -m tests.transcripts", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the transcripts anew")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these of: {', '.join(STORIES)}")
    chosen = parser.parse_args()
    names = chosen.names or list(STORIES)
    if unknown := [name for name in names if name not in STORIES]:
        parser.error(f"nobody is called {', '.join(unknown)}")
    return max([run(STORIES[name], update=chosen.update) for name in names])


def run(story: Story, *, update: bool) -> int:
    """Plays one story. A run that breaks off leaves the transcript as it was."""
    try:
        played = asyncio.run(play(story))
    except AssertionError as error:
        print(f"{story.name}: the story cannot go on as it is told: {error}", file=sys.stderr)
        return 1
    page, found = page_of(story), difference(played)
    if update and found:
        page.write_text(played.transcript, encoding="utf-8")
    print(f"{page.name}: {'unchanged' if not found else 'written' if update else 'differs'}")
    if found and not update:
        print(found)
    for problem in played.problems:
        print(f"{story.name}: {problem}", file=sys.stderr)
    return int(bool(played.problems or (found and not update)))


if __name__ == "__main__":
    raise SystemExit(main())
