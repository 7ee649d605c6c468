"""What somebody asked for on the site: it waits as a row until its mail has left, whoever asked and for whatever address."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

#: How long the link of a confirmation works after it was mailed.
CONFIRM_TIME = timedelta(hours=72)
#: How long a link works that opens personal data.
MANAGE_TIME = timedelta(minutes=30)
#: What could not be mailed for so long is not mailed any more: nobody waits for it.
PATIENCE = timedelta(hours=6)


class Kind(StrEnum):
    """What is asked for, which is also what is mailed."""

    #: The newsletter, by the sign-up form: mailed is a link that confirms.
    SIGN_UP = "sign-up"
    #: To confirm what an import says: from a slow queue of its own.
    INVITATION = "invitation"
    #: Nothing: a sign-up was confirmed, and is answered.
    WELCOME = "welcome"
    #: A link to export, erase and change of address.
    MANAGE = "manage"
    #: Another address: mailed to that is a link that confirms.
    NEW_ADDRESS = "new-address"
    #: Nothing: the old address is told that there is a new one.
    ADDRESS_CHANGED = "address-changed"


class RequestState(StrEnum):
    """Where its mail stands."""

    WAITING = "waiting"
    #: About to leave, or left without an answer.
    SENDING = "sending"
    MAILED = "mailed"
    #: Nothing is mailed; `reason` says why.
    DROPPED = "dropped"
    #: It waited too long.
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a sign-up asks for, and what was agreed to."""

    digests: Sequence[str]
    #: None: all topics.
    topics: Sequence[str] | None = None
    #: The text beside the box that was ticked, and where: form, embed, api, import.
    consent_text: str = ""
    entry: str = ""

    def to_payload(self) -> Mapping[str, object]:
        """Return it as it is stored."""
        return {
            "digests": list(self.digests),
            "topics": None if self.topics is None else list(self.topics),
            "consent_text": self.consent_text,
            "entry": self.entry,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Choice":
        """Return what `to_payload` made."""
        return cls(
            digests=tuple(payload["digests"]),
            topics=None if payload["topics"] is None else tuple(payload["topics"]),
            consent_text=payload["consent_text"],
            entry=payload["entry"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A row of `requests`."""

    id: int
    ref: bytes
    kind: Kind
    created_at: datetime
    #: These two are "" once the retention job has been there.
    email: str = field(repr=False)
    email_key: str = field(repr=False)
    as_entered: str = field(repr=False)
    mailbox: bytes
    domain: str
    lang: str
    payload: Mapping[str, Any]
    state: RequestState
    attempts: int = 0
    claimed_at: datetime | None = None
    mailed_at: datetime | None = None
    message_id: str = ""
    done_at: datetime | None = None


def payload_text(payload: Mapping[str, object]) -> str:
    """Return a payload as it is stored: one text for one content."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
