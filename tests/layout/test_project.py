"""Laying out a project: what is written, what is refused, and that nothing half-written remains."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from newsletter.errors import NewsletterError, UsageError
from newsletter.layout.project import lay_out, move_all, resolve
from newsletter.settings import read_settings

SOURCE = Path(__file__).parents[2] / "templates" / "project"
TODAY = date(2026, 11, 21)
KEYS = ("k" * 43, "s" * 43)


def lay_out_sample(target: Path, *, today: date = TODAY, empty: bool = False) -> list[Path]:
    return lay_out(target, source=SOURCE, today=today, keys=KEYS, empty=empty)


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """Let the system refuse any longer file, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_project_that_is_laid_out_has_usable_settings(tmp_path: Path) -> None:
    lay_out_sample(tmp_path / "network")

    settings = read_settings(tmp_path / "network", {})

    assert [key.reveal() for key in (*settings.secret_keys, *settings.suppression_keys)] == list(KEYS)
    assert settings.content.since == date(2026, 10, 1)
    assert (settings.content_root / settings.theme.logo).is_file()
    assert (settings.content_root / settings.theme.logo_dark).is_file()


def test_every_file_that_was_written_is_returned(tmp_path: Path) -> None:
    target = tmp_path / "network"

    written = lay_out_sample(target)

    assert {str(path.relative_to(target)) for path in written} == {
        name for name, data in tree(target).items() if data is not None
    }


def test_folders_above_the_project_are_made(tmp_path: Path) -> None:
    lay_out_sample(tmp_path / "work" / "newsletters" / "network")

    assert (tmp_path / "work" / "newsletters" / "network" / "newsletter.toml").is_file()


def test_the_keys_are_for_the_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        lay_out_sample(tmp_path / "network")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "network" / ".env").stat().st_mode) == 0o600


def test_the_folder_itself_is_as_open_as_the_umask_says(tmp_path: Path) -> None:
    (tmp_path / "ordinary").mkdir()

    lay_out_sample(tmp_path / "network")

    assert (tmp_path / "network").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_git_ignores_the_database_and_the_keys(tmp_path: Path) -> None:
    lay_out_sample(tmp_path)

    assert (tmp_path / ".gitignore").read_text().split() == ["var/", ".env"]
    assert not (tmp_path / "gitignore").exists()


def test_no_placeholder_is_left_in_a_name_or_a_text(tmp_path: Path) -> None:
    written = lay_out_sample(tmp_path)

    assert [path for path in written if "@" in path.name] == []
    texts = "\n".join(path.read_text() for path in written if path.suffix in {".md", ".toml"})
    assert "@" not in texts.replace("@example.org", "")


def test_without_sample_content_there_are_folders_and_settings(tmp_path: Path) -> None:
    lay_out_sample(tmp_path, empty=True)

    assert set(tree(tmp_path)) == {
        ".env",
        ".gitignore",
        "content",
        "content/events",
        "content/issues",
        "content/news",
        "newsletter.toml",
    }
    assert read_settings(tmp_path, {}).theme.logo == ""


