"""Batches claimed ahead of a free connection: marked as not left, so that they can go back without any doubt."""

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, exists, select, update

from newsletter.delivery.states import BatchState
from newsletter.delivery.values import ClaimedBatch
from newsletter.issues.values import IssueState
from newsletter.storage.recording import finish
from newsletter.storage.tables import batches, issues

#: A batch held for longer goes back: who has left since it was claimed is to be noticed by a new claim.
FRESH = timedelta(seconds=5)


def leave(connection: Connection, batch: ClaimedBatch, *, sender: str, now: datetime) -> bool:
    """Take the mark off a batch: its request may leave once this is committed.

    False, and nothing is changed, when its issue is no longer being sent, when it was claimed too long ago, or when it
    is no longer the sender's by this claim: whoever took the sender for dead has put it back.
    """
    where = {
        "its_number": batch.id,
        "its_sender": sender,
        "its_attempts": batch.attempts,
        "now": now,
        "oldest": now - FRESH,
    }
    return connection.execute(_leaving(), where).rowcount == 1


def put_back(connection: Connection, batch: ClaimedBatch, *, sender: str) -> None:
    """Queue a batch again that has not left; nothing happens when it is no longer the sender's by this claim."""
    where = {"its_number": batch.id, "its_sender": sender, "its_attempts": batch.attempts}
    if connection.execute(select(batches.c.id).where(_is_held()).with_for_update(), where).first():
        finish(connection, batch.id, retry_at=None)


@cache
def _leaving() -> Update:
    is_sending = exists().where(
        issues.c.number == batches.c.issue_number, issues.c.state == IssueState.SENDING
    )
    is_fresh = batches.c.claimed_at >= bindparam("oldest")
    return (
        update(batches)
        .where(_is_held(), is_sending, is_fresh)
        .values(is_ahead=False, claimed_at=bindparam("now"))
    )


def _is_held() -> ColumnElement[bool]:
    """Return the condition of a batch that has not left; its attempts tell one claim from another."""
    return and_(
        batches.c.id == bindparam("its_number"),
        batches.c.state == BatchState.SENDING,
        batches.c.sender == bindparam("its_sender"),
        batches.c.attempts == bindparam("its_attempts"),
        batches.c.is_ahead,
    )
