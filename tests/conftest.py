"""What every test shares: a clean environment, logs without secrets, and a fresh database of either kind."""

import gc
import io
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from newsletter.app.log import log_lines
from newsletter.database import Engine, open_database
from tests.logs import keys_in, secrets_in

pytest_plugins = ["tests.chromium", "tests.command_line", "tests.databases", "tests.cli.standing"]

# Deadlines measure the machine; speed is measured in benchmarks/. The same examples each time, or what is released would
# depend on luck; NEWSLETTER_TEST_RANDOM=1 tries others.
settings.register_profile("newsletter", deadline=None, derandomize="NEWSLETTER_TEST_RANDOM" not in os.environ)
settings.load_profile("newsletter")


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Have half as many workers again as there are processors: many a test waits for a browser, a server or a process."""
    processors = yield
    return min(processors * 3 // 2, 16)


def pytest_collection_finish() -> None:
    """Leave what was collected, which stays to the end, out of every later search for garbage: each takes half a second."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("NEWSLETTER_") and not name.startswith("NEWSLETTER_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _w_20_no_address_token_or_key_is_logged(_clean_environment: None) -> Iterator[None]:
    """Hold every line that is logged in the whole suite, as `serve` and the scheduler write it, against what no log may hold."""
    written = io.StringIO()
    with log_lines(written):
        yield
    assert secrets_in(written.getvalue()) == []
    assert keys_in(written.getvalue(), os.environ) == []


@pytest.fixture
def engine(database: str, tmp_path: Path) -> Iterator[Engine]:
    """A fresh database with every table, on SQLite and on PostgreSQL."""
    engine = open_database(database, root=tmp_path)
    yield engine
    engine.dispose()
