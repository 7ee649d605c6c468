"""docs/moving-in.md is true: its commands, on exports of 3,000 people, print what it says."""

import re
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from subscribers.importing.standings import WORDS
from tests.command_line import Run
from tests.subscribers.exported import listmonk, mailchimp, mailchimp_name

TEXT = (Path(__file__).parents[2] / "docs" / "moving-in.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def said(text: str) -> list[tuple[str, str]]:
    """Return the commands in *text*, and what each is said to print."""
    shown = "".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL))
    return [(command, out) for command, _, out in (each.partition("\n") for each in shown.split("$ ")[1:])]


def people(count: int, start: int = 0) -> list[str]:
    return [f"reader{number}@agency-{number % 60}.example.eu" for number in range(start, start + count)]


def write_mailchimp(folder: Path) -> None:
    subscribed, unsubscribed = people(2610), people(280, 2610)
    subscribed[5:10] = ["noreply@example.org", "no at sign", *subscribed[8:9] * 2, "j\u00f6rg@example.org"]
    # Left while the files were made.
    unsubscribed[0] = subscribed[20]
    parts = {
        "subscribed": subscribed,
        "unsubscribed": unsubscribed,
        "cleaned": people(110, 2890),
        "nonsubscribed": people(40, 5000),
    }
    with zipfile.ZipFile(folder / "audience_export.zip", "w") as archive:
        for part, emails in parts.items():
            archive.writestr(mailchimp_name(part), mailchimp(part, emails))


def write_listmonk(folder: Path) -> None:
    parts = {
        "confirmed": [(email, "enabled") for email in people(2600)],
        "unconfirmed": [(email, "enabled") for email in people(150, 2600)],
        "unsubscribed": [
            (email, "enabled" if number % 5 else "blocklisted")
            for number, email in enumerate(people(250, 2750))
        ],
    }
    for part, rows in parts.items():
        (folder / f"{part}.csv").write_text(listmonk(*rows))


def without_time(text: str) -> str:
    return re.sub(r"\S*var/imports/[\d-]+", "var/imports/", text)


@pytest.mark.parametrize(
    ("title", "write"), [("From Mailchimp", write_mailchimp), ("From listmonk", write_listmonk)]
)
def test_the_steps_print_what_the_page_says(
    run: Run, sample: Path, title: str, write: Callable[[Path], None]
) -> None:
    write(sample)

    for command, expected in said(section(title)):
        result = run(*shlex.split(command)[1:], at=sample)

        assert result.status == 0
        assert without_time(result.out + result.err) == without_time(expected)


def test_the_page_names_every_word_of_a_status() -> None:
    table = section("From elsewhere")

    assert all(re.search(rf"[| ]{re.escape(word)}[, ]", table) for word in WORDS)
