"""Readers in doubt, told to a person: who, since when, and what the provider said, or did not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.app.administration import errand
from newsletter.app.project import Project
from newsletter.app.status import begun
from newsletter.delivery.doubts import doubt_dead
from newsletter.delivery.providers import capabilities_of
from newsletter.storage import doubts
from subscribers.addresses import masked
from subscribers.storage import AuditStorage

#: After so long without an event no more are to be expected: providers try to deliver theirs for up to a day.
SILENCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One request whose answer is not known."""

    batch: int
    since: datetime
    #: What was said last, by the provider or by us.
    words: str
    #: The provider reports what becomes of mails, and of these it said nothing: which proves nothing.
    is_probably_lost: bool
    #: Their addresses, masked unless a person asked for them.
    readers: tuple[str, ...]
    #: How many more were erased since: nobody knows their addresses.
    erased: int
    #: How many of the readers have left since: nothing is sent to them again.
    departed: int


def doubts_of(project: Project, name: str, now: datetime, *, shows_addresses: bool = False) -> list[Doubt]:
    """Return the doubts of an issue about which nobody has decided; oldest first.

    That somebody looked at addresses is recorded. Raises IssueError when the issue was not started.
    """
    stored = begun(project, name, now)
    doubt_dead(project.engine, stored.number, project.settings.var / "locks")
    gone = doubts.departed(project.engine, stored.number, now)
    found_doubts = doubts.in_doubt(project.engine, stored.number)
    if shows_addresses:
        people = sum(len(found.batch.recipients) for found in found_doubts)
        AuditStorage(project.engine).add("resolve", errand(now), people=people, details={"issue": stored.id})
    hears = bool(stored.provider) and capabilities_of(stored.provider).reports_events
    return [
        Doubt(
            batch=found.batch.id,
            since=found.batch.claimed_at,
            words=found.words,
            is_probably_lost=hears and now - found.batch.claimed_at > SILENCE,
            readers=tuple(
                reader.email if shows_addresses else masked(reader.email) for reader in found.batch.recipients
            ),
            erased=len(found.erased),
            departed=sum(reader.subscriber_id in gone for reader in found.batch.recipients),
        )
        for found in found_doubts
    ]
