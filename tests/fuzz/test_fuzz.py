"""A small run of `make fuzz`, and whether it would see what it looks for."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.intake import is_private, understand
from tests.fuzz.shapes import AREAS, hostile, nested
from tests.fuzz.throw import Report, throw

FINE = Report(1, 1, 0.0, (), (), 0, False, True, 0.0)


@pytest.mark.parametrize("seed", [7])
async def test_hostile_updates_leave_the_bot_as_it_was(seed: int, tmp_path: Path) -> None:
    report = await throw(tmp_path, seed, 700)
    assert replace(report, grew=0).fine, report  # memory is looked at in longer runs


@pytest.mark.parametrize(
    "wrong",
    [
        {"errors": ("x",)},
        {"violations": ("x",)},
        {"unanswered": 1},
        {"stuck": True},
        {"help_works": False},
        {"grew": 99.0},
    ],
)
def test_each_thing_that_goes_wrong_counts(wrong: dict[str, object]) -> None:
    assert FINE.fine
    assert not replace(FINE, **wrong).fine  # type: ignore[arg-type]


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.integers(1, 5000))
def test_reading_stumbles_over_none_of_them(seed: int, number: int) -> None:
    update = hostile(random.Random(seed), [1, 2**40], number)
    if isinstance(update, dict):
        update["update_id"] = number
    understand(update)
    is_private(update)


def test_every_area_of_buttons_is_tried() -> None:
    from bot.service.conversation import AREAS as KNOWN

    assert set(KNOWN) <= set(AREAS)


def test_deep_nesting_is_deep() -> None:
    assert str(nested(50)).count("{") == 50
