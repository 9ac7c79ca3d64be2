"""Telegram's HTML style of formatting, read as strictly as the service reads it.

Source of facts: "HTML style" in the Bot API reference and the behaviour of the official server: a fixed set of tags,
`&lt;` `&gt;` `&amp;` `&quot;` and numeric references only (others stay as they are), every tag closed in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.demo.entities import Entity, Formatted, in_order, utf16_length, without_inner_code
from bot.demo.refusals import Refusal, out_of_spec

_TYPES = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([A-Za-z]+));?")
_SPECIAL = re.compile(r"[<&]")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*("[^"]*"?|'[^']*'?|[A-Za-z0-9.-]+(?=[\s>])))?""")
_END_TAG = re.compile(r"</([^\s>]*)\s*>")
_LINK = re.compile(
    r"(?:https?|tg|ton|tonsite)://\S+|mailto:\S+|tel:\S+|(?:[\w-]+\.)+\w{2,}(?:[/?#:]\S*)?", re.IGNORECASE
)
_USER_LINK = re.compile(r"tg://user\?id=(\d+)")


@dataclass(slots=True)
class _Tag:
    name: str
    at: int
    start: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reader:
    source: str
    out: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Tag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.out.append(text)
        self.length += utf16_length(text)


def parse_html(source: str) -> Formatted:
    """Text and entities of `source`. Raises Refusal (400, out of spec) "can't parse entities: …" if it is malformed."""
    if "<" not in source and "&" not in source:
        return Formatted(source)
    reader = _Reader(source)
    position = 0
    while match := _SPECIAL.search(source, position):
        if match.start() > position:
            reader.write(source[position : match.start()])
        position = _special(reader, match.start())
    reader.write(source[position:])
    if reader.open:
        raise _error(f'can\'t find end tag corresponding to start tag "{reader.open[-1].name}"')
    return Formatted("".join(reader.out), without_inner_code(in_order(reader.entities)))


def _special(reader: _Reader, at: int) -> int:
    if reader.source[at] == "&":
        return _reference(reader, at)
    if reader.source.startswith("</", at):
        return _end_tag(reader, at)
    return _start_tag(reader, at)


def _reference(reader: _Reader, at: int) -> int:
    match = _REFERENCE.match(reader.source, at)
    character = _character(match) if match else None
    if match is None or character is None:
        reader.write("&")
        return at + 1
    reader.write(character)
    return match.end()


def _character(match: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < 0x10FFFF:
        return None
    if 0xD800 <= code <= 0xDFFF:
        raise _error("text contains invalid Unicode characters after decoding HTML entities")
    return chr(code)


def _start_tag(reader: _Reader, at: int) -> int:
    source = reader.source
    match = _TAG_NAME.match(source, at + 1)
    assert match is not None
    name, position = match.group().lower(), match.end()
    if position == len(source):
        raise _error(f"unclosed start tag at byte offset {_bytes(source, at)}")
    if name not in _TYPES:
        raise _error(f'unsupported start tag "{name}" at byte offset {_bytes(source, at)}')
    attributes, position = _attributes(source, name, at, position)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _error(f'tag "span" must have class "tg-spoiler" at byte offset {_bytes(source, at)}')
    reader.open.append(_Tag(name, at, reader.length, attributes))
    return position


def _attributes(source: str, tag: str, at: int, position: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while True:
        position = _after_space(source, position)
        if position >= len(source):
            raise _error(f'unclosed start tag "{tag}" at byte offset {_bytes(source, at)}')
        if source[position] == ">":
            return attributes, position + 1
        match = _ATTRIBUTE.match(source, position)
        if match is None:
            raise _error(f'empty attribute name in the tag "{tag}" at byte offset {_bytes(source, at)}')
        attributes[match.group(1).lower()] = _unquoted(match.group(2) or "")
        position = match.end()


def _after_space(source: str, position: int) -> int:
    while source[position : position + 1].isspace():
        position += 1
    return position


def _unquoted(value: str) -> str:
    quote = value[:1]
    text = value[1:].removesuffix(quote) if quote in ("'", '"') else value.lower()
    return _REFERENCE.sub(lambda match: _character(match) or match.group(), text)


def _end_tag(reader: _Reader, at: int) -> int:
    if not reader.open:
        raise _error(f"unexpected end tag at byte offset {_bytes(reader.source, at)}")
    match = _END_TAG.match(reader.source, at)
    if match is None:
        raise _error(f"unclosed end tag at byte offset {_bytes(reader.source, at)}")
    tag, name = reader.open.pop(), match.group(1).lower()
    if name not in ("", tag.name):
        offset = _bytes(reader.source, at)
        raise _error(f'unmatched end tag at byte offset {offset}, expected "</{tag.name}>", found "</{name}>"')
    if reader.length > tag.start:
        _add_entity(reader, tag)
    return match.end()


def _add_entity(reader: _Reader, tag: _Tag) -> None:
    entity: Entity = {"type": _TYPES[tag.name], "offset": tag.start, "length": reader.length - tag.start}
    if tag.name == "a":
        _add_link(reader, tag, entity)
    elif tag.name in ("pre", "code"):
        _add_code(reader, tag, entity)
    else:
        reader.entities.append(_detailed(tag, entity))


def _detailed(tag: _Tag, entity: Entity) -> Entity:
    if tag.name == "blockquote" and "expandable" in tag.attributes:
        entity["type"] = "expandable_blockquote"
    elif tag.name == "tg-emoji":
        entity["custom_emoji_id"] = _emoji_id(tag.attributes.get("emoji-id", ""))
    elif tag.name == "tg-time":
        entity["unix_time"] = int(tag.attributes.get("unix") or 0)
        entity["date_time_format"] = tag.attributes.get("format", "")
    return entity


def _emoji_id(value: str) -> str:
    if not value.isdigit() or int(value) == 0:
        raise _error("invalid custom emoji identifier specified")
    return value


def _add_link(reader: _Reader, tag: _Tag, entity: Entity) -> None:
    url = tag.attributes.get("href") or "".join(reader.out)[-entity["length"] :]
    if match := _USER_LINK.match(url):
        reader.entities.append(
            {**entity, "type": "text_mention", "user": {"id": int(match[1]), "is_bot": False, "first_name": ""}}
        )
    elif _LINK.fullmatch(url.strip()):
        reader.entities.append({**entity, "url": checked_url(url)})


def checked_url(url: str) -> str:
    """As the service keeps it: a scheme and a path added where they are missing."""
    url = url.strip()
    if "://" not in url and not url.startswith(("mailto:", "tel:")):
        url = f"http://{url}"
    return f"{url}/" if re.fullmatch(r"https?://[^/?#]+", url) else url


def _add_code(reader: _Reader, tag: _Tag, entity: Entity) -> None:
    language = tag.attributes.get("class", "").removeprefix("language-") if tag.name == "code" else ""
    last = reader.entities[-1] if reader.entities else {}
    same_place = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
    if tag.name == "code" and reader.open and reader.open[-1].name == "pre" and language:
        entity["type"], entity["language"] = "pre", language
    elif tag.name == "pre" and same_place and last.get("type") == "pre":
        return
    reader.entities.append(entity)


def _bytes(source: str, position: int) -> int:
    return len(source[:position].encode())


def _error(reason: str) -> Refusal:
    return out_of_spec(f"can't parse entities: {reason[0].upper()}{reason[1:]}")
