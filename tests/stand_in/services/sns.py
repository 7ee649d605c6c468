"""Amazon SNS: carries what Amazon SES tells to a webhook, under a signature whose certificate stands on its own host.

The certificate is of our own making; whoever wants to believe it fetches it from `pages()`, in place of Amazon's servers.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from tests.stand_in.values import Posting

HOST = "https://sns.eu-central-1.amazonaws.com"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:newsletter"
CERTIFICATE_URL = f"{HOST}/SimpleNotificationService-0a1b.pem"
SUBSCRIBE_URL = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t0"

_ALGORITHMS = {"1": hashes.SHA1(), "2": hashes.SHA256()}
#: What is signed, in this order.
_OF_A_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OF_A_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


@cache
def key() -> rsa.RSAPrivateKey:
    """Return the key that signs."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(of: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """Return a certificate of a key that signs itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.example.org")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(of.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=3650))
    )
    return built.sign(of, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@cache
def pages() -> Mapping[str, bytes]:
    """Return what stands on its host."""
    return {CERTIFICATE_URL: certificate(key()), SUBSCRIBE_URL: b"<ConfirmSubscriptionResponse/>"}


def signed(envelope: Mapping[str, str]) -> dict[str, str]:
    """Return *envelope* with its signature, of the version that it names."""
    names = _OF_A_NOTIFICATION if envelope["Type"] == "Notification" else _OF_A_CONFIRMATION
    to_sign = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode()
    signature = key().sign(to_sign, PKCS1v15(), _ALGORITHMS[envelope["SignatureVersion"]])
    return {**envelope, "Signature": base64.b64encode(signature).decode()}


def notification(message: str, *, id_: str, version: str, now: datetime) -> Posting:
    """Return a request that carries *message*."""
    return _posting(
        {
            **_envelope("Notification", message, id_, version, now),
            "Subject": "Amazon SES Email Event Notification",
            "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe&SubscriptionArn={TOPIC}:0",
        }
    )


def confirmation(*, version: str, now: datetime) -> Posting:
    """Return the request that asks whether the topic shall notify this webhook: yes is said at its SubscribeURL."""
    message = f"You have chosen to subscribe to the topic {TOPIC}."
    envelope = _envelope("SubscriptionConfirmation", message, "confirmation", version, now)
    return _posting({**envelope, "Token": "t0", "SubscribeURL": SUBSCRIBE_URL})


def _envelope(kind: str, message: str, id_: str, version: str, now: datetime) -> dict[str, str]:
    return {
        "Type": kind,
        "MessageId": id_,
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.125Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
    }


def _posting(envelope: Mapping[str, str]) -> Posting:
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": envelope["Type"],
        "x-amz-sns-topic-arn": TOPIC,
    }
    return Posting(headers, msgspec.json.encode(signed(envelope)))
