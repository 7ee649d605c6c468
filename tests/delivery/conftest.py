"""What sends a frozen issue."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from newsletter.database import Engine
from newsletter.delivery.journal import Journal
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.sender import Post
from newsletter.storage.issues import StoredIssue
from tests.delivery.frozen_issue import Clock, letters

MakePost = Callable[[StoredIssue, Provider], Post]


@pytest.fixture
def post(engine: Engine, tmp_path: Path) -> MakePost:
    """Make what `send_issue` takes."""

    def make(stored: StoredIssue, provider: Provider) -> Post:
        return Post(
            engine=engine,
            issue=stored,
            letters=letters(engine, stored),
            provider=provider,
            connections=3,
            locks_folder=tmp_path / "locks",
            journal=Journal(tmp_path / "sent.journal"),
            clock=Clock(),
            stop=Event(),
        )

    return make
