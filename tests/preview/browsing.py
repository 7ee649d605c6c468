"""The editor's page in a real browser, and what an editor does in it."""

import re
from pathlib import Path

from playwright.sync_api import Frame, Page, expect

from tests.preview.previewing import PATIENCE_S, Preview, saved

expect.set_options(timeout=PATIENCE_S * 1000)


def opened(page: Page, preview: Preview, path: str = "") -> None:
    """Open *path* of the preview, and wait until the page follows the files."""
    page.goto(preview.address + path)
    expect(page.locator("#live")).to_have_text("Follows the files.")


def press(page: Page, key: str) -> None:
    """Press a key that is a shortcut, once the page listens."""
    expect(page.locator("#live")).to_have_text("Follows the files.")
    page.keyboard.press(key)


def mail(page: Page) -> Frame:
    """Return the mail that is shown."""
    handle = page.locator("#stage iframe:not(.coming)").element_handle()
    frame = handle.content_frame()
    assert frame is not None
    return frame


def wait_for(page: Page, words: str) -> None:
    """Wait until the mail says *words*."""
    page.wait_for_function(
        "words => document.querySelector('#stage iframe:not(.coming)').contentDocument?.body?.textContent.includes(words)",
        arg=words,
    )


def retitled(path: Path, title: str) -> None:
    """Save the item at *path* with another title."""
    saved(path, re.sub(r"^title: .*$", f'title: "{title}"', path.read_text("utf-8"), flags=re.MULTILINE))
