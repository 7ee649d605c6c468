"""A provider of any kind, and what readers see at the other end of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import Provider
from newsletter.settings.model import Provider as ProviderSettings
from newsletter.settings.model import Secret
from tests.delivery.mail_server import Ledger, mail_server
from tests.stand_in.account import Account, running
from tests.stand_in.services import SERVICES
from tests.stand_in.services.ses import KEY, KEY_ID, REGION
from tests.stand_in.values import Mail

SECRET = "key-of-the-account"


def provider_of(name: str, url: str) -> Provider:
    """Return the provider that sends to the stand-in at *url*."""
    settings = ProviderSettings(
        name=name,
        base_url=url,
        domain="mg.example.org",
        region=REGION,
        api_key=Secret(SECRET),
        access_key_id=Secret(KEY_ID),
        secret_access_key=Secret(KEY),
    )
    return open_provider(settings, Path())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A provider, and the other end of it: an account at a service, or a mail server's ledger."""

    provider: Provider
    other_end: Account | Ledger

    @property
    def mails(self) -> Mapping[str, Sequence[Mail]]:
        """The mails accepted, by address."""
        match self.other_end:
            case Account() as account:
                return account.mails
            case ledger:
                return {
                    address: [_read(address, raw)] * ledger.accepted[address]
                    for address, raw in ledger.messages.items()
                }


@contextmanager
def reached(name: str) -> Iterator[Reached]:
    """Run the other end of the provider *name*."""
    if name in SERVICES:
        with running(SERVICES[name]()) as account:
            yield Reached(provider=provider_of(name, account.url), other_end=account)
        return
    ledger = Ledger()
    with mail_server(ledger) as port:
        settings = ProviderSettings(name=name, host="127.0.0.1", port=port, security="none")
        yield Reached(provider=open_provider(settings, Path()), other_end=ledger)


def _read(address: str, raw: bytes) -> Mail:
    """Read a message as a mail program does."""
    message = message_from_bytes(raw, policy=policy.SMTP)
    # What comes back in a bounce, and tells its delivery.
    issue, _, delivery = str(message["Message-ID"]).strip("<>").partition("@")[0].rpartition(".")
    return Mail(
        address=address,
        author=str(message["From"]),
        subject=str(message["Subject"]),
        html=_body(message, "html"),
        text=_body(message, "plain"),
        headers={name: str(value) for name, value in message.items()},
        metadata={"issue": issue, "delivery": delivery},
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")
