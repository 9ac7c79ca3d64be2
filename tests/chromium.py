"""One Chromium for each process of tests: each test opens a context of its own in it, which shares nothing with the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from playwright.async_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
PATIENT = 60_000
"""Milliseconds: a machine under load takes its time, and nobody waits that long otherwise."""
in_chromium = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's Chromium"),
]
"""The marks of a module whose tests use it: they run on the loop that it talks to."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _chromium() -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright, expect  # half a second, which most tests need not wait

    expect.set_options(timeout=PATIENT)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(_chromium: Browser) -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window and with nothing of another test."""
    yield _chromium
    for context in _chromium.contexts:
        await context.close()
