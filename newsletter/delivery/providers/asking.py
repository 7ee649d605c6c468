"""Asking a service's log, reader by reader, whether it has their mail: what is found proves something, and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.http import HttpSession
from newsletter.delivery.providers.reading import address, fields, ours
from newsletter.delivery.values import Recipient
from newsletter.errors import OutcomeUnknownError, RefusedError, TemporaryError


def known(
    http: HttpSession,
    recipients: Sequence[Recipient],
    *,
    path: str,
    query: Callable[[Recipient], Mapping[str, str]],
    listed: str,
    is_theirs: Callable[[Recipient, Mapping[str, Any]], bool],
) -> frozenset[int]:
    """Return the subscriber ids among *recipients* whose mail the log has, and end the connection.

    *query* says what is asked about a reader, *listed* where the answer lists what was found, *is_theirs* whether one of
    that is the reader's mail. Raises as `HttpSession.get`, and OutcomeUnknownError for an answer without that list: but
    what was found before is as good, and a question that is refused (RefusedError) finds nothing and is no reason to end.
    """
    found: set[int] = set()
    try:
        for reader in recipients:
            # All of it is encoded, also what `quote` leaves as a rule: an address may hold anything.
            words = urlencode(query(reader), quote_via=quote, safe="")
            with suppress(RefusedError):
                entries = _entries(http.get(f"{path}?{words}").json(), listed)
                if any(is_theirs(reader, entry) for entry in entries):
                    found.add(reader.subscriber_id)
    except (TemporaryError, OutcomeUnknownError):
        if not found:
            raise
    finally:
        http.close()
    return frozenset(found)


def is_of(letter: Letter, reader: Recipient, metadata: object) -> bool:
    """Whether *metadata* is what went along with this reader's mail."""
    mine = letter.metadata(reader)
    return ours(metadata) == (mine["issue"], mine["delivery"])


def is_to(reader: Recipient, value: object) -> bool:
    """Whether *value* is the reader's address, as whichever service writes it."""
    return address(value).casefold() == reader.email.casefold()


def _entries(answer: object, listed: str) -> list[Mapping[str, Any]]:
    found = fields(answer).get(listed)
    if not isinstance(found, list):
        raise OutcomeUnknownError(f"the answer lists no {listed}")
    return [fields(entry) for entry in found]
