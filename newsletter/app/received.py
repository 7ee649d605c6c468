"""What a reader got of the last issues, in words: accepted, delivered, bounced, or nothing and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.project import Project
from newsletter.delivery.states import DeliveryState
from newsletter.delivery.words import printable
from newsletter.issues.values import IssueState
from newsletter.storage.received import Passage, last_issues
from subscribers.values import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of one issue for one reader."""

    issue: str
    started_at: datetime
    #: accepted, delivered, bounced, complained, unsubscribed, rejected, unknown, waiting, or skipped.
    outcome: str
    #: The server's words, or why it was skipped; safe to be shown.
    words: str


def received(project: Project, reader: Subscriber, *, limit: int) -> Iterator[Received]:
    """Yield what became of the last *limit* issues, newest first."""
    passages = last_issues(project.engine, reader.id, is_rehearsal=project.is_rehearsal, limit=limit)
    for passage in passages:
        outcome, words = fate(passage, reader)
        yield Received(
            issue=passage.issue, started_at=passage.started_at, outcome=outcome, words=printable(words)
        )


def fate(passage: Passage, reader: Subscriber) -> tuple[str, str]:
    """Return what became of an issue for *reader*, and in whose words or why."""
    if passage.outcome:
        return passage.outcome, passage.words
    if passage.delivery is None:
        return "skipped", _why_none(passage, reader)
    if passage.delivery in {DeliveryState.QUEUED, DeliveryState.SENDING}:
        is_over = passage.issue_state == IssueState.CANCELLED
        return ("skipped", "the issue was cancelled") if is_over else ("waiting", passage.reason)
    return passage.delivery, passage.reason


def _why_none(passage: Passage, reader: Subscriber) -> str:
    """Return why somebody was not in the audience, as far as what is known of them now tells."""
    began = passage.started_at
    reasons = (
        (passage.issue_state == IssueState.FREEZING, "its audience is being gathered"),
        (passage.wished_at > began, "asked for the digest later"),
        (passage.ended_at is not None and passage.ended_at <= began, "had left the digest"),
        (reader.confirmed_at is None or reader.confirmed_at > began, "had not confirmed"),
        (
            reader.suppressed_at is not None and reader.suppressed_at <= began,
            f"was suppressed ({reader.suppressed})",
        ),
        (passage.is_empty_for_them, "nothing in it on their topics"),
        (True, "was not in its audience: paused or suppressed then, or nothing on their topics"),
    )
    return next(words for is_it, words in reasons if is_it)
