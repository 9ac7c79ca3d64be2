"""Between rows and the flows' own values: what is sealed is opened here, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func

from bot.messages import Button, ChatRef, Edit, File, Menu, Outgoing, Picture, Pin, Remove, Say, Toast, Unbutton
from bot.service.learners import (
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Enrolment,
    Learner,
    Reflection,
    State,
    Wishes,
)
from bot.service.profile_forms import from_sealed_form, from_wishes_form, sealed_form, wishes_form
from bot.storage import tables as t
from bot.storage.sealing import NONCE, DataKey, KeyMissing, Keyring

STATES = {state.value: state for state in State}


def new_id() -> str:
    """A random 128-bit id in hex: it names a row and tells nothing."""
    return os.urandom(16).hex()


def ids_in_order(now: datetime, number: int) -> list[str]:
    """Ids for rows that are written together, at most 65,536: they begin with the moment and go on with their place, as those of UUID
    version 7 do (RFC 9562, 6.2), so that they stand side by side and in order in an index, and end with sixty-four random bits.
    For rows that say when they were made."""
    moment, chance = f"{int(now.timestamp() * 1000):012x}", os.urandom(8 * number).hex()
    return [f"{moment}{place:04x}{chance[16 * place : 16 * place + 16]}" for place in range(number)]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A learner with the key that opens what is theirs."""

    learner: Learner
    key: DataKey


def open_learner_of(row: Row[Any], keyring: Keyring, chat: ChatRef) -> Sealed:
    """The learner of a row that was found by this chat. Raises KeyMissing when the row says that it belongs to another: somebody
    has changed the index, and would be shown what is not theirs."""
    sealed = open_learner(row, keyring)
    if sealed.learner.chat != chat:
        raise KeyMissing("a row was found for a chat that it does not belong to")
    return sealed


def address_of(chat: ChatRef) -> str:
    """The text whose blind index finds a learner."""
    return f"{chat.channel}:{chat.address}"


def open_learner(row: Row[Any], keyring: Keyring) -> Sealed:
    """The learner of a row of the learners table, opened."""
    key = keyring.open_data_key(row.key_id, row.wrapped_key)
    address: Any = key.open(row.sealed_address, "learners", "sealed_address", row.id)
    learner = Learner(
        id=row.id,
        chat=ChatRef(*address),
        language=row.language,
        state=STATES[row.state],
        created_at=row.created_at,
        seen_at=row.seen_at,
        step=row.step,
        profile=from_sealed_form(key.open(row.sealed_profile, "learners", "sealed_profile", row.id)),
        consent_version=row.consent_version,
        due_at=row.due_at,
        owed_since=row.owed_since,
        paused_until=row.paused_until,
        last_slot=row.last_slot,
        lesson=row.lesson_id,
        delivery=row.delivery_id,
        gentle=row.gentle,
        unanswered=row.unanswered,
        leaves_at=row.leaves_at,
    )
    return Sealed(learner, key)


LOOKED_AT = (
    t.learners.c.id,
    t.learners.c.key_id,
    t.learners.c.sealed_wishes,
    func.substr(t.learners.c.sealed_profile, 1, NONCE),
)
"""The last is where the profile begins, which no other profile has: so are wishes known for its own."""


def open_wishes(row: Sequence[Any], keyring: Keyring) -> Wishes | None:
    """What planning looks at, of a row that begins with LOOKED_AT. None when the wishes are not those of this profile, as after
    another version wrote it."""
    learner, key_id, wishes, profile = row[:4]  # a row takes twenty times as long to find a column by its name
    text = keyring.look(key_id, wishes, _beside(learner, profile))
    return None if text is None else from_wishes_form(text)


def sealed_wishes(one: Sealed, profile: bytes) -> bytes:
    """What planning looks at, sealed for this learner and this sealed profile: no other profile takes it for its own."""
    return _sealed_wishes(one.learner.id, one.key, sealed_form(one.learner.profile), profile)


def _sealed_wishes(learner: str, key: DataKey, form: Mapping[str, Any], profile: bytes) -> bytes:
    return key.wrapped_by.seal_for_planning(wishes_form(form), _beside(learner, profile[:NONCE]))


def _beside(learner: str, profile: bytes) -> bytes:
    return f"learners/sealed_wishes/{learner}/".encode() + profile


def new_learner(learner: Learner, keyring: Keyring) -> tuple[Sealed, dict[str, Any]]:
    """Somebody met for the first time, with a data key of their own, and every column of their row."""
    key, key_id, wrapped = keyring.new_data_key()
    chat = learner.chat
    values = {
        "id": learner.id,
        "address_index": keyring.indexes(address_of(chat))[0],
        "key_id": key_id,
        "wrapped_key": wrapped,
        "sealed_address": key.seal([chat.channel, chat.address], "learners", "sealed_address", learner.id),
        "created_at": learner.created_at,
        **learner_values(learner, key),
    }
    return Sealed(learner, key), values


