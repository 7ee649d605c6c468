"""What editors ask for: issues, due times, drafts, approvals. Everything is made from the files anew."""

import getpass
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol

from newsletter.app.desk import Desk
from newsletter.app.items import refuse_fruitless_file
from newsletter.app.looks import default_subject
from newsletter.app.project import Project
from newsletter.errors import IssueError
from newsletter.files import write_new, write_over
from newsletter.issues import approval
from newsletter.issues.assembly import Plan
from newsletter.issues.calendar.agenda import calendar as upcoming
from newsletter.issues.digests import Digest
from newsletter.issues.file import decisions
from newsletter.issues.file.drafts import draft_text
from newsletter.issues.references import ItemFinder
from newsletter.issues.standing import Standing
from newsletter.issues.values import IssueState
from newsletter.issues.why import Answer
from newsletter.issues.why import why as ask
from newsletter.storage.variants import item_counts


def why(project: Project, item: str, digest: str | None, now: datetime) -> tuple[Answer, ...]:
    """Return which issue has *item*, or why none does: an answer for each digest, or for *digest* alone."""
    desk = Desk(project, now)
    if digest is not None and digest not in project.settings.digests:
        raise IssueError(f"There is no digest `{digest}`. Digests: {', '.join(project.settings.digests)}.")
    finder = ItemFinder.of(desk.collection.items, project.settings.content.folder)
    reference = _reference(project, item)
    if not finder.find(reference):
        refuse_fruitless_file(reference, desk.collection, project.content_rules)
    answers = ask(reference, finder, desk.open_plans(), desk.included)
    return tuple(answer for answer in answers if digest in {None, answer.digest})


