"""Formatted text as Telegram keeps it: plain text and entities counted in UTF-16 code units."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]

CODE_TYPES = frozenset({"code", "pre"})
ENTITY_TYPES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
_NESTING = {
    name: depth
    for depth, name in enumerate(
        [
            "blockquote",
            "expandable_blockquote",
            "pre",
            "code",
            "text_link",
            "text_mention",
            "bold",
            "italic",
            "underline",
            "strikethrough",
            "spoiler",
        ]
    )
}
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+|(?<![\w.@-])(?:[\w-]+\.)+(?:com|org|net|info|io|eu|uk|de|fr|es|me)\b(?:/[^\s<>\"]*)?(?!@))"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<mention>(?<![\w@/.])@[A-Za-z]\w{3,31}\b)"
    r"|(?P<bot_command>(?<![\w/@.:])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/]))"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d]\w*)"
    r"|(?P<phone_number>(?<![\w+])\+\d(?:[ ()-]?\d){7,14}(?!\w))",
    re.ASCII,
)
_HINTS = ("/", "@", "#", "+")
_DOT = re.compile(r"\.\w")
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@dataclass(slots=True)
class Formatted:
    """A text without markup and what its parts mean."""

    text: str
    entities: list[Entity] = field(default_factory=list)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: the unit of all Telegram's limits and offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def slice_utf16(text: str, offset: int, length: int) -> str:
    """The part of `text` an entity covers."""
    if text.isascii():
        return text[offset : offset + length]
    return text.encode("utf-16-le", "surrogatepass")[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def trimmed(formatted: Formatted) -> Formatted:
    """Without white space around it, as messages are stored; entities are cut to fit."""
    text = formatted.text.rstrip()
    lead = len(text) - len(text.lstrip())
    if not lead and len(text) == len(formatted.text):
        return formatted
    shift = utf16_length(text[:lead])
    text = text[lead:]
    size = utf16_length(text)
    return Formatted(text, [cut for entity in formatted.entities if (cut := _cut(entity, shift, size))])


def _cut(entity: Entity, shift: int, size: int) -> Entity | None:
    start = max(entity["offset"] - shift, 0)
    end = min(entity["offset"] + entity["length"] - shift, size)
    return {**entity, "offset": start, "length": end - start} if end > start else None


def in_order(entities: Iterable[Entity]) -> list[Entity]:
    """Outer entities before inner ones."""
    return sorted(entities, key=lambda e: (e["offset"], -e["length"], _NESTING.get(e["type"], 99)))


def with_found(formatted: Formatted) -> Formatted:
    """Adds what Telegram finds by itself: links, commands, mentions, hashtags, phone numbers."""
    if not (any(hint in formatted.text for hint in _HINTS) or _DOT.search(formatted.text)):
        return formatted
    found = [e for e in _find(formatted.text) if not any(_excludes(given, e) for given in formatted.entities)]
    if not found:
        return formatted
    return Formatted(formatted.text, in_order([*formatted.entities, *found]))


def _find(text: str) -> Iterator[Entity]:
    ascii_only = text.isascii()
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        matched = match.group().rstrip(".,:;!?)'") if kind == "url" else match.group()
        start = match.start() if ascii_only else utf16_length(text[: match.start()])
        yield {"type": kind, "offset": start, "length": utf16_length(matched)}


def _excludes(given: Entity, found: Entity) -> bool:
    overlap = (
        given["offset"] < found["offset"] + found["length"] and found["offset"] < given["offset"] + given["length"]
    )
    return overlap and given["type"] in (CODE_TYPES | {"text_link", "text_mention", "custom_emoji"})


def without_inner_code(entities: list[Entity]) -> list[Entity]:
    """Code holds no other formatting: what lies inside it is dropped."""
    code = [e for e in entities if e["type"] in CODE_TYPES]
    if not code:
        return entities
    return [e for e in entities if e in code or not any(_inside(e, c) for c in code)]


def _inside(inner: Entity, outer: Entity) -> bool:
    return (
        outer["offset"] <= inner["offset"]
        and inner["offset"] + inner["length"] <= outer["offset"] + outer["length"]
        and inner["type"] not in ("blockquote", "expandable_blockquote")
    )


def to_html(formatted: Formatted) -> str:
    """The text in Telegram's HTML, links and formatting included, for people and tests to read."""
    units = formatted.text.encode("utf-16-le", "surrogatepass")
    marks = sorted({0, len(units) // 2, *_edges(formatted.entities)})
    out: list[str] = []
    open_now: list[Entity] = []
    for start, end in zip(marks, [*marks[1:], marks[-1]], strict=True):
        _close(out, open_now, start)
        for entity in (e for e in in_order(formatted.entities) if e["offset"] == start and _opening(e)):
            out.append(_opening(entity))
            open_now.append(entity)
        out.append(html.escape(units[start * 2 : end * 2].decode("utf-16-le", "replace"), quote=False))
    return "".join(out)


def _edges(entities: Iterable[Entity]) -> Iterator[int]:
    for entity in entities:
        yield entity["offset"]
        yield entity["offset"] + entity["length"]


def _close(out: list[str], open_now: list[Entity], at: int) -> None:
    while any(e["offset"] + e["length"] <= at for e in open_now):
        closing = open_now.pop()
        out.append(_closing(closing))
        if closing["offset"] + closing["length"] > at:
            _close(out, open_now, at)
            out.append(_opening(closing))
            open_now.append(closing)
            return


def _opening(entity: Entity) -> str:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">'
    if kind == "expandable_blockquote":
        return "<blockquote expandable>"
    if kind == "pre" and entity.get("language"):
        return f'<pre><code class="language-{html.escape(entity["language"])}">'
    return f"<{_TAGS[kind]}>" if kind in _TAGS else ""


def _closing(entity: Entity) -> str:
    kind = entity["type"]
    if kind == "text_link":
        return "</a>"
    if kind == "expandable_blockquote":
        return "</blockquote>"
    if kind == "pre" and entity.get("language"):
        return "</code></pre>"
    return f"</{_TAGS[kind]}>"
