"""Where an issue that has not started stands: may it go, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.errors import Level, Problem
from newsletter.issues.digests import Approval
from newsletter.issues.file.values import ApprovalNote, IssueFile
from newsletter.issues.values import Issue, IssueState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A state, and in words why, where a person wonders."""

    state: IssueState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of an approval."""

    note: ApprovalNote
    #: What was edited since; empty: the approval counts.
    changes: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether exactly what was approved is what would be sent."""
        return not self.changes


def standing(
    issue: Issue, issue_file: IssueFile, problems: Sequence[Problem], verdict: Verdict | None = None
) -> Standing:
    """Return where *issue* stands; *verdict* is that on its approval, None: there is none, or nobody looked yet.

    What an editor says comes first, then mistakes, then approval, then the count of items: what a person approved is
    sent also when it is short.
    """
    if stopped := _stopped(issue, issue_file, problems):
        return stopped
    if verdict and verdict.counts:
        return Standing(state=IssueState.APPROVED)
    if shortage := _shortage(issue):
        return Standing(state=IssueState.SKIPPED, reason=shortage)
    return Standing(state=IssueState.DRAFT, reason=_waiting(issue, verdict))


def _stopped(issue: Issue, issue_file: IssueFile, problems: Sequence[Problem]) -> Standing | None:
    """Return what keeps even an approved issue from going, or None."""
    errors = [problem for problem in problems if problem.level is Level.ERROR]
    if issue_file.skip:
        return Standing(state=IssueState.SKIPPED, reason="the issue file says `skip: true`")
    if issue_file.hold:
        return Standing(state=IssueState.HELD, reason=issue_file.hold)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return Standing(state=IssueState.HELD, reason=f"{errors[0]}{more}")
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


def _waiting(issue: Issue, verdict: Verdict | None) -> str:
    if verdict:
        by = f" by {verdict.note.by}" if verdict.note.by else ""
        return f"the approval{by} no longer counts: {'; '.join(verdict.changes)}"
    if issue.digest.approval is Approval.REQUIRED:
        return f"waits for approval: newsletter approve {issue.id}"
    return "the digest is paused" if issue.digest.paused else ""