def _reference(project: Project, item: str) -> str:
    """Return *item*; a path as the shell completes it becomes one relative to the project folder."""
    path = Path(item).absolute()
    return (
        path.relative_to(project.root).as_posix()
        if path.is_file() and path.is_relative_to(project.root)
        else item
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow:
    """A line of `newsletter issues`, and its JSON."""

    issue: str
    digest: str
    period: str
    state: str
    reason: str
    #: None: a special that a person sends.
    due_at: datetime | None
    items: int
    subject: str


def list_issues(project: Project, now: datetime) -> list[IssueRow]:
    """Return every issue and its state, each digest's next one included, soonest due last."""
    return rows_of(Desk(project, now))


def rows_of(desk: Desk) -> list[IssueRow]:
    """Return what `list_issues` says, as the files and the ledger were when *desk* was set up."""
    project, now = desk.project, desk.now
    counts = item_counts(project.engine) if desk.stored else {}
    rows = {
        issue.id: IssueRow(
            issue=issue.id,
            digest=issue.digest,
            period=issue.period,
            state=issue.state,
            reason=issue.reason,
            due_at=issue.due_at,
            items=counts.get(issue.number, 0),
            subject=issue.subject,
        )
        for issue in desk.stored.values()
    }
    for plan in desk.open_plans():
        standing = listed(plan, now)
        row = IssueRow(
            issue=plan.issue.id,
            digest=plan.issue.digest.key,
            period=plan.issue.period,
            state=standing.state,
            reason=standing.reason,
            due_at=plan.due_at,
            items=len(plan.issue.stories),
            subject=default_subject(project, plan.issue),
        )
        before = desk.stored.get(plan.issue.id)
        if before:
            # Held or skipped by a person or the clock: the stored state says more than the files do.
            row = replace(row, state=before.state, reason=before.reason)
            del rows[before.id]
        rows[plan.issue.id] = row
    return sorted(rows.values(), key=lambda row: (row.due_at is None, row.due_at or now, row.issue))


def listed(plan: Plan, now: datetime) -> Standing:
    """Return where *plan* stands in a list: what would be skipped is a draft until it is due, for items may still come."""
    standing = plan.standing
    is_open = plan.due_at is None or plan.due_at > now
    if standing.state is IssueState.SKIPPED and is_open and not plan.issue_file.skip:
        return Standing(state=IssueState.DRAFT, reason=f"skipped if nothing is added: {standing.reason}")
    return standing


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A line of `newsletter calendar`, and its JSON."""

    digest: str
    issue: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What lies ahead."""

    rows: list[DueRow]
    #: Of the first issue: the titles of its items, as the files are now.
    titles: tuple[str, ...] = ()


def calendar(project: Project, count: int, now: datetime) -> Calendar:
    """Return the next *count* due times of every digest, soonest first, and what would be in the first."""
    desk = Desk(project, now)
    rows = [
        DueRow(digest=digest.key, issue=name, due_at=due)
        for digest in project.settings.digests.values()
        if not digest.paused
        for name, due in islice(_ahead(desk, digest), count)
    ]
    rows.sort(key=lambda row: (row.due_at, row.digest))
    stories = desk.plan(rows[0].issue).issue.stories if rows else ()
    return Calendar(rows=rows, titles=tuple(story.item.title for story in stories))


def _ahead(desk: Desk, digest: Digest) -> Iterator[tuple[str, datetime]]:
    """Yield the issues of *digest* that lie ahead and their due times, without end; not those that went out early."""
    for name, due in upcoming(digest, desk.project.newsroom, desk.collection, desk.now):
        if name not in desk.begun:
            yield name, due


def write_draft(project: Project, name: str | None, now: datetime) -> Path:
    """Write the issue file of *name* for an editor to change; return its path. An existing one is left alone."""
    desk = Desk(project, now)
    plan = desk.plan(name)
    path = project.root / plan.file_path
    write_new(path, draft_text(plan, project.settings.newsletter.timezone))
    return path


def approve(project: Project, name: str | None, by: str, now: datetime, *, seen: str | None = None) -> Path:
    """Write into the issue file that exactly this may go out; return its path.

    *seen*: the hash of what somebody looked at; when it is another by now, nothing is approved. Raises IssueError when there are errors in the content or in the issue, or nothing to approve.
    """
    desk = Desk(project, now)
    plan = desk.plan(name)
    sources = desk.sources(plan)
    if seen is not None and approval.fingerprint(plan.issue, sources).hash != seen:
        raise IssueError(
            f"Nothing was approved: {plan.issue.id} was changed after this was looked at. "
            "Look at it as it is now, and approve that."
        )
    path = project.root / plan.file_path
    write_over(path, approval.approve(plan, sources, by=by, at=now))
    return path


def user_name() -> str:
    """Return who works here, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "somebody"


def unapprove(project: Project, name: str | None, now: datetime) -> Path:
    """Take the approval out of the issue file; return its path. Raises IssueError when there is none."""
    return _edit(project, name, now, decisions.unapprove, unchanged="has no approval in its file")


def hold(project: Project, name: str | None, reason: str, now: datetime) -> Path:
    """Write into the issue file that it waits, and why; return its path."""
    return _edit(project, name, now, partial(decisions.hold, reason=reason))


def release(project: Project, name: str | None, now: datetime) -> Path:
    """Take the hold out of the issue file; return its path. Raises IssueError when there is none."""
    return _edit(project, name, now, decisions.release, unchanged="has no `hold` in its file")


class _Change(Protocol):
    def __call__(self, data: bytes, *, path: str) -> bytes: ...


def _edit(project: Project, name: str | None, now: datetime, change: _Change, *, unchanged: str = "") -> Path:
    """Change the issue file and return its path; *unchanged*: what is wrong when there is nothing to change."""
    plan = Desk(project, now).plan(name)
    path = project.root / plan.file_path
    before = path.read_bytes() if path.exists() else b""
    after = change(before, path=plan.file_path)
    if after != before:
        write_over(path, after)
    elif unchanged:
        stands = ": ".join(filter(None, (plan.standing.state, plan.standing.reason)))
        raise IssueError(f"{plan.issue.id} {unchanged}. It is {stands}.")
    return path
