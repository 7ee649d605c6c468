"""Freezing: an issue's audience becomes rows of the ledger, in slices that keep nobody waiting.

Each slice is one short transaction that moves `issues.frozen_to`, so a crash resumes where it stopped. Then one small
transaction writes the batches and the state `sending`.
"""

from datetime import datetime

from sqlalchemy import Engine, Integer, Select, and_, func, insert, literal, select, update
from sqlalchemy.sql.expression import bindparam

from newsletter.database import reading, writing
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.issues.values import IssueState
from newsletter.storage.issues import NO_VARIANT, StoredIssue
from newsletter.storage.tables import batches, choices, deliveries, issues
from subscribers.storage import audience

#: Subscriber ids that a slice spans: few enough that nobody waits for the lock for a tenth of a second.
SLICE = 2_000


def audience_choices(engine: Engine, digest: str, now: datetime) -> tuple[dict[tuple[str, str], int], int]:
    """Return how many readers have each (language, topics; "" for all), and the highest subscriber id among them."""
    readers = audience(digest, now).subquery()
    topics = func.coalesce(readers.c.topics, "")
    with reading(engine) as connection:
        rows = connection.execute(
            select(readers.c.lang, topics, func.count(), func.max(readers.c.subscriber_id)).group_by(
                readers.c.lang, topics
            )
        ).all()
    return {(lang, chosen): count for lang, chosen, count, _ in rows}, max(
        (last for *_, last in rows), default=0
    )


def freeze_slice(engine: Engine, issue: StoredIssue, now: datetime) -> StoredIssue:
    """Write the next slice of the audience; return the issue as it then stands."""
    upper = min(issue.frozen_to + SLICE, issue.freeze_to)
    columns = ["issue_number", "variant", "subscriber_id", "state"]
    with writing(engine) as connection:
        # Two processes may freeze one issue: the one that comes second finds the slice written.
        moved = connection.execute(
            update(issues)
            .where(
                issues.c.number == issue.number,
                issues.c.frozen_to == issue.frozen_to,
                issues.c.state == IssueState.FREEZING,
            )
            .values(frozen_to=upper)
        )
        if moved.rowcount:
            statement = insert(deliveries).from_select(columns, _chosen(issue, upper, now))
            # PostgreSQL's driver does not keep the number of an INSERT unless it is asked to.
            added = connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
            connection.execute(
                update(issues)
                .where(issues.c.number == issue.number)
                .values(audience=issues.c.audience + added)
            )
        return StoredIssue.from_row(
            connection.execute(select(issues).where(issues.c.number == issue.number)).one()
        )


def expected(engine: Engine, issue: StoredIssue, now: datetime) -> int:
    """Return how many readers an issue will have whose audience is still being written."""
    rest = _chosen(issue, issue.freeze_to, now).subquery()
    with reading(engine) as connection:
        return issue.audience + connection.execute(select(func.count()).select_from(rest)).scalar_one()


def _chosen(issue: StoredIssue, upper: int, now: datetime) -> Select[tuple[int, int, int, str]]:
    """Return the rows of `deliveries` of the readers after `frozen_to` up to *upper*.

    A reader whose choice changed since the variants were made gets the full issue in their language rather than none.
    """
    readers = audience(issue.digest, now).subquery()
    exact = choices.alias("exact")
    whole = choices.alias("whole")
    variant = func.coalesce(exact.c.variant, whole.c.variant, literal(1, Integer))
    return (
        select(
            literal(issue.number, Integer),
            variant,
            readers.c.subscriber_id,
            literal(DeliveryState.QUEUED.value),
        )
        .select_from(readers)
        .outerjoin(
            exact,
            and_(
                exact.c.issue_number == issue.number,
                exact.c.lang == readers.c.lang,
                exact.c.topics == func.coalesce(readers.c.topics, ""),
            ),
        )
        .outerjoin(
            whole,
            and_(whole.c.issue_number == issue.number, whole.c.lang == readers.c.lang, whole.c.topics == ""),
        )
        .where(
            readers.c.subscriber_id > issue.frozen_to, readers.c.subscriber_id <= upper, variant != NO_VARIANT
        )
    )


def make_batches(engine: Engine, issue: StoredIssue, size: int) -> None:
    """Cut the frozen audience into batches of at most *size* readers and let the issue go."""
    # Reading a million rows takes a second; only the writing needs the lock.
    position = (
        func.row_number().over(partition_by=deliveries.c.variant, order_by=deliveries.c.subscriber_id) - 1
    )
    numbered = (
        select(
            deliveries.c.variant,
            deliveries.c.subscriber_id,
            (position // literal(size, Integer)).label("batch"),
        )
        .where(deliveries.c.issue_number == issue.number)
        .subquery()
    )
    bounds = (
        select(
            numbered.c.variant,
            func.min(numbered.c.subscriber_id).label("first_subscriber"),
            func.max(numbered.c.subscriber_id).label("last_subscriber"),
            func.count().label("size"),
        )
        .group_by(numbered.c.variant, numbered.c.batch)
        .order_by(numbered.c.variant, numbered.c.batch)
    )
    with reading(engine) as connection:
        rows = [dict(row._mapping) for row in connection.execute(bounds)]
    with writing(engine) as connection:
        started = connection.execute(
            update(issues)
            .where(issues.c.number == issue.number, issues.c.state == IssueState.FREEZING)
            .values(state=IssueState.SENDING)
        )
        if started.rowcount and rows:
            statement = insert(batches).values(
                issue_number=issue.number, state=BatchState.QUEUED, variant=bindparam("variant")
            )
            connection.execute(statement, rows)
