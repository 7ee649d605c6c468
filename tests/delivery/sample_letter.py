"""A letter to send, and readers to send it to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from html import escape

from newsletter.delivery.letter import Letter, LetterKind, Sender
from newsletter.delivery.links import LinkMaker, NoLinks
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.values import Receipt, Recipient
from newsletter.rendering.values import Slot
from subscribers.tokens import TokenKeys

KEYS = TokenKeys.from_secrets(["MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY"])
REF = bytes(range(12))
HTML = f'<p>Größe ❤️ {"lang " * 300}</p><a href="{Slot.UNSUBSCRIBE}">Leave</a> <a href="{Slot.PREFERENCES}">Choose</a>'
TEXT = f"Hello – {'words ' * 40}\n.\n..dots\nFrom here\n\nLeave: {Slot.UNSUBSCRIBE}\n"


def sender(name: str = "Network Newsletter", public_url: str = "https://news.example.org") -> Sender:
    return Sender(
        newsletter=name,
        address=Address("Network – Ünion", addr_spec="news@example.org"),
        reply_to=Address("Editors", addr_spec="editors@example.org"),
        public_url=public_url,
    )


def letter(
    subject: str = "November: größer – besser",
    *,
    kind: LetterKind = LetterKind.ISSUE,
    newsletter: str = "N",
) -> Letter:
    return Letter(
        kind=kind,
        issue="monthly-2026-11",
        digest="monthly",
        variant="en",
        lang="en",
        subject=subject,
        html=HTML,
        text=TEXT,
        sender=sender(newsletter),
        date=datetime(2026, 11, 3, 9, tzinfo=UTC),
        links=LinkMaker.for_issue("https://news.example.org", KEYS, "monthly-2026-11"),
    )


def golden_letter() -> Letter:
    """Return the letter whose requests are kept."""
    links = f'<a href="{Slot.UNSUBSCRIBE}">Leave</a> <a href="{Slot.PREFERENCES}">Choose</a>'
    return replace(
        letter(),
        html=f'<p>Größe ❤️ {{{{x}}}} 100% "quoted"</p>\n{links}',
        text=f"Größe ❤️ {{{{x}}}} 100% <script>\n.\n\nLeave: {Slot.UNSUBSCRIBE}\nChoose: {Slot.PREFERENCES}\n",
    )


def transactional_letter() -> Letter:
    """Return a mail to one person, whose link stands in it."""
    link = "https://news.example.org/confirm/token?a=1&b=2"
    return replace(
        letter("Please confirm – bestätigen", kind=LetterKind.TRANSACTIONAL),
        issue="_sign-up",
        digest="",
        html=f'<p>Größe ❤️ {{{{x}}}} 100%</p>\n<a href="{escape(link)}">Confirm</a>',
        text=f"Größe ❤️ {{{{x}}}} 100% <script>\n.\n\nConfirm: {link}\n",
        sender=replace(sender(), address=Address("Network", addr_spec="hello@example.org")),
        links=NoLinks(),
    )


def readers(count: int) -> list[Recipient]:
    """Return *count* readers."""
    return [
        Recipient(number, number.to_bytes(12, "big"), f"reader-{number}@example.org")
        for number in range(1, count + 1)
    ]


def send_by(provider: Provider, to_send: Letter, recipients: Sequence[Recipient]) -> list[Receipt]:
    """Send in a session of its own."""
    session = provider.open()
    try:
        return list(session.send(to_send, recipients))
    finally:
        session.close()


def filled(body: str, links: Mapping[Slot, str]) -> str:
    """Return *body* with a reader's *links*."""
    for slot, link in links.items():
        body = body.replace(slot, link)
    return body
