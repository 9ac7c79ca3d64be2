"""Nothing that is hidden can be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.hiding import FEWEST, Division, Share, divided, rate, safe_total, unknowable
from bot.service.overview import Change, change

GROUPS = ("a", "b", "c", "d", "e")
numbers = st.lists(st.one_of(st.integers(0, 30), st.sampled_from([0, 1, 9, 10, 11, 200])), min_size=2, max_size=5)


def others_that_look_the_same(given_: Mapping[str, int], name: str) -> set[int]:
    """What a hidden group could be, as far as one can tell who knows the rules and sees the page: people moved between it and
    another hidden group, with the same picture as a result."""
    seen, found = divided(given_), {given_[name]}
    hidden = [one for one, number in seen.groups.items() if number is None and one != name]
    for other in hidden:
        for moved in range(-given_[name], given_[other] + 1):
            changed = {**given_, name: given_[name] + moved, other: given_[other] - moved}
            if divided(changed) == seen:
                found.add(changed[name])
    return found


@given(numbers)
def test_no_group_under_ten_is_shown(given_: list[int]) -> None:
    seen = divided(dict(zip(GROUPS, given_, strict=False)))
    assert all(number is None or number >= FEWEST for number in (*seen.groups.values(), seen.total))


@given(numbers)
def test_a_hidden_group_is_not_what_remains(given_: list[int]) -> None:
    seen = divided(dict(zip(GROUPS, given_, strict=False)))
    hidden = [name for name, number in seen.groups.items() if number is None]
    if seen.total is None or not hidden:
        return
    remains = seen.total - sum(number for number in seen.groups.values() if number is not None)
    assert len(hidden) > 1
    assert remains >= FEWEST - 1


@given(numbers)
def test_every_hidden_group_could_be_several_numbers(given_: list[int]) -> None:
    people = dict(zip(GROUPS, given_, strict=False))
    seen = divided(people)
    if seen.total is None:
        return
    for name, number in seen.groups.items():
        if number is None:
            assert len(others_that_look_the_same(people, name)) > 1


@pytest.mark.parametrize(
    ("hidden", "safe"),
    [
        ([3], False),
        ([9, 9], False),
        ([5, 5], False),
        ([0, 4], False),
        ([4, 4, 4], True),
        ([3, 40], True),
        ([0, 10], False),
    ],
)
def test_what_can_be_known(hidden: list[int], safe: bool) -> None:
    assert unknowable(hidden) is safe


def test_a_total_is_kept_back_where_it_would_tell_what_is_hidden() -> None:
    assert safe_total([40, 12]) == 52
    assert safe_total([40, 9, 9]) is None
    assert safe_total([40, 4, 4, 4]) == 52


def test_a_second_one_is_hidden_by_its_place_as_its_size_would_tell() -> None:
    assert divided({"a": 3, "b": 40, "c": 25}) == Division({"a": None, "b": None, "c": 25}, 68)


def test_what_cannot_be_kept_is_hidden_with_its_total() -> None:
    assert divided({"a": 3, "b": 10}) == Division({"a": None, "b": None}, None)


def test_a_change_needs_ten_people_and_says_how_sure_it_is() -> None:
    assert change([-2.0] * 9) is None
    found = change([-3.0, -1.0] * 8)
    assert found is not None
    assert (found.people, found.mean) == (10, -2.0), "how many they are is told in tens"
    assert found.low < -2.0 < found.high
    assert change([0.0] * 12) == Change(10, 0.0, 0.0, 0.0)


@given(part=st.integers(0, 60), others=st.integers(0, 60))
def test_a_rate_needs_ten_on_either_side_and_is_coarse(part: int, others: int) -> None:
    found = rate(Share(part, part + others))
    if part < FEWEST or others < FEWEST:
        assert found is None
    else:
        assert found is not None
        assert found % 5 == 0
        assert abs(found - 100 * part / (part + others)) <= 2.5
