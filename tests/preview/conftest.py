"""A sample project on show, and a browser to look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.preview.previewing import PATIENCE_S, Preview, made_small, shown_here


@pytest.fixture
def preview(sample: Path) -> Iterator[Preview]:
    """The sample project on show."""
    with shown_here(sample) as shown:
        yield shown


@pytest.fixture
def small(sample: Path) -> Path:
    """The sample project, made small."""
    return made_small(sample)


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
