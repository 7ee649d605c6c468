"""What passes between the ledger, the send loop and a provider."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec


class Recipient(msgspec.Struct, frozen=True, gc=False):
    """A reader of a claimed batch; made a million times an issue."""

    subscriber_id: int
    #: Random and lasting; stands in tokens, Message-IDs and file names in place of the address.
    ref: bytes
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedBatch:
    """A batch that this sender alone may send: the claim is committed."""

    id: int
    issue_number: int
    #: The variant's number within the issue.
    variant: int
    #: Its readers lie between these two ids, with others who have ended already or belong to other variants.
    first_subscriber: int
    last_subscriber: int
    #: How many readers it had when it was made.
    size: int
    attempts: int
    #: When it was claimed last.
    claimed_at: datetime
    recipients: tuple[Recipient, ...]
    #: In doubt, and sent again as it was under its key.
    is_repeat: bool = False


class Verdict(StrEnum):
    """What a provider said about one reader."""

    ACCEPTED = "accepted"
    #: For good: invalid, suppressed.
    REFUSED = "refused"
    #: Not now; nothing was accepted for this reader.
    LATER = "later"
    #: The answer does not tell, or never came.
    UNKNOWN = "unknown"

    # An enumeration's own is written in Python, and asked for each reader.
    __hash__ = str.__hash__


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """What the provider answered for one delivery."""

    subscriber_id: int
    verdict: Verdict
    #: The provider's own words, where it had any.
    detail: str = ""
    #: The provider's id of the message.
    provider_id: str = ""
    #: Its wish for the next try, in seconds.
    retry_after_s: float | None = None
