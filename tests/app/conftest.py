"""A project on a database of either kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.project import Project


@pytest.fixture
def on_either(sample: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The sample project without readers, on SQLite and on PostgreSQL."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    project = open_project(sample)
    yield project
    project.engine.dispose()
