"""What comes in, what is answered, and what the stand-in is told to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import msgspec


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"

    @property
    def json(self) -> Any:
        """Its body."""
        return msgspec.json.decode(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(status: int, content: object) -> Reply:
    """Return an answer in JSON."""
    return Reply(status, msgspec.json.encode(content), {"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is done with one request; by default what the service does."""

    #: Whether its readers get their mail.
    accepts: bool = True
    #: Said in place of the service's own answer.
    reply: Reply | None = None
    #: The connection ends without an answer.
    cuts: bool = False
    #: How long after the request came in the readers are accepted and the answer is given.
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no mail to an address."""

    words: str = "This address is not valid."
    #: Of services that number their reasons.
    code: int = 406
    #: Of services that name them.
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What one reader gets of a request."""

    address: str
    #: Name and address, as people read them.
    author: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str]
    #: Comes back in events.
    metadata: Mapping[str, str]
    #: Of services that find mails by a tag.
    tag: str = ""


class Happening(StrEnum):
    """What becomes of a mail after it was accepted."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    #: The address does not exist.
    BOUNCED = "bounced"
    #: The mailbox is full.
    SOFT_BOUNCED = "soft bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    OPENED = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that happened to a mail."""

    kind: Happening
    mail: Mail
    at: datetime
    #: Different for each.
    id: str


@dataclass(frozen=True, slots=True)
class Posting:
    """A request that the service makes to a webhook."""

    headers: Mapping[str, str]
    body: bytes


class Service(Protocol):
    """What differs from service to service."""

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom *request* is for, in its order; quick, because benchmarks count by it."""

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return what each of them gets."""

    def refuses_all(self, request: Request) -> bool:
        """Whether one refused address refuses the whole request."""

    def answer(self, addresses: Sequence[str], refused: Mapping[int, Refusal], number: int) -> Reply:
        """Return the answer to a request, the *number*th of those accepted; *refused* by place."""

    def posting(self, occurrences: Sequence[Occurrence], now: datetime) -> Posting:
        """Return one request to a webhook, signed at *now* where the service signs.

        Most services speak of one occurrence a request.
        """


@runtime_checkable
class GuardedService(Service, Protocol):
    """A service whose requests are signed."""

    def turned_away(self, request: Request) -> Reply | None:
        """Return the answer to a request that is not signed as it should be."""


@runtime_checkable
class SearchedService(Service, Protocol):
    """A service that can be asked what it accepted."""

    @property
    def log_path(self) -> str:
        """How the path of that question ends."""

    def searched(self, request: Request, mails: Mapping[str, Sequence[Mail]]) -> Reply:
        """Answer a GET; *mails*: those accepted, by address."""


@runtime_checkable
class KeyedService(Service, Protocol):
    """A service that knows an idempotency key again."""

    def key(self, request: Request) -> str:
        """Return its idempotency key, "" where it has none."""

    def repeated(self, first: Request, reply: Reply | None, request: Request) -> Reply:
        """Answer a request under the key of *first*, which was answered with *reply*; None: it still runs."""
