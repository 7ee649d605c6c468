"""What every test shares: a clean environment, and a fresh database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from newsletter.database import Engine, open_database
from newsletter.storage.schema import prepare
from tests.databases import SERVER, fresh_url

pytest_plugins = ["tests.command_line"]

# Deadlines measure the machine; speed is measured in benchmarks/.
settings.register_profile("newsletter", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("newsletter")


def pytest_configure(config: pytest.Config) -> None:
    """Let commands that are run in this process leave connections to PostgreSQL to the end of the process."""
    if SERVER:
        config.addinivalue_line(
            "filterwarnings",
            "ignore:Exception ignored in.*BaseConnection:pytest.PytestUnraisableExceptionWarning",
        )


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("NEWSLETTER_") and not name.startswith("NEWSLETTER_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database with every table."""
    with fresh_url() as url:
        engine = open_database(url, root=tmp_path)
        prepare(engine)
        yield engine
        engine.dispose()
