"""Telegram's MarkdownV2 style of formatting.

Source of facts: "MarkdownV2 style" in the Bot API reference: any of ``_*[]()~`>#+-=|{}.!`` outside its own use must be
escaped with a backslash, and every mark that opens must close in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.entities import Entity, Formatted, in_order, utf16_length, without_inner_code
from bot.demo.html_markup import checked_url
from bot.demo.refusals import Refusal, out_of_spec

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_MARKS = {
    "__": "underline",
    "||": "spoiler",
    "```": "pre",
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "`": "code",
    "![": "custom_emoji",
    "[": "text_link",
}
_CLOSING = {**{kind: mark for mark, kind in _MARKS.items()}, "text_link": "]", "custom_emoji": "]"}


@dataclass(slots=True)
class _Open:
    kind: str
    at: int
    start: int
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    source: str
    position: int = 0
    out: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    line_start: bool = True

    def write(self, text: str) -> None:
        self.out.append(text)
        self.length += utf16_length(text)
        self.line_start = text == "\n"

    def sees(self, mark: str) -> bool:
        return self.source.startswith(mark, self.position)

    @property
    def kind(self) -> str:
        return self.open[-1].kind if self.open else ""


def parse_markdown(source: str) -> Formatted:
    """Text and entities of MarkdownV2 `source`. Raises Refusal (400, out of spec) if it is malformed."""
    reader = _Reader(source)
    while reader.position < len(source):
        _step(reader)
    _end_quote(reader)
    if reader.open:
        raise _unclosed(reader)
    return Formatted("".join(reader.out), without_inner_code(in_order(reader.entities)))


def _step(reader: _Reader) -> None:
    character = reader.source[reader.position]
    following = reader.source[reader.position + 1 : reader.position + 2]
    if character == "\\" and following and "\0" < following <= "~":
        reader.write(following)
        reader.position += 2
    elif reader.kind in ("code", "pre"):
        _inside_code(reader, character)
    elif character == "\n":
        _new_line(reader)
    elif character == ">" and reader.line_start:
        _quote(reader)
    elif character in _RESERVED:
        _mark(reader, character)
    else:
        reader.write(character)
        reader.position += 1


def _inside_code(reader: _Reader, character: str) -> None:
    if reader.sees(_CLOSING[reader.kind]):
        _close(reader)
    elif character == "`":
        raise _error("Character '`' is reserved and must be escaped with the preceding '\\'")
    else:
        reader.write(character)
        reader.position += 1


def _new_line(reader: _Reader) -> None:
    in_quote = any(tag.kind == "blockquote" for tag in reader.open)
    if in_quote and reader.source[reader.position + 1 : reader.position + 2] != ">":
        _end_quote(reader)
    reader.write("\n")
    reader.position += 1


def _quote(reader: _Reader) -> None:
    if not any(tag.kind == "blockquote" for tag in reader.open):
        reader.open.append(_Open("blockquote", reader.position, reader.length))
    reader.position += 1
    reader.line_start = False


def _end_quote(reader: _Reader) -> None:
    if not any(tag.kind == "blockquote" for tag in reader.open):
        return
    kind = "blockquote"
    if reader.kind == "spoiler" and reader.open[-1].at == reader.position - 2:
        reader.open.pop()
        kind = "expandable_blockquote"
    if reader.kind != "blockquote":
        raise _unclosed(reader)
    quote = reader.open.pop()
    if reader.length > quote.start:
        reader.entities.append({"type": kind, "offset": quote.start, "length": reader.length - quote.start})


def _mark(reader: _Reader, character: str) -> None:
    closing = _CLOSING.get(reader.kind, "")
    if closing and reader.sees(closing) and not (closing == "_" and reader.sees("__")):
        _close(reader)
        return
    mark = next((mark for mark in _MARKS if reader.sees(mark)), None)
    if mark is None:
        raise _error(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
    reader.open.append(_Open(_MARKS[mark], reader.position, reader.length))
    reader.position += len(mark)
    if mark == "```":
        _language(reader)


def _language(reader: _Reader) -> None:
    rest = reader.source[reader.position :]
    word = rest.split("`", 1)[0].split("\n", 1)[0].split(" ", 1)[0]
    if word and rest[len(word) : len(word) + 1].isspace():
        reader.open[-1].extra["language"] = word
        reader.position += len(word)
    if reader.sees("\n"):
        reader.position += 1


def _close(reader: _Reader) -> None:
    tag = reader.open.pop()
    reader.position += len(_CLOSING[tag.kind])
    entity: Entity = {"type": tag.kind, "offset": tag.start, "length": reader.length - tag.start, **tag.extra}
    if tag.kind in ("text_link", "custom_emoji"):
        _add_target(reader, entity)
    elif entity["length"]:
        reader.entities.append(entity)


def _add_target(reader: _Reader, entity: Entity) -> None:
    url = _target(reader) if reader.sees("(") else "".join(reader.out)[-entity["length"] :]
    if entity["type"] == "custom_emoji":
        prefix = "tg://emoji?id="
        if not url.startswith(prefix):
            raise _error("Invalid tg://emoji or tg://time URL specified")
        entity["custom_emoji_id"] = url.removeprefix(prefix)
    else:
        entity["url"] = checked_url(url)
    if entity["length"]:
        reader.entities.append(entity)


def _target(reader: _Reader) -> str:
    begin = reader.position = reader.position + 1
    url = []
    while reader.position < len(reader.source) and not reader.sees(")"):
        if reader.sees("\\"):
            reader.position += 1
        url.append(reader.source[reader.position : reader.position + 1])
        reader.position += 1
    if not reader.sees(")"):
        raise _error(f"Can't find end of a URL at byte offset {len(reader.source[:begin].encode())}")
    reader.position += 1
    return "".join(url)


def _unclosed(reader: _Reader) -> Refusal:
    tag = reader.open[-1]
    name = "".join(part.capitalize() for part in tag.kind.split("_"))
    return _error(f"Can't find end of {name} entity at byte offset {len(reader.source[: tag.at].encode())}")


def _error(reason: str) -> Refusal:
    return out_of_spec(f"can't parse entities: {reason}")
