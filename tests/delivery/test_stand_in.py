"""The stand-in for the services does what it is told, and what their documentation says."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import load_pem_x509_certificate

from newsletter.errors import OutcomeUnknownError
from tests.delivery.reached import provider_of
from tests.delivery.sample_letter import letter, readers, send_by
from tests.stand_in.account import Account, running
from tests.stand_in.remote import started
from tests.stand_in.services import SERVICES, sns
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.services.ses import SesApi
from tests.stand_in.serving import serving
from tests.stand_in.values import Happening, Order, Reply, Request

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@contextmanager
def webhook() -> Iterator[tuple[str, list[Request]]]:
    """Run a webhook that takes everything; yield its address and what came in."""
    posted: list[Request] = []

    def take(request: Request) -> Reply:
        posted.append(request)
        return Reply(204)

    with serving(take) as url:
        yield url, posted


@pytest.mark.parametrize(("honours", "mails"), [(True, 1), (False, 2)])
@pytest.mark.parametrize("name", ["brevo", "resend"])
def test_a_repetition_is_known_by_its_key_where_keys_are_honoured(
    name: str, honours: bool, mails: int
) -> None:
    with running(SERVICES[name]()) as account:
        account.honours_keys = honours
        for _ in range(2):
            send_by(provider_of(name, account.url), letter(), readers(1))

    assert account.accepted.total() == mails


def test_a_key_whose_request_still_runs_is_a_conflict() -> None:
    request = Request("/emails/batch", {"Idempotency-Key": "key"}, b"[]")

    reply = ResendApi().repeated(request, None, request)

    assert reply.status == 409
    assert b"concurrent_idempotent_requests" in reply.body


def sent(account: Account, name: str) -> Account:
    """Send to two readers."""
    send_by(provider_of(name, account.url), letter(), readers(2))
    return account


@pytest.mark.parametrize("kind", Happening)
@pytest.mark.parametrize("name", SERVICES)
def test_events_come_in_the_order_that_was_asked_for_and_as_often(name: str, kind: Happening) -> None:
    first, second = (reader.email for reader in readers(2))

    with running(SERVICES[name]()) as account, webhook() as (url, posted):
        events = sent(account, name).happened(kind, [first, second], AT)
        statuses = account.tell(url, [events[1], events[0], events[1]])

    assert statuses == [204, 204, 204]
    named = [first if first.encode() in request.body else second for request in posted]
    assert named == [second, first, second]


def test_mailgun_signs_time_and_token() -> None:
    with running(SERVICES["mailgun"]()) as account, webhook() as (url, posted):
        account.tell(url, sent(account, "mailgun").happened(Happening.DELIVERED, [readers(1)[0].email], AT))

    signed = posted[0].json["signature"]
    expected = hmac.digest(
        b"webhook-signing-key", (signed["timestamp"] + signed["token"]).encode(), "sha256"
    ).hex()
    assert signed["signature"] == expected
    assert posted[0].json["event-data"]["timestamp"] == AT.timestamp()


def test_sendgrid_signs_time_and_body() -> None:
    service = SendGridApi()
    with running(service) as account, webhook() as (url, posted):
        account.tell(url, sent(account, "sendgrid").happened(Happening.BOUNCED, [readers(1)[0].email], AT))

    headers = posted[0].headers
    key = load_der_public_key(base64.b64decode(service.public_key))
    assert isinstance(key, EllipticCurvePublicKey)
    signature = base64.b64decode(headers["X-Twilio-Email-Event-Webhook-Signature"])
    stamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"].encode()
    key.verify(signature, stamp + posted[0].body, ECDSA(SHA256()))


def test_resend_signs_id_time_and_body() -> None:
    with running(SERVICES["resend"]()) as account, webhook() as (url, posted):
        account.tell(url, sent(account, "resend").happened(Happening.COMPLAINED, [readers(1)[0].email], AT))

    headers = {name.lower(): value for name, value in posted[0].headers.items()}
    signed = f"{headers['svix-id']}.{headers['svix-timestamp']}.".encode() + posted[0].body
    code = base64.b64encode(hmac.new(b"signing-secret", signed, hashlib.sha256).digest()).decode()
    assert headers["svix-signature"] == f"v1,{code}"


@pytest.mark.parametrize(("version", "algorithm"), [("1", SHA1()), ("2", SHA256())], ids=["sha1", "sha256"])
def test_amazon_sns_signs_what_amazon_ses_tells(version: str, algorithm: HashAlgorithm) -> None:
    service = SesApi(signature_version=version)
    with running(service) as account, webhook() as (url, posted):
        account.tell(url, sent(account, "ses").happened(Happening.COMPLAINED, [readers(1)[0].email], AT))

    told = posted[0].json
    key = load_pem_x509_certificate(sns.pages()[told["SigningCertURL"]]).public_key()
    assert isinstance(key, RSAPublicKey)
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    signed = "".join(f"{name}\n{told[name]}\n" for name in names).encode()
    key.verify(base64.b64decode(told["Signature"]), signed, PKCS1v15(), algorithm)
    assert told["SignatureVersion"] == version


def test_in_a_process_of_its_own_it_takes_orders_and_keeps_the_account() -> None:
    with started("mailgun") as account, webhook() as (url, posted):
        account.order(Order(cuts=True))
        with pytest.raises(OutcomeUnknownError):
            send_by(provider_of("mailgun", account.url), letter(), readers(2))
        accepted = account.accepted
        account.make_habit(Order(accepts=False, reply=Reply(500)))
        with pytest.raises(OutcomeUnknownError):
            send_by(provider_of("mailgun", account.url), letter(), readers(1))
        statuses = account.tell(url, [(Happening.DELIVERED, readers(1)[0].email)], AT)

        assert account.accepted == accepted == {reader.email: 1 for reader in readers(2)}
    assert statuses == [204]
    assert posted[0].json["event-data"]["event"] == "delivered"


def samples() -> Path:
    """Return the folder of real payloads."""
    folder = Path(__file__).parents[3] / "shared/providers/webhook_samples"
    if not folder.exists():
        pytest.skip("no real payloads are here")
    return folder


@pytest.mark.parametrize(
    ("name", "kind", "sample"),
    [
        ("mailgun", Happening.DELIVERED, "mailgun.delivered_live"),
        ("mailgun", Happening.BOUNCED, "mailgun.failed_permanent_delayed"),
        ("sendgrid", Happening.BOUNCED, "sendgrid.bounce_live"),
        ("postmark", Happening.BOUNCED, "postmark.bounce_hard"),
        ("postmark", Happening.DELIVERED, "postmark.delivery_live"),
        ("resend", Happening.DEFERRED, "resend.delivery_delayed"),
        ("brevo", Happening.COMPLAINED, "brevo.complaint"),
        ("ses", Happening.BOUNCED, "ses.bounce_undetermined"),
        ("ses", Happening.COMPLAINED, "ses.complaint"),
    ],
)
def test_an_event_has_only_fields_that_real_ones_have(name: str, kind: Happening, sample: str) -> None:
    real = json.loads((samples() / f"{sample}.json").read_text(encoding="utf-8"))

    service = SERVICES[name]()
    with running(service) as account:
        events = sent(account, name).happened(kind, [readers(1)[0].email], AT)
        made = json.loads(service.posting(events, AT).body)

    # What a sender chose, and what is documented and not in every sample.
    chosen = {"issue", "delivery", "tags", "MessageStream", "subject", "ts_epoch", "recipient-domain"}
    assert _names(made) - _names(real) <= chosen


def _names(value: object) -> set[str]:
    """Return the names of all fields of objects in *value*."""
    if isinstance(value, list):
        return set().union(*map(_names, value))
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    if isinstance(value, str) and value.startswith("{"):
        # A notification holds its event as a text.
        return _names(json.loads(value))
    return set()
