"""The operator's page in Chromium: on a phone and a desk, light and dark, by keyboard, with colors that can be read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.chromium import in_chromium
from tests.ports import free_port
from tests.watch.conftest import LOOKS_AGAIN, TOKEN, Visitor, town, visiting, watched

pytestmark = in_chromium
PICTURES = os.environ.get("PICTURES")
"""A folder to keep pictures in, to be looked at."""
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
CONTRAST = """
() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => parts(color).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if ((parts(color)[3] ?? 1) > 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const pale = [];
  for (const node of document.querySelectorAll('body *')) {
    const said = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!said || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const ink = node instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) pale.push(node.textContent.trim().slice(0, 40));
  }
  return pale;
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visitor]:
    """Looks at a town in which nothing changes, so that one is enough for all."""
    async with watched(tmp_path_factory.mktemp("town"), free_port()) as there:
        await town(there, there.clock.now)
        async with visiting(there) as visitor:
            yield visitor


async def _open(browser: Browser, root: str, size: str, theme: str) -> Page:
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{root}/operator")
    await expect(page.get_by_label("Token")).to_be_focused()
    await page.keyboard.type(TOKEN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_view_can_be_read(visitor: Visitor, browser: Browser, size: str, theme: str) -> None:
    page = await _open(browser, visitor.root, size, theme)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    for view in ("Today", "People", "Lessons"):
        await page.get_by_role("link", name=view).click()
        await expect(page.get_by_role("heading", name=view, exact=True)).to_be_visible()
        await expect(page.locator(f"meta[{LOOKS_AGAIN}]")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scrolling"
        assert await page.evaluate(CONTRAST) == []
        if PICTURES:
            await asyncio.to_thread(Path(PICTURES).mkdir, exist_ok=True)
            await page.screenshot(path=f"{PICTURES}/{view}-{size}-{theme}.png", full_page=True)
    assert problems == []


async def test_pictures_tell_their_numbers_to_those_who_cannot_see_them(visitor: Visitor, browser: Browser) -> None:
    page = await _open(browser, visitor.root, "phone", "light")
    await page.get_by_role("link", name="People").press("Enter")
    await expect(page.get_by_role("img", name="active: 25")).to_be_visible()


async def test_targets_are_large_enough_for_a_thumb(visitor: Visitor, browser: Browser) -> None:
    page = await _open(browser, visitor.root, "phone", "light")
    boxes = await page.eval_on_selector_all("a, button", "all => all.map(one => one.getBoundingClientRect().height)")
    assert len(boxes) == 4
    assert min(boxes) >= 40


async def test_a_wrong_token_is_said_and_can_be_mended(
    visitor: Visitor, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.operator.door.WRONG_TOKEN_WAIT", 0.0)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{visitor.root}/operator")
    await page.get_by_label("Token").fill("not-it")
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("alert")).to_contain_text("not the token")
    await page.get_by_label("Token").fill(TOKEN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
