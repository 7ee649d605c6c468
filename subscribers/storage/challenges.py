"""Challenges that were solved: each counts once, whichever process it is brought to."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlalchemy.dialects import postgresql, sqlite

from subscribers.storage.tables import spent_challenges
from subscribers.storage.transactions import writing

#: Machines that share a database may differ so much about the time.
_SLACK = timedelta(hours=1)


def spend(engine: Engine, challenge: bytes, expires_at: datetime) -> bool:
    """Remember that *challenge* was solved; return whether that is news."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(spent_challenges).values(challenge=challenge, expires_at=expires_at)
    statement = insert.on_conflict_do_nothing().returning(spent_challenges.c.challenge)
    with writing(engine) as connection:
        return connection.execute(statement).one_or_none() is not None


def forget_expired(engine: Engine, now: datetime) -> int:
    """Delete the challenges that nobody could use any more; return how many."""
    with writing(engine) as connection:
        expired = spent_challenges.c.expires_at < now - _SLACK
        return connection.execute(delete(spent_challenges).where(expired)).rowcount
