"""What is wrong with what a webhook's requests are proved by, as far as it shows by itself: told before any event is refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.delivery.providers.verifying import each_of
from newsletter.errors import ForgedEventError
from newsletter.settings.model import Webhook

#: Of 128 random bits in base64, without padding.
_STRONG_LENGTH = 22
#: Of a signing secret, in bytes (Standard Webhooks, "Signature scheme").
_SIGNING_BYTES = 24
#: Of Amazon SNS: partition, region, account and name.
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?", re.ASCII)
#: Those of whom a password is asked.
_WITH_PASSWORD = frozenset({"mailgun", "postmark", "brevo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one setting of [webhooks.NAME]; what it holds is not in it."""

    #: The setting's key.
    key: str
    #: What follows its name in a sentence, without the full stop.
    message: str
    help: str
    #: Every request is refused for it. Else it may be right, but is odd or weak.
    is_useless: bool = True


def faults(name: str, settings: Webhook) -> Iterator[Fault]:
    """Yield the faults of what is set for the provider *name*; that nothing is set is none of them."""
    if name in _WITH_PASSWORD:
        yield from _passwords(settings)
    match name:
        case "mailgun":
            yield from _mailgun(settings)
        case "sendgrid":
            yield from _sendgrid(settings)
        case "resend":
            yield from _resend(settings)
        case "ses":
            yield from _ses(settings)


def _passwords(settings: Webhook) -> Iterator[Fault]:
    help_ = "Set a random one, as `newsletter key` makes them, here and at the provider"
    for key, secret, form in (
        ("basic_auth", settings.basic_auth, "name:password"),
        ("secret", settings.secret, "the password alone"),
    ):
        passwords = [password.decode() for password in each_of(secret)]
        if secret and not passwords:
            yield Fault(key=key, message="is empty", help=f"{help_}: {form}.")
        if key == "basic_auth" and any(":" not in password for password in passwords):
            message = "is not of the form name:password (a comma stands between two of them)"
            yield Fault(key=key, message=message, help=f"{help_}.")
        elif any(len(password.rpartition(":")[2]) < _STRONG_LENGTH for password in passwords):
            yield Fault(
                key=key,
                message=f"holds a password shorter than {_STRONG_LENGTH} characters, which may be guessed",
                help=f"{help_}.",
                is_useless=False,
            )


def _mailgun(settings: Webhook) -> Iterator[Fault]:
    help_ = "Copy the HTTP webhook signing key, whole, from Mailgun's page of webhooks."
    keys = each_of(settings.signing_key)
    if settings.signing_key and not keys:
        yield Fault(key="signing_key", message="is empty", help=help_)
    if any(len(key) < _STRONG_LENGTH for key in keys):
        message = f"holds a key shorter than {_STRONG_LENGTH} characters: it was cut, or may be guessed"
        yield Fault(key="signing_key", message=message, help=help_, is_useless=False)


def _sendgrid(settings: Webhook) -> Iterator[Fault]:
    from newsletter.delivery.providers.sendgrid_events import public_key_of

    try:
        if settings.public_key:
            public_key_of(settings.public_key)
    except ForgedEventError:
        yield Fault(
            key="public_key",
            message="is no public key of SendGrid's (P-256, base64 of its DER form)",
            help="Copy the verification key, one line, from SendGrid's settings of the event webhook.",
        )


def _resend(settings: Webhook) -> Iterator[Fault]:
    from newsletter.delivery.providers.resend import key_of

    help_ = "Copy the signing secret, whole, from the webhook's page at Resend."
    for key, secret in (("secret", settings.secret), ("signing_key", settings.signing_key)):
        written = each_of(secret)
        if secret and not written:
            yield Fault(key=key, message="is empty", help=help_)
        elif any(len(key_of(one)) < _SIGNING_BYTES for one in written):
            message = f"is not `whsec_` with the base64 of {_SIGNING_BYTES} bytes or more after it"
            yield Fault(key=key, message=message, help=help_)
        elif not all(one.startswith(b"whsec_") for one in written):
            message = "does not begin with `whsec_`, as each of Resend's does"
            yield Fault(key=key, message=message, help=help_, is_useless=False)


def _ses(settings: Webhook) -> Iterator[Fault]:
    if settings.topic_arn and not _TOPIC.fullmatch(settings.topic_arn):
        yield Fault(
            key="topic_arn",
            message="is not the ARN of a topic of Amazon SNS",
            help='Copy it from the topic\'s page, such as topic_arn = "arn:aws:sns:eu-central-1:123456789012:newsletter".',
        )
