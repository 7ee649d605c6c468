"""What goes to Amazon SES: each reader gets their own mail out of one signed request."""

import json
from collections.abc import Iterator
from dataclasses import replace
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers.ses import Ses
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError
from newsletter.rendering.values import Slot
from newsletter.settings.model import NO_SECRET, Secret
from tests.delivery.sample_letter import filled, letter, readers, send_by
from tests.stand_in.account import Account, running
from tests.stand_in.services.ses import KEY, KEY_ID, REGION, SesApi

AWKWARD = (
    "%recipient.x% {{x}} {{ unsubscribe }} {{{y}}} \\{{z}} {{opening}} {{#if x}}{{/if}} {} }} { \\ @media{a{b:c}} "
    "\"quoted\" 'it' \r\n\t <script>1</script> ü ❤️ \u2028 &amp;"
)


@pytest.fixture
def account() -> Iterator[Account]:
    with running(SesApi()) as found:
        yield found


def provider(account: Account, region: str = REGION, configuration_set: str = "news") -> Ses:
    return Ses(
        region=region,
        base_url=f"{account.url}/prefix/",
        access_key_id=Secret(KEY_ID),
        secret_access_key=Secret(KEY),
        configuration_set=configuration_set,
    )


def send(account: Account, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    return send_by(provider(account), to_send, recipients)


def test_nobodys_link_or_reference_stands_anywhere_but_in_their_own_entry(account: Account) -> None:
    issue = letter()

    send(account, issue, readers(5))

    request = account.requests[0].json
    entries = request.pop("BulkEmailEntries")
    for own, entry in enumerate(entries):
        for other, reader in enumerate(readers(5)):
            secrets = [reader.email, *issue.slots(reader).values(), issue.metadata(reader)["delivery"]]
            for secret in secrets:
                assert (secret in json.dumps(entry)) is (own == other)
                assert secret not in json.dumps(request)


def test_headers_of_an_issue_go_with_each_reader(account: Account) -> None:
    issue, (reader,) = letter(), readers(1)

    send(account, issue, [reader])

    request = account.requests[0].json
    assert account.mails[reader.email][0].headers == {
        "List-Id": "N <monthly.example.org>",
        "List-Help": "<https://news.example.org/help>",
        "List-Archive": "<https://news.example.org/issues>",
        "List-Unsubscribe": f"<{issue.slots(reader)[Slot.UNSUBSCRIBE]}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    own = [header["Name"] for header in request["BulkEmailEntries"][0]["ReplacementHeaders"]]
    assert own == ["List-Unsubscribe", "List-Unsubscribe-Post"]
    assert request["ReplyToAddresses"] == ["Editors <editors@example.org>"]
    assert request["ConfigurationSetName"] == "news"


def test_a_sender_name_outside_ascii_is_encoded_for_headers(account: Account) -> None:
    send(account, letter(), readers(1))

    author = account.requests[0].json["FromEmailAddress"]
    name, address = parseaddr(author)
    assert author.isascii()
    assert (str(make_header(decode_header(name))), address) == ("Network – Ünion", "news@example.org")


def test_p_17_tracking_is_off_in_each_request(account: Account) -> None:
    send(account, letter(), readers(1))

    tracking = account.requests[0].json["ConfigurationOverrides"]["Tracking"]
    assert tracking == {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}


def test_a_test_mail_has_no_unsubscribe_header_and_needs_no_configuration_set(account: Account) -> None:
    send_by(provider(account, configuration_set=""), letter(kind=LetterKind.TEST), readers(1))

    assert "List-Unsubscribe" not in account.mails["reader-1@example.org"][0].headers
    assert "List-Unsubscribe-Post" not in account.mails["reader-1@example.org"][0].headers
    assert "ConfigurationSetName" not in account.requests[0].json


@pytest.mark.parametrize("words", [AWKWARD, f"{{{Slot.UNSUBSCRIBE}}}", f"\\{Slot.PREFERENCES}}}}}"])
def test_content_that_only_looks_odd_arrives_as_written(account: Account, words: str) -> None:
    issue = letter()
    subject = " ".join(words.splitlines())
    issue = replace(issue, subject=subject, html=issue.html + words, text=issue.text + words)

    send(account, issue, readers(2))

    for reader in readers(2):
        (mail,), links = account.mails[reader.email], issue.slots(reader)
        assert (mail.subject, mail.html) == (filled(subject, links), filled(issue.html, links))
        assert mail.text == filled(issue.text, links)


#: Much that opens, or nearly opens, something of Amazon's.
_BRACES = st.lists(
    st.sampled_from([*"{}\\#a \n", str(Slot.UNSUBSCRIBE), "opening", "{{closing}}"]), max_size=12
).map("".join)


def test_any_pile_of_braces_arrives_as_it_was_written(account: Account) -> None:
    (reader,) = readers(1)
    session = provider(account).open()

    @settings(max_examples=50)
    @given(_BRACES)
    def check(body: str) -> None:
        issue = replace(letter(), html=body)
        session.send(issue, [reader])
        assert account.mails[reader.email][-1].html == filled(body, issue.slots(reader))

    check()
    session.close()


def test_braces_stand_alone_also_where_values_are_filled_in_one_after_the_other(account: Account) -> None:
    send(account, replace(letter(), html="{{unsubscribe}} {{{opening}}}"), readers(1))

    request = account.requests[0].json
    (entry,) = request["BulkEmailEntries"]
    html = request["DefaultContent"]["Template"]["TemplateContent"]["Html"]
    values = json.loads(entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"])
    for name, value in values.items():
        html = html.replace(f"{{{{{name}}}}}", value)
    assert html == "{{unsubscribe}} {{{opening}}}"


@pytest.mark.parametrize("odd", ["{{unsubscribe}}", "a\r\nBcc: b@example.org", "größe", "x" * 960])
def test_a_link_that_cannot_be_sent_as_it_is_stops_the_issue_before_anything_leaves(
    account: Account, odd: str
) -> None:
    links = FixedLinks(f"https://news.example.org/{odd}", "https://news.example.org/preferences")

    with pytest.raises(AccountError, match="public_url"):
        send(account, replace(letter(), links=links), readers(1))

    assert account.requests == []


@pytest.mark.parametrize(
    "issue",
    [
        letter("News\r\nBcc: b@example.org"),
        letter(newsletter="News {{ contact }}"),
        replace(letter(), html="x" * 1_000_000),
    ],
)
def test_a_letter_that_cannot_be_sent_as_it_is_stops_the_issue_before_anything_leaves(
    account: Account, issue: Letter
) -> None:
    with pytest.raises(AccountError):
        send(account, issue, readers(1))

    assert account.requests == []


@pytest.mark.parametrize("email", ["a,b@example.org", "ü@example.org", "a b@example.org"])
def test_an_address_that_amazon_would_read_otherwise_is_refused_alone(account: Account, email: str) -> None:
    good = readers(1)[0]

    receipts = send(account, letter(), [Recipient(7, bytes(12), email), good])

    assert [receipt.verdict for receipt in receipts] == [Verdict.REFUSED, Verdict.ACCEPTED]
    assert list(account.mails) == [good.email]


def test_an_address_with_braces_is_an_address(account: Account) -> None:
    receipts = send(account, letter(), [Recipient(7, bytes(12), "{{a}}@example.org")])

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED]


def test_nothing_is_asked_for_when_no_address_is_fit(account: Account) -> None:
    receipts = send(account, letter(), [Recipient(7, bytes(12), "a,b@example.org")])

    assert [receipt.verdict for receipt in receipts] == [Verdict.REFUSED]
    assert account.requests == []


def test_a_signature_for_another_region_is_not_ours(account: Account) -> None:
    with pytest.raises(AccountError, match="403"):
        send_by(provider(account, region="us-east-1"), letter(), readers(1))


def test_a_long_name_outside_ascii_stays_one_header(account: Account) -> None:
    send(account, letter(newsletter="Ünion " * 30), readers(1))

    assert account.mails["reader-1@example.org"][0].headers["List-Id"].endswith("<monthly.example.org>")


@pytest.mark.parametrize("region", ["", "eu-central-1.example.org/", "EU"])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(AccountError, match="region"):
        Ses(region=region, access_key_id=Secret(KEY_ID), secret_access_key=Secret(KEY)).open()


@pytest.mark.parametrize(
    ("key_id", "key"), [(NO_SECRET, Secret(KEY)), (Secret(KEY_ID), NO_SECRET), (NO_SECRET, NO_SECRET)]
)
def test_without_its_keys_nothing_is_signed(key_id: Secret, key: Secret) -> None:
    with pytest.raises(AccountError, match="SECRET_ACCESS_KEY"):
        Ses(region=REGION, access_key_id=key_id, secret_access_key=key).open()
