"""Takes the picture of the demo for the README anew: on a desktop and on a phone, in the middle of a first evening.

`python docs/pictures/take.py` starts a demo of its own, signs a person up by taps, answers the lesson, asks for help as another
person, and writes demo.png beside this file. It needs Chromium.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DESKTOP, PHONE, GAP = (1360, 900), (390, 844), 24
SHARP = 1.5
TAPS = (
    "Start", "I am 18 or older, and I agree", "Ireland", "8:00 PM", "That’s it", "Calm in small steps", "Kinder nights", "That’s it",
    "Either is fine", "Send one now",
)  # fmt: skip


def take(root: str) -> bytes:
    """The finished picture (PNG) of the demo at this address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        desktop = _page(browser, DESKTOP, root)
        _live_an_evening(desktop)
        phone = _page(browser, PHONE, root)
        return _side_by_side(browser, desktop.screenshot(), phone.screenshot())


def _page(browser: Browser, size: tuple[int, int], root: str) -> Page:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=SHARP, color_scheme="light"
    )
    page.goto(root)
    page.locator("[role=log]").first.wait_for(state="attached")
    page.wait_for_timeout(1500)  # for the last message to have slid into its place
    return page


def _live_an_evening(page: Page) -> None:
    for label in TAPS:
        page.get_by_role("button", name=label, exact=True).locator("visible=true").first.click()
    ana, ben = page.locator("[role=log]").nth(0), page.locator("[role=log]").nth(1)
    ana.get_by_text("What stress is for").last.wait_for()
    _say(page, 0, "Tight, in my jaw. I only noticed because you asked.")
    ana.get_by_text(re.compile("Kept, next to|I kept that with|It is with")).last.wait_for()
    page.get_by_role("button", name="Start", exact=True).locator("visible=true").first.click()
    _say(page, 1, "/help")
    ben.get_by_text("Using the course").last.wait_for()
    page.mouse.move(DESKTOP[0] / 2, 5)
    page.evaluate("document.querySelectorAll('[role=log]').forEach((log) => { log.scrollTop = log.scrollHeight; })")
    page.wait_for_timeout(2500)  # for the ticks, and for the outline of the field to fade


def _say(page: Page, chat: int, text: str) -> None:
    box = page.locator("textarea:visible").nth(chat)
    box.fill(text)
    box.press("Enter")


def _side_by_side(browser: Browser, desktop: bytes, phone: bytes) -> bytes:
    size = {"width": DESKTOP[0] + PHONE[0] + 3 * GAP, "height": DESKTOP[1] + 2 * GAP}
    page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
    shadow = "box-shadow:0 2px 14px #0003"
    page.set_content(
        f'<body style="margin:0;padding:{GAP}px;gap:{GAP}px;display:flex;align-items:center;background:#f3f5f7">'
        f'<img width="{DESKTOP[0]}" style="border-radius:12px;{shadow}" src="{_as_url(desktop)}">'
        f'<img width="{PHONE[0]}" style="border-radius:28px;{shadow}" src="{_as_url(phone)}"></body>'
    )
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    return page.screenshot()


def _as_url(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def main() -> None:
    """Starts the demo on a free port, takes the picture, and stops the demo."""
    command = [sys.executable, "-u", "-m", "bot", "demo", "--no-open", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603
        try:
            assert demo.stdout is not None
            root = re.search(r"http://[\w.:]+", demo.stdout.readline())
            assert root is not None
            (HERE / "demo.png").write_bytes(take(f"{root[0]}/"))
        finally:
            demo.terminate()


if __name__ == "__main__":
    main()
