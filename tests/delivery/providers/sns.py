"""Notifications as Amazon SNS makes and signs them, with a certificate of our own."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from newsletter.delivery.events import Posted
from newsletter.delivery.providers.ses_events import SesReceiver
from newsletter.errors import TemporaryError
from newsletter.settings.model import Webhook

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-central-1:123456789012:newsletter"
CERTIFICATE_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a1b.pem"
SUBSCRIBE_URL = (
    f"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t0"
)


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
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    return built.sign(of, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@dataclass
class Web:
    """What is fetched, in place of Amazon's servers; what is not there cannot be reached."""

    pages: Mapping[str, bytes] = field(
        default_factory=lambda: {CERTIFICATE_URL: certificate(key()), SUBSCRIBE_URL: b"<ok/>"}
    )
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url not in self.pages:
            raise TemporaryError("Amazon SNS cannot be reached.")
        return self.pages[url]


def receiver(web: Web, topic: str = TOPIC) -> SesReceiver:
    """Return the receiver of a topic, which fetches from *web*."""
    return SesReceiver(settings=Webhook(topic_arn=topic), fetch=web.fetch)


def notification(message: object = "", **changed: object) -> dict[str, Any]:
    """Return a notification without its signature; what is `changed` to None is left out."""
    envelope = {
        "Type": "Notification",
        "MessageId": "0b7f2d6e-0000-4000-8000-000000000001",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-11-03T08:59:30.125Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
    } | changed
    return {name: value for name, value in envelope.items() if value is not None}


def confirmation(**changed: object) -> dict[str, Any]:
    """Return the question whether a topic shall notify us, without its signature."""
    of_its_own = {"Type": "SubscriptionConfirmation", "Token": "t0", "SubscribeURL": SUBSCRIBE_URL}
    return notification("You have chosen to subscribe.", **(of_its_own | changed))


def signed(envelope: Mapping[str, Any]) -> Posted:
    """Return the request with *envelope* under the signature of our key."""
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if envelope["Type"] != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    to_sign = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode()
    algorithm = hashes.SHA1() if envelope["SignatureVersion"] == "1" else hashes.SHA256()
    signature = base64.b64encode(key().sign(to_sign, PKCS1v15(), algorithm)).decode()
    return posted({**envelope, "Signature": signature})


def posted(envelope: object) -> Posted:
    """Return the request with *envelope* as it is."""
    return Posted(headers={"content-type": "text/plain; charset=UTF-8"}, body=json.dumps(envelope).encode())
