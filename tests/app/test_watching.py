"""What is saved in a project folder is told, also what is saved while nobody watches yet; and nothing else is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app.previewing.watching import Grounds, Watch


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """A watch of an empty project, which has begun."""
    (tmp_path / "content" / ".git").mkdir(parents=True)
    (tmp_path / "newsletter.toml").write_text("")
    (tmp_path / "content" / "one.md").write_text("One.")
    found = Watch(grounds=lambda: Grounds.of(tmp_path, None))
    found.arm()
    yield found
    found.end()


def test_what_was_saved_while_the_watched_folders_change_is_told(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "newsletter.toml").write_text("# saved at once")
    (tmp_path / "content" / "one.md").unlink()

    told = set(watch.arm())

    assert {tmp_path / name for name in ("templates", "newsletter.toml", "content/one.md")} <= told
    assert watch.arm() == []


def test_what_was_saved_before_the_system_watches_is_told(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("# saved at once")

    told = next(iter(watch.changes(60)))

    assert told == {tmp_path / "newsletter.toml"}


def test_where_nothing_was_saved_nothing_is_told(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "content" / ".git" / "index").write_text("what another program writes")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "newsletter.db").write_text("what we write")

    assert next(iter(watch.changes(0))) == frozenset()


def test_a_watch_that_is_ended_tells_nothing_more(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("# saved")

    watch.end()

    assert list(watch.changes(60)) == []
