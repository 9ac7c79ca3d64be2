"""What is written of a profile, word for word: rows that lie sealed and passports that people keep must stay readable."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from bot.course.lesson import PracticeForm, Theme
from bot.service.learners import CheckIns, Closeness, Profile
from bot.service.profile_forms import (
    WISHES,
    exported_form,
    from_exported_form,
    from_sealed_form,
    from_wishes_form,
    sealed_form,
    wishes_form,
)

FULL = Profile(
    "LI", "Europe/Vaduz", 8, 5, frozenset({4, 1}), PracticeForm.TOGETHER, Closeness.NOT_SAFE, ("stress", "sleep"),
    pinned=7, pinned_mark="m", boundaries=frozenset({Theme.TOUCH, Theme.BODY}), words=(("sex", "it"),),
    discreet=True, veiled=frozenset({"mood"}), tidy=True, plan_offered=True, check_ins=CheckIns.BOTH,
    check_in_due=date(2026, 3, 2), keep_ratings=30, counted=True, dark=True, nudge=True,
    away_from=date(2026, 3, 9), away_until=date(2026, 3, 16), notes_from=date(2026, 2, 1), steady=True,
)  # fmt: skip

SEALED: dict[str, Any] = {
    "country": "LI", "zone": "Europe/Vaduz", "hour": 8, "minute": 5, "weekdays": [1, 4], "form": "together",
    "closeness": "not_safe", "topics": ["stress", "sleep"], "pinned": 7, "pinned_mark": "m", "plan_offered": True,
    "boundaries": ["body", "touch"], "words": [["sex", "it"]], "discreet": True, "veiled": ["mood"], "tidy": True,
    "check_ins": "both", "check_in_due": "2026-03-02", "keep_ratings": 30, "counted": True, "dark": True, "nudge": True,
    "notes_from": "2026-02-01", "steady": True, "away": ["2026-03-09", "2026-03-16"],
}  # fmt: skip

EXPORTED: dict[str, Any] = {
    "country": "LI", "time_zone": "Europe/Vaduz", "hour": "08:05", "weekdays": [1, 4], "practice_form": "together",
    "closeness": "not_safe", "topics": ["stress", "sleep"], "plan_offered": True, "boundaries": ["body", "touch"],
    "words": [{"word": "sex", "instead": "it"}], "discreet": True, "discreet_topics": ["mood"], "tidied": True,
    "check_ins": "both", "check_ins_kept_days": 30, "check_in_due": "2026-03-02", "check_ins_counted": True, "dark_pictures": True,
    "evening_note": True, "notes_from": "2026-02-01", "steady_pace": True, "away_from": "2026-03-09", "away_until": "2026-03-16",
}  # fmt: skip


def test_the_sealed_form_is_as_it_was() -> None:
    assert sealed_form(FULL) == SEALED
    assert list(sealed_form(FULL)) == list(SEALED)
    assert from_sealed_form(SEALED) == FULL


def test_the_exported_form_is_as_it_was() -> None:
    assert exported_form(FULL) == EXPORTED
    of_this_chat = {"pinned": None, "pinned_mark": None}
    asked_anew = {"counted": False}
    assert from_exported_form(EXPORTED) == Profile(**{**_fields(FULL), **of_this_chat, **asked_anew})


@pytest.mark.parametrize("profile", [Profile(), FULL], ids=["blank", "full"])
def test_no_part_is_lost_on_the_way(profile: Profile) -> None:
    assert from_sealed_form(sealed_form(profile)) == profile


@pytest.mark.parametrize("missing", SEALED)
def test_what_another_version_did_not_write_keeps_its_default(missing: str) -> None:
    older = {key: value for key, value in SEALED.items() if key != missing}
    told, blank = _fields(from_sealed_form(older)), _fields(Profile())
    changed = {name for name, value in told.items() if value != _fields(FULL)[name]}
    assert changed
    assert all(told[name] == blank[name] for name in changed)


def test_every_field_differs_from_its_default_here() -> None:
    """Otherwise the tests above would not notice that one is written nowhere."""
    assert [name for name, value in _fields(FULL).items() if value == _fields(Profile())[name]] == []


def _fields(profile: Profile) -> dict[str, Any]:
    return {one.name: getattr(profile, one.name) for one in fields(profile)}


@pytest.mark.parametrize("profile", [Profile(), FULL], ids=["blank", "full"])
def test_the_brief_of_a_profile_says_what_planning_looks_at(profile: Profile) -> None:
    text = json.dumps(wishes_form(sealed_form(profile))).encode()
    assert from_wishes_form(text) == profile.wishes
    assert from_wishes_form(text) is from_wishes_form(bytes(text)), "the same for all who have the same"


@pytest.mark.parametrize("missing", sorted(WISHES))
def test_a_brief_that_looks_at_less_is_not_believed(missing: str) -> None:
    less = {key: value for key, value in wishes_form(sealed_form(FULL)).items() if key != missing}
    assert from_wishes_form(json.dumps(less).encode()) is None
