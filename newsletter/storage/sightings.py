"""Since when each digest's due times count, for real and for rehearsals."""

from datetime import datetime

from sqlalchemy import Engine, case, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.database import reading, writing
from newsletter.issues.calendar.sightings import Sighting
from newsletter.storage.tables import digest_sightings as sightings


def sighting(engine: Engine, digest: str, *, is_rehearsal: bool) -> Sighting | None:
    """Return what is remembered of a digest; None: it was never seen."""
    statement = select(sightings.c.timetable, sightings.c.counts_from).where(
        sightings.c.digest == digest, sightings.c.is_rehearsal == is_rehearsal
    )
    with reading(engine) as connection:
        row = connection.execute(statement).one_or_none()
    return None if row is None else Sighting(timetable=row.timetable, counts_from=row.counts_from)


def note_sighting(engine: Engine, digest: str, seen: Sighting, now: datetime, *, is_rehearsal: bool) -> None:
    """Remember what was *seen* of a digest. Of two schedulers that see one timetable first, the earlier one counts."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    fresh = dialect.insert(sightings).values(
        digest=digest,
        is_rehearsal=is_rehearsal,
        timetable=seen.timetable,
        counts_from=seen.counts_from,
        seen_at=now,
    )
    is_earlier = (sightings.c.timetable == fresh.excluded.timetable) & (
        sightings.c.counts_from < fresh.excluded.counts_from
    )
    # `case` and not least(): SQLite calls it min().
    changed = {
        "timetable": fresh.excluded.timetable,
        "counts_from": case((is_earlier, sightings.c.counts_from), else_=fresh.excluded.counts_from),
        "seen_at": fresh.excluded.seen_at,
    }
    with writing(engine) as connection:
        connection.execute(
            fresh.on_conflict_do_update(index_elements=["digest", "is_rehearsal"], set_=changed)
        )
