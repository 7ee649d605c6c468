"""Issues in the database: those that were started, held, skipped or cancelled. A draft is only files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from newsletter.database import reading, writing
from newsletter.errors import IssueError
from newsletter.issues.states import is_legal
from newsletter.issues.values import Included, Issue, IssueState
from newsletter.rendering.values import RenderedIssue
from newsletter.storage.deciding import enter, number_of, supersede
from newsletter.storage.inclusions import rows_of, taken_meanwhile
from newsletter.storage.tables import (
    batches,
    choices,
    deliveries,
    digest_sightings,
    inclusions,
    issues,
    variants,
)
from newsletter.storage.variants import row_of

#: In `choices`: readers whose choice leaves nothing to read get no delivery.
NO_VARIANT = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIssue:
    """A row of `issues`."""

    number: int
    id: str
    is_rehearsal: bool
    digest: str
    period: str
    state: IssueState
    reason: str
    subject: str
    hash: str
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    frozen_to: int
    freeze_to: int
    audience: int
    provider: str
    has_left: bool

    @classmethod
    def from_row(cls, row: Row[Any]) -> "StoredIssue":
        """Return the value of a row of `issues`."""
        values = {field.name: row._mapping[field.name] for field in fields(cls)}
        return cls(**{**values, "state": IssueState(row.state)})

    @property
    def is_held_on_its_way(self) -> bool:
        """Whether it had been started when it was held, by a restored backup: the files change nothing about it."""
        return self.state is IssueState.HELD and self.started_at is not None


def rename_digest(engine: Engine, old: str, new: str) -> None:
    """Count the issues of the digest *old* as issues of *new*; their ids stay, and since when its due times count.

    A period that *new* has had an issue of by itself keeps that one: the old one's is then its id, like a special's.
    """
    with reading(engine) as connection:
        if not connection.execute(select(_knows(old))).scalar():
            return
    with writing(engine) as connection:
        theirs = issues.alias()
        is_double = exists().where(
            theirs.c.digest == new,
            theirs.c.period == issues.c.period,
            theirs.c.is_rehearsal == issues.c.is_rehearsal,
        )
        ours = issues.c.digest == old
        connection.execute(update(issues).where(ours, is_double).values(period=issues.c.id))
        connection.execute(update(issues).where(ours).values(digest=new))
        connection.execute(update(inclusions).where(inclusions.c.digest == old).values(digest=new))
        _move_sightings(connection, old, new)


def _knows(digest: str) -> ColumnElement[bool]:
    return or_(exists().where(issues.c.digest == digest), exists().where(digest_sightings.c.digest == digest))


def _move_sightings(connection: Connection, old: str, new: str) -> None:
    """What the old name was seen at counts; the new one is seen under that name for the first time, if ever before."""
    seen = select(digest_sightings.c.is_rehearsal).where(digest_sightings.c.digest == old)
    is_new = and_(digest_sightings.c.digest == new, digest_sightings.c.is_rehearsal.in_(seen))
    connection.execute(delete(digest_sightings).where(is_new))
    connection.execute(update(digest_sightings).where(digest_sightings.c.digest == old).values(digest=new))


def find(engine: Engine, issue: str, *, is_rehearsal: bool) -> StoredIssue | None:
    """Return the stored issue *issue*; in a rehearsal also a real one, which counts there too."""
    with reading(engine) as connection:
        statement = (
            select(issues)
            .where(issues.c.id == issue, issues.c.is_rehearsal.in_({False, is_rehearsal}))
            .order_by(issues.c.is_rehearsal)
        )
        row = connection.execute(statement).first()
    return StoredIssue.from_row(row) if row else None


def get(engine: Engine, number: int) -> StoredIssue:
    """Return the stored issue with this *number*."""
    with reading(engine) as connection:
        return StoredIssue.from_row(connection.execute(select(issues).where(issues.c.number == number)).one())


def list_all(engine: Engine, *, is_rehearsal: bool) -> list[StoredIssue]:
    """Return every stored issue that counts, oldest first; of one rehearsed and also sent for real, the real one."""
    with reading(engine) as connection:
        statement = select(issues).where(issues.c.is_rehearsal.in_({False, is_rehearsal}))
        rows = connection.execute(statement.order_by(issues.c.due_at, issues.c.number))
        found = [StoredIssue.from_row(row) for row in rows]
    real = {issue.id for issue in found if not issue.is_rehearsal}
    return [issue for issue in found if not issue.is_rehearsal or issue.id not in real]


def start(
    engine: Engine,
    issue: Issue,
    rendered: RenderedIssue,
    chosen: Mapping[tuple[str, str], str | None],
    *,
    is_rehearsal: bool,
    freeze_to: int,
    now: datetime,
    known: Iterable[Included] = (),
) -> StoredIssue:
    """Store what will go out and the state `freezing`, in one transaction.

    *chosen* maps what readers' rows say (language, topics; "" for all) to the name of a variant, or None for readers
    to whom the issue has nothing to say. *freeze_to* is the last subscriber id that can be in the audience. It takes the
    place of the issues before it that were held. An issue that somebody else started meanwhile is returned as it stands.
    *known* is the ledger that it was made by: raises IssueError when another issue took one of its items since.
    """
    numbers = {name: number for number, name in enumerate(rendered.variants, start=1)}
    with writing(engine) as connection:
        row = {
            "digest": issue.digest.key,
            "period": issue.period,
            "state": IssueState.FREEZING,
            "reason": "",
            "subject": rendered.subject,
            "hash": rendered.hash,
            "due_at": issue.due_at,
            "started_at": now,
            "frozen_to": 0,
            "freeze_to": freeze_to,
            "audience": 0,
        }
        number = enter(connection, issue, row, is_rehearsal=is_rehearsal, now=now)
        if number is None:
            number = number_of(connection, issue, is_rehearsal=is_rehearsal)
            return StoredIssue.from_row(
                connection.execute(select(issues).where(issues.c.number == number)).one()
            )
        supersede(connection, issue, is_rehearsal=is_rehearsal)
        for table in (variants, choices, inclusions, deliveries, batches):
            # Of an issue that was frozen before and held before anything left.
            connection.execute(delete(table).where(table.c.issue_number == number))
        if taken := taken_meanwhile(connection, issue, known, is_rehearsal=is_rehearsal):
            raise IssueError(
                f"{taken.issue} took `{taken.key}` a moment ago, and {issue.id} would bring it again. Nothing was sent. "
                f"Look at it anew: newsletter send {issue.id}"
            )
        connection.execute(
            insert(variants),
            [
                {"issue_number": number, "number": numbers[name], **row_of(variant)}
                for name, variant in rendered.variants.items()
            ],
        )
        rows = [
            {
                "issue_number": number,
                "lang": lang,
                "topics": topics,
                "variant": numbers[name] if name else NO_VARIANT,
            }
            for (lang, topics), name in chosen.items()
        ]
        if rows:
            connection.execute(insert(choices), rows)
        if counted := rows_of(number, issue):
            connection.execute(insert(inclusions), counted)
        return StoredIssue.from_row(connection.execute(select(issues).where(issues.c.number == number)).one())


def set_state(engine: Engine, number: int, to: IssueState, *, reason: str = "") -> bool:
    """Move an issue to the state *to*; False when its state has no legal way there (`issues/states.py`)."""
    with writing(engine) as connection:
        statement = update(issues).where(issues.c.number == number, _may_become(to))
        return connection.execute(statement.values(state=to, reason=reason)).rowcount == 1


def _may_become(to: IssueState) -> ColumnElement[bool]:
    return issues.c.state.in_([old for old in IssueState if old is not to and is_legal(old, to)])


def cancel(engine: Engine, number: int, *, now: datetime, reason: str) -> bool:
    """Cancel an issue; its items are free again unless a request has left. False when it cannot be cancelled any more."""
    with writing(engine) as connection:
        values = {"state": IssueState.CANCELLED, "reason": reason, "finished_at": now}
        cancelled = connection.execute(
            update(issues)
            .where(issues.c.number == number, _may_become(IssueState.CANCELLED))
            .values(**values)
            .returning(issues.c.has_left)
        ).first()
        if cancelled is None:
            return False
        if not cancelled.has_left:
            connection.execute(delete(inclusions).where(inclusions.c.issue_number == number))
        return True


def mark_left(engine: Engine, number: int, provider: str) -> None:
    """Record that the first request of an issue is about to leave, and through which provider.

    Nothing leaves of an issue that was paused or cancelled meanwhile, so nothing is recorded of it.
    """
    with writing(engine) as connection:
        is_first = and_(issues.c.number == number, issues.c.state == IssueState.SENDING, ~issues.c.has_left)
        connection.execute(update(issues).where(is_first).values(has_left=True, provider=provider))


def counts(engine: Engine, number: int) -> dict[str, int]:
    """Return how many readers of an issue are queued, sending, accepted, rejected, unknown and skipped.

    Sums over batches, so that it stays quick while a million readers are under way.
    """
    from newsletter.delivery.states import BatchState

    ended = batches.c.accepted + batches.c.rejected + batches.c.skipped + batches.c.unknown
    statement = (
        select(
            batches.c.state,
            func.sum(batches.c.size - ended),
            func.sum(batches.c.accepted),
            func.sum(batches.c.rejected),
            func.sum(batches.c.skipped),
            func.sum(batches.c.unknown),
        )
        .where(batches.c.issue_number == number)
        .group_by(batches.c.state)
    )
    totals = dict.fromkeys(("queued", "sending", "accepted", "rejected", "skipped", "unknown"), 0)
    with reading(engine) as connection:
        for state, still_open, *by_outcome in connection.execute(statement):
            totals["sending" if state == BatchState.SENDING else "queued"] += int(still_open)
            for name, count in zip(("accepted", "rejected", "skipped", "unknown"), by_outcome, strict=True):
                totals[name] += int(count)
    return totals
