"""Whether anybody hears of trouble."""

from pathlib import Path

import pytest

from newsletter.app.doctor.people import look_at_people
from tests.app.staff import STAFF, staffed


@pytest.mark.parametrize(
    ("staff", "alerts", "level", "words"),
    [
        (STAFF, "", "info", "Nobody is told where mail is what is broken."),
        (
            STAFF,
            'command = ["true"]',
            "ok",
            "Somebody is told of trouble, also where mail is what is broken.",
        ),
        ("", 'url = "http://127.0.0.1:9"', "ok", "Trouble is told by [alerts]."),
        ("", "", "warning", "Nobody is told of trouble."),
    ],
)
def test_it_is_said_whether_anybody_is_told_of_trouble(
    tmp_path: Path, staff: str, alerts: str, level: str, words: str
) -> None:
    made = staffed(tmp_path, "sqlite:///var/newsletter.db", f"[alerts]\n{alerts}\n", staff=staff)

    (said,) = look_at_people(made)

    assert (said.level, said.message) == (level, words)
