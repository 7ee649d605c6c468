"""What this package knows of a subscriber and hands on."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from subscribers.addresses import Address
from subscribers.states import State
from subscribers.suppression import Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscriber's wish to get a digest."""

    digest: str
    #: Sorted keys; None: all topics, future ones included.
    topics: tuple[str, ...] | None
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person's address and what they asked for."""

    id: int
    #: 12 random bytes that stand for the person in links and in the record of consents.
    ref: bytes
    email: str
    #: As it was typed: only this tells which alphabets a domain is written in.
    as_entered: str
    lang: str
    state: State
    paused_until: datetime | None
    suppressed: Suppression | None
    suppressed_at: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    unsubscribed_at: datetime | None
    subscriptions: tuple[Subscription, ...]

    @property
    def wanted(self) -> Mapping[str, Subscription]:
        """The subscriptions that have not ended, by digest."""
        return {each.digest: each for each in self.subscriptions if each.ended_at is None}

    def is_paused(self, now: datetime) -> bool:
        """Whether they want nothing at the moment; a pause ends without anything being stored."""
        return self.state == State.PAUSED and (self.paused_until is None or self.paused_until > now)

    @property
    def is_mixed_script(self) -> bool:
        """Whether the address, as it was typed, mixes alphabets: it may not be what it looks like."""
        return Address(self.email, "", self.as_entered).is_mixed_script

    @property
    def choices(self) -> dict[str, object]:
        """Language, digests and their topics, as a record of consent tells them."""
        return {"lang": self.lang, "digests": {key: each.topics for key, each in self.wanted.items()}}


def topics_to_text(topics: Iterable[str] | None) -> str | None:
    """Return *topics* as they are stored: one text for one choice, so that equal choices can be grouped."""
    return None if topics is None else json.dumps(sorted(set(topics)), separators=(",", ":"))


def topics_from_text(text: str | None) -> tuple[str, ...] | None:
    """Return what `topics_to_text` stored."""
    return None if text is None else tuple(json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """How many there are. A suppressed address counts as nothing else."""

    pending: int = 0
    active: int = 0
    paused: int = 0
    unsubscribed: int = 0
    suppressed: int = 0
