"""What every room's tests may use."""

from __future__ import annotations

import pytest

pytest_plugins = ("tests.postgres",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--deep",
        action="store_true",
        help="look at everything where a sample is the rule: every time zone, many more examples",
    )
