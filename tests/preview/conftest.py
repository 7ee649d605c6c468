"""A sample project on show, and a browser to look at it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.preview.previewing import PATIENCE_S, Preview, shown_here


@pytest.fixture
def preview(sample: Path) -> Iterator[Preview]:
    """The sample project on show."""
    with shown_here(sample) as shown:
        yield shown


@pytest.fixture
def small(sample: Path) -> Path:
    """The sample project with one language, no topics and few items: one variant, which is soon rendered."""
    settings = sample / "newsletter.toml"
    text = settings.read_text("utf-8").replace('languages = ["en", "fr"]', 'languages = ["en"]')
    settings.write_text(re.sub(r"(?ms)^\[topics\].*?^(?=\[)", "", text), "utf-8")
    for path in (sample / "content").rglob("*.fr.md"):
        path.unlink()
    for name in ("*drone*", "*plenary*", "*patrol*", "*cameras*", "*course*", "*radio*"):
        for path in (sample / "content").glob(f"*/{name}"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return sample


@pytest.fixture
def desk(small: Path) -> Iterator[Preview]:
    """The small project on show."""
    with shown_here(small) as shown:
        yield shown


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page, as wide as a desk's screen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()
