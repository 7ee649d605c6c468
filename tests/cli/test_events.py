"""From a mail that was sent through a service to what the service reports of it, and what follows from that."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from newsletter.app import open_project
from newsletter.app.reported import Clerk, receivers_of
from newsletter.app.site import make_site
from newsletter.delivery.providers.ses_events import SesReceiver
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from tests.command_line import Run, next_issue
from tests.delivery.providers.sns import Web
from tests.stand_in.account import Account, post, running
from tests.stand_in.services import SERVICES, sns
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.services.ses import KEY, KEY_ID, REGION, SesApi
from tests.stand_in.values import Happening, Posting
from tests.web.serving import serving

READERS = {
    "everything@example.org": Happening.BOUNCED,
    "evidence@example.org": Happening.COMPLAINED,
    "lectrice@example.org": Happening.DELIVERED,
}


def choose(project: Path, account: Account, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send through a service, and believe its events."""
    settings = project / "newsletter.toml"
    lines = f'name = "{name}"\ndomain = "mg.example.org"\nbase_url = "{account.url}"\nself_check = false'
    written = settings.read_text(encoding="utf-8").replace('name = "outbox"', lines)
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "key")
    match account.service:
        case SesApi():
            monkeypatch.setenv("NEWSLETTER_PROVIDER__ACCESS_KEY_ID", KEY_ID)
            monkeypatch.setenv("NEWSLETTER_PROVIDER__SECRET_ACCESS_KEY", KEY)
            written = written.replace(lines, f'{lines}\nregion = "{REGION}"\nstream = "news"')
            written += f'\n[webhooks.ses]\ntopic_arn = "{sns.TOPIC}"\n'
        case SendGridApi():
            written += f'\n[webhooks.sendgrid]\npublic_key = "{account.service.public_key}"\n'
        case ResendApi():
            monkeypatch.setenv("NEWSLETTER_WEBHOOKS__RESEND__SECRET", account.service.signing_secret)
        case MailgunApi():
            monkeypatch.setenv("NEWSLETTER_WEBHOOKS__MAILGUN__SIGNING_KEY", account.service.signing_key)
        case service:
            password: str = service.basic_auth  # type: ignore[attr-defined]  # the other services have one
            monkeypatch.setenv(f"NEWSLETTER_WEBHOOKS__{name.upper()}__BASIC_AUTH", password)
    settings.write_text(written, encoding="utf-8")


@contextmanager
def site(project: Path, amazon: Web | None = None) -> Iterator[str]:
    """Run the public site, to which *amazon* is what stands on the hosts of Amazon SNS; yield the address of its webhooks."""
    opened = open_project(project)
    clerk, receivers = Clerk(opened), receivers_of(opened)
    ses = receivers["ses"]
    assert isinstance(ses, SesReceiver)
    receivers["ses"] = replace(ses, fetch=(amazon or Web()).fetch)
    with serving() as served, clerk.at_work():
        served.app = make_site(opened, on_stored=clerk.call, receivers=receivers)
        yield f"http://127.0.0.1:{served.port}/webhooks"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def status_of(run: Run, project: Path, issue: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run("status", issue, "--json", at=project).out)
    return found


@pytest.mark.parametrize("name", list(SERVICES))
def test_what_a_service_reports_is_counted_and_has_its_consequences(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    service = SERVICES[name]()
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


def fates(project: Path) -> dict[str, tuple[str | None, str | None]]:
    """Return what became of each reader's mail, and why the reader is mailed no more."""
    joined = (
        "SELECT email, outcome, suppressed FROM subscribers JOIN deliveries ON subscribers.id = subscriber_id"
    )
    with open_project(project).engine.connect() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.execute(text(joined))}


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_asks_first_and_is_then_believed_late_twice_and_out_of_order(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    service, amazon = SesApi(signature_version=version), Web()
    bounced, complained, delivered = READERS
    with running(service) as account:
        choose(with_readers, account, "ses", monkeypatch)
        issue = next_issue(run, with_readers)
        assert run("send", issue, "--yes", at=with_readers).status == 0
        now = datetime.now(UTC)
        early, late = now - timedelta(days=3), now
        happened = [
            *account.happened(Happening.COMPLAINED, [complained], late),
            *account.happened(Happening.BOUNCED, [bounced], late),
            *account.happened(Happening.DELIVERED, [delivered, complained], early),
            *account.happened(Happening.DEFERRED, [bounced], early),
        ]

        with site(with_readers, amazon) as webhooks:
            asked = post(f"{webhooks}/ses", sns.confirmation(version=version, now=now))
            told = account.tell(f"{webhooks}/ses", [*happened, *reversed(happened)])
            wait_for(lambda: fates(with_readers)[delivered][0] == "delivered")

    assert amazon.fetched == [sns.CERTIFICATE_URL, sns.SUBSCRIBE_URL]
    assert [asked, *told] == [200] * 11
    assert fates(with_readers) == {
        bounced: ("bounced", "bounce"),
        complained: ("complained", "complaint"),
        delivered: ("delivered", None),
    }
    found = status_of(run, with_readers, issue)
    assert (found["delivered"], found["bounced"], found["complained"]) == (1, 1, 1)


def test_w_26_what_amazon_did_not_sign_for_our_topic_changes_nothing(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, amazon = SesApi(), Web()
    with running(service) as account:
        choose(with_readers, account, "ses", monkeypatch)
        issue = next_issue(run, with_readers)
        assert run("send", issue, "--yes", at=with_readers).status == 0
        first, *others = account.happened(Happening.COMPLAINED, list(READERS), datetime.now(UTC))
        real, other = (service.posting([one], datetime.now(UTC)) for one in (first, others[0]))
        envelope = json.loads(other.body)
        mine = "https://example.org/a.pem"
        amazon.pages = {**amazon.pages, mine: amazon.pages[sns.CERTIFICATE_URL]}
        requests = [
            {**envelope, "MessageId": "another"},
            sns.signed({**envelope, "TopicArn": f"{sns.TOPIC}-2"}),
            sns.signed({**envelope, "SigningCertURL": mine}),
            json.loads(service.posting(others[:1], datetime.now(UTC) - timedelta(hours=2)).body),
            json.loads(real.body),
        ]

        with site(with_readers, amazon) as webhooks:
            answers = [
                post(f"{webhooks}/ses", Posting(real.headers, json.dumps(request).encode()))
                for request in requests
            ]
            wait_for(lambda: fates(with_readers)[first.mail.address][0] is not None)

    assert answers == [401, 403, 401, 403, 200]
    assert set(amazon.fetched) == {sns.CERTIFICATE_URL}
    assert [fates(with_readers)[one.mail.address] for one in others] == [(None, None)] * 2


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
