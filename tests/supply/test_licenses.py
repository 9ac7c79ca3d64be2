"""Every package that comes with the bot has a licence that somebody has looked at, and a hash."""

from __future__ import annotations

import re

import pytest

from tests.supply.licenses import LOCK, doubtful, listed, locked


def test_every_licence_was_looked_at() -> None:
    found = listed()
    assert len(found) > 30
    assert doubtful(found) == {}


@pytest.mark.parametrize("said", ["", "Proprietary", "GPL-3.0-only", "AGPL-3.0", "SSPL-1.0", "All rights reserved"])
def test_a_licence_that_nobody_has_looked_at_is_noticed(said: str) -> None:
    assert doubtful({"a": said, "b": "MIT"}) == {"a": said}


def test_every_package_is_locked_with_a_hash() -> None:
    text = LOCK.read_text("utf-8")
    parts = re.split(r"^(?=[A-Za-z0-9_.-]+==)", text, flags=re.MULTILINE)
    unlocked = [part.partition("==")[0] for part in parts if "==" in part and "--hash=sha256:" not in part]
    assert locked(text)
    assert unlocked == []
