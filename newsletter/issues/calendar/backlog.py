"""Which issue of a digest is due and undecided, and of which others it takes the place.

What was decided is known by its state alone: no row means that nobody has decided, `held` that the clock may decide
again, anything else that the clock has nothing to say any more.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from newsletter.content.items import Collection
from newsletter.issues.calendar.agenda import special_times
from newsletter.issues.calendar.schedule import due_before
from newsletter.issues.calendar.sightings import Sighting, timetable_of
from newsletter.issues.digests import Digest
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.values import IssueState

#: So many missed issues leave a row that says where their items went; older ones leave none.
MAX_OVERTAKEN = 60

_UNDECIDED = frozenset({None, IssueState.DRAFT, IssueState.APPROVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An issue whose time has come."""

    issue: str
    #: `2026-11`; for a special, its name.
    period: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is due of a digest."""

    #: The one to decide about: the latest, unless it was decided. A held one is decided about again.
    open: Due | None = None
    #: Nobody decided about these: the items of all of them are in `open`. The latest first.
    overtaken: tuple[Due, ...] = ()


def backlog(
    digest: Digest,
    newsroom: Newsroom,
    moved: Mapping[str, datetime],
    past: Mapping[str, IssueState],
    *,
    counts_from: datetime,
    now: datetime,
) -> Backlog:
    """Return which regular issue of *digest* is due by *now*, and which it takes the place of.

    *moved*: issues whose files have `send_at`. *past*: the states of stored issues. Nothing is due by itself that was
    due up to *counts_from*, and nothing of a digest that is paused.
    """
    if digest.paused:
        return Backlog()
    missed: list[Due] = []
    for due in _latest_first(digest, newsroom, moved, counts_from, now):
        state = past.get(due.issue)
        if state is IssueState.HELD and not missed:
            return Backlog(open=due)
        if state not in _UNDECIDED or len(missed) > MAX_OVERTAKEN:
            break
        missed.append(due)
    if not missed:
        return Backlog()
    latest, *others = missed
    return Backlog(open=latest, overtaken=tuple(others))


def due_specials(
    digest: Digest,
    newsroom: Newsroom,
    collection: Collection,
    past: Mapping[str, IssueState],
    *,
    counts_from: datetime,
    now: datetime,
) -> tuple[Due, ...]:
    """Return the specials of *digest* whose `send_at` has come, the soonest first; none takes another's place."""
    if digest.paused:
        return ()
    found = [
        Due(issue=name, period=name, due_at=due)
        for name, due in special_times(digest, newsroom, collection).items()
        if counts_from < due <= now and past.get(name) in _UNDECIDED | {IssueState.HELD}
    ]
    return tuple(sorted(found, key=lambda due: (due.due_at, due.issue)))


def passed_over(
    before: Sighting | None,
    digest: Digest,
    newsroom: Newsroom,
    moved: Mapping[str, datetime],
    past: Mapping[str, IssueState],
    *,
    now: datetime,
) -> Due | None:
    """Return the issue that a schedule changed since *before* leaves out: due by the new one before anybody saw it.

    None as well when a digest is new or was paused: what passes then is meant to pass.
    """
    as_it_was = replace(digest, paused=not digest.paused)
    if before is None or before.timetable in {
        timetable_of(each, newsroom.zone) for each in (digest, as_it_was)
    }:
        return None
    latest = backlog(digest, newsroom, moved, past, counts_from=before.counts_from, now=now).open
    # Of a held one people know already.
    return None if latest is None or past.get(latest.issue) is IssueState.HELD else latest


def _latest_first(
    digest: Digest,
    newsroom: Newsroom,
    moved: Mapping[str, datetime],
    counts_from: datetime,
    now: datetime,
) -> Iterator[Due]:
    regular = (
        Due(issue=name, period=period, due_at=due)
        for period, due in due_before(digest, newsroom.zone, now)
        if (name := f"{digest.key}-{period}") not in moved
    )
    elsewhere = [
        Due(issue=name, period=name.removeprefix(f"{digest.key}-"), due_at=due)
        for name, due in moved.items()
        if due <= now
    ]
    elsewhere.sort(key=lambda due: due.due_at, reverse=True)
    both = heapq.merge(regular, elsewhere, key=lambda due: due.due_at, reverse=True)
    return takewhile(lambda due: due.due_at > counts_from, both)
