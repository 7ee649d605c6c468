"""Claiming batches: a claim is committed before its request leaves, and no batch has two claimants."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, bindparam, func, or_, select, update

from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.issues.values import IssueState
from newsletter.storage.recording import finish, mark_parts, move
from newsletter.storage.tables import batches, deliveries, issues
from subscribers.storage import UtcDateTime, has_left, with_readers
from subscribers.storage import subscribers as readers


def claim(
    connection: Connection,
    issue_number: int,
    *,
    sender: str,
    one_by_one: bool,
    now: datetime,
    most: int | None = None,
    is_ahead: bool = False,
) -> ClaimedBatch | None:
    """Claim the next due batch of an issue that is being sent, with at most *most* readers.

    One that *is_ahead* must not leave before `ahead.leave` says so. Readers who have left the audience since it was frozen are skipped here, in the same transaction.
    """
    while True:
        wanted = {"its_issue": issue_number, "now": now, "most": most}
        row = connection.execute(_next_batch(has_room=most is None), wanted).first()
        if row is None:
            return None
        recipients, doubts = _take(connection, row, now)
        claimant = {
            "its_number": row.id,
            "its_sender": sender,
            "now": now,
            "one_by_one": one_by_one,
            "ahead": is_ahead,
        }
        connection.execute(_claiming(), claimant)
        if recipients:
            if row.unknown or doubts:
                # Who is in doubt was in another request than who gets one now.
                mark_parts(connection, row.id)
            return claimed(row, recipients, attempts=row.attempts + 1, claimed_at=now)
        finish(connection, row.id, retry_at=None, answer=row.answer)


def claims_so_far(connection: Connection, issue_number: int) -> int:
    """Return how often batches of an issue have been claimed; it never becomes less, but in an older database."""
    claims = select(func.coalesce(func.sum(batches.c.attempts), 0))
    return int(connection.execute(claims.where(batches.c.issue_number == issue_number)).scalar_one())


@cache
def _next_batch(*, has_room: bool) -> Select[Any]:
    """Return the statement that finds the next due batch; built once, which takes as long as to carry it out."""
    return (
        select(batches, issues.c.digest)
        .join(issues, issues.c.number == batches.c.issue_number)
        .where(
            batches.c.issue_number == bindparam("its_issue"),
            batches.c.state == BatchState.QUEUED,
            issues.c.state == IssueState.SENDING,
            or_(batches.c.retry_at.is_(None), batches.c.retry_at <= bindparam("now")),
            *([] if has_room else [open_readers() <= bindparam("most")]),
        )
        .order_by(batches.c.id)
        .limit(1)
        # PostgreSQL: two senders never wait for one batch. SQLite has one writer anyway.
        .with_for_update(skip_locked=True, of=batches)
    )


@cache
def _claiming() -> Update:
    return (
        update(batches)
        .where(batches.c.id == bindparam("its_number"))
        .values(
            state=BatchState.SENDING,
            sender=bindparam("its_sender"),
            claimed_at=bindparam("now"),
            retry_at=None,
            attempts=batches.c.attempts + 1,
            is_one_by_one=bindparam("one_by_one"),
            is_ahead=bindparam("ahead"),
        )
    )


@cache
def _open_members(digest: str) -> Select[Any]:
    """Return the statement that finds the readers of a batch who are to get it, and nothing of them that it does not need."""
    return (
        _queued(digest, deliveries.c.subscriber_id, readers.c.ref, readers.c.email)
        .where(~_has_left())
        .order_by(deliveries.c.subscriber_id)
    )


@cache
def _gone_members(digest: str) -> Select[Any]:
    return _queued(digest, deliveries.c.subscriber_id, deliveries.c.was_in_doubt).where(_has_left())


def _queued(digest: str, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(with_readers(deliveries, deliveries.c.subscriber_id, digest))
        .where(
            deliveries.c.issue_number == bindparam("its_issue"),
            deliveries.c.variant == bindparam("its_variant"),
            deliveries.c.subscriber_id.between(bindparam("first"), bindparam("last")),
            deliveries.c.state == DeliveryState.QUEUED,
        )
    )


def _has_left() -> ColumnElement[bool]:
    return has_left(bindparam("now", type_=UtcDateTime()))


def open_readers() -> ColumnElement[int]:
    """Return how many readers of a batch are still to get it."""
    ended = batches.c.accepted + batches.c.rejected + batches.c.skipped + batches.c.unknown
    return batches.c.size - ended


def claimed(
    row: Any, recipients: tuple[Recipient, ...], *, attempts: int, claimed_at: datetime
) -> ClaimedBatch:
    """Return the value of a row of `batches` with some of its readers."""
    return ClaimedBatch(
        id=row.id,
        issue_number=row.issue_number,
        variant=row.variant,
        first_subscriber=row.first_subscriber,
        last_subscriber=row.last_subscriber,
        size=row.size,
        attempts=attempts,
        claimed_at=claimed_at,
        recipients=recipients,
    )


def _take(connection: Connection, row: Any, now: datetime) -> tuple[tuple[Recipient, ...], Sequence[int]]:
    """Return the readers of a batch who are still to get it, and those in doubt again; record those who have left."""
    batch = {
        "its_issue": row.issue_number,
        "its_variant": row.variant,
        "first": row.first_subscriber,
        "last": row.last_subscriber,
        "now": now,
    }
    rows = connection.execute(_open_members(row.digest), batch).all()
    there = tuple(Recipient(subscriber, ref, email) for subscriber, ref, email in rows)
    is_complete = len(there) == row.size - row.accepted - row.rejected - row.skipped - row.unknown
    return there, () if is_complete else _skip(connection, row, batch)


def _skip(connection: Connection, row: Any, batch: dict[str, Any]) -> Sequence[int]:
    """Record the readers of a batch who have left; return those in doubt again.

    Nothing was accepted for who has left, unless a person had them queued again out of doubt.
    """
    gone = connection.execute(_gone_members(row.digest), batch).all()
    skipped = [subscriber for subscriber, was_in_doubt in gone if not was_in_doubt]
    doubts = [subscriber for subscriber, was_in_doubt in gone if was_in_doubt]
    for subscribers, state, reason in (
        (skipped, DeliveryState.SKIPPED, "left before it was sent"),
        (doubts, DeliveryState.UNKNOWN, "left before it was sent again"),
    ):
        move(connection, row, subscribers, old=DeliveryState.QUEUED, new=state, reason=reason)
    return doubts
