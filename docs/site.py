"""A hook of MkDocs: a link that leaves docs/ leads nowhere on the site, so the site names the file instead."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_more: Any) -> str:
    """The page's text with every link to a file outside of docs/ as that file's name."""
    folder = PurePosixPath("docs", page.file.src_uri).parent
    return _LINK.sub(lambda found: _kept(found, folder), markdown)


def _kept(found: re.Match[str], folder: PurePosixPath) -> str:
    target = _resolved(folder / found[2])
    inside = target.parts[:1] == ("docs",) and target.suffix in (".md", ".png", "")
    if inside and target.suffix:
        return found[0]
    name = f"`{target.as_posix()}`"
    return name if found[1].strip("`") in target.as_posix() else f"{found[1]} ({name})"


def _resolved(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)
