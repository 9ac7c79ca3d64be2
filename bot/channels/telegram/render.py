"""From our markup to Telegram's HTML. Escaping happens here, and only here; tags are balanced by construction."""

from __future__ import annotations

import html
import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.messages import Rows

LIMIT = 4096
"""Characters (UTF-16 units) that Telegram takes in one message, counted without markup."""

_TOKEN = re.compile(r"\\(.)|(\*\*|\*|\|\|)|([^\\*|]+|.)", re.DOTALL)
_TAGS = {"**": "b", "*": "i", "||": "tg-spoiler"}


def as_html(text: str) -> str:
    """Our markup as Telegram's HTML. Marks left open are closed at the end of their block."""
    return "\n".join(_block(quoted, lines) for quoted, lines in _blocks(text.split("\n")))


def _blocks(lines: list[str]) -> list[tuple[bool, list[str]]]:
    blocks: list[tuple[bool, list[str]]] = []
    for line in lines:
        quoted = line.startswith("> ") or line == ">"
        bare = line[2:] if quoted else line
        if blocks and blocks[-1][0] == quoted:
            blocks[-1][1].append(bare)
        else:
            blocks.append((quoted, [bare]))
    return blocks


def _block(quoted: bool, lines: list[str]) -> str:
    if quoted:
        return f"<blockquote>{_inline(chr(10).join(lines))}</blockquote>"
    return "\n".join(_inline(line) for line in lines)


def _inline(text: str) -> str:
    out: list[str] = []
    open_tags: list[str] = []
    for escaped, mark, words in _TOKEN.findall(text):
        if mark:
            _toggle(_TAGS[mark], out, open_tags)
        else:
            out.append(html.escape(escaped or words, quote=False))
    out += [f"</{tag}>" for tag in reversed(open_tags)]
    return "".join(out)


def _toggle(tag: str, out: list[str], open_tags: list[str]) -> None:
    if tag not in open_tags:
        open_tags.append(tag)
        out.append(f"<{tag}>")
        return
    again = []
    while (inner := open_tags.pop()) != tag:
        out.append(f"</{inner}>")
        again.append(inner)
    out.append(f"</{tag}>")
    for inner in reversed(again):
        open_tags.append(inner)
        out.append(f"<{inner}>")


def as_plain(text: str) -> str:
    """Our markup with every mark taken out."""
    lines = [line[2:] if line.startswith("> ") else line for line in text.split("\n")]
    return "\n".join("".join(escaped or words for escaped, _, words in _TOKEN.findall(line)) for line in lines)


def length(text: str) -> int:
    """The length as Telegram counts it: UTF-16 units, without markup."""
    return len(as_plain(text).encode("utf-16-le")) // 2


def in_pieces(text: str) -> list[str]:
    """A text that is too long for one message, cut between paragraphs, else between lines, else anywhere."""
    if length(text) <= LIMIT:
        return [text]
    for separator in ("\n\n", "\n", " "):
        parts = text.split(separator)
        if len(parts) > 1 and max(length(part) for part in parts) <= LIMIT:
            return _joined(parts, separator)
    half = len(text) // 2
    return [*in_pieces(text[:half]), *in_pieces(text[half:])]


def _joined(parts: list[str], separator: str) -> list[str]:
    pieces = [parts[0]]
    for part in parts[1:]:
        longer = f"{pieces[-1]}{separator}{part}"
        if length(longer) <= LIMIT:
            pieces[-1] = longer
        else:
            pieces.append(part)
    return pieces


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """Buttons under a message; None for no buttons."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(b.label, url=b.url)
                if b.url
                else InlineKeyboardButton(b.label, callback_data=b.action)
                for b in row
            ]
            for row in rows
        ]
    )
