"""Mails to editors and operators: each is filed once for each of them, and sent by whichever scheduler claims it."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.database import reading, writing
from newsletter.storage.tables import notices

#: Who claimed one so long ago was killed, and it is free again.
_CLAIM = timedelta(minutes=10)
#: Whatever could not be told for so long is no news any more.
_PATIENCE = timedelta(days=3)
#: No wait of ours is longer: one that ends later was begun by a clock that was wrong.
_LONGEST_WAIT = timedelta(hours=1)
_MOST_AT_ONCE = 50


class NoticeKind(StrEnum):
    """What is in such a mail."""

    #: The words that were filed.
    WORDS = "words"
    #: An issue as it would go out, below the words: made when it is sent.
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail to one editor or operator."""

    id: int
    #: What is told; the same for all who are told of it.
    key: str
    recipient: str
    kind: NoticeKind
    #: "" when it is about none.
    issue: str
    subject: str
    text: str
    created_at: datetime
    attempts: int


def file(
    connection: Connection,
    key: str,
    recipients: Collection[str],
    *,
    subject: str,
    text: str,
    now: datetime,
    kind: NoticeKind = NoticeKind.WORDS,
    issue: str = "",
) -> bool:
    """Have something told to *recipients*; False when it was filed before for all of them, or there are none."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"key": key, "kind": kind, "issue": issue, "subject": subject, "text": text}
    news = [
        connection.execute(
            dialect.insert(notices)
            .values(**row, recipient=recipient, created_at=now, not_before=now)
            .on_conflict_do_nothing()
        ).rowcount
        for recipient in recipients
    ]
    return any(count == 1 for count in news)


def is_filed(engine: Engine, key: str) -> bool:
    """Whether anybody is told, or to be told, what *key* names."""
    with reading(engine) as connection:
        return (
            connection.execute(select(notices.c.id).where(notices.c.key == key).limit(1)).first() is not None
        )


def claim(engine: Engine, now: datetime) -> list[Notice]:
    """Return what is to be sent now; for ten minutes nobody else gets it."""
    is_due = (
        notices.c.sent_at.is_(None),
        notices.c.created_at > now - _PATIENCE,
        or_(notices.c.not_before <= now, notices.c.not_before > now + _LONGEST_WAIT),
        or_(
            notices.c.claimed_at.is_(None),
            notices.c.claimed_at <= now - _CLAIM,
            notices.c.claimed_at > now + _CLAIM,
        ),
    )
    first = select(notices.c.id).where(*is_due).order_by(notices.c.id).limit(_MOST_AT_ONCE)
    columns = [notices.c[field.name] for field in fields(Notice)]
    statement = update(notices).where(*is_due, notices.c.id.in_(first)).values(claimed_at=now)
    with writing(engine) as connection:
        rows = connection.execute(statement.returning(*columns)).mappings().all()
    found = [Notice(**{**row, "kind": NoticeKind(row["kind"])}) for row in rows]
    return sorted(found, key=lambda notice: notice.id)


def record_sent(engine: Engine, notice: Notice, now: datetime) -> None:
    """Record that a mail was accepted."""
    _record(engine, notice, sent_at=now, words="")


def record_failure(engine: Engine, notice: Notice, words: str, not_before: datetime) -> None:
    """Record in whose *words* it was not accepted, and when it is tried again."""
    _record(engine, notice, claimed_at=None, not_before=not_before, words=words)


def _record(engine: Engine, notice: Notice, **values: object) -> None:
    with writing(engine) as connection:
        mine = update(notices).where(notices.c.id == notice.id)
        connection.execute(mine.values(attempts=notice.attempts + 1, **values))


def is_told(engine: Engine, key: str) -> bool:
    """Whether anybody has been told what *key* names."""
    told = select(notices.c.id).where(notices.c.key == key, notices.c.sent_at.is_not(None)).limit(1)
    with reading(engine) as connection:
        return connection.execute(told).first() is not None


def record_told(engine: Engine, key: str, words: str, now: datetime) -> None:
    """Record that what *key* names was told in another way than by mail."""
    waiting = update(notices).where(notices.c.key == key, notices.c.sent_at.is_(None))
    with writing(engine) as connection:
        connection.execute(waiting.values(sent_at=now, words=words))
