"""Which issues lie ahead: the due times of a digest, as its schedule and the issue files have them."""

import heapq
from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime

from newsletter.content.items import Collection
from newsletter.issues.calendar.periods import RegularId, parse_issue_id
from newsletter.issues.calendar.schedule import due_in, due_times
from newsletter.issues.digests import Digest
from newsletter.issues.file.reading import read_digest, read_send_at
from newsletter.issues.file.values import issue_file_names
from newsletter.issues.newsroom import Newsroom


def calendar(
    digest: Digest, newsroom: Newsroom, collection: Collection, after: datetime
) -> Iterator[tuple[str, datetime]]:
    """Yield (issue, due time in UTC) of what is due of *digest* after *after*, without end, soonest first.

    An issue whose file has `send_at` is due then instead, and specials that have one are among them.
    """
    timed = special_times(digest, newsroom, collection)
    later = sorted((due, name) for name, due in timed.items() if due > after)
    regular = ((due, name) for name, due in _regular(digest, newsroom, collection, after))
    for due, name in heapq.merge(later, regular):
        yield name, due


def next_issue(
    digest: Digest, newsroom: Newsroom, collection: Collection, now: datetime, ended: Container[str] = ()
) -> str:
    """Return the id of the issue of *digest* that is due next, specials aside.

    *ended*: issues that went out early, or never will.
    """
    return next(name for name, _ in _regular(digest, newsroom, collection, now) if name not in ended)


def overdue(digest: Digest, newsroom: Newsroom, collection: Collection, now: datetime) -> tuple[str, ...]:
    """Return the ids of the issues of *digest* that have a file and were due by *now*, begun or not."""
    return tuple(
        str(regular)
        for regular in _with_a_file(digest, collection)
        if (due := due_at(regular, newsroom, read_send_at(str(regular), collection))) and due <= now
    )


def due_at(regular: RegularId | None, newsroom: Newsroom, send_at: datetime | None) -> datetime | None:
    """Return when an issue is due, in UTC; None: a special that a person sends."""
    if send_at:
        return send_at.astimezone(UTC)
    return due_in(newsroom.digests[regular.digest], newsroom.zone, regular.period) if regular else None


def specials(newsroom: Newsroom, collection: Collection) -> tuple[str, ...]:
    """Return the names of all specials there are files for, sent ones included."""
    return tuple(
        name for name in issue_file_names(collection) if parse_issue_id(name, newsroom.digests) is None
    )


def moved(digest: Digest, collection: Collection) -> Mapping[str, datetime]:
    """Return when, in UTC, those issues of *digest* are due whose files have `send_at`; specials aside."""
    names = map(str, _with_a_file(digest, collection))
    return {name: send_at.astimezone(UTC) for name in names if (send_at := read_send_at(name, collection))}


def special_times(digest: Digest, newsroom: Newsroom, collection: Collection) -> Mapping[str, datetime]:
    """Return when, in UTC, those specials of *digest* are due that have `send_at`."""
    return {
        name: send_at.astimezone(UTC)
        for name in specials(newsroom, collection)
        if read_digest(name, collection, newsroom) == digest.key
        and (send_at := read_send_at(name, collection))
    }


def _regular(
    digest: Digest, newsroom: Newsroom, collection: Collection, after: datetime
) -> Iterator[tuple[str, datetime]]:
    elsewhere = moved(digest, collection)
    later = sorted((due, name) for name, due in elsewhere.items() if due > after)
    by_schedule = (
        (due, name)
        for period, due in due_times(digest, newsroom.zone, after)
        if (name := f"{digest.key}-{period}") not in elsewhere
    )
    for due, name in heapq.merge(later, by_schedule):
        yield name, due


def _with_a_file(digest: Digest, collection: Collection) -> Iterator[RegularId]:
    for name in issue_file_names(collection):
        if regular := parse_issue_id(name, {digest.key: digest}):
            yield regular
