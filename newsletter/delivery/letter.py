"""A letter: one frozen variant of an issue, with all that is the same for each of its readers; or a mail to one person."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime
from enum import StrEnum
from html import escape
from urllib.parse import quote, urlsplit

from newsletter.delivery.links import Links
from newsletter.delivery.message import EmbeddedImage, MessageTemplate, compile_message
from newsletter.delivery.values import Recipient
from newsletter.rendering.values import Slot


class LetterKind(StrEnum):
    """What a letter is to those who get it, which its headers say."""

    #: A mailing of the list.
    ISSUE = "issue"
    #: An issue on trial: without List-Unsubscribe, which could not do what it says (row H-09).
    TEST = "test"
    #: Answers what one person did on the site, and is of no list: a confirmation, a welcome.
    TRANSACTIONAL = "transactional"


#: Exchange: no out-of-office replies to a newsletter, and none of any kind to what is itself an automatic answer.
_NO_REPLIES = {
    LetterKind.ISSUE: "OOF, AutoReply",
    LetterKind.TEST: "OOF, AutoReply",
    LetterKind.TRANSACTIONAL: "All",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes, as the headers say it."""

    newsletter: str
    address: Address
    reply_to: Address | None
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a provider needs to send one variant to any number of readers."""

    kind: LetterKind = LetterKind.ISSUE
    #: Its id; of a transactional letter what it is, in a name that no issue can have.
    issue: str
    #: "" of a transactional letter.
    digest: str
    variant: str
    lang: str
    subject: str
    #: With slots open; of a transactional letter none is left, so it holds what nobody else may see.
    html: str = field(repr=False)
    text: str = field(repr=False)
    sender: Sender
    #: When the issue was started: the Date of each of its mails, also of a retried one.
    date: datetime
    links: Links
    images: Sequence[EmbeddedImage] = ()

    @property
    def mailing(self) -> str:
        """What tells its mails from others' in a provider's log or a folder: a test is none of its issue's."""
        return f"{self.issue}-test" if self.kind is LetterKind.TEST else self.issue

    def shared_headers(self) -> dict[str, str]:
        """Return the headers that do not differ from reader to reader (rows H-01, H-12 … H-16; RFC 3834, section 5)."""
        headers = {"Date": format_datetime(self.date.astimezone(UTC))}
        if self.sender.reply_to:
            headers["Reply-To"] = str(self.sender.reply_to)
        if self.kind is LetterKind.ISSUE:
            headers |= {
                "List-Id": list_id(self.sender, self.digest),
                "List-Help": f"<{self.sender.public_url}/help>",
                "List-Archive": f"<{self.sender.public_url}/issues>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Feedback-ID": feedback_id(self.issue, self.digest, self.kind, self.sender),
                "Precedence": "bulk",
            }
        if self.kind is LetterKind.TRANSACTIONAL:
            headers |= {
                "Auto-Submitted": "auto-generated",
                "Feedback-ID": feedback_id(self.issue, self.variant, self.kind, self.sender),
            }
        return headers | {"X-Auto-Response-Suppress": _NO_REPLIES[self.kind]}

    def own_headers(self, recipient: Recipient, slots: Mapping[Slot, str]) -> dict[str, str]:
        """Return the headers of one reader's mail, whose `slots` these are; ASCII, without line breaks."""
        headers = {"To": recipient.email, "Message-ID": message_id(self.issue, recipient.ref, self.sender)}
        if self.kind is LetterKind.ISSUE:
            headers["List-Unsubscribe"] = f"<{slots[Slot.UNSUBSCRIBE]}>"
        return headers

    def metadata(self, recipient: Recipient) -> dict[str, str]:
        """Return what goes along with one reader's mail and comes back in events: no address, no name."""
        return {"issue": self.issue, "delivery": reference_text(recipient.ref)}

    def request_key(self, recipients: Sequence[Recipient]) -> str:
        """Return the idempotency key of one request: the same for the same readers of this variant, at every try."""
        parts = (self.issue.encode(), self.variant.encode(), *(recipient.ref for recipient in recipients))
        return hashlib.blake2b(b"\0".join(parts), digest_size=16).hexdigest()

    def compile(self) -> MessageTemplate:
        """Build the MIME message that all readers of this letter share."""
        return compile_message(
            sender=self.sender.address,
            subject=self.subject,
            headers=self.shared_headers(),
            text=self.text,
            html=self.html,
            images=self.images,
        )

    def slots(self, recipient: Recipient) -> Mapping[Slot, str]:
        """Return what fills each slot for one reader."""
        return self.links.slots(recipient.ref)


def filled(letter: Letter, slots: Mapping[Slot, str]) -> tuple[str, str]:
    """Return HTML and text of one reader's mail, for services that are given each mail whole."""
    html, text = letter.html, letter.text
    for slot, link in slots.items():
        html, text = html.replace(slot, escape(link)), text.replace(slot, link)
    return html, text


def delivery_name(issue: str, ref: bytes) -> str:
    """Return a name for one issue to one reader: the same at every try, in ASCII (RFC 5322, atext), without an address."""
    return f"{quote(issue, safe='')}.{reference_text(ref)}"


def reference_text(ref: bytes) -> str:
    """Return a reader's reference in digits and lower-case letters (RFC 4648, base16)."""
    return ref.hex()


def message_id(issue: str, ref: bytes, sender: Sender) -> str:
    """Return the Message-ID of one delivery (RFC 5322, section 3.6.4)."""
    return f"<{delivery_name(issue, ref)}@{sender.address.domain}>"


def list_id(sender: Sender, digest: str) -> str:
    """Return the List-Id (RFC 2919): stable as long as the digest's key and the sender's domain are."""
    label = f"{digest.replace('_', '-')}.{sender.address.domain}"
    return f"{_phrase(sender.newsletter)} <{label}>"


def _phrase(name: str) -> str:
    """Return *name* as a phrase (RFC 5322): plain, quoted, or encoded whole when it is not ASCII."""
    if not name.isascii():
        return Header(name, "utf-8", maxlinelen=250).encode()
    if re.fullmatch(r"[A-Za-z0-9 _-]+", name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def feedback_id(issue: str, stream: str, kind: LetterKind, sender: Sender) -> str:
    """Return the Feedback-ID for Google's reports: issue, stream, kind, and a sender id of 5 to 15 characters."""
    host = urlsplit(sender.public_url).hostname or sender.address.domain
    sender_id = re.sub(r"[^a-z0-9]", "-", host.lower())[-15:].strip("-")
    return f"{quote(issue, safe='')}:{stream}:{kind}:{sender_id:->5}"
