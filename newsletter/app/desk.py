"""The editors' desk: the files, the ledger, and the issues that they make at one moment."""

from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from newsletter.app.project import Project, check_schedules, collect
from newsletter.content.addresses.links import LinkBase
from newsletter.content.body.blocks import ImageBlock
from newsletter.content.body.markdown import render_body
from newsletter.errors import IssueError, Level, Problem
from newsletter.issues import approval, assembly
from newsletter.issues.approval import Fingerprint, Sources
from newsletter.issues.assembly import Plan
from newsletter.issues.calendar.agenda import next_issue
from newsletter.issues.values import Included, IssueState
from newsletter.rendering.bodies import is_printed_whole
from newsletter.storage import issues
from newsletter.storage.issues import StoredIssue

#: A stored issue in one of these states is over or on its way: the next one comes after it.
BEGUN = frozenset(
    {
        IssueState.FREEZING,
        IssueState.SENDING,
        IssueState.PAUSED,
        IssueState.SENT,
        IssueState.CANCELLED,
        IssueState.SUPERSEDED,
    }
)


def included(project: Project) -> list[Included]:
    """Return the inclusion ledger; empty as long as nothing was stored."""
    if not project.has_database:
        return []
    return issues.included(project.engine, is_rehearsal=project.is_rehearsal)


class Desk:
    """What editors work with at one moment: the files, the ledger, and the issues they make."""

    def __init__(self, project: Project, now: datetime) -> None:
        check_schedules(project)
        self.project = project
        self.now = now
        self.collection = collect(project)
        self.included = included(project)

    @cached_property
    def stored(self) -> dict[str, StoredIssue]:
        """Issues that were started, held, skipped or cancelled, by id."""
        if not self.project.has_database:
            return {}
        found = issues.list_all(self.project.engine, is_rehearsal=self.project.is_rehearsal)
        return {issue.id: issue for issue in found}

    @property
    def begun(self) -> frozenset[str]:
        """Ids of issues that are over or on their way."""
        return frozenset(name for name, issue in self.stored.items() if issue.state in BEGUN)

    def next_issue(self) -> str:
        """Return the id of the next issue of the first digest."""
        newsroom = self.project.newsroom
        digest = next(iter(newsroom.digests.values()))
        return next_issue(digest, newsroom, self.collection, self.now, self.begun)

    def plan(self, name: str | None = None, *, is_early: bool = False) -> Plan:
        """Return the issue *name* (None: the next one) as the files make it now, its approval looked at."""
        made = assembly.plan(
            name or self.next_issue(),
            self.project.newsroom,
            self.collection,
            self.included,
            now=self.now,
            is_early=is_early,
        )
        return approval.settle(made, self.fingerprint(made))

    def sources(self, plan: Plan) -> Sources:
        """Return the bytes that *plan* is made of."""
        project = self.project
        paths = [*approval.source_paths(plan), *self._pictures_in_texts(plan), *project.logo_paths]
        files = {path: data for path in paths if (data := _read(project.root / path)) is not None}
        folder = project.root / "templates"
        templates = {
            path.relative_to(project.root).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        return Sources(files=files, templates=templates, theme=asdict(project.settings.theme))

    def _pictures_in_texts(self, plan: Plan) -> list[str]:
        """Return the files of pictures inside texts that are printed whole."""
        items = [item for story in plan.issue.stories for item in story.versions.values()]
        base = LinkBase(
            site_url=self.project.settings.newsletter.site_url,
            folder=self.project.settings.content.folder,
            is_file=lambda path: (self.project.root / path).is_file(),
        )
        bodies = [
            render_body(item.body, base=replace(base, path=item.path), is_html=item.is_html)
            for item in items
            if is_printed_whole(item)
        ]
        pictures = [block.source for body in bodies for block in body.blocks if isinstance(block, ImageBlock)]
        return [source for source in pictures if "://" not in source]

    def fingerprint(self, plan: Plan) -> Fingerprint:
        """Return the hash of everything editorial in *plan*."""
        return approval.fingerprint(plan.issue, self.sources(plan))

    def errors(self, plan: Plan) -> list[Problem]:
        """Return what keeps *plan* from being sent: errors in any content file, and in the issue."""
        problems = (*self.collection.problems, *plan.problems)
        return [problem for problem in problems if problem.level is Level.ERROR]

    def refuse_begun(self, name: str) -> None:
        """Raise IssueError when nothing about the issue *name* can be changed any more."""
        if name in self.begun:
            stored = self.stored[name]
            raise IssueError(f"{name} is {stored.state}: a change to its file would change nothing.")

    def open_plans(self) -> list[Plan]:
        """Return the issues that lie ahead: of each digest the next one, then specials that have not begun."""
        newsroom = self.project.newsroom
        plans = assembly.open_plans(newsroom, self.collection, self.included, now=self.now, ended=self.begun)
        return [approval.settle(plan, self.fingerprint(plan)) for plan in plans]


def _read(path: Path) -> bytes | None:
    """Return a file's bytes; None where there is none, which the content stage reports."""
    try:
        return path.read_bytes()
    except OSError:
        return None
