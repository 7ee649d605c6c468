"""What every test shares: a clean environment, and a fresh database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from newsletter.database import Engine, open_database
from newsletter.storage.schema import prepare

pytest_plugins = ["tests.command_line"]

# Deadlines measure the machine; speed is measured in benchmarks/.
settings.register_profile("newsletter", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("newsletter")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("NEWSLETTER_") and not name.startswith("NEWSLETTER_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite file with every table."""
    engine = open_database("sqlite:///newsletter.db", root=tmp_path)
    prepare(engine)
    yield engine
    engine.dispose()
