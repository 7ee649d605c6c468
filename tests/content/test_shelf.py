"""What a process that stays keeps of a content folder: the same as when it is read anew, whatever changed."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.content.files.folder import collect
from newsletter.content.files.shelf import Shelf
from tests.content.posts import rules_in

POST = "---\ntitle: A title\ndate: 2026-01-01\nimage: photo.jpg\n---\nText.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with three items, of which two name a picture that is there."""
    folder = tmp_path / "content" / "news"
    folder.mkdir(parents=True)
    (folder / "photo.jpg").touch()
    for name in ("a.md", "b.md"):
        (folder / name).write_text(POST)
    (folder / "c.md").write_text(POST.replace("photo.jpg", "/charts/c.png"))
    return tmp_path


def changed(root: Path, path: str, text: str) -> None:
    """Write a file as an editor's program does: beside, then in its place."""
    beside = root / "content" / ".new"
    beside.write_text(text)
    beside.replace(root / path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda root: None,
    "a text": lambda root: changed(root, "content/news/a.md", POST.replace("Text", "Other")),
    "a text of the same size, of the same second": lambda root: _rewritten(root / "content/news/a.md"),
    "a new item": lambda root: changed(root, "content/news/d.md", POST),
    "an item less": lambda root: (root / "content/news/a.md").unlink(),
    "a picture less": lambda root: (root / "content/news/photo.jpg").unlink(),
    "a file that cannot be read": lambda root: changed(root, "content/news/a.md", "---\ntitle: One: two\n---\n"),
    "another name": lambda root: (root / "content/news/a.md").rename(root / "content/news/z.md"),
    "a neighbour that makes it a translation": lambda root: changed(root, "content/news/a.de.md", POST),
    "a file that grew too large": lambda root: changed(root, "content/news/b.md", "x" * 3_000_000),
}  # fmt: skip


def _rewritten(path: Path) -> None:
    before = path.stat()
    path.write_text(POST.replace("Text", "Texd"))
    # The clock of a disk stands still for milliseconds.
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_it_is_as_if_everything_were_read_anew(root: Path, change: str) -> None:
    shelf = Shelf()
    collect(rules_in(root), shelf=shelf)

    CHANGES[change](root)

    assert collect(rules_in(root), shelf=shelf) == collect(rules_in(root))


def test_what_did_not_change_is_the_same_object(root: Path) -> None:
    shelf = Shelf()
    before = {item.path: item for item in collect(rules_in(root), shelf=shelf).items}

    changed(root, "content/news/a.md", POST.replace("Text", "Other"))
    (root / "content/news/new.jpg").touch()
    after = {item.path: item for item in collect(rules_in(root), shelf=shelf).items}

    assert {path for path, item in after.items() if item is not before[path]} == {"content/news/a.md"}


def test_other_settings_read_everything_anew(root: Path) -> None:
    shelf = Shelf()
    collect(rules_in(root), shelf=shelf)
    rules = replace(rules_in(root), languages=("fr", "en"))

    assert collect(rules, shelf=shelf) == collect(rules)


def test_a_picture_in_the_sites_folder_is_found_when_its_change_is_noted(root: Path) -> None:
    shelf = Shelf()
    collect(rules_in(root), shelf=shelf)
    (root / "static" / "charts").mkdir(parents=True)
    (root / "static" / "charts" / "c.png").touch()

    shelf.note(["static/charts/c.png"])

    assert collect(rules_in(root), shelf=shelf) == collect(rules_in(root))
    assert [item.picture is not None for item in collect(rules_in(root), shelf=shelf).items] == [True] * 3


def test_the_stored_items_are_read_by_the_first_look_and_written_only_there(root: Path) -> None:
    cache, shelf = root / "cache", Shelf()
    collect(rules_in(root), cache, shelf)
    written = cache.stat().st_mtime_ns

    changed(root, "content/news/a.md", POST.replace("Text", "Other"))
    collect(rules_in(root), cache, shelf)

    assert cache.stat().st_mtime_ns == written
