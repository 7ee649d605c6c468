"""A digest that has got another key: its issues, and since when it is seen."""

from datetime import timedelta

from sqlalchemy import insert, select

from newsletter.database import Engine
from newsletter.storage import issues
from newsletter.storage.tables import digest_sightings
from newsletter.storage.tables import issues as table
from tests.delivery.frozen_issue import NOW


def _add(engine: Engine, digest: str, period: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(table).values(
                id=f"{digest}-{period}",
                is_rehearsal=False,
                digest=digest,
                period=period,
                state="sent",
                due_at=NOW,
                created_at=NOW,
            )
        )


def test_a_period_of_which_both_names_have_an_issue_belongs_to_the_new_one(engine: Engine) -> None:
    for digest, period in (("old", "2026-10"), ("old", "2026-11"), ("new", "2026-11")):
        _add(engine, digest, period)

    issues.rename_digest(engine, "old", "new")

    stored = issues.list_all(engine, is_rehearsal=False)
    assert {(issue.id, issue.digest, issue.period) for issue in stored} == {
        ("old-2026-10", "new", "2026-10"),
        ("old-2026-11", "new", "old-2026-11"),
        ("new-2026-11", "new", "2026-11"),
    }


def test_a_renamed_digest_is_seen_since_the_old_name_was(engine: Engine) -> None:
    with engine.begin() as connection:
        for digest, days in (("old", 20), ("new", 1)):
            seen = NOW - timedelta(days=days)
            row = {"digest": digest, "is_rehearsal": False, "timetable": "", "counts_from": seen}
            connection.execute(insert(digest_sightings).values(seen_at=seen, **row))

    issues.rename_digest(engine, "old", "new")

    with engine.connect() as connection:
        seen_since = connection.execute(
            select(digest_sightings.c.digest, digest_sightings.c.counts_from)
        ).all()
    assert [tuple(row) for row in seen_since] == [("new", NOW - timedelta(days=20))]
