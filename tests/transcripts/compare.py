"""How a transcript that was played differs from the one that is kept."""

from __future__ import annotations

import difflib

from tests.transcripts.play import COMMAND, Played, page_of


def difference(played: Played) -> str:
    """A unified diff from the kept transcript to the played one; empty when they are the same."""
    page = page_of(played.story)
    kept = page.read_text(encoding="utf-8") if page.exists() else ""
    return "\n".join(
        difflib.unified_diff(
            kept.splitlines(),
            played.transcript.splitlines(),
            f"{page.name} (kept)",
            f"{page.name} (played)",
            lineterm="",
        )
    )


def report(played: Played) -> str:
    """The difference with what to do about it; empty when there is none."""
    found = difference(played)
    return f"{found}\n\nIf this is how it should read: {COMMAND} {played.story.name.lower()}" if found else ""
