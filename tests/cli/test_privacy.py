"""Record of processing and privacy notice, filled in; and docs/privacy.md, which must name every table and period."""

import re
from pathlib import Path

import pytest

from newsletter.app.privacy import in_words, periods
from newsletter.storage.tables import metadata as ledger
from subscribers.storage import metadata as readers
from tests.command_line import Run

PAGE = (Path(__file__).parent.parent.parent / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_p_16_the_record_of_processing_has_the_facts_of_the_settings(run: Run, sample: Path) -> None:
    settings = sample / "newsletter.toml"
    text = settings.read_text(encoding="utf-8").replace(
        'name = "outbox"', 'name = "mailgun"\ndomain = "mg.example.org"'
    )
    settings.write_text(text + '\n[site]\ncontroller = "Network, Street 1, Brussels"\n', encoding="utf-8")

    done = run("privacy", at=sample)

    assert done.status == 0, done.err
    assert "| Controller | Network, Street 1, Brussels |" in done.out
    assert "Monthly digest" in done.out
    assert "Mailgun" in done.out
    assert "company in the USA" in done.out
    assert "| profiles, after leaving | 30 days |" in done.out
    assert "| keyed hashes of networks | 2 hours |" in done.out
    assert "after the last one of a former reader | 3 years |" in done.out
    assert "$" not in done.out
    assert "data protection officer" in done.err


@pytest.mark.parametrize(
    ("lang", "words", "title"),
    [
        ("en", "Who is responsible?", "“Monthly digest”"),
        ("fr", "Qui est responsable", "«\N{NO-BREAK SPACE}Lettre mensuelle\N{NO-BREAK SPACE}»"),
        ("de", "Wer ist verantwortlich?", "„Monatlicher Überblick“"),
    ],
)
def test_p_03_there_is_a_privacy_notice_in_each_built_in_language(
    run: Run, sample: Path, lang: str, words: str, title: str
) -> None:
    done = run("privacy", "--notice", "--lang", lang, at=sample)

    assert done.status == 0, done.err
    assert words in done.out
    assert title in done.out
    assert "$" not in done.out
    assert "/manage" in done.out


def test_another_language_is_refused_with_those_that_there_are(run: Run, sample: Path) -> None:
    refused = run("privacy", "--notice", "--lang", "it", at=sample)

    assert refused.status == 2
    assert "en, fr, de" in refused.err


def test_without_a_controller_the_name_and_the_postal_address_stand_for_one(run: Run, sample: Path) -> None:
    assert (
        "| Controller | Public Technology Network, Street 1, 1000 Brussels |" in run("privacy", at=sample).out
    )


def test_a_rehearsal_s_provider_is_still_to_be_filled_in(run: Run, sample: Path) -> None:
    assert "[the e-mail service; so far mails stay on this machine]" in run("privacy", at=sample).out


def test_what_no_setting_tells_is_marked(run: Run, sample: Path) -> None:
    settings = sample / "newsletter.toml"
    text = re.sub(r"(?m)^(postal_address|controller) = .*$", "", settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")

    assert "[to be filled in: [site] controller]" in run("privacy", at=sample).out


@pytest.mark.parametrize("table", sorted([*ledger.tables, *readers.tables]))
def test_every_table_is_in_the_document(table: str) -> None:
    with_data, without = PAGE.split("## Without personal data")

    rows = [line for line in with_data.splitlines() if line.startswith(f"| `{table}`")]

    assert (len(rows) == 1) != (f"`{table}`" in without.split("\n## ")[0])


@pytest.mark.parametrize(("what", "period"), periods().items(), ids=lambda value: str(value)[:30])
def test_every_period_of_the_job_is_in_the_document(what: str, period: object) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {what} |")]

    assert f"| {in_words(periods()[what])} |" in row
