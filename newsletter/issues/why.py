"""Which issue has an item, or why none does: read off the plans, which are made by the rules that make issues."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan
from newsletter.issues.references import ItemFinder
from newsletter.issues.values import Included


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of an item in one digest."""

    key: str
    digest: str
    #: The issue that has it, or will; None: there is none.
    issue: str | None
    text: str
    help: str = ""


def why(
    reference: str, finder: ItemFinder, plans: Sequence[Plan], included: Sequence[Included] = ()
) -> tuple[Answer, ...]:
    """Return an answer for each digest of *plans*, the open issues with the next one first, about an item.

    *reference* names it by key, path or link.

    Raises IssueError when it names none, or several.
    """
    keys = finder.find(reference)
    if len(keys) > 1:
        raise IssueError(f"`{reference}` means several items. Name one of {', '.join(keys)}.")
    if not keys:
        if gone := {(row.digest, row.issue): _gone(row) for row in included if row.key == reference}:
            return tuple(gone.values())
        raise IssueError(f"There is no item `{reference}`. {finder.nearest(reference)}")
    nexts = {plan.issue.digest.key: plan for plan in reversed(plans) if not plan.issue.is_special}
    # Any other issue is worth a line where it has the item; what it leaves out is the next one's to explain.
    return tuple(
        _answer(keys[0], plan)
        for plan in plans
        if plan is nexts.get(plan.issue.digest.key) or _has(plan, keys[0])
    )


def _has(plan: Plan, key: str) -> bool:
    return any(story.key == key for story in plan.issue.stories)


def _answer(key: str, plan: Plan) -> Answer:
    issue = plan.issue
    story = next((story for story in issue.stories if story.key == key), None)
    entries = [entry for entry in plan.left_out if entry.key == key]
    if story is None:
        entry = entries[0]
        return Answer(
            key=key, digest=issue.digest.key, issue=entry.issue or None, text=entry.reason, help=entry.help
        )
    where = f"in {issue.id}" if story.is_counted else f"announced in {issue.id}"
    standing = plan.standing.state + (f": {plan.standing.reason}" if plan.standing.reason else "")
    without = "".join(f"; without {entry.path}: {entry.reason}" for entry in entries)
    return Answer(key=key, digest=issue.digest.key, issue=issue.id, text=f"{where} ({standing}){without}")


def _gone(row: Included) -> Answer:
    return Answer(
        key=row.key, digest=row.digest, issue=row.issue, text=f"already in {row.issue}; its file is gone"
    )
