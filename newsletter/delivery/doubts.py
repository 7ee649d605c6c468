"""Settling doubts by evidence: which senders are dead, and what the provider says when it is asked."""

from collections.abc import Mapping
from pathlib import Path

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.presence import is_present
from newsletter.delivery.providers.base import Provider
from newsletter.storage import doubts

_DIED = "the sender was stopped while it waited for the answer"


def doubt_dead(engine: Engine, issue_number: int, locks_folder: Path) -> None:
    """Put in doubt what senders of an issue held when they died."""
    for left in doubts.left_sending(engine, issue_number):
        if not is_present(engine, locks_folder, left.sender):
            doubts.doubt(engine, left, _DIED)


def look_up(engine: Engine, issue_number: int, letters: Mapping[int, Letter], provider: Provider) -> None:
    """Ask the provider, where it can be asked, about the readers in doubt."""
    if not provider.capabilities.can_look_up:
        return
    for batch in doubts.doubtful(engine, issue_number):
        accepted = provider.look_up(letters[batch.variant], batch.recipients)
        absent = [reader.subscriber_id for reader in batch.recipients if reader.subscriber_id not in accepted]
        doubts.settle(engine, batch, accepted=sorted(accepted), absent=absent, by="look-up")