def learner_values(learner: Learner, key: DataKey) -> dict[str, Any]:
    """The columns of the learners table that change over time."""
    form = sealed_form(learner.profile)
    profile = key.seal(form, "learners", "sealed_profile", learner.id)
    sealed = {"sealed_profile": profile, "sealed_wishes": _sealed_wishes(learner.id, key, form, profile)}
    return sealed | clear_values(learner)


def clear_values(learner: Learner) -> dict[str, Any]:
    """Those of them in which nothing is sealed."""
    return {
        "language": learner.language,
        "state": learner.state.value,
        "step": learner.step,
        "consent_version": learner.consent_version,
        "seen_at": learner.seen_at,
        "leaves_at": learner.leaves_at,
        "lesson_id": learner.lesson,
        "delivery_id": learner.delivery,
        **schedule_values(learner),
    }


def schedule_values(learner: Learner) -> dict[str, Any]:
    """The columns that the delivery flow may change; nothing in them is sealed."""
    return {
        "due_at": learner.due_at,
        "owed_since": learner.owed_since,
        "paused_until": learner.paused_until,
        "last_slot": learner.last_slot,
        "state": learner.state.value,
        "gentle": learner.gentle,
        "unanswered": learner.unanswered,
    }


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row of the ledger."""
    return Delivery(
        id=row.id,
        learner=row.learner_id,
        kind=DeliveryKind(row.kind),
        slot=row.slot,
        lesson=row.lesson_id,
        status=DeliveryStatus(row.status),
        reason=row.reason,
        message=row.message,
        attempts=row.attempts,
        opened=row.opened,
    )


def messages_of(row: Any) -> set[int]:
    """The messages of a row of the inbox: what they sent, and what was answered."""
    theirs = set() if row.message is None else {row.message}
    return theirs | {int(number) for number in row.said.split()}


def enrolment_of(row: Row[Any]) -> Enrolment:
    """The enrolment of a row."""
    return Enrolment(row.track, row.position)


def reflection_of(row: Row[Any], key: DataKey) -> Reflection:
    """The reflection of a row, opened."""
    text = key.open(row.sealed_text, "reflections", "sealed_text", row.id)
    return Reflection(row.id, row.lesson_id, str(text), row.written_at, row.edited_at, row.message)


def replies_as_json(replies: tuple[Outgoing, ...]) -> list[dict[str, Any]]:
    """Replies in a form that can be sealed and read back."""
    return [_reply_as_json(reply) for reply in replies]


def _reply_as_json(reply: Outgoing) -> dict[str, Any]:
    match reply:
        case Say():
            return {
                "say": reply.text,
                "rows": _rows_as_json(reply.rows),
                "silent": reply.silent,
                "protected": reply.protected,
                "delivery": reply.delivery,
                "file": [reply.file.name, reply.file.content] if reply.file else None,
                "picture": dict(reply.picture.values) if reply.picture else None,
            }
        case Edit():
            return {"edit": reply.message, "text": reply.text, "rows": _rows_as_json(reply.rows)}
        case Unbutton():
            return {"unbutton": reply.message, "rows": _rows_as_json(reply.rows)}
        case Remove():
            return {"remove": list(reply.messages)}
        case Pin():
            return {"pin": reply.text, "message": reply.message}
        case Menu():
            return {"menu": [list(command) for command in reply.commands]}
        case Toast():
            return {"toast": reply.text, "alert": reply.alert}


def replies_of(value: Any) -> tuple[Outgoing, ...]:
    """The replies that `replies_as_json` wrote."""
    return tuple(_reply_of(item) for item in value)


def _reply_of(item: dict[str, Any]) -> Outgoing:
    if "say" in item:
        # Answers that an older version kept know nothing of files and pictures.
        file = File(*item["file"]) if item.get("file") else None
        picture = Picture(item["picture"]) if item.get("picture") else None
        rows = _rows_of(item["rows"])
        return Say(item["say"], rows, item["silent"], item["protected"], item["delivery"], file, picture)
    if "edit" in item:
        return Edit(item["edit"], item["text"], _rows_of(item["rows"]))
    if "unbutton" in item:
        return Unbutton(item["unbutton"], _rows_of(item.get("rows", ())))
    if "pin" in item:
        return Pin(item["pin"], item["message"])
    if "remove" in item:
        return Remove(tuple(item["remove"]))
    if "menu" in item:
        return Menu(tuple((name, does) for name, does in item["menu"]))
    return Toast(item["toast"], item["alert"])


def _rows_as_json(rows: tuple[tuple[Button, ...], ...]) -> list[list[list[str | None]]]:
    return [[[button.label, button.action, button.url] for button in row] for row in rows]


def _rows_of(value: Any) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(Button(label, action, url) for label, action, url in row) for row in value)
