"""Whom a stored event is about, and which delivery."""

from collections.abc import Sequence

from newsletter.database import Connection
from newsletter.storage import events as event_store
from newsletter.storage.events import Located, Reader, Waiting
from subscribers.addresses import normalise
from subscribers.errors import AddressError


def locate(connection: Connection, waiting: Sequence[Waiting]) -> list[Located]:
    """Find the readers of events, by the address and by the reference that went along with the mail; and the deliveries.

    The address goes first: it is the one that bounced (row B-07), and a mail may have been handed on.
    """
    references = {each.number: _reference(each.event.delivery) for each in waiting}
    by_reference = event_store.readers_by_reference(connection, set(references.values()))
    referred = {each.number: by_reference.get(references[each.number]) for each in waiting}
    keys = {
        each.number: _key(each.event.email)
        for each in waiting
        if each.event.email and not _is_at(referred[each.number], each.event.email)
    }
    by_address = event_store.readers_by_address(connection, set(keys.values()))
    issues = event_store.issue_numbers(connection, {each.event.issue for each in waiting})
    found = []
    for each in waiting:
        reader = by_address.get(keys.get(each.number, "")) or referred[each.number]
        # A reference that is somebody else's, or nobody's (a test mail, an erased reader), is not of this reader's mail.
        is_theirs = reader is not None and (reader == referred[each.number] or not each.event.delivery)
        found.append(
            Located(
                number=each.number,
                event=each.event,
                subscriber_id=reader.id if reader else None,
                domain=reader.key.rpartition("@")[2] if reader else each.domain,
                issue_number=issues.get(each.event.issue) if is_theirs else None,
            )
        )
    return found


def _is_at(reader: Reader | None, email: str) -> bool:
    """Whether *email* plainly is the address of *reader*, which saves most of them from being looked up."""
    return reader is not None and reader.key == email.lower()


def _reference(text: str) -> bytes:
    """Return the reader's reference that `letter.reference_text` wrote, b"" for what it did not write."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _key(email: str) -> str:
    """Return what makes an address unique, also of one that we would not mail."""
    try:
        return normalise(email, allow_international=True).key
    except AddressError:
        return email.casefold()
