"""`newsletter demo`, as a newcomer runs it."""

import re
import tempfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.command_line import Run


@pytest.fixture
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.usefixtures("_in_tmp_path")
def test_the_demo_sends_three_mails_and_says_where_they_are(run: Run, tmp_path: Path) -> None:
    done = run("demo", at=tmp_path)

    assert (done.status, done.err) == (0, "")
    named = [Path(path) for path in re.findall(r"/\S+\.eml", done.out)]
    mails = [message_from_bytes(path.read_bytes(), policy=policy.SMTP) for path in named]
    assert {str(mail["To"]) for mail in mails} == {
        "everything@example.org",
        "evidence@example.org",
        "lectrice@example.org",
    }
    for mail in mails:
        assert isinstance(mail, EmailMessage)
        html = mail.get_body(("html",))
        assert html is not None
        wanted = set(re.findall(r'src="cid:([^"]+)"', str(html.get_content())))
        inside = {str(part["Content-ID"]).strip("<>") for part in mail.walk() if part["Content-ID"]}
        assert wanted
        assert wanted == inside


@pytest.mark.usefixtures("_in_tmp_path")
def test_the_demo_mails_nobody_whatever_the_environment_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__NAME", "smtp")
    monkeypatch.setenv("NEWSLETTER_PROVIDER__HOST", "mail.invalid")

    done = run("demo", at=tmp_path)

    assert done.status == 0, done.err
    assert "nothing left this machine" in done.out
