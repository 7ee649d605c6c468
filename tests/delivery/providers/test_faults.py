"""What is wrong with what proves a webhook's requests, as far as it shows by itself."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from newsletter.delivery.providers.faults import faults
from newsletter.settings.model import RECEIVERS, Secret, Webhook
from tests.stand_in.services.sns import TOPIC

P_256 = ec.derive_private_key(256, ec.SECP256R1()).public_key()
P_384 = ec.derive_private_key(384, ec.SECP384R1()).public_key()
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
WHSEC = "whsec_" + base64.b64encode(b"a key of twenty-four byt").decode()
STRONG = "6h3Xq0vWk9Tz1LmPb8RyUc"


def spki(key: PublicKeyTypes) -> str:
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def point(key: ec.EllipticCurvePublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()


def pem(key: PublicKeyTypes) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def found(name: str, settings: Webhook) -> list[tuple[str, bool]]:
    """Return the key of each fault, and whether every request is refused for it."""
    return [(fault.key, fault.is_useless) for fault in faults(name, settings)]


@pytest.mark.parametrize("name", RECEIVERS)
def test_what_is_not_set_has_no_fault(name: str) -> None:
    assert found(name, Webhook()) == []


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("mailgun", Webhook(signing_key=Secret("0123456789abcdef" * 2))),
        ("mailgun", Webhook(signing_key=Secret("0123456789abcdef" * 2), basic_auth=Secret(f"us:{STRONG}"))),
        ("sendgrid", Webhook(public_key=spki(P_256))),
        ("postmark", Webhook(basic_auth=Secret(f"us:{STRONG},us:new{STRONG}"))),
        ("brevo", Webhook(secret=Secret(STRONG))),
        ("resend", Webhook(secret=Secret(WHSEC))),
        ("resend", Webhook(signing_key=Secret(f"{WHSEC} , {WHSEC.rstrip('=')}"))),
        ("ses", Webhook(topic_arn=TOPIC)),
        ("ses", Webhook(topic_arn="arn:aws-cn:sns:cn-north-1:123456789012:a_b-C")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_provider_gives_out_has_no_fault(name: str, settings: Webhook) -> None:
    assert found(name, settings) == []


@pytest.mark.parametrize(
    "written",
    ["MFkw", "no base64", "ü", spki(P_384), spki(ED25519), point(P_256), pem(P_256), spki(P_256)[:-4]],
    ids=["cut", "text", "umlaut", "p-384", "ed25519", "point", "pem", "short"],
)
def test_w_28_a_key_of_another_kind_is_not_sendgrids(written: str) -> None:
    assert found("sendgrid", Webhook(public_key=written)) == [("public_key", True)]


@pytest.mark.parametrize("written", ["re_123", "whsec_", "whsec_%%%", WHSEC[:20], f"{WHSEC},word"])
@pytest.mark.parametrize("key", ["secret", "signing_key"])
def test_w_28_a_signing_secret_of_another_form_is_not_resends(key: str, written: str) -> None:
    settings = Webhook(**{key: Secret(written)})  # type: ignore[arg-type]  # both are secrets

    assert found("resend", settings) == [(key, True)]


def test_w_28_a_signing_secret_without_its_beginning_may_be_right() -> None:
    assert found("resend", Webhook(secret=Secret("0123456789abcdef" * 2))) == [("secret", False)]


@pytest.mark.parametrize(
    "written",
    [
        "newsletter",
        "arn:aws:sns:eu-central-1:1234:newsletter",
        "arn:aws:sqs:eu-central-1:123456789012:newsletter",
        f"{TOPIC} ",
        f"{TOPIC}:subscription-id",
        "https://sns.eu-central-1.amazonaws.com/",
    ],
)
def test_w_26_what_is_no_arn_of_a_topic_is_told(written: str) -> None:
    assert found("ses", Webhook(topic_arn=written)) == [("topic_arn", True)]


@pytest.mark.parametrize(("written", "is_useless"), [(",", True), (" ", True), ("0123456789", False)])
def test_w_25_a_signing_key_that_is_empty_or_cut_is_told(written: str, *, is_useless: bool) -> None:
    assert found("mailgun", Webhook(signing_key=Secret(written))) == [("signing_key", is_useless)]


@pytest.mark.parametrize("name", ["mailgun", "postmark", "brevo"])
@pytest.mark.parametrize(
    ("written", "is_useless"), [(",", True), (STRONG, True), ("us:word", False), (f"us:{STRONG},word", True)]
)
def test_w_27_a_password_that_nobody_can_send_or_everybody_guess_is_told(
    name: str, written: str, *, is_useless: bool
) -> None:
    assert found(name, Webhook(basic_auth=Secret(written))) == [("basic_auth", is_useless)]


def test_no_secret_stands_in_a_fault() -> None:
    settings = Webhook(signing_key=Secret("hush"), basic_auth=Secret("hush"), secret=Secret("hush"))

    for name in RECEIVERS:
        assert "hush" not in repr(list(faults(name, settings)))
