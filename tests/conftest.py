"""What every room's tests may use, and how hard they look: at a sample that is always the same, or with --deep at everything."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.ports import free_port
from tests.quick_place import quick_place

pytest_plugins = ("tests.postgres", "tests.chromium")

# A busy machine may take its time with an example; what fails once must fail again.
settings.register_profile("sample", deadline=None, derandomize=True)
settings.register_profile("deep", deadline=None, max_examples=3000, print_blob=True)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that nothing listens at."""
    return free_port()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--deep",
        action="store_true",
        help="look at everything where a sample is the rule: every time zone, thousands of random examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    if (quick := quick_place()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(quick))
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("deep" if config.getoption("--deep") else "sample")
