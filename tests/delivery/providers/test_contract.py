"""What holds for every provider, whatever it sends: each reader has their own mail once, and a failure says what it proves."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from html import escape, unescape

import pytest

from newsletter.database import Engine
from newsletter.delivery.letter import Letter, LetterKind, filled, reference_text
from newsletter.delivery.providers.base import LookUp
from newsletter.delivery.sender import send_issue
from newsletter.delivery.units import send_parts, send_unit
from newsletter.delivery.values import Recipient, Verdict
from newsletter.errors import (
    AccountError,
    DeliveryError,
    NewsletterError,
    OutcomeUnknownError,
    TemporaryError,
)
from newsletter.issues.values import IssueState
from newsletter.rendering.values import Slot
from tests.delivery.awkward import ADDRESSES, LINKS, WORDS, OddLinks, written
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import add_readers, addresses, freeze, letters
from tests.delivery.reached import SECRET, Reached, provider_of, reached
from tests.delivery.sample_letter import letter, readers, send_by, transactional_letter
from tests.stand_in.account import Account, running
from tests.stand_in.services import SERVICES
from tests.stand_in.services.ses import KEY, KEY_ID
from tests.stand_in.values import Mail, Order, Reply

PROVIDERS = (*SERVICES, "smtp")

#: Headers that a service takes in fields of their own, or writes itself.
NOT_OURS = {"Date", "Reply-To", "To"}
#: Those that one of them writes itself besides.
ALSO_NOT_OURS = {"brevo": {"Message-ID"}, "ses": {"Message-ID", "Feedback-ID"}}


@pytest.fixture(params=PROVIDERS)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def other_end(name: str) -> Iterator[Reached]:
    with reached(name) as found:
        yield found


def require_own(mail: Mail, issue: Letter, reader: Recipient, name: str) -> None:
    """Hold *mail* against what *issue* says to *reader*."""
    links = issue.slots(reader)
    headers = issue.shared_headers() | issue.own_headers(reader, links)
    html, text = filled(issue, links)
    assert (mail.address, mail.author) == (reader.email, str(issue.sender.address))
    assert (mail.subject, mail.html.rstrip("\n")) == (issue.subject, html.rstrip("\n"))
    assert mail.text.rstrip("\n") == text.rstrip("\n")
    assert mail.metadata == {"issue": issue.issue, "delivery": reference_text(reader.ref)}
    ours = headers.keys() - NOT_OURS - ALSO_NOT_OURS.get(name, set())
    assert {header: mail.headers[header] for header in ours} == {header: headers[header] for header in ours}


@pytest.mark.parametrize("count", ["one", "two", "most"])
def test_h_01_each_reader_of_a_request_has_the_mail_that_the_letter_describes(
    other_end: Reached, name: str, count: str
) -> None:
    issue = letter()
    recipients = readers({"one": 1, "two": 2, "most": other_end.provider.capabilities.max_batch}[count])

    receipts = send_by(other_end.provider, issue, recipients)

    assert [(receipt.subscriber_id, receipt.verdict) for receipt in receipts] == [
        (reader.subscriber_id, Verdict.ACCEPTED) for reader in recipients
    ]
    mails = other_end.mails
    assert len(mails) == len(recipients)
    for reader in recipients:
        (mail,) = mails[reader.email]
        require_own(mail, issue, reader, name)
        assert mail.headers["List-Unsubscribe"] == f"<{issue.slots(reader)[Slot.UNSUBSCRIBE]}>"
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_reader_more_than_a_request_holds_makes_two_requests_and_one_mail_each(
    engine: Engine, post: MakePost, other_end: Reached
) -> None:
    most = other_end.provider.capabilities.max_batch
    add_readers(engine, most + 1)
    stored = freeze(engine, batch=most)
    (issue,) = letters(engine, stored).values()

    after = send_issue(post(stored, other_end.provider))

    assert after.state is IssueState.SENT
    if isinstance(other_end.other_end, Account):
        assert len(other_end.other_end.requests) == 2
    mails = other_end.mails
    assert {address: len(mails[address]) for address in mails} == dict.fromkeys(addresses(engine), 1)
    links = {mail.headers["List-Unsubscribe"] for found in mails.values() for mail in found}
    assert len(links) == most + 1
    assert {mail.subject for found in mails.values() for mail in found} == {issue.subject}


def test_no_mail_holds_anything_of_another_reader(other_end: Reached) -> None:
    issue, recipients = letter(), readers(12)
    personal = {
        reader.email: {reader.email, reference_text(reader.ref), *issue.slots(reader).values()}
        for reader in recipients
    }

    send_by(other_end.provider, issue, recipients)

    for address, (mail,) in other_end.mails.items():
        words = unescape(str(mail))
        of_whom = {email for email, values in personal.items() if any(value in words for value in values)}
        assert of_whom == {address}


#: Refused by those that would change it and have no way to say so.
REFUSED_WORDS = {("mailgun", "Mailgun's")}


def sends(other_end: Reached, issue: Letter) -> bool:
    """Send *issue* to two readers; tell whether it left, which it does for both or, with a reason, for nobody."""
    try:
        send_by(other_end.provider, issue, readers(2))
    except AccountError:
        assert not other_end.mails
        assert not (isinstance(other_end.other_end, Account) and other_end.other_end.requests)
        return False
    return True


@pytest.mark.parametrize("kind", WORDS)
def test_h_15_what_was_written_arrives_or_is_refused_before_anything_leaves(
    other_end: Reached, name: str, kind: str
) -> None:
    issue = written(kind)

    has_left = sends(other_end, issue)

    assert has_left is ((name, kind) not in REFUSED_WORDS)
    for reader in readers(2) if has_left else ():
        (mail,) = other_end.mails[reader.email]
        require_own(mail, issue, reader, name)


REFUSED_LINKS = {
    ("mailgun", "%recipient.x%"),
    *(("ses", odd) for odd in ("{{x}}", "{{{x}}}")),
    # It may or may not escape them.
    *(("brevo", odd) for odd in ("?a=1&b=2", '"quoted"', "'it'", "<script>", "{{x}}", "{{{x}}}")),
}


# A message for SMTP has the same link in both bodies, so it escapes none.
@pytest.mark.parametrize("name", SERVICES, indirect=True)
@pytest.mark.parametrize("odd", LINKS)
def test_a_link_is_escaped_in_html_and_plain_elsewhere_or_refused_before_anything_leaves(
    other_end: Reached, name: str, odd: str
) -> None:
    issue = replace(letter(), links=OddLinks(odd))

    has_left = sends(other_end, issue)

    assert has_left is ((name, odd) not in REFUSED_LINKS)
    for reader in readers(2) if has_left else ():
        (mail,), link = other_end.mails[reader.email], issue.slots(reader)[Slot.UNSUBSCRIBE]
        assert f'<a href="{escape(link)}">' in mail.html
        assert f"Leave: {link}\n" in mail.text + "\n"
        assert mail.headers["List-Unsubscribe"] == f"<{link}>"


@pytest.mark.parametrize("email", ADDRESSES)
def test_an_odd_address_gets_its_own_mail_or_none_and_costs_nobody_else_theirs(
    other_end: Reached, name: str, email: str
) -> None:
    issue, odd, (other,) = letter(), Recipient(7, bytes(12), email), readers(1)
    session = other_end.provider.open()

    answer = send_unit(session, issue, [odd, other])
    if answer.wants_parts:
        answer = send_parts(session, issue, [odd, other])
    session.close()

    verdicts = {receipt.subscriber_id: receipt.verdict for receipt in answer.receipts}
    assert verdicts[other.subscriber_id] is Verdict.ACCEPTED
    assert (verdicts[7] is Verdict.ACCEPTED) is (email in other_end.mails)
    assert verdicts[7] in {Verdict.ACCEPTED, Verdict.REFUSED}
    for reader in (odd, other):
        for mail in other_end.mails.get(reader.email, ()):
            require_own(mail, issue, reader, name)
    assert len(other_end.mails[other.email]) == 1


# A session of SMTP is one issue's: it knows letters by their variant.
@pytest.mark.parametrize("name", SERVICES, indirect=True)
def test_each_letter_of_a_session_is_sent_with_its_own_words(other_end: Reached) -> None:
    session = other_end.provider.open()
    seen = []
    for number, subject in enumerate(("One", "Two", "One")):
        # Under the key of another issue: else it would be a repetition.
        session.send(replace(letter(subject), issue=f"monthly-2026-0{number}"), readers(1))
        seen.append(other_end.mails["reader-1@example.org"][-1].subject)
    session.close()

    assert seen == ["One", "Two", "One"]


def test_h_09_a_test_mail_carries_no_header_of_a_list(other_end: Reached) -> None:
    send_by(other_end.provider, letter(kind=LetterKind.TEST), readers(1))

    (mail,) = other_end.mails["reader-1@example.org"]
    assert not [header for header in mail.headers if header.startswith("List-")]


def test_h_09_h_13_a_transactional_mail_arrives_as_written_from_its_own_address_and_of_no_list(
    other_end: Reached, name: str
) -> None:
    mail_to_one, (reader,) = transactional_letter(), readers(1)

    (receipt,) = send_by(other_end.provider, mail_to_one, [reader])

    (mail,) = other_end.mails[reader.email]
    assert receipt.verdict is Verdict.ACCEPTED
    require_own(mail, mail_to_one, reader, name)
    assert "hello@example.org" in mail.author
    assert "news@example.org" not in mail.author
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert mail.headers["X-Auto-Response-Suppress"] == "All"
    assert not [header for header in mail.headers if header.startswith("List-") or header == "Precedence"]
    assert 'href="https://news.example.org/confirm/token?a=1&amp;b=2"' in mail.html
    assert "Confirm: https://news.example.org/confirm/token?a=1&b=2\n" in mail.text + "\n"


def test_a_session_sends_issues_and_transactional_mails_each_with_its_own_headers(other_end: Reached) -> None:
    session, (anna, bert) = other_end.provider.open(), readers(2)

    for to_send, reader in ((letter(), anna), (transactional_letter(), bert)):
        session.send(to_send, [reader])
    session.close()

    (of_the_list,), (to_one,) = other_end.mails[anna.email], other_end.mails[bert.email]
    assert ("List-Unsubscribe" in of_the_list.headers, "Auto-Submitted" in of_the_list.headers) == (
        True,
        False,
    )
    assert ("List-Unsubscribe" in to_one.headers, "Auto-Submitted" in to_one.headers) == (False, True)


def test_no_key_is_shown(other_end: Reached) -> None:
    shown = repr(other_end.provider) + repr(other_end.provider.open())

    assert not [key for key in (SECRET, KEY, KEY_ID) if key in shown]


def test_who_is_asked_knows_whom_it_accepted_and_nobody_else(other_end: Reached) -> None:
    issue, (anna, bert, carl) = letter(), readers(3)
    if other_end.provider.capabilities.look_up is LookUp.NOTHING:
        with pytest.raises(NewsletterError):
            other_end.provider.look_up(issue, [anna])
        return
    send_by(other_end.provider, issue, [anna, carl])
    send_by(other_end.provider, replace(issue, issue="monthly-2026-09"), [bert])

    known = other_end.provider.look_up(issue, [anna, bert, carl])

    assert known == {anna.subscriber_id, carl.subscriber_id}


@pytest.mark.parametrize(
    ("order", "error", "accepted"),
    [
        (Order(accepts=False, reply=Reply(401)), AccountError, 0),
        (Order(accepts=False, reply=Reply(403)), AccountError, 0),
        (Order(accepts=False, reply=Reply(429)), TemporaryError, 0),
        (Order(accepts=False, reply=Reply(500)), OutcomeUnknownError, 0),
        (Order(accepts=False, reply=Reply(503, b"", {"Retry-After": "1"})), OutcomeUnknownError, 0),
        (Order(accepts=False, cuts=True), OutcomeUnknownError, 0),
        # Accepted, and nobody heard of it.
        (Order(reply=Reply(500)), OutcomeUnknownError, 2),
        (Order(reply=Reply(200, b"<html>")), OutcomeUnknownError, 2),
        (Order(cuts=True), OutcomeUnknownError, 2),
    ],
)
@pytest.mark.parametrize("service", SERVICES)
def test_a_failure_proves_no_more_than_it_says(
    service: str, order: Order, error: type[DeliveryError], accepted: int
) -> None:
    with running(SERVICES[service]()) as account:
        provider = provider_of(service, account.url)
        account.orders.append(order)
        with pytest.raises(error) as caught:
            send_by(provider, letter(), readers(2))
        asked, before = len(account.requests), account.accepted.total()

        receipts = send_by(provider, letter(kind=LetterKind.TEST), readers(1))

    assert type(caught.value) is error
    assert (asked, before) == (1, accepted)
    assert not [key for key in (SECRET, KEY, KEY_ID) if key in str(caught.value)]
    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED]


@pytest.mark.parametrize("service", SERVICES)
def test_a_wish_to_wait_comes_along(service: str) -> None:
    with running(SERVICES[service]()) as account:
        account.say(429, Retry_After="17")
        with pytest.raises(TemporaryError) as caught:
            send_by(provider_of(service, account.url), letter(), readers(2))

    assert caught.value.retry_after_s == 17


@pytest.mark.parametrize("service", SERVICES)
def test_a_connection_that_is_refused_leaves_no_doubt(service: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = provider_of(service, f"http://127.0.0.1:{probe.getsockname()[1]}")

        with pytest.raises(TemporaryError, match="cannot be reached"):
            send_by(nobody, letter(), readers(2))


@pytest.mark.parametrize("service", SERVICES)
def test_a_prefix_of_the_address_stands_before_the_documented_path(service: str) -> None:
    with running(SERVICES[service]()) as account:
        send_by(provider_of(service, account.url), letter(), readers(1))
        send_by(provider_of(service, f"{account.url}/prefix/"), letter(kind=LetterKind.TEST), readers(2))

    bare, prefixed = account.requests
    assert prefixed.path == f"/prefix{bare.path}"
