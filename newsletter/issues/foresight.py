"""What editors are told ahead: the preview, the reminder, items that came after the approval."""

from datetime import datetime, timedelta

from newsletter.issues.assembly import Plan
from newsletter.issues.digests import Digest
from newsletter.issues.standing import Cause
from newsletter.issues.values import IssueState, LeftOut

#: The reminder comes at most so long before the issue.
_A_DAY = timedelta(hours=24)


def preview_due(due_at: datetime, digest: Digest, now: datetime) -> bool:
    """Whether editors are to have the preview of an issue that is due at *due_at*; a late one comes until then."""
    return due_at - timedelta(hours=digest.preview_lead_hours) <= now < due_at


def reminder_due(due_at: datetime, plan: Plan, now: datetime) -> bool:
    """Whether editors are to be reminded that *plan* waits for their approval.

    In the last third of the time that the preview gives them, and a day ahead at most.
    """
    lead = timedelta(hours=plan.issue.digest.preview_lead_hours)
    ahead = min(lead / 3, _A_DAY) if lead else _A_DAY
    return plan.standing.cause is Cause.APPROVAL and due_at - ahead <= now < due_at


def latecomers(plan: Plan) -> tuple[LeftOut, ...]:
    """Return what would be in an approved issue, had it been there when it was approved."""
    if plan.standing.state is not IssueState.APPROVED:
        return ()
    # Of an item and its translations, the first.
    by_key = {entry.key: entry for entry in reversed(plan.left_out) if entry.is_unlisted}
    return tuple(reversed(by_key.values()))
