"""Exports that come as a .zip: unpacked within bounds, nowhere else, and gone afterwards."""

import json
import zipfile
from pathlib import Path

import pytest

from subscribers.errors import ImportFileError
from subscribers.importing import archives
from subscribers.importing.archives import unpacked
from tests.command_line import Run
from tests.subscribers.exported import mailchimp, mailchimp_name


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_an_archive_is_the_lists_in_it_and_they_are_gone_afterwards(tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    archive = zipped(tmp_path / "Export.ZIP", {"a/one.csv": "1", "b/one.csv": "2", "read.me": "3"})

    with unpacked([plain, archive]) as lists:
        texts = [path.read_text() for path in lists[1:]]
        folders = [path.parent for path in lists[1:]]

    assert lists[0] == plain
    assert texts == ["1", "2"]
    assert not any(folder.exists() for folder in folders)


@pytest.mark.parametrize("name", ["../../escaped.csv", "/escaped.csv", "..\\..\\escaped.csv"])
def test_an_archive_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "export.zip", {name: "email\n"})

    with unpacked([archive]) as (path,):
        assert path.name == "escaped.csv"
        assert "newsletter-import-" in str(path)


def test_what_a_mac_adds_is_left_out(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "export.zip", {"a.csv": "1", "__MACOSX/._a.csv": "2"})

    with unpacked([archive]) as lists:
        assert [path.name for path in lists] == ["a.csv"]


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000)
    archive = zipped(tmp_path / "export.zip", {"a.csv": "x" * 600, "b.csv": "x" * 600})

    with pytest.raises(ImportFileError, match="unpacks to more than"), unpacked([archive]):
        pytest.fail("it was unpacked")


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "export.zip", {f"{number}.csv": "" for number in range(101)})

    with pytest.raises(ImportFileError, match="has 101 CSV files in it"), unpacked([archive]):
        pytest.fail("it was unpacked")


def test_an_archive_without_lists_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "export.zip", {"list.xlsx": ""})

    with pytest.raises(ImportFileError, match="has no CSV file in it"), unpacked([archive]):
        pytest.fail("it was unpacked")


@pytest.mark.parametrize(
    "damage", ["not one at all", "its end is missing", "its data is other", "is missing"]
)
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: str) -> None:
    archive = zipped(tmp_path / "export.zip", {"a.csv": "abcdefgh" * 500})
    data = archive.read_bytes()
    archive.unlink()
    if damage == "not one at all":
        archive.write_bytes(b"email\n")
    elif damage == "its end is missing":
        archive.write_bytes(data[:-30])
    elif damage == "its data is other":
        archive.write_bytes(data[:40] + b"\xff" * 10 + data[50:])

    with pytest.raises(ImportFileError, match=r"export\.zip: cannot be unpacked"), unpacked([archive]):
        pytest.fail("it was unpacked")


def test_mailchimp_s_archive_is_imported_as_it_comes(run: Run, sample: Path) -> None:
    people = {
        "subscribed": ["a@example.org", "b@example.org"],
        "unsubscribed": ["c@example.org"],
        "cleaned": ["d@example.org"],
    }
    zipped(
        sample / "export.zip",
        {mailchimp_name(part): mailchimp(part, emails) for part, emails in people.items()},
    )

    said = run("subscribers", "import", "export.zip", "--dry-run", at=sample)
    done = run("subscribers", "import", "export.zip", "--confirmed", "--evidence", "Mailchimp", at=sample)

    assert said.out == "4 would be added, 0 would be updated, 0 unchanged, 0 refused\n"
    assert done.out == "4 added, 0 updated, 0 unchanged, 0 refused\n"
    counted = json.loads(run("subscribers", "stats", "--json", at=sample).out)
    assert (counted["active"], counted["suppressed"]) == (2, 2)
