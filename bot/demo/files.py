"""Files that people and the bot have sent, kept in memory under the ids that the Bot API hands out."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.demo.bodies import Upload
from bot.demo.limits import PHOTO_BYTES
from bot.demo.refusals import bad_request, out_of_spec

Json = dict[str, Any]

_EXTENSIONS = {"photo": "jpg", "sticker": "webp", "voice": "oga", "audio": "mp3", "video": "mp4", "video_note": "mp4"}
_MIME = {"voice": "audio/ogg", "audio": "audio/mpeg", "video": "video/mp4", "animation": "video/mp4"}
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: its kind ("photo", "document", …), contents, and the path it is downloaded from."""

    id: str
    unique_id: str
    kind: str
    path: str
    data: bytes
    name: str
    mime_type: str
    size: tuple[int, int] = (0, 0)

    def raw(self) -> Json:
        """The Bot API's File object."""
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
            "file_path": self.path,
        }


@dataclass(slots=True)
class FileStore:
    """All files by id and by path."""

    by_id: dict[str, StoredFile] = field(default_factory=dict)
    by_path: dict[str, StoredFile] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def add(self, kind: str, upload: Upload, size: tuple[int, int] = (0, 0)) -> StoredFile:
        """Keeps an uploaded file."""
        number = next(self._numbers)
        extension = upload.filename.rpartition(".")[2] if "." in upload.filename else _EXTENSIONS.get(kind, "bin")
        stored = StoredFile(
            id=f"demo-{kind}-{number:06d}",
            unique_id=f"u{number:06d}",
            kind=kind,
            path=f"{kind}s/file_{number}.{extension}",
            data=upload.data,
            name=upload.filename,
            mime_type=upload.content_type,
            size=size,
        )
        self.by_id[stored.id] = self.by_path[stored.path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile:
        """Raises Refusal (400) for an id that was never handed out."""
        if (stored := self.by_id.get(file_id)) is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored

    def take(self, kind: str, given: Upload | str) -> StoredFile:
        """The file a method was given: a new upload, or one sent before, of the same kind."""
        if isinstance(given, Upload):
            return self._checked(kind, given)
        if "://" in given:
            raise bad_request("failed to get HTTP URL content")
        stored = self.find(given)
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return stored

    def _checked(self, kind: str, upload: Upload) -> StoredFile:
        if not upload.data:
            raise out_of_spec("file must be non-empty")
        if kind != "photo":
            return self.add(kind, upload)
        if len(upload.data) > PHOTO_BYTES:
            raise out_of_spec("too big for a photo")
        return self.add(kind, upload, _photo_size(upload.data))

    def content(self, stored: StoredFile, params: Json) -> Any:
        """The part of a Message that describes the file, such as its PhotoSize list or its Voice."""
        if stored.kind == "photo":
            return self._photo_sizes(stored)
        described: Json = {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": len(stored.data)}
        for name in _FIELDS[stored.kind]:
            described[name] = params.get(name, _DEFAULTS.get(name))
        if stored.kind not in ("sticker", "video_note"):
            described["mime_type"] = _MIME.get(stored.kind, stored.mime_type)
        if stored.kind in ("document", "audio", "video", "animation"):
            described["file_name"] = stored.name
        return {name: value for name, value in described.items() if value is not None}

    def _photo_sizes(self, stored: StoredFile) -> list[Json]:
        width, height = stored.size
        scale = min(1.0, 90 / max(width, height))
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        sizes = []
        for suffix, (w, h) in (("s", small), ("", stored.size)):
            file_id = f"{stored.id}{suffix}"
            self.by_id.setdefault(file_id, stored)
            sizes.append(
                {
                    "file_id": file_id,
                    "file_unique_id": f"{stored.unique_id}{suffix}",
                    "width": w,
                    "height": h,
                    "file_size": len(stored.data),
                }
            )
        return sizes


_FIELDS: dict[str, tuple[str, ...]] = {
    "document": (),
    "voice": ("duration",),
    "audio": ("duration", "performer", "title"),
    "video": ("duration", "width", "height"),
    "animation": ("duration", "width", "height"),
    "video_note": ("duration", "length"),
    "sticker": ("type", "width", "height", "is_animated", "is_video", "emoji"),
}
_DEFAULTS = {
    "duration": 1,
    "width": 320,
    "height": 240,
    "length": 240,
    "type": "regular",
    "is_animated": False,
    "is_video": False,
}


def _photo_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, JPEG, GIF or WebP. Raises Refusal when it is none, or out of Telegram's bounds."""
    size = _image_size(data)
    if size is None:
        raise out_of_spec("IMAGE_PROCESS_FAILED")
    width, height = size
    if not width or not height or width + height > 10_000 or max(size) > 20 * min(size):
        raise out_of_spec("PHOTO_INVALID_DIMENSIONS")
    return size


def _image_size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return 512, 512
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] in _START_OF_FRAME:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
