"""One look into the inclusion ledger without SQLAlchemy, whose import takes most of the time that a list may take.

`newsletter items` is run often and has to answer within half a second; everything else goes through
`storage.inclusions`. A test holds the two equal.
"""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from newsletter.content.items import When
from newsletter.issues.values import Included


def glance(database: Path, *, is_rehearsal: bool) -> list[Included]:
    """Return the inclusion ledger of every digest, the oldest issue first; empty while there is none.

    Rehearsals count among rehearsals alone.
    """
    if not database.exists():
        return []
    try:
        connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error:
        return []
    try:
        rows = connection.execute(
            "SELECT i.digest, i.key, i.lang, issues.id, i.title, i.date, i.body_hash"
            " FROM inclusions AS i JOIN issues ON issues.number = i.issue_number"
            " WHERE issues.is_rehearsal <= ? ORDER BY issues.number, i.key, i.lang",
            (is_rehearsal,),
        )
        return [included_of(row) for row in rows]
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def included_of(row: Sequence[str]) -> Included:
    """Return the value of a row of the ledger."""
    digest, key, lang, issue, title, date, body_hash = row
    return Included(
        digest=digest, key=key, lang=lang, issue=issue, title=title, date=_when(date), body_hash=body_hash
    )


def _when(text: str) -> When | None:
    if not text:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
