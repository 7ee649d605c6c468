"""The inclusion ledger in the database: which item went out in which issue, a row for each language."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, Select, select

from newsletter.database import reading
from newsletter.issues.values import Included, Issue
from newsletter.storage.glance import included_of
from newsletter.storage.tables import inclusions, issues


def included(engine: Engine, *, is_rehearsal: bool) -> list[Included]:
    """Return the inclusion ledger of every digest, the oldest issue first.

    What was only rehearsed counts among rehearsals alone.
    """
    with reading(engine) as connection:
        return [included_of(tuple(row)) for row in connection.execute(_ledger(is_rehearsal=is_rehearsal))]


def taken_meanwhile(
    connection: Connection, issue: Issue, known: Iterable[Included], *, is_rehearsal: bool
) -> Included | None:
    """Return an item of *issue* that another one of its digest took since the ledger was *known*; None: nobody did."""
    statement = _ledger(is_rehearsal=is_rehearsal).where(
        inclusions.c.digest == issue.digest.key,
        inclusions.c.key.in_(issue.counted_keys),
        issues.c.id != issue.id,
    )
    taken = (included_of(tuple(row)) for row in connection.execute(statement))
    # Those that an editor has repeated on purpose were known.
    were_known = {(row.key, row.issue) for row in known}
    return next((row for row in taken if (row.key, row.issue) not in were_known), None)


def _ledger(*, is_rehearsal: bool) -> Select[Any]:
    own = inclusions.c
    return (
        select(own.digest, own.key, own.lang, issues.c.id, own.title, own.date, own.body_hash)
        .join(issues, issues.c.number == own.issue_number)
        .where(issues.c.is_rehearsal.in_({False, is_rehearsal}))
        .order_by(issues.c.number, own.key, own.lang)
    )


def rows_of(number: int, issue: Issue) -> list[dict[str, object]]:
    """Return the rows that enter the ledger when *issue*, stored under *number*, is frozen."""
    counted = set(issue.counted_keys)
    return [
        {
            "issue_number": number,
            "key": story.key,
            "lang": lang,
            "digest": issue.digest.key,
            "title": item.title,
            "date": item.date.isoformat() if item.date else "",
            "body_hash": item.body_hash,
        }
        for story in issue.stories
        if story.key in counted
        for lang, item in story.versions.items()
    ]
