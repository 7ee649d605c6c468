"""The command that brings new data of Can I email."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from newsletter.checks.clients.support import DATA, PROGRAMS
from newsletter.checks.clients.update import main

ROOT = Path(__file__).parent.parent.parent
GRID: dict[str, Any] = {
    "slug": "css-display-grid",
    "title": " display:grid ",
    "stats": {
        "gmail": {
            "desktop-webmail": {"2019-02": "n", "2026-03": "y"},
            "ios": {"2019-02": "n", "2026-03": "a #1 #3"},
            "mobile-webmail": {"2019-02": "n"},
        },
        "outlook": {"windows": {"2019": "n"}},
    },
    "notes_by_num": {"1": "Not with other accounts.", "2": "Of nobody.", "3": "Nor on Sundays."},
}


def original(*features: dict[str, Any]) -> str:
    return json.dumps({"last_update_date": "2026-05-13 14:45:41 +0000", "data": list(features)})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


def archive(folder: Path, name: str, text: str) -> Path:
    file = folder / "caniemail-2.0.2.tgz"
    with tarfile.open(file, "w:gz") as packed:
        member = tarfile.TarInfo(name)
        member.size = len(text.encode())
        packed.addfile(member, io.BytesIO(text.encode()))
    return file


def test_of_each_program_the_latest_version_is_kept(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = archive(tmp_path, "package/data/caniemail.json", original(GRID))

    assert main([str(file)], to=data) == 0

    made = json.loads(data.read_text("utf-8"))
    grid = made["features"]["css-display-grid"]
    assert made["updated"] == "2026-05-13"
    assert dict(zip(PROGRAMS, grid["support"].split(), strict=True)) == {
        **dict.fromkeys(PROGRAMS, "u"),
        "gmail.desktop-webmail": "y",
        "gmail.ios": "a1,3",
        "outlook.windows": "n",
    }
    assert grid["title"] == "display:grid"
    assert grid["notes"] == {"1": "Not with other accounts.", "3": "Nor on Sundays."}
    assert capsys.readouterr().out == "came: css-display-grid\n1 features, as of 2026-05-13: data.json\n"


def test_what_changed_is_told(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "caniemail.json"
    flex = {**GRID, "slug": "css-display-flex"}
    for features in ((GRID, flex), ({**GRID, "title": "grid"}, {**GRID, "slug": "css-gap"})):
        file.write_text(original(*features), encoding="utf-8")
        capsys.readouterr()
        assert main([str(file)], to=data) == 0

    assert capsys.readouterr().out.splitlines()[:3] == [
        "came: css-gap",
        "went: css-display-flex",
        "changed: css-display-grid",
    ]


def test_a_feature_that_nothing_looks_for_is_told_and_fails(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "caniemail.json"
    file.write_text(original(GRID, {**GRID, "slug": "css-anchor-name"}), encoding="utf-8")

    assert main([str(file)], to=data) == 1

    assert capsys.readouterr().err == "css-anchor-name is new: nothing looks for it. Add it to names.py.\n"


@pytest.mark.parametrize("text", ["{}", "[]", "no JSON", '{"data": 1}'])
def test_another_file_changes_nothing(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")

    assert main([str(file)], to=data) == 2
    assert main([str(archive(tmp_path, "package/other.json", text))], to=data) == 2
    assert main([str(tmp_path / "absent.tgz")], to=data) == 2

    assert not data.exists()
    assert capsys.readouterr().err.count("\n") == 3


def test_the_licence_goes_with_the_data() -> None:
    licence = " ".join(json.loads(DATA.read_text("utf-8"))["licence"])

    assert "Copyright (c) 2019 HTeuMeuLeu (Rémi Parmentier). MIT License" in licence
    assert "Permission is hereby granted" in (
        ROOT / "newsletter" / "checks" / "clients" / "NOTICE"
    ).read_text("utf-8")


def test_the_data_is_small_and_can_be_compared_line_by_line() -> None:
    text = DATA.read_text("utf-8")

    assert len(text.encode()) < 100_000
    assert text.count("\n") > 300
