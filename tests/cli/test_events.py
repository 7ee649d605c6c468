"""From a mail that was sent through a service to what the service reports of it, and what follows from that."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.reported import Clerk
from newsletter.app.site import make_site
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from tests.command_line import Run, next_issue
from tests.stand_in.account import Account, running
from tests.stand_in.services import REPORTING
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.values import Happening
from tests.web.serving import serving

READERS = {
    "everything@example.org": Happening.BOUNCED,
    "evidence@example.org": Happening.COMPLAINED,
    "lectrice@example.org": Happening.DELIVERED,
}


def choose(project: Path, account: Account, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send through a service, and believe its events."""
    settings = project / "newsletter.toml"
    lines = f'name = "{name}"\ndomain = "mg.example.org"\nbase_url = "{account.url}"'
    text = settings.read_text(encoding="utf-8").replace('name = "outbox"', lines)
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "key")
    match account.service:
        case SendGridApi():
            text += f'\n[webhooks.sendgrid]\npublic_key = "{account.service.public_key}"\n'
        case ResendApi():
            monkeypatch.setenv("NEWSLETTER_WEBHOOKS__RESEND__SECRET", account.service.signing_secret)
        case MailgunApi():
            monkeypatch.setenv("NEWSLETTER_WEBHOOKS__MAILGUN__SIGNING_KEY", account.service.signing_key)
        case service:
            password: str = service.basic_auth  # type: ignore[attr-defined]  # the other services have one
            monkeypatch.setenv(f"NEWSLETTER_WEBHOOKS__{name.upper()}__BASIC_AUTH", password)
    settings.write_text(text, encoding="utf-8")


@contextmanager
def site(project: Path) -> Iterator[str]:
    """Run the public site; yield the address of its webhooks."""
    opened = open_project(project)
    clerk = Clerk(opened)
    with serving() as served, clerk.at_work():
        served.app = make_site(opened, on_stored=clerk.call)
        yield f"http://127.0.0.1:{served.port}/webhooks"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def status_of(run: Run, project: Path, issue: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run("status", issue, "--json", at=project).out)
    return found


@pytest.mark.parametrize("name", list(REPORTING))
def test_what_a_service_reports_is_counted_and_has_its_consequences(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    service = REPORTING[name]()
    with running(service) as account:
        choose(with_readers, account, name, monkeypatch)
        issue = next_issue(run, with_readers)
        assert run("send", issue, "--yes", at=with_readers).status == 0

        # Twice, and the last first: it makes no difference.
        happened = [
            account.happened(kind, [reader], datetime.now(UTC))[0] for reader, kind in READERS.items()
        ]
        with site(with_readers) as webhooks:
            answers = account.tell(f"{webhooks}/{name}", [*reversed(happened), *happened])
            wait_for(lambda: status_of(run, with_readers, issue)["delivered"] == 1)

    found = status_of(run, with_readers, issue)
    assert set(answers[:3]) == {200}
    assert (found["accepted"], found["delivered"], found["bounced"], found["complained"]) == (3, 1, 1, 1)
    stats = json.loads(run("subscribers", "stats", "--json", at=with_readers).out)
    assert stats["suppressed"] == 2


def sent_to_many(run: Run, project: Path, count: int) -> tuple[str, Sequence[str]]:
    """Bring more readers in and send; return the issue and the addresses."""
    addresses = [f"many-{number}@d{number % 60}.example.org" for number in range(count)]
    (project / "many.csv").write_text("email\n" + "\n".join(addresses) + "\n", encoding="utf-8")
    listed = run("subscribers", "import", "many.csv", "--confirmed", "--evidence", "a list", at=project)
    assert listed.status == 0, listed.err
    issue = next_issue(run, project)
    assert run("send", issue, "--yes", at=project).status == 0
    return issue, addresses


def test_b_09_an_issue_that_bounces_too_much_pauses_until_a_person_lets_it_go_on(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(SendGridApi()) as account:
        choose(with_readers, account, "sendgrid", monkeypatch)
        issue, addresses = sent_to_many(run, with_readers, 240)
        engine = open_project(with_readers).engine
        stored = issues.find(engine, issue, is_rehearsal=False)
        assert stored is not None
        # As it is while the last ones are still to be sent.
        issues.set_state(engine, stored.number, IssueState.SENDING)
        happened = account.happened(Happening.BOUNCED, addresses[:15], datetime.now(UTC))
        with site(with_readers) as webhooks:
            account.tell(f"{webhooks}/sendgrid", happened)
            wait_for(lambda: status_of(run, with_readers, issue)["state"] == "paused")

    found = status_of(run, with_readers, issue)
    resumed = run("resume", issue, at=with_readers)
    assert "of 243 mails bounced for good, more than 5 %" in str(found["reason"])
    assert resumed.status == 0
    assert status_of(run, with_readers, issue)["state"] == "sent"
