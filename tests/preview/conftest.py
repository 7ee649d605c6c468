"""A sample project on show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.preview.previewing import Preview, shown_here


@pytest.fixture
def preview(sample: Path) -> Iterator[Preview]:
    """The sample project on show."""
    with shown_here(sample) as shown:
        yield shown
