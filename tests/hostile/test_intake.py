"""Updates of any shape: read without stumbling, or left alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.intake import ALLOWED_UPDATES, is_private, understand

KEYS = [
    *ALLOWED_UPDATES, "chat", "from", "id", "text", "caption", "data", "new_chat_member", "status", "type", "reply_to_message",
    "message_id", "date", "language_code", "forward_origin", "photo", "sticker", "is_bot",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=16,
)


@settings(max_examples=400, deadline=None)
@given(ANYTHING, st.sampled_from(ALLOWED_UPDATES))
def test_no_shape_of_update_makes_the_intake_stumble(body: Any, kind: str) -> None:
    for update in (body, {"update_id": 1, kind: body}):
        understand(update)
        is_private(update)


def test_a_chat_number_beyond_telegrams_range_is_nobody() -> None:
    message = {"message_id": 1, "date": 1, "chat": {"id": 2**70, "type": "private"}, "from": {"id": 1}, "text": "hi"}
    assert understand({"update_id": 1, "message": message}) is None
    message["chat"] = {"id": True, "type": "private"}
    assert understand({"update_id": 1, "message": message}) is None, "in Python, True is a number, too"
    message["chat"] = {"id": 5, "type": "private"}
    assert understand({"update_id": 1, "message": message}) is not None


@pytest.mark.parametrize("number", [True, 0, -5, 2**31, 2**70, 1.0, "7"])
def test_a_message_number_that_cannot_be_one_is_none(number: object) -> None:
    body = {"message_id": number, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "text": "hi", "date": 1}
    incoming = understand({"update_id": 1, "message": {**body, "reply_to_message": {"message_id": number}}})
    assert incoming is not None
    assert (incoming.message, incoming.reply_to) == (None, None)
