"""What a Bot API request carries: the query string, and a body as JSON, a form or multipart with files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web
from yarl import URL

from bot.demo.refusals import Refusal, bad_request

MAX_UPLOAD = 50 * 1024 * 1024
"""Bytes in one request: the Bot API's limit for uploaded files."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart request."""

    filename: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Body:
    """Parameters as they came (text in forms, typed in JSON) and the uploaded files by field name."""

    params: dict[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)


async def read_body(request: web.BaseRequest) -> Body:
    """The request's parameters; those of the body win over those of the query string.

    Raises Refusal with code 400 for a body that is not what its content type says, 413 for one too large."""
    query = dict(request.rel_url.query) if request.rel_url.raw_query_string else {}
    content_type = request.content_type
    if content_type == "multipart/form-data":
        body = await _multipart(request)
        return Body({**query, **body.params}, body.uploads)
    raw = await _all_bytes(request)
    if not raw:
        return Body(query)
    if content_type == "application/json":
        return Body({**query, **_json_object(raw)})
    return Body({**query, **_form(raw)})


async def _all_bytes(request: web.BaseRequest) -> bytes:
    if (request.content_length or 0) > MAX_UPLOAD:
        raise Refusal(413, "Request Entity Too Large")
    return await request.content.read()


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except ValueError as error:
        raise bad_request("can't parse JSON encoded HTTP request body") from error
    if not isinstance(parsed, dict):
        raise bad_request("JSON object expected")
    return parsed


def _form(raw: bytes) -> dict[str, Any]:
    try:
        return dict(URL.build(query_string=raw.decode(), encoded=True).query)
    except ValueError as error:
        raise bad_request("strings must be encoded in UTF-8") from error


async def _multipart(request: web.BaseRequest) -> Body:
    body = Body({}, uploads := {})
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read())
        if part.filename is None:
            body.params[part.name] = data.decode()
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename, kind, data)
    return body
