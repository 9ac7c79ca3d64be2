"""The pages that people read, and what stands in them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    """Every page: README.md and its neighbors, and the documentation."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def named(page: Path) -> str:
    """The page's path in the repository, for test ids and messages."""
    return page.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    """The text of a page by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """What stands between backticks, outside of fenced blocks; line breaks within count as spaces."""
    return SPAN.findall(re.sub(r"\n(?!\n| *[*|#`\d<])", " ", prose(text)))


def shell_lines(text: str) -> list[str]:
    """The command lines in fenced blocks marked as shell, continued lines joined, comments cut off."""
    blocks = [found["body"].replace("\\\n", " ") for found in FENCE.finditer(text) if found["kind"] == "sh"]
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next heading of the same depth or above."""
    start = next(found for found in HEADING.finditer(text) if found[2] == title)
    later = (found.start() for found in HEADING.finditer(text, start.end()) if len(found[1]) <= len(start[1]))
    return text[start.end() : next(later, len(text))]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table row in a text, without the heads."""
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[| :-]+", line):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings make, as GitHub names them."""
    found = [re.sub(r"[^\w\- ]", "", heading[2].lower()).replace(" ", "-") for heading in HEADING.finditer(prose(text))]
    return set(found)


def files_in_repository() -> list[Path]:
    """Every file that is, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
