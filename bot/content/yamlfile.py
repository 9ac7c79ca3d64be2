"""Reading text and YAML from files that may hold anything at all: faults become findings, nothing is raised."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.content.structure import Notes

DEEPEST = 20  # levels of brackets or indents; the YAML parser's own stack is not bottomless
_KIND = {
    str: "text (put it in quotes)",
    int: "a whole number",
    date: "a date such as 2026-11-22",
    list: "a list",
    dict: "a table of language: text",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A YAML table. `key_lines` says on which line of the file each top-level key stands, `id_lines` each `id:` of a
    list of tables; both count from 1."""

    file: str
    values: Mapping[Any, Any]
    key_lines: Mapping[str, int]
    id_lines: Mapping[str, int]

    def line(self, key: str) -> int:
        """The line of a top-level key; 1 if it is not there."""
        return self.key_lines.get(key, 1)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader (in C where there is one), which reports a key written twice instead of dropping it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
        if twice is not None:
            raise _KeyTwiceError(twice, node.start_mark.line + 1)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


class _KeyTwiceError(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


def read_table(folder: Path, file: str, largest: int, notes: Notes) -> Table | None:
    """The YAML table in a file of the course folder, at most so many bytes long; or None with a finding."""
    text = read_text(folder, file, largest, notes)
    return None if text is None else parse_table(text, file, notes)


def parse_table(text: str, file: str, notes: Notes) -> Table | None:
    """The table in a YAML text, or None with a finding. The text's first line is the file's first."""
    if _too_deep(text):
        notes.add("yaml-broken", file, 1, "The YAML nests too deep.")
        return None
    try:
        values = yaml.load(text, _Loader)  # noqa: S506 - a safe loader's subclass
    except _KeyTwiceError as twice:
        notes.add("key-twice", file, twice.line, f"The key {short(twice.key)} is here twice.")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = short(getattr(error, "problem", None) or "it cannot be read")
        notes.add("yaml-broken", file, mark.line + 1 if mark else 1, f"Not understood: {problem}.")
    except (ValueError, RecursionError, TypeError):
        notes.add("yaml-broken", file, 1, "A value cannot be read, such as a date that does not exist.")
    else:
        if isinstance(values, dict):
            return Table(file, values, *_key_lines(text.split("\n")))
        notes.add("yaml-broken", file, 1, "This is not a table of keys and values.")
    return None


def _key_lines(lines: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    keys: dict[str, int] = {}
    ids: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        key, colon, value = line.partition(":")
        if colon and key.isidentifier():
            keys.setdefault(key, number)
        elif colon and key.strip(" -") == "id":
            ids.setdefault(value.strip(" \"'"), number)
    return keys, ids


def _too_deep(text: str) -> bool:
    """Whether brackets or indents nest beyond any honest file."""
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > DEEPEST:
            return True
    if re.search(r"(?:[-?:][ \t]+){8}", text):
        return True
    return len({len(line) - len(line.lstrip(" ")) for line in text.split("\n")}) > DEEPEST


def read_text(folder: Path, file: str, largest: int, notes: Notes) -> str | None:
    """A UTF-8 text of at most so many bytes, with plain line ends; or None with a finding."""
    data = b""
    try:
        path = folder / file
        if not path.is_file():
            notes.add("file-unreadable", file, 1, "There is no such file.")
            return None
        with path.open("rb") as handle:
            data = handle.read(largest + 1)
        if len(data) > largest:
            notes.add("file-too-large", file, 1, f"The file has more than {largest // 1024} KB.")
            return None
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError:
        notes.add("file-unreadable", file, 1, "The file cannot be opened.")
    except UnicodeDecodeError as error:
        notes.add("file-unreadable", file, data[: error.start].count(b"\n") + 1, "This is not UTF-8 text.")
    return None


def typed(
    values: Mapping[Any, Any],
    kinds: Mapping[str, type],
    table: Table,
    notes: Notes,
    *,
    optional: Collection[str] = (),
    line: int | None = None,
) -> dict[str, Any]:
    """The known keys whose values are of the right kind; the rest becomes findings, on `line` if given."""
    good: dict[str, Any] = {}
    for key, value in values.items():
        at = line or table.line(str(key))
        if key not in kinds:
            notes.add("key-unknown", table.file, at, f"There is no key {short(key)}.")
        elif not _is(value, kinds[key]):
            notes.add("key-wrong", table.file, at, f"{key} is not {_KIND[kinds[key]]}.")
        else:
            good[key] = value
    for key in kinds.keys() - values.keys() - set(optional):
        notes.add("key-missing", table.file, line or 1, f"The key {key} is missing.")
    return good


def _is(value: object, kind: type) -> bool:
    """isinstance, but true is no number and a time of day is no date."""
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind) and not isinstance(value, datetime)


def short(value: object) -> str:
    """A value for a message: scalars only, one line, no longer than 40 characters."""
    text = " ".join(str(value).split()) if isinstance(value, str | int | float) else "(not a text)"
    return text if len(text) <= 40 else text[:39] + "…"
