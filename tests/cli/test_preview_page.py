"""The preview in Chromium: it follows a save, on any width, in both themes, and is read without a pointer."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.cli.preview import LessonPreview
from bot.demo import BotApiServer, Panel
from tests.chromium import in_chromium
from tests.content.course_folder import CourseFolder
from tests.watch.test_browser import CONTRAST

pytestmark = in_chromium
PICTURES = os.environ.get("PICTURES")
"""A folder to keep pictures in, to be looked at."""


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    return CourseFolder(tmp_path / "mine")


@pytest_asyncio.fixture(loop_scope="session")
async def root(folder: CourseFolder) -> AsyncIterator[str]:
    server = BotApiServer(panel=Panel(preview=LessonPreview(folder.root)))
    yield await server.start()
    await server.stop()


async def opened(browser: Browser, root: str, wanted: str, width: int = 1300) -> tuple[Page, list[str]]:
    page = await browser.new_page(viewport={"width": width, "height": 820})
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda one: troubles.append(one.url) if not one.url.startswith(root) else None)
    await page.goto(f"{root}/preview?{wanted}")
    await expect(page.locator("#state")).to_contain_text("As saved")
    return page, troubles


async def pictured(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/preview-{name}.png")


async def test_a_save_shows_by_itself_with_what_the_check_says_of_it(
    browser: Browser, root: str, folder: CourseFolder
) -> None:
    page, troubles = await opened(browser, root, "piece=stress-1")
    chat = page.get_by_role("log")
    await expect(chat).to_contain_text("The kettle clicks")
    await expect(page.get_by_text("No findings in this lesson.")).to_be_visible()
    folder.swap("The kettle clicks", "The kettle sings!")
    await expect(chat).to_contain_text("The kettle sings!")
    await expect(page.get_by_text("exclamation", exact=True)).to_be_visible()
    await pictured(page, "finding")
    folder.swap("The kettle sings!", "The kettle sings")
    await expect(page.get_by_text("No findings in this lesson.")).to_be_visible()
    assert troubles == []


async def test_form_depth_theme_and_width_can_be_chosen_and_stay_in_the_address(browser: Browser, root: str) -> None:
    page, troubles = await opened(browser, root, "piece=stress-1")
    chat = page.get_by_role("log")
    await page.get_by_label("Practices for").select_option("with someone")
    await expect(chat).to_contain_text("If you both like")
    await page.get_by_role("button", name="Shorter").press("Enter")
    await expect(chat).to_contain_text("One sip, one breath")
    await page.get_by_label("Colors").select_option("dark")
    for width in (280, 390, 768):
        await page.get_by_label("Width of the device").fill(str(width))
        box = await page.locator("#phone").bounding_box()
        assert box is not None
        assert box["width"] == width
        assert await chat.evaluate("one => one.scrollWidth <= one.clientWidth"), "no sideways scrolling"
    assert await page.evaluate(CONTRAST) == []
    await pictured(page, "dark")
    again, _ = await opened(browser, root, page.url.partition("?")[2])
    await expect(again.get_by_role("log")).to_contain_text("One sip, one breath")
    assert await again.get_by_label("Colors").input_value() == "dark"
    assert troubles == []


async def test_opened_without_a_wish_it_shows_the_first_lesson(browser: Browser, root: str) -> None:
    page, troubles = await opened(browser, root, "")
    await expect(page.get_by_role("log")).to_contain_text("The kettle clicks")
    assert await page.get_by_label("Lesson", exact=True).input_value() == "stress-1"
    assert troubles == []


async def test_it_can_be_read_on_a_phone(browser: Browser, root: str) -> None:
    page, troubles = await opened(browser, root, "piece=stress-2&width=320&show=all", width=390)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scrolling"
    assert await page.evaluate(CONTRAST) == []
    await expect(page.get_by_role("log")).to_contain_text("You: Sources")
    await pictured(page, "phone")
    assert troubles == []


async def test_a_lesson_that_cannot_be_shown_says_so(browser: Browser, root: str, folder: CourseFolder) -> None:
    folder.swap("## Reflect", "## Reflekt")
    page, _ = await opened(browser, root, "piece=stress-1")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be shown before its errors are mended")
    await pictured(page, "trouble")
