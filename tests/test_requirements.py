"""docs/subscriptions.md: each row of the requirements is there once, with tests that there are, or a reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "subscriptions.md"
#: Letter → the number of its last row.
LAST = {"H": 19, "O": 34, "P": 20, "B": 11, "C": 12, "W": 44}
#: How a row begins that no test shows, or not all of it.
REASONS = ("Later", "Not built", "Not here", "Out of scope", "In part")


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    id: str
    holds: str
    #: `file::name`, as glob patterns.
    tests: Sequence[str]


def _rows() -> list[Row]:
    found = re.findall(r"^\| ([A-Z]-\d\d) \| (.*?) \| (.*) \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    return [Row(id_, holds, re.findall(r"`(tests/[^`]+)`", tests)) for id_, holds, tests in found]


def _tests() -> Mapping[str, set[str]]:
    """Return every test, `file::name` → the rows that its name begins with."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        # Parsing them all takes seconds.
        for test, rows in re.findall(
            r"^ *def (test_((?:[hopbcw]_\d\d_)*)\w*)", path.read_text("utf-8"), re.MULTILINE
        ):
            ids = re.findall(r"([hopbcw])_(\d\d)_", rows)
            name = f"{path.relative_to(ROOT).as_posix()}::{test}"
            found[name] = {f"{letter.upper()}-{number}" for letter, number in ids}
    return found


ROWS = _rows()
TESTS = _tests()


def test_every_row_is_there_once_and_in_order() -> None:
    wanted = [f"{letter}-{number:02d}" for letter, last in LAST.items() for number in range(1, last + 1)]

    assert [row.id for row in ROWS] == wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_says_what_holds_and_has_tests_or_a_reason(row: Row) -> None:
    unknown = [pattern for pattern in row.tests if not any(fnmatchcase(test, pattern) for test in TESTS)]

    assert row.holds
    assert unknown == [], f"docs/subscriptions.md names tests for {row.id} that there are not"
    assert row.tests or row.holds.startswith(REASONS)


def test_every_test_that_names_a_row_is_named_in_it() -> None:
    named = {row.id: row.tests for row in ROWS}

    missing = [
        f"{id_}: {test}"
        for test, ids in TESTS.items()
        for id_ in sorted(ids)
        if not any(fnmatchcase(test, pattern) for pattern in named.get(id_, ()))
    ]

    assert missing == [], "add them to docs/subscriptions.md"
