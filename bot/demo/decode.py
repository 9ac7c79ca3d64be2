"""From the text of a request to typed parameters, refusing whatever the Bot API does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from bot.demo.bodies import Body, Upload
from bot.demo.refusals import out_of_spec
from bot.demo.spec import CHOICES, INPUT_MEDIA, METHODS, OBJECTS, Field

Uploads = Mapping[str, Upload]
Decoder = Callable[[Any, str, Uploads], Any]

_INTEGER = re.compile(r"-?\d{1,19}")
_USERNAME = re.compile(r"@\w+")
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def decode(method: str, body: Body) -> dict[str, Any]:
    """Parameters of `method`, typed, `attach://` files put in place.

    Raises Refusal (400, out of spec) for an unknown, missing or ill-typed one."""
    fields = METHODS[method]
    params = {**body.params, **body.uploads} if body.uploads else body.params
    decoded = {}
    for name, value in params.items():
        field = fields.get(name)
        if field is None:
            if _is_attachment(name, body):
                continue
            raise out_of_spec(f'unknown parameter "{name}" in {method}')
        if value is not None and (value != "" or (field.required and field.type == "str")):
            decoded[name] = decoder(field.type)(value, name, body.uploads)
    _require(fields, decoded, method)
    return decoded


def _is_attachment(name: str, body: Body) -> bool:
    return name in body.uploads and any(f"attach://{name}" in str(value) for value in body.params.values())


def _require(fields: Mapping[str, Field], decoded: Mapping[str, Any], where: str) -> None:
    for field in _required(fields, where):
        if field.name not in decoded:
            raise out_of_spec(_missing(field, where))


_required_of: dict[str, tuple[Field, ...]] = {}


def _required(fields: Mapping[str, Field], where: str) -> tuple[Field, ...]:
    if where not in _required_of:
        _required_of[where] = tuple(field for field in fields.values() if field.required)
    return _required_of[where]


def _missing(field: Field, where: str) -> str:
    if field.name == "text" and where == "sendMessage":
        return "message text is empty"
    if field.name == "chat_id":
        return "chat_id is empty"
    return f'parameter "{field.name}" is required in {where}'


@cache
def decoder(kind: str) -> Decoder:
    """The decoder of a type in the notation of bot.demo.spec."""
    if kind.startswith("["):
        return _array_of(decoder(kind[1:-1]))
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind in CHOICES:
        return _one_of(CHOICES[kind])
    if kind in OBJECTS:
        return _object_of(kind)
    return _any_object


def _integer(value: Any, where: str, uploads: Uploads) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise _ill_typed(where, "an Integer")


def _float(value: Any, where: str, uploads: Uploads) -> float:
    if isinstance(value, bool):
        raise _ill_typed(where, "a Float")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _ill_typed(where, "a Float") from None


def _boolean(value: Any, where: str, uploads: Uploads) -> bool:
    if isinstance(value, bool):
        return value
    truth = _TRUTH.get(str(value).lower())
    if truth is None:
        raise _ill_typed(where, "a Boolean")
    return truth


def _string(value: Any, where: str, uploads: Uploads) -> str:
    if isinstance(value, str):
        return value
    raise _ill_typed(where, "a String")


def _chat(value: Any, where: str, uploads: Uploads) -> int | str:
    if isinstance(value, str) and _USERNAME.fullmatch(value):
        return value
    return _integer(value, where, uploads)


def _file(value: Any, where: str, uploads: Uploads) -> Upload | str:
    if isinstance(value, Upload):
        return value
    name = _string(value, where, uploads)
    if not name.startswith("attach://"):
        return name
    if (upload := uploads.get(name.removeprefix("attach://"))) is None:
        raise out_of_spec(f'file "{name}" is not in the request')
    return upload


def _any_object(value: Any, where: str, uploads: Uploads) -> dict[str, Any]:
    parsed = _parsed(value, where)
    if not isinstance(parsed, dict):
        raise _ill_typed(where, "an Object")
    return parsed


def _input_media(value: Any, where: str, uploads: Uploads) -> dict[str, Any]:
    media = _any_object(value, where, uploads)
    name = INPUT_MEDIA.get(media.get("type", ""))
    if name is None:
        raise out_of_spec(f'type of "{where}" is not a kind of InputMedia')
    decoded: dict[str, Any] = decoder(name)(media, where, uploads)
    decoded["media"] = _file(decoded["media"], where, uploads)
    return decoded


def _keyboard_button(value: Any, where: str, uploads: Uploads) -> dict[str, Any]:
    button = {"text": value} if isinstance(value, str) else value
    decoded: dict[str, Any] = _object_of("KeyboardButton")(button, where, uploads)
    return decoded


_SIMPLE: dict[str, Decoder] = {
    "int": _integer,
    "float": _float,
    "bool": _boolean,
    "str": _string,
    "chat": _chat,
    "file": _file,
    "InputMedia": _input_media,
    "KeyboardButton": _keyboard_button,
}


def _array_of(item: Decoder) -> Decoder:
    def array(value: Any, where: str, uploads: Uploads) -> list[Any]:
        parsed = _parsed(value, where)
        if not isinstance(parsed, list):
            raise _ill_typed(where, "an Array")
        return [item(element, where, uploads) for element in parsed]

    return array


def _object_of(name: str) -> Decoder:
    fields = OBJECTS[name]

    def object_(value: Any, where: str, uploads: Uploads) -> dict[str, Any]:
        decoded = {}
        for key, field_value in _any_object(value, where, uploads).items():
            if field_value is None:
                continue
            field = fields.get(key)
            if field is None:
                raise out_of_spec(f'unknown field "{key}" in {name}')
            decoded[key] = decoder(field.type)(field_value, key, uploads)
        _require(fields, decoded, name)
        return decoded

    return object_


def _one_of(choices: Mapping[str, str]) -> Decoder:
    def choice(value: Any, where: str, uploads: Uploads) -> dict[str, Any]:
        return from_text(value, where) if isinstance(value, str) else decoded(value, where, uploads)

    @lru_cache(maxsize=1024)
    def from_text(value: str, where: str) -> dict[str, Any]:
        return decoded(value, where, {})

    def decoded(value: Any, where: str, uploads: Uploads) -> dict[str, Any]:
        parsed = _any_object(value, where, uploads)
        for key, name in choices.items():
            if key in parsed:
                result: dict[str, Any] = decoder(name)(parsed, where, uploads)
                return result
        raise out_of_spec(f'"{where}" is none of {", ".join(choices.values())}')

    return choice


def _parsed(value: Any, where: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise out_of_spec(f"can't parse {where} JSON object") from None


def _ill_typed(where: str, kind: str) -> Exception:
    return out_of_spec(f'parameter "{where}" must be {kind}')
