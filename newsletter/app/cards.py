"""A reader as an operator sees one: masked, and so that no address looks like another."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.delivery.words import printable
from subscribers.addresses import masked
from subscribers.values import Subscriber, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an operator sees of a reader."""

    #: Masked, unless a person asked for it.
    email: str
    #: In ASCII; "" unless the address mixes alphabets, when only this shows what it is.
    mixed_script_domain: str
    #: In hexadecimal digits: what the record of deeds calls the reader.
    reader: str
    state: str
    lang: str
    subscriptions: tuple[Subscription, ...]
    paused_until: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    unsubscribed_at: datetime | None
    suppressed: str | None
    suppressed_at: datetime | None


def card(reader: Subscriber, *, reveals: bool) -> Card:
    """Return what an operator sees of *reader*."""
    return Card(
        email=_plainly(reader) if reveals else masked(reader.email),
        mixed_script_domain=reader.email.rpartition("@")[2] if reader.is_mixed_script else "",
        reader=reader.ref.hex(),
        state=reader.state,
        lang=reader.lang,
        subscriptions=reader.subscriptions,
        paused_until=reader.paused_until,
        created_at=reader.created_at,
        confirmed_at=reader.confirmed_at,
        unsubscribed_at=reader.unsubscribed_at,
        suppressed=reader.suppressed,
        suppressed_at=reader.suppressed_at,
    )


def _plainly(reader: Subscriber) -> str:
    """Return the address so that nothing in it looks like something else."""
    email = (
        reader.email.encode("ascii", "backslashreplace").decode() if reader.is_mixed_script else reader.email
    )
    return printable(email)
