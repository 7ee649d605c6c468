"""Settling doubts by evidence: which senders are dead, and what the provider says when it is asked."""

from datetime import datetime, timedelta
from pathlib import Path

from newsletter.database import Engine
from newsletter.delivery.post import Post
from newsletter.delivery.presence import is_present
from newsletter.delivery.providers.base import LookUp
from newsletter.delivery.values import ClaimedBatch
from newsletter.storage import doubts

#: Of one request that is accepted for all its readers or for none, so many are asked about.
MOST_ASKED = 3
#: After so long the provider is not asked any more.
REMEMBERED = timedelta(days=3)
#: In `batches.settled_by`.
_BY = "look-up"
_DIED = "the sender was stopped while it waited for the answer"


def doubt_dead(engine: Engine, issue_number: int, locks_folder: Path) -> None:
    """Put in doubt what senders of an issue held when they died."""
    for left in doubts.left_sending(engine, issue_number):
        if not is_present(engine, locks_folder, left.sender):
            doubts.doubt(engine, left, _DIED)


def look_up(post: Post) -> None:
    """Ask the provider, where it can be asked, about the readers in doubt.

    Raises NewsletterError when it does not answer; nothing is settled by that.
    """
    provider, proves = post.provider, post.provider.capabilities.look_up
    if proves is LookUp.NOTHING:
        return
    for found in doubts.in_doubt(post.engine, post.issue.number):
        readers, letter = found.batch.recipients, post.letters[found.batch.variant]
        if not readers or (proves is LookUp.ACCEPTANCE and _is_forgotten(found.batch, post.clock())):
            continue
        everybody = frozenset(reader.subscriber_id for reader in readers)
        if found.is_one_request and provider.capabilities.is_all_or_nothing:
            is_known = bool(provider.look_up(letter, readers[:MOST_ASKED]))
            accepted = everybody.union(found.erased) if is_known else frozenset()
        else:
            accepted = provider.look_up(letter, readers)
        if proves is LookUp.ABSENCE:
            doubts.settle(
                post.engine,
                found.batch,
                accepted=sorted(accepted),
                absent=sorted(everybody - accepted),
                by=_BY,
            )
        elif accepted:
            staying = sorted(everybody - accepted) or found.erased
            doubts.settle(post.engine, found.batch, accepted=sorted(accepted), staying=staying, by=_BY)


def _is_forgotten(batch: ClaimedBatch, now: datetime) -> bool:
    return now - batch.claimed_at > REMEMBERED
