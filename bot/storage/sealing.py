"""Sealing: AES-256-GCM with a data key for each learner, wrapped by the operator's key.

A sealed value is bound to its table, column and row, so that it cannot be moved. Addresses are looked up by a keyed blind
index (HMAC-SHA-256). Every wrapped key and index carries the id of the operator's key that made it, so keys can be changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_DECODER = json.JSONDecoder()
NONCE = 12
KEY = 32


class KeyMissing(Exception):  # noqa: N818  it names a state, not a mistake
    """No operator key fits what is in the database: lost, wrong, or not yet given."""


@dataclass(frozen=True, slots=True, repr=False)
class OperatorKey:
    """One of the operator's keys. `id` names it without telling anything about it. `planning` seals what is opened for hundreds at a
    time, at half the price: with a data key there are two things to open."""

    id: str
    wrapping: AESGCM
    planning: AESGCM
    indexing: bytes

    @classmethod
    def of(cls, secret: bytes) -> OperatorKey:
        """The key made of 32 secret bytes; each use has its own key derived from them (HMAC as a PRF)."""
        name, wrap, plan, index = (_derive(secret, purpose) for purpose in (b"name", b"wrap", b"plan", b"index"))
        return cls(name.hex()[:12], AESGCM(wrap), AESGCM(plan), index)

    def seal_for_planning(self, value: object, place: bytes) -> bytes:
        """`value` (anything JSON can say) sealed for that place and no other; `Keyring.look` reads it."""
        return _encrypt(self.planning, _as_json(value), place)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, b"kindling:" + purpose, hashlib.sha256)


class Keyring:
    """The operator's keys, newest first: the newest seals, all of them open."""

    def __init__(self, secret_keys: list[bytes]) -> None:
        if not secret_keys:
            raise KeyMissing("there is no key")
        self._keys = [OperatorKey.of(secret) for secret in secret_keys]
        self._by_id = {key.id: key for key in self._keys}

    @property
    def newest(self) -> str:
        """The id of the key that seals what is new."""
        return self._keys[0].id

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, newest first."""
        return tuple(key.id for key in self._keys)

    def knows(self, key_ids: set[str]) -> bool:
        """True when any of these operator keys is here."""
        return not key_ids.isdisjoint(self._by_id)

    def indexes(self, address: str) -> list[bytes]:
        """The blind indexes under which this address may be found, newest key first."""
        return [hmac.digest(key.indexing, address.encode(), hashlib.sha256) for key in self._keys]

    def new_data_key(self) -> tuple[DataKey, str, bytes]:
        """A fresh data key, the id of the operator's key that wraps it, and its wrapped form."""
        secret = secrets.token_bytes(KEY)
        return DataKey(secret, self._keys[0]), self.newest, _encrypt(self._keys[0].wrapping, secret, b"data key")

    def open_data_key(self, key_id: str, wrapped: bytes) -> DataKey:
        """The data key in `wrapped`. Raises KeyMissing when the operator's key for it is not here."""
        key = self._by_id.get(key_id)
        if key is None:
            raise KeyMissing(f"operator key {key_id} is not among the keys given")
        return DataKey(_decrypt(key.wrapping, wrapped, b"data key"), key)

    def look(self, key_id: str, sealed: bytes | None, place: bytes) -> bytes | None:
        """What this operator's key sealed for planning and for that place, as JSON; None when it did not, or was not given."""
        key = self._by_id.get(key_id)
        if key is None or sealed is None:
            return None
        try:
            return key.planning.decrypt(sealed[:NONCE], sealed[NONCE:], place)
        except (InvalidTag, ValueError):
            return None

    def rewrap(self, key_id: str, wrapped: bytes) -> bytes:
        """The same data key, wrapped by the newest operator's key. Raises KeyMissing as `open_data_key` does."""
        key = self._by_id.get(key_id)
        if key is None:
            raise KeyMissing(f"operator key {key_id} is not among the keys given")
        return _encrypt(self._keys[0].wrapping, _decrypt(key.wrapping, wrapped, b"data key"), b"data key")


class DataKey:
    """One learner's key, and the operator's that wraps it. Forgetting it makes everything sealed with it unreadable for good."""

    __slots__ = ("_cipher", "wrapped_by")

    def __init__(self, secret: bytes, wrapped_by: OperatorKey) -> None:
        self._cipher = AESGCM(secret)
        self.wrapped_by = wrapped_by

    def seal(self, value: object, table: str, column: str, row: str) -> bytes:
        """`value` (anything JSON can say) sealed for that place and no other."""
        return _encrypt(self._cipher, _as_json(value), _place(table, column, row))

    def open(self, sealed: bytes, table: str, column: str, row: str) -> object:
        """What was sealed for that place. Raises KeyMissing when it was sealed for another, or was changed."""
        try:
            clear = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _place(table, column, row))
        except (InvalidTag, ValueError):
            raise KeyMissing(f"a sealed value in {table}.{column} does not open") from None
        # What was sealed here has no space before it: `json.loads` would look for that, for every value again. And an older version
        # sealed what planning looks at behind a profile, on a line of its own, which is passed over.
        opened: object = _DECODER.raw_decode(clear.decode("utf-8", "surrogatepass"))[0]
        return opened


def _as_json(value: object) -> bytes:
    # JSON from outside may hold half of a surrogate pair, which plain UTF-8 refuses.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}/{column}/{row}".encode()


def _encrypt(key: AESGCM, clear: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, clear, place)


def _decrypt(key: AESGCM, sealed: bytes, place: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], place)
    except (InvalidTag, ValueError):
        raise KeyMissing("a wrapped key does not open") from None


class BadKey(ValueError):  # noqa: N818
    """SECRET_KEY is not a list of 32-byte keys in base64."""


def read_keys(text: str) -> list[bytes]:
    """The keys in SECRET_KEY: base64, comma-separated, newest first. Raises BadKey, without the text in its message."""
    keys = []
    for number, part in enumerate(text.split(","), start=1):
        key = _decoded(part.strip())
        if key is None:
            raise BadKey(f"SECRET_KEY: key number {number} is not 32 bytes in base64; `kindling keys new` makes one")
        keys.append(key)
    return keys


def _decoded(text: str) -> bytes | None:
    """The key, in either alphabet, with or without its last "=". A slip of the pen must not quietly make another key of it."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    exact = base64.b64encode(key).decode().rstrip("=") == plain and len(text) - len(plain) <= 1
    return key if exact and len(key) == KEY else None


def new_key() -> str:
    """A fresh operator key, 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(KEY)).decode()


def generated_key(data_dir: Path) -> tuple[str, bool]:
    """The key kept in `data_dir`, made there (mode 0600) if there is none yet; and whether it was made now."""
    path = data_dir / "secret.key"
    try:
        return path.read_text().strip(), False
    except FileNotFoundError:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = _written_once(path, new_key())
    return path.read_text().strip(), made


def _written_once(path: Path, text: str) -> bool:
    """Writes the file whole or not at all, unless it is there. A key of which half was written would lock everybody out; and of two
    processes that start at once, both must go on with the same one. Answers whether it was written."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
