"""Where an issue that has not started stands: may it go, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.errors import Problem
from newsletter.issues.digests import Approval
from newsletter.issues.file.values import IssueFile
from newsletter.issues.values import Issue, IssueState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A state, and in words why, where a person wonders."""

    state: IssueState
    reason: str = ""


def standing(
    issue: Issue,
    issue_file: IssueFile,
    errors: Sequence[Problem],
    *,
    lateness: str = "",
    changes: Sequence[str] | None = None,
) -> Standing:
    """Return where *issue* stands.

    *lateness* says for how long it should have been gone, when that is too long. *changes* are what was edited since its
    approval; None: there is no approval, or nobody looked yet. What an editor says comes first, then mistakes, then
    the clock, then approval, then the count of items: what a person approved is sent also when it is short.
    """
    if stopped := _stopped(issue, issue_file, errors, lateness):
        return stopped
    if changes is not None and not changes:
        return Standing(state=IssueState.APPROVED)
    if shortage := _shortage(issue):
        return Standing(state=IssueState.SKIPPED, reason=shortage)
    return Standing(state=IssueState.DRAFT, reason=_waiting(issue, issue_file, changes))


def _stopped(
    issue: Issue, issue_file: IssueFile, errors: Sequence[Problem], lateness: str
) -> Standing | None:
    """Return what keeps even an approved issue from going, or None."""
    if issue_file.skip:
        return Standing(state=IssueState.SKIPPED, reason="the issue file says `skip: true`")
    if issue_file.hold:
        return Standing(state=IssueState.HELD, reason=issue_file.hold)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return Standing(state=IssueState.HELD, reason=f"{errors[0]}{more}")
    if lateness:
        return Standing(state=IssueState.HELD, reason=lateness)
    if not issue.stories:
        return Standing(state=IssueState.SKIPPED, reason="there is nothing to send")
    return None


def _shortage(issue: Issue) -> str:
    """Return why there are too few new items, "" when there are enough. A special is sent on purpose."""
    new = sum(story.is_counted for story in issue.stories)
    wanted = issue.digest.min_items
    if issue.is_special or new >= wanted:
        return ""
    items = "1 new item" if new == 1 else f"{new} new items"
    return f"{items}, and {issue.digest.title} wants {wanted} (min_items): what there is waits"


def _waiting(issue: Issue, issue_file: IssueFile, changes: Sequence[str] | None) -> str:
    if changes and issue_file.approval:
        by = f" by {issue_file.approval.by}" if issue_file.approval.by else ""
        return f"the approval{by} no longer counts: {'; '.join(changes)}"
    if issue.digest.approval is Approval.REQUIRED:
        return f"waits for approval: newsletter approve {issue.id}"
    if issue.digest.paused:
        return "the digest is paused"
    if issue.is_special and issue_file.send_at is None:
        return f"a person sends it: newsletter send {issue.id}"
    return ""
