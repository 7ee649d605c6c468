"""One look into the inclusion ledger without SQLAlchemy, whose import takes most of the time that a list may take.

`newsletter items` is run often and has to answer within half a second; everything else goes through `storage.issues`. A
test holds the two equal.
"""

import sqlite3
from pathlib import Path


def issues_of_items(database: Path, *, is_rehearsal: bool) -> dict[str, str]:
    """Return key → the latest issue that has the item; empty while there is no ledger.

    Rehearsals count among rehearsals alone.
    """
    if not database.exists():
        return {}
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error:
        return {}
    try:
        rows = connection.execute(
            "SELECT inclusions.key, issues.id FROM inclusions JOIN issues ON issues.number = inclusions.issue_number"
            " WHERE issues.is_rehearsal <= ? ORDER BY issues.number",
            (is_rehearsal,),
        )
        return dict(rows.fetchall())
    except sqlite3.Error:
        return {}
    finally:
        connection.close()
