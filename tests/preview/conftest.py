"""A sample project on show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.preview.previewing import Preview, previewed


@pytest.fixture
def preview(sample: Path) -> Iterator[Preview]:
    """The sample project, shown by `newsletter preview`."""
    with previewed(sample) as running:
        yield running
