"""Settling doubts by evidence: which senders are dead, and what the provider says when it is asked."""

from datetime import datetime, timedelta
from pathlib import Path

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.post import Post
from newsletter.delivery.presence import is_present
from newsletter.delivery.providers.base import LookUp, Provider
from newsletter.delivery.values import ClaimedBatch
from newsletter.storage import doubts
from newsletter.storage.doubts import InDoubt

#: Of one request so many readers are asked about first: none of them known, or acceptance for all or for none, ends it.
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
        if post.stop.is_set():
            return
        if not found.batch.recipients:
            continue
        if proves is LookUp.ACCEPTANCE and _is_forgotten(found.batch, post.clock()):
            continue
        accepted = _accepted(provider, post.letters[found.batch.variant], found)
        others = _everybody(found) - accepted
        if proves is LookUp.ABSENCE:
            # Nobody can be asked about who was erased.
            absent = sorted(others.difference(found.erased))
            doubts.settle(post.engine, found.batch, accepted=sorted(accepted), absent=absent, by=_BY)
        elif accepted:
            doubts.settle(post.engine, found.batch, accepted=sorted(accepted), staying=sorted(others), by=_BY)


def _accepted(provider: Provider, letter: Letter, found: InDoubt) -> frozenset[int]:
    """Return whom of a batch the provider knows. Of one request the first readers tell whether to ask about the others."""
    readers, capabilities = found.batch.recipients, provider.capabilities
    if capabilities.look_up is LookUp.ABSENCE or not found.is_one_request:
        return provider.look_up(letter, readers)
    first = provider.look_up(letter, readers[:MOST_ASKED])
    if not first:
        return first
    if capabilities.is_all_or_nothing:
        return _everybody(found)
    return first | provider.look_up(letter, readers[MOST_ASKED:])


def _everybody(found: InDoubt) -> frozenset[int]:
    return frozenset((*(reader.subscriber_id for reader in found.batch.recipients), *found.erased))


def _is_forgotten(batch: ClaimedBatch, now: datetime) -> bool:
    return now - batch.claimed_at > REMEMBERED
