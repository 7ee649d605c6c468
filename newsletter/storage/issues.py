"""Issues in the database: those that were started, held, skipped or cancelled. A draft is only files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from newsletter.content.images.preparing import Image
from newsletter.content.items import When
from newsletter.database import reading, writing
from newsletter.issues.states import is_legal
from newsletter.issues.values import Included, Issue, IssueState
from newsletter.rendering.values import RenderedIssue, RenderedVariant
from newsletter.storage.tables import batches, choices, inclusions, issues, variants

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
        return cls(**{**row._mapping, "state": IssueState(row.state)})


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
    """Return every stored issue that counts, oldest first."""
    with reading(engine) as connection:
        statement = select(issues).where(issues.c.is_rehearsal.in_({False, is_rehearsal}))
        rows = connection.execute(statement.order_by(issues.c.due_at, issues.c.number))
        return [StoredIssue.from_row(row) for row in rows]


def included(engine: Engine, *, is_rehearsal: bool) -> list[Included]:
    """Return the inclusion ledger of every digest.

    What was only rehearsed counts among rehearsals alone.
    """
    statement = (
        select(
            inclusions.c.digest,
            inclusions.c.key,
            issues.c.id,
            inclusions.c.title,
            inclusions.c.date,
            inclusions.c.body_hash,
        )
        .join(issues, issues.c.number == inclusions.c.issue_number)
        .where(issues.c.is_rehearsal.in_({False, is_rehearsal}))
        .order_by(issues.c.number, inclusions.c.key)
    )
    with reading(engine) as connection:
        return [
            Included(
                digest=row.digest,
                key=row.key,
                issue=row.id,
                title=row.title,
                date=_when(row.date),
                body_hash=row.body_hash,
            )
            for row in connection.execute(statement)
        ]


def _when(text: str) -> When | None:
    if not text:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def start(
    engine: Engine,
    issue: Issue,
    rendered: RenderedIssue,
    chosen: Mapping[tuple[str, str], str | None],
    *,
    is_rehearsal: bool,
    freeze_to: int,
    now: datetime,
) -> StoredIssue:
    """Store what will go out and the state `freezing`, in one transaction.

    *chosen* maps what readers' rows say (language, topics; "" for all) to the name of a variant, or None for readers
    to whom the issue has nothing to say. *freeze_to* is the last subscriber id that can be in the audience.
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
            "freeze_to": freeze_to,
        }
        number = _upsert(connection, issue.id, is_rehearsal, row, now)
        connection.execute(
            insert(variants),
            [
                {"issue_number": number, "number": numbers[name], **_variant_row(variant)}
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
        if counted := _inclusion_rows(number, issue):
            connection.execute(insert(inclusions), counted)
        return StoredIssue.from_row(connection.execute(select(issues).where(issues.c.number == number)).one())


def _upsert(
    connection: Connection, issue: str, is_rehearsal: bool, row: Mapping[str, object], now: datetime
) -> int:
    """An issue that was held or skipped has a row already; its number stays."""
    where = and_(issues.c.id == issue, issues.c.is_rehearsal == is_rehearsal)
    number = connection.execute(update(issues).where(where).values(**row).returning(issues.c.number)).scalar()
    if number is None:
        values = {"id": issue, "is_rehearsal": is_rehearsal, "created_at": now, **row}
        number = connection.execute(insert(issues).values(**values).returning(issues.c.number)).scalar_one()
    return int(number)


def _variant_row(variant: RenderedVariant) -> dict[str, object]:
    images = [[image.name, image.width, image.height, image.media_type] for image in variant.images]
    return {
        "name": variant.name,
        "lang": variant.lang,
        "items": json.dumps(variant.items),
        "subject": variant.subject,
        "preheader": variant.preheader,
        "html": variant.html.encode(),
        "text": variant.text.encode(),
        "web": variant.web.encode(),
        "images": json.dumps(images),
    }


def _inclusion_rows(number: int, issue: Issue) -> list[dict[str, object]]:
    counted = set(issue.counted_keys)
    return [
        {
            "issue_number": number,
            "key": story.key,
            "digest": issue.digest.key,
            "title": story.item.title,
            "date": story.item.date.isoformat() if story.item.date else "",
            "body_hash": story.item.body_hash,
        }
        for story in issue.stories
        if story.key in counted
    ]


def load_variants(engine: Engine, number: int) -> dict[int, RenderedVariant]:
    """Return the frozen variants of an issue, by number: the bytes that go out."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(variants).where(variants.c.issue_number == number).order_by(variants.c.number)
        )
        return {row.number: _variant(row) for row in rows}


def _variant(row: Row[Any]) -> RenderedVariant:
    return RenderedVariant(
        name=row.name,
        lang=row.lang,
        items=tuple(json.loads(row.items)),
        subject=row.subject,
        preheader=row.preheader,
        html=row.html.decode(),
        text=row.text.decode(),
        web=row.web.decode(),
        images=tuple(
            Image(name=name, width=width, height=height, media_type=media_type)
            for name, width, height, media_type in json.loads(row.images)
        ),
    )


def set_state(engine: Engine, number: int, to: IssueState, *, reason: str = "") -> bool:
    """Move an issue to the state *to*; False when its state has no legal way there (`issues/states.py`)."""
    with writing(engine) as connection:
        statement = update(issues).where(issues.c.number == number, _may_become(to))
        return connection.execute(statement.values(state=to, reason=reason)).rowcount == 1


def _may_become(to: IssueState) -> ColumnElement[bool]:
    return issues.c.state.in_([old for old in IssueState if old is not to and is_legal(old, to)])


def record(
    engine: Engine, issue: Issue, state: IssueState, *, is_rehearsal: bool, reason: str, now: datetime
) -> None:
    """Store that an issue was held, skipped or cancelled before it started."""
    row = {
        "digest": issue.digest.key,
        "period": issue.period,
        "state": state,
        "reason": reason,
        "due_at": issue.due_at,
    }
    with writing(engine) as connection:
        _upsert(connection, issue.id, is_rehearsal, row, now)


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
    """Record that the first request of an issue is about to leave, and through which provider."""
    with writing(engine) as connection:
        statement = update(issues).where(issues.c.number == number, issues.c.has_left.is_(False))
        connection.execute(statement.values(has_left=True, provider=provider))


def _is_public() -> ColumnElement[bool]:
    """Whether an issue has gone out to at least one reader, or is going."""
    return or_(
        issues.c.state.in_([IssueState.SENDING, IssueState.PAUSED, IssueState.SENT]),
        and_(issues.c.state == IssueState.CANCELLED, issues.c.has_left),
    )


def list_public(engine: Engine, *, is_rehearsal: bool) -> list[StoredIssue]:
    """Return the issues that the archive may show, oldest first; rehearsals only among rehearsals."""
    statement = select(issues).where(issues.c.is_rehearsal.in_({False, is_rehearsal}), _is_public())
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(issues.c.due_at, issues.c.number))
        return [StoredIssue.from_row(row) for row in rows]


def web_pages(engine: Engine, issue: str, *, is_rehearsal: bool) -> dict[str, str]:
    """Return the web versions of a public issue by variant name; of a real one before a rehearsed one."""
    wanted = and_(issues.c.id == issue, issues.c.is_rehearsal.in_({False, is_rehearsal}), _is_public())
    with reading(engine) as connection:
        number = connection.execute(
            select(issues.c.number).where(wanted).order_by(issues.c.is_rehearsal)
        ).scalar()
        rows = connection.execute(
            select(variants.c.name, variants.c.web).where(variants.c.issue_number == number)
        )
        return {row.name: row.web.decode() for row in rows}


def ping(engine: Engine) -> None:
    """Return when the database answers. Raises StorageError when it does not."""
    with reading(engine) as connection:
        # A constant would be answered without a look at the file.
        connection.execute(select(issues.c.number).limit(1)).first()


def item_counts(engine: Engine) -> dict[int, int]:
    """Return how many items each stored issue has, by its number: those of its first variant, which has them all."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(variants.c.issue_number, variants.c["items"]).where(variants.c.number == 1)
        )
        return {number: len(json.loads(items)) for number, items in rows}


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
