"""Where an issue that has not started stands: may it go, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import Problem
from newsletter.issues.digests import Approval
from newsletter.issues.file.values import IssueFile
from newsletter.issues.values import Issue, IssueState


class Cause(StrEnum):
    """What keeps an issue from going by itself."""

    #: `hold` in the issue file.
    EDITOR = "editor"
    #: Mistakes in the content, the issue file or the finished mail.
    ERRORS = "errors"
    #: Later than `max_lateness_hours`: only a person may still send it.
    LATE = "late"
    #: There is none that counts, and the digest requires one.
    APPROVAL = "approval"
    #: The command that brings the content failed: what there is may be stale.
    UPDATE = "update"
    #: The content folder cannot be read.
    CONTENT = "content"
    #: Links, pictures or the sender's address would not work.
    SELF_CHECK = "self-check"
    #: A backup was restored after it was due: nobody knows what was decided since.
    RESTORED = "restored"
    TOO_FEW = "too few"
    NO_READERS = "no readers"
    #: `skip: true` in the issue file.
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A state, and in words why, where a person wonders."""

    state: IssueState
    reason: str = ""
    #: Of a held or skipped issue, and of a draft that waits for its approval.
    cause: Cause | None = None


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
    approval; None: there is no approval, or nobody looked yet. What an editor says comes first, then mistakes, then the
    count of items, for nobody is asked about an issue without any; then the clock, then approval. What a person approved
    is sent also when it is short.
    """
    is_approved = changes is not None and not changes
    if stopped := _stopped(issue_file, errors):
        return stopped
    if shortage := _shortage(issue, is_approved=is_approved):
        return _skipped(Cause.TOO_FEW, shortage)
    if lateness:
        return _held(Cause.LATE, lateness)
    if is_approved:
        return Standing(state=IssueState.APPROVED)
    return _waiting(issue, issue_file, changes)


def summary(errors: Sequence[Problem]) -> str:
    """Return the first of *errors* in words, and how many more there are."""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0]}{more}"


def _stopped(issue_file: IssueFile, errors: Sequence[Problem]) -> Standing | None:
    """Return what keeps even an approved issue from going, or None."""
    if issue_file.skip:
        return _skipped(Cause.SKIP, "the issue file says `skip: true`")
    if issue_file.hold:
        return _held(Cause.EDITOR, issue_file.hold)
    if errors:
        return _held(Cause.ERRORS, summary(errors))
    return None


def _held(cause: Cause, reason: str) -> Standing:
    return Standing(state=IssueState.HELD, reason=reason, cause=cause)


def _skipped(cause: Cause, reason: str) -> Standing:
    return Standing(state=IssueState.SKIPPED, reason=reason, cause=cause)


def _shortage(issue: Issue, *, is_approved: bool) -> str:
    """Return why there are too few items, "" when there are enough. A special is sent on purpose."""
    if not issue.stories:
        return "there is nothing to send"
    new = sum(story.is_counted for story in issue.stories)
    wanted = issue.digest.min_items
    if is_approved or issue.is_special or new >= wanted:
        return ""
    items = "1 new item" if new == 1 else f"{new} new items"
    return f"{items}, and {issue.digest.title} wants {wanted} (min_items): what there is waits"


def _waiting(issue: Issue, issue_file: IssueFile, changes: Sequence[str] | None) -> Standing:
    is_required = issue.digest.approval is Approval.REQUIRED
    return Standing(
        state=IssueState.DRAFT,
        reason=_what_for(issue, issue_file, changes, is_required=is_required),
        cause=Cause.APPROVAL if is_required else None,
    )


def _what_for(
    issue: Issue, issue_file: IssueFile, changes: Sequence[str] | None, *, is_required: bool
) -> str:
    if changes and issue_file.approval:
        by = f" by {issue_file.approval.by}" if issue_file.approval.by else ""
        return f"the approval{by} no longer counts: {'; '.join(changes)}"
    if is_required:
        return f"waits for approval: newsletter approve {issue.id}"
    if issue.digest.paused:
        return "the digest is paused"
    if issue.is_special and issue_file.send_at is None:
        return f"a person sends it: newsletter send {issue.id}"
    return ""
