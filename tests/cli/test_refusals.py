"""What is wrong is said with what, where and what to do; nothing is sent then, nothing half-written."""

import json
import re
from pathlib import Path

import pytest

from tests.command_line import Run, mails, next_issue
from tests.delivery.mail_server import scripted_server


def test_nothing_is_sent_without_an_answer(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)

    result = run("send", issue, at=with_readers)

    assert result.status == 1
    assert f"Send {issue} to 3 readers through outbox? Nobody is here to answer: add --yes" in result.err
    assert not (with_readers / "var" / "outbox").exists()


def test_without_readers_there_is_nobody_to_send_to(run: Run, sample: Path) -> None:
    result = run("send", next_issue(run, sample), "--yes", at=sample)

    assert result.status == 1
    assert "newsletter subscribers import FILE" in result.err


def test_a_broken_file_stops_the_issue_and_names_the_line(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    broken = with_readers / "content" / "news" / "2026-11-03-broken.md"
    broken.write_text('---\ntitle: "unclosed\n---\nText\n', encoding="utf-8")

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert "content/news/2026-11-03-broken.md:2:" in result.err
    assert not (with_readers / "var" / "outbox").exists()


def test_what_check_finds_in_the_finished_mail_stops_the_issue(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    item = min((with_readers / "content" / "news").glob("*.md"))
    text = item.read_text(encoding="utf-8")
    item.write_text(text.replace("\ntitle: ", "\ntitle: Dear *|FNAME|*, ", 1), encoding="utf-8")

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert f"{issue} is not sent: mend these first (newsletter check {issue})" in result.err
    assert "|FNAME|" in result.err
    assert not (with_readers / "var" / "outbox").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("send",), 2, "Missing argument"),
        (("nonsense",), 2, "No such command"),
        (("send", "monthly-2026-13"), 1, "monthly-2026-13"),
        (("why", "news/nowhere"), 1, "There is no item"),
        (("subscribers", "import", "nowhere.csv"), 1, "nowhere.csv"),
        (("subscribers", "import", "x.csv", "--confirmed"), 2, "only with evidence"),
        (("test", "--to", "no address"), 2, "no address"),
        (("test", "--to", "me@example.org", "--variant", "xx"), 2, "There is no variant `xx`"),
        (("calendar", "--count", "0"), 2, "--count"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    run: Run, sample: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    (sample / "x.csv").write_text("email\na@example.org\n", encoding="utf-8")

    result = run(*arguments, at=sample)

    assert result.status == status
    assert words in result.err
    assert "Traceback" not in result.err


def test_a_weak_key_stops_sending_with_the_command_that_makes_a_good_one(
    run: Run, with_readers: Path
) -> None:
    issue = next_issue(run, with_readers)
    env = with_readers / ".env"
    env.write_text(re.sub(r"SECRET_KEYS=.*", "SECRET_KEYS=changeme", env.read_text(encoding="utf-8")))

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert "newsletter key" in result.err
    assert "changeme" not in result.err


def test_a_mistyped_provider_is_told_before_anything_is_stored(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('name = "outbox"', 'name = "outbx"'), encoding="utf-8")

    refused = run("send", issue, "--yes", at=with_readers)
    settings.write_text(text, encoding="utf-8")

    assert refused.status == 1
    assert "Did you mean `outbox`?" in refused.err
    assert run("send", issue, "--yes", at=with_readers).status == 0


def test_a_missing_suppression_key_stops_sending(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    env = with_readers / ".env"
    env.write_text(re.sub(r"SUPPRESSION_KEYS=.*", "SUPPRESSION_KEYS=", env.read_text(encoding="utf-8")))

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert "NEWSLETTER_SUPPRESSION_KEYS" in result.err
    assert not (with_readers / "var" / "outbox").exists()


def test_an_outbox_that_cannot_be_written_pauses_the_issue(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    (with_readers / "var" / "outbox").write_text("a file is in the way", encoding="utf-8")

    paused = run("send", issue, "--yes", at=with_readers)
    (with_readers / "var" / "outbox").unlink()
    run("resume", at=with_readers)
    sent = run("send", issue, "--yes", at=with_readers)

    assert paused.status == 1
    assert "cannot be written" in paused.err
    assert sent.status == 0
    assert len(mails(with_readers, issue)) == 3


def test_building_never_removes_a_folder_that_it_did_not_make(run: Run, sample: Path, tmp_path: Path) -> None:
    issue = next_issue(run, sample)
    precious = tmp_path / "out" / issue / "precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine", encoding="utf-8")

    result = run("build", "-o", str(tmp_path / "out"), at=sample)

    assert result.status == 1
    assert precious.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "arguments",
    [("check", "monthly-9999-12"), ("build", "-o", "newsletter.toml"), ("subscribers", "import", "content")],
)
def test_nothing_that_a_person_types_gives_a_traceback(
    run: Run, sample: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, at=sample)

    assert result.status == 1
    assert result.err.strip()
    assert "Traceback" not in result.err


def test_a_broken_template_hides_no_broken_content(run: Run, sample: Path) -> None:
    (sample / "templates" / "email").mkdir(parents=True)
    (sample / "templates" / "email" / "issue.mjml").write_text("{% if x %}", encoding="utf-8")
    (sample / "content" / "news" / "2026-11-01-bad.md").write_bytes(b"---\ntitle: caf\xe9\n---\nText\n")

    result = run("check", "--json", at=sample)

    problems = json.loads(result.out)["problems"]
    errors = {(problem["path"], problem["line"]) for problem in problems if problem["level"] == "error"}
    assert result.status == 1
    assert ("templates/email/issue.mjml", 1) in errors
    assert ("content/news/2026-11-01-bad.md", 2) in errors


def test_nobody_is_asked_about_cancelling_what_cannot_be_cancelled(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    absent = run("cancel", "monthly-2026-13", at=with_readers)
    sent = run("cancel", issue, at=with_readers)

    assert (absent.status, sent.status) == (1, 1)
    assert "for good?" not in absent.err + sent.err
    assert "monthly-2026-13" in absent.err
    assert f"{issue} is sent: it cannot be cancelled any more." in sent.err


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((), "1 of 2 test mails were accepted."),
        (("250 ok", "550 no such user", "503 no", "250 reset"), "b@example.org: 550 no such user"),
        (("250 ok", "250 ok", "354 go on"), "Nobody knows whether b@example.org got the test mail"),
    ],
)
def test_a_test_mail_that_did_not_leave_says_how_far_it_came(
    run: Run, sample: Path, answers: tuple[str, ...], words: str
) -> None:
    first = ("250 ok", "250 ok", "354 go on", "250 queued")
    with scripted_server(*first, *answers) as port:
        settings = sample / "newsletter.toml"
        smtp = f'name = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('name = "outbox"', smtp), encoding="utf-8")

        result = run("test", "--to", "a@example.org", "--to", "b@example.org", at=sample)

    assert result.status == 1
    assert words in result.err
