"""Takes the pictures of the console: the demo's story, told up to a morning when much is the matter.

    .venv/bin/python docs/pictures/take.py        writes docs/pictures/console-*.png; needs Chromium

The marketplace is simulated (the demo's seed), the judgement and the pages are the real ones.
"""

import asyncio
import contextlib
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from assay.demo_board import Board
from assay.demo_console import Guest, served
from assay.demo_story import Pace, Progress, staged
from detectors.policy import make_policy
from simulator import START
from streams.settings import read_policy

FOLDER: Final = Path(__file__).parent
MORNING: Final = 11.36  # days into the story: payouts were frozen within the last hour
LONGEST_S: Final = 600.0
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb")
_WIDE: Final = {"width": 1360, "height": 850}
_NARROW: Final = {"width": 390, "height": 844}


class _UntilMorning(Pace):
    """At once, and no further."""

    def day(self, elapsed_s: float) -> float:
        return MORNING


class _Nobody:
    def show(self, progress: Progress, board: Board, news: list[Any]) -> None: ...


async def main() -> None:
    """Tells the story and takes the pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium cannot be found here: run `python deploy/browser.py`.")
    policy, progress = make_policy(read_policy(None)), Progress(START)
    async with served(policy, lambda: progress.at, 0) as guest, staged(policy, Board(), guest) as stage:
        story = asyncio.create_task(stage.play(progress, _UntilMorning(1, None), LONGEST_S, _Nobody()))
        while progress.day < MORNING - 0.001 or progress.is_behind:
            await asyncio.sleep(0.2)
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
            await _pictures(browser, guest)
            await browser.close()
        story.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await story


async def _pictures(browser: Browser, guest: Guest) -> None:
    page = await _signed_in(browser, guest, viewport=_WIDE, color_scheme="light", locale="en-US")
    await _take(page, "feed")
    await page.keyboard.press("j")
    await page.keyboard.press("c")
    await _take(page, "confirm")
    await page.keyboard.press("Escape")
    first, second = await page.locator("#rows .row.critical .open").first.get_attribute("href"), "/holds"
    price = await page.locator("#rows .row.high .open").first.get_attribute("href")
    await page.goto(guest.address.rstrip("/") + str(first))
    await _take(page, "alert", height=1250)
    await page.goto(guest.address.rstrip("/") + second)
    await _take(page, "holds")
    await page.goto(guest.address.rstrip("/") + "/policy")
    await _take(page, "policy")
    dark = await _signed_in(browser, guest, viewport=_WIDE, color_scheme="dark", locale="zh-CN")
    await dark.goto(guest.address.rstrip("/") + str(price))
    await _take(dark, "alert-dark-chinese", height=1250)
    narrow = await _signed_in(browser, guest, viewport=_NARROW, color_scheme="light", locale="en-US")
    await _take(narrow, "feed-narrow")


async def _signed_in(browser: Browser, guest: Guest, **options: Any) -> Page:
    context = await browser.new_context(device_scale_factor=1.5, **options)
    page = await context.new_page()
    await page.goto(guest.address)
    user, _, password = guest.login.partition(" / ")
    await page.fill("[name=user]", user)
    await page.fill("[name=password]", password)
    await page.click(".sign-in button")
    await page.wait_for_selector("#rows .row")
    return page


async def _take(page: Page, name: str, height: int | None = None) -> None:
    if height:
        await page.set_viewport_size({"width": _WIDE["width"], "height": height})
    await page.wait_for_timeout(2_700)  # what has just arrived glows for a moment
    await page.screenshot(path=FOLDER / f"console-{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
