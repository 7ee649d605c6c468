"""The record of consents: what somebody agreed to or took back, when, and how we know. Only ever added to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What was done."""

    #: Agreed: took a leaving back, or evidence of it came with an import.
    CONFIRM = "confirm"
    #: Chose other topics, digests or another language.
    CHANGE = "change"
    #: Left one digest or all, or marked a mail as spam.
    WITHDRAW = "withdraw"
    #: Nothing of their doing: the address proved to be no good.
    SUPPRESS = "suppress"
    #: That was taken back.
    RELEASE = "release"
    #: Nothing of their doing: their profile is no longer kept. The payload finds these records again by a hash of the address.
    FORGET = "forget"
    #: Nothing but the hash that seals cover is left of the record.
    DELETED = "deleted"


class Channel(StrEnum):
    """Which way it reached us."""

    #: The unsubscribe button of a mail program (RFC 8058).
    ONE_CLICK = "one-click"
    #: The page that an unsubscribe link opens.
    UNSUBSCRIBE_PAGE = "unsubscribe-page"
    #: "Undo" on that page.
    UNDO = "undo"
    #: The page that the preferences link opens.
    PREFERENCES_PAGE = "preferences-page"
    #: The page that the link of a confirmation mail opens.
    CONFIRM_PAGE = "confirm-page"
    #: "Never mail me again", from a confirmation mail.
    BLOCK_PAGE = "block-page"
    #: A file, with evidence that is kept with the import.
    IMPORT = "import"
    #: What the e-mail service reported: bounces, complaints, its own unsubscribe link.
    PROVIDER = "provider"
    #: An operator, who was told; the payload says which way and what.
    OPERATOR = "operator"
    #: The nightly job that keeps nothing longer than it is needed.
    RETENTION = "retention"
    #: It had happened before an older database was put in place, which did not know.
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One entry."""

    subscriber_ref: bytes
    at: datetime
    action: Action
    channel: Channel
    #: Scope and circumstances, JSON values only; never an address.
    payload: Mapping[str, object]

    @property
    def payload_text(self) -> str:
        """The payload as it is stored: one text for one content."""
        return json.dumps(self.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
