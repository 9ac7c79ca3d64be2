"""Which time zones are looked at."""

from __future__ import annotations

import pytest

from tests.course.zones import ZONES, one_of_each


@pytest.fixture(scope="session")
def zones(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """One zone for each way of setting clocks; with --deep every zone by name."""
    return ZONES if request.config.getoption("--deep") else one_of_each()
