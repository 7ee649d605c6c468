"""`newsletter subscribers import`: what is misused (exit status 2), what fails (1), and what is said."""

from pathlib import Path
from typing import get_args

import pytest

from newsletter.cli.readers import TreatAs as Choices
from subscribers.importing.rules import TreatAs
from tests.command_line import Run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--confirmed",), "only with evidence: say how they agreed"),
        (("--confirmed", "--evidence", " "), "only with evidence"),
        (("--confirmed", "--evidence", "a list", "--as", "bounced"), "cannot be confirmed as well"),
        (("--map", "Courriel"), "write COL=FIELD, for example --map Courriel=email"),
        (("--map", "Courriel=adresse"), "the fields are email, lang, topics, digests"),
        (("--map", "Courriel=email"), "has no column Courriel, which is to be email; it has email, name"),
        (("--as", "nonsense"), "active"),
    ],
)
def test_what_cannot_be_asked_for_is_a_misuse(
    run: Run, sample: Path, arguments: tuple[str, ...], said: str
) -> None:
    (sample / "readers.csv").write_text("email,name\na@example.org,A\n")

    result = run("subscribers", "import", "readers.csv", *arguments, at=sample)

    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_a_file_with_other_names_says_how_to_name_them(run: Run, sample: Path) -> None:
    (sample / "readers.csv").write_text("Courriel;Nom\na@example.org;A\n")

    refused = run("subscribers", "import", "readers.csv", at=sample)
    taken = run("subscribers", "import", "readers.csv", "--map", "Courriel=email", at=sample)

    assert (refused.status, refused.out) == (1, "")
    assert "Say which it is with: --map COLUMN=email" in refused.err
    assert (taken.status, taken.out) == (0, "1 added, 0 updated, 0 unchanged, 0 refused\n")


def test_nothing_is_imported_when_one_of_several_files_cannot_be(run: Run, sample: Path) -> None:
    (sample / "good.csv").write_text("email\na@example.org\n")
    (sample / "bad.csv").write_text("name\nA\n")

    result = run("subscribers", "import", "good.csv", "bad.csv", at=sample)

    assert result.status == 1
    assert "bad.csv: no column is called email" in result.err
    assert '"pending": 0' in run("subscribers", "stats", "--json", at=sample).out


def test_several_files_are_reported_as_one(run: Run, sample: Path) -> None:
    (sample / "one.csv").write_text("email\na@example.org\nnobody\n")
    (sample / "two.csv").write_text("email\nb@example.org\na@example.org\n")

    result = run("subscribers", "import", "one.csv", "two.csv", at=sample)

    assert result.out == "2 added, 0 updated, 0 unchanged, 2 refused\n"
    assert "refused, syntax: 1" in result.err
    (findings,) = (sample / "var" / "imports").iterdir()
    assert str(findings) in result.err
    assert "example.org" not in findings.read_text()


def test_a_dry_run_writes_nothing(run: Run, sample: Path) -> None:
    (sample / "readers.csv").write_text("email\na@example.org\n")

    result = run("subscribers", "import", "readers.csv", "--dry-run", at=sample)

    assert result.out == "1 would be added, 0 would be updated, 0 unchanged, 0 refused\n"
    assert '"pending": 0' in run("subscribers", "stats", "--json", at=sample).out


def test_the_command_offers_every_way_to_treat_a_file() -> None:
    assert list(get_args(Choices)) == list(TreatAs)