def test_a_folder_with_other_files_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("ours")

    lay_out_sample(tmp_path)

    assert (tmp_path / "README.md").read_text() == "ours"
    assert (tmp_path / "newsletter.toml").is_file()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"var/\n.env\n"),
        (b"*.pyc\n", b"*.pyc\nvar/\n.env\n"),
        (b"*.pyc", b"*.pyc\nvar/\n.env\n"),
        (b".env\r\nbuild\r\n", b".env\r\nbuild\r\nvar/\n"),
        (b"var/\n.env", b"var/\n.env"),
    ],
)
def test_a_fresh_clone_becomes_a_project_and_git_ignores_the_keys(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    (tmp_path / ".git").mkdir()
    for name, data in (("README.md", b"ours"), ("LICENSE", b"ours"), (".gitignore", before)):
        (tmp_path / name).write_bytes(data)

    written = lay_out_sample(tmp_path)

    assert (tmp_path / ".gitignore").read_bytes() == after
    assert (tmp_path / "README.md").read_bytes() == (tmp_path / "LICENSE").read_bytes() == b"ours"
    assert tmp_path / ".gitignore" not in written
    assert (tmp_path / "newsletter.toml").is_file()


def test_a_gitignore_is_as_it_was_when_the_rest_fails(tmp_path: Path) -> None:
    staged, target = tmp_path / "staged", tmp_path / "target"
    for folder in (staged, target / "newsletter.toml"):
        folder.mkdir(parents=True)
    (staged / "newsletter.toml").write_text("settings")
    (target / ".gitignore").write_text("*.pyc")

    with pytest.raises(OSError, match="directory"):
        move_all(staged, target, b"var/\n.env\n")

    assert (target / ".gitignore").read_text() == "*.pyc"


@pytest.mark.parametrize("name", ["newsletter.toml", ".env", "content"])
@pytest.mark.parametrize("empty", [False, True])
def test_what_is_there_is_never_overwritten(tmp_path: Path, name: str, *, empty: bool) -> None:
    (tmp_path / name).write_text("ours")

    with pytest.raises(UsageError, match=rf"already holds {name}, .*Name a new or empty folder"):
        lay_out_sample(tmp_path, empty=empty)

    assert tree(tmp_path) == {name: b"ours"}


@pytest.mark.parametrize("name", [".env", ".gitignore"])
def test_a_link_that_leads_nowhere_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError, match=rf"already holds \{name}"):
        lay_out_sample(tmp_path)


def test_a_gitignore_that_is_a_folder_is_no_place_for_lines(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()

    with pytest.raises(UsageError, match=r"already holds \.gitignore"):
        lay_out_sample(tmp_path)


@pytest.mark.parametrize("place", ["notes", "notes/network"])
def test_a_file_is_no_place_for_a_project(tmp_path: Path, place: str) -> None:
    (tmp_path / "notes").write_text("ours")

    with pytest.raises(UsageError, match="notes is a file"):
        lay_out_sample(tmp_path / place)


@pytest.mark.parametrize("exists", [False, True])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, *, exists: bool) -> None:
    target = tmp_path / "network"
    if exists:
        target.mkdir()

    with files_of_at_most(20_000), pytest.raises(NewsletterError, match="Nothing was left behind"):
        lay_out_sample(target)

    assert list(tmp_path.rglob("*")) == ([target] if exists else [])


@pytest.mark.skipif(os.geteuid() == 0, reason="the root user may write everywhere")
def test_a_read_only_folder_is_refused_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(NewsletterError, match="Permission denied"):
        lay_out_sample(tmp_path / "network")


def test_a_move_that_fails_halfway_is_undone(tmp_path: Path) -> None:
    staged, target = tmp_path / "staged", tmp_path / "target"
    for folder in (staged / "content", target / "newsletter.toml"):
        folder.mkdir(parents=True)
    (staged / "newsletter.toml").write_text("settings")

    with pytest.raises(OSError, match="directory"):
        move_all(staged, target)

    assert set(tree(staged)) == {"content", "newsletter.toml"}
    assert set(tree(target)) == {"newsletter.toml"}


@pytest.mark.parametrize(
    ("placeholder", "expected"),
    [
        ("@mon-1@", "2026-11-16"),
        ("@fri-1@", "2026-11-20"),
        ("@sat+0@", "2026-11-21"),
        ("@fri+0@", "2026-11-27"),
        ("@thu+6@", "2027-01-07"),
        ("@tue+7@ 10:00", "2027-01-12 10:00"),
        ("@since@", "2026-10-01"),
        ("news@example.org", "news@example.org"),
    ],
)
def test_placeholders_count_in_weeks_from_today(placeholder: str, expected: str) -> None:
    assert resolve(placeholder, today=TODAY) == expected
