"""Files that are written whole or not at all."""

import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.errors import NewsletterError
from newsletter.files import whole_file, write_new, write_over, write_whole


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """Let the system refuse any longer file, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", [write_whole, write_over, write_new])
def test_a_file_is_written_with_its_folders(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    path = tmp_path / "deep" / "er" / "file"

    write(path, b"data")

    assert path.read_bytes() == b"data"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("is_durable", [False, True])
def test_a_file_takes_the_place_of_an_older_one(tmp_path: Path, *, is_durable: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    write_whole(path, b"after", is_durable=is_durable)

    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_an_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    with (
        files_of_at_most(1000),
        pytest.raises(NewsletterError, match="file cannot be written: File too large"),
    ):
        write_over(path, b"x" * 2000)

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_no_half_of_a_new_file(tmp_path: Path) -> None:
    with files_of_at_most(1000), pytest.raises(NewsletterError, match="cannot be written"):
        write_new(tmp_path / "file", b"x" * 2000)

    assert list(tmp_path.iterdir()) == []


def test_a_new_file_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"ours")

    with pytest.raises(NewsletterError, match="is there already and was left as it is"):
        write_new(path, b"data")

    assert path.read_bytes() == b"ours"


@pytest.mark.parametrize("write", [write_over, write_new])
def test_a_file_in_the_place_of_a_folder_is_said_so(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    (tmp_path / "folder").write_bytes(b"ours")

    with pytest.raises(
        NewsletterError, match=r"folder/file cannot be written: (File exists|Not a directory)"
    ):
        write(tmp_path / "folder" / "file", b"data")


def test_a_private_file_is_nobody_else_s_to_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"

    with whole_file(path, is_private=True) as file:
        file.write(b"data")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_whose_writing_breaks_off_is_never_there(tmp_path: Path) -> None:
    def write_half() -> None:
        with whole_file(tmp_path / "file") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert list(tmp_path.iterdir()) == []
