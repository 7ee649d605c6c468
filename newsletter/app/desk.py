"""The editors' desk: the files, the ledger, and the issues that they make at one moment."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from newsletter.app.project import Project, collect
from newsletter.content.addresses.links import LinkBase
from newsletter.content.files.shelf import Shelf
from newsletter.errors import IssueError
from newsletter.issues import approval, assembly
from newsletter.issues.approval import Fingerprint, Sources
from newsletter.issues.assembly import Plan
from newsletter.issues.calendar.agenda import next_issue
from newsletter.issues.calendar.periods import current_id, parse_issue_id
from newsletter.issues.states import BEGUN
from newsletter.issues.values import Included, IssueState
from newsletter.storage import inclusions, issues
from newsletter.storage.issues import StoredIssue


def included(project: Project) -> list[Included]:
    """Return the inclusion ledger; empty as long as nothing was stored. Raises StorageError for a database that is gone."""
    project.refuse_lost_database()
    if not project.has_database:
        return []
    return inclusions.included(project.engine, is_rehearsal=project.is_rehearsal)


def stored_issues(project: Project) -> dict[str, StoredIssue]:
    """Return issues that were started, held, skipped or cancelled, by id; a real one before one that was rehearsed.

    Those of a digest that had another key are found under both names: their period is not to have a second one.
    """
    if not project.has_database:
        return {}
    found = issues.list_all(project.engine, is_rehearsal=project.is_rehearsal)
    by_id = {issue.id: issue for issue in sorted(found, key=lambda issue: not issue.is_rehearsal)}
    digests = project.settings.digests
    return {current_id(name, digests): issue for name, issue in by_id.items()} | by_id


class Desk:
    """What editors work with at one moment: the files, the ledger, and the issues they make."""

    def __init__(self, project: Project, now: datetime, shelf: Shelf | None = None) -> None:
        self.project = project
        self.now = now
        self.collection = collect(project, shelf)
        self.included = included(project)

    @cached_property
    def stored(self) -> dict[str, StoredIssue]:
        """Issues that were started, held, skipped or cancelled, by id."""
        return stored_issues(self.project)

    @property
    def begun(self) -> frozenset[str]:
        """Ids of issues that are over or on their way."""
        return frozenset(
            name for name, issue in self.stored.items() if issue.state in BEGUN or issue.is_held_on_its_way
        )

    def next_issue(self) -> str:
        """Return the id of the next issue of the first digest."""
        newsroom = self.project.newsroom
        digest = next(iter(newsroom.digests.values()))
        return next_issue(digest, newsroom, self.collection, self.now, self.begun)

    def plan(self, name: str | None = None, *, is_early: bool = False) -> Plan:
        """Return the issue *name* (None: the next one) as the files make it now, its approval looked at.

        Raises IssueError when there is no such issue, or the files no longer matter for it.
        """
        name = name or self.next_issue()
        self._refuse_begun(name)
        made = assembly.plan(
            name,
            self.project.newsroom,
            self.collection,
            self.included,
            now=self.now,
            is_early=is_early,
        )
        return self._settled(made)

    def _refuse_begun(self, name: str) -> None:
        if name in self.begun:
            stored = self.stored[name]
            frozen = f", newsletter build {stored.id} what was made of it" if stored.hash else ""
            raise IssueError(
                f"{name} is {stored.state}: the files change nothing about it any more. "
                f"newsletter status {stored.id} shows how it stands{frozen}."
            )

    def open_plans(self) -> list[Plan]:
        """Return the issues to come: of each digest the next one, then those that are late or held, then specials."""
        newsroom = self.project.newsroom
        names = assembly.open_names(newsroom, self.collection, now=self.now, ended=self.begun)
        return [self.plan(name) for name in dict.fromkeys((*names, *self._held()))]

    def _held(self) -> list[str]:
        """Return the regular issues that wait for a person, nothing of which was begun."""
        digests = self.project.newsroom.digests
        return [
            name
            for name, stored in self.stored.items()
            if stored.state is IssueState.HELD and stored.started_at is None and parse_issue_id(name, digests)
        ]

    def _settled(self, plan: Plan) -> Plan:
        return approval.settle(plan, self.fingerprint(plan)) if plan.issue_file.approval else plan

    def fingerprint(self, plan: Plan) -> Fingerprint:
        """Return the hash of everything editorial in *plan*."""
        return approval.fingerprint(plan.issue, self.sources(plan))

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
        return Sources(files=files, templates=templates, theme=approval.chosen(project.settings.theme))

    def _pictures_in_texts(self, plan: Plan) -> list[str]:
        """Return the files of pictures inside the texts of items and introductions."""
        from newsletter.content.body.blocks import ImageBlock
        from newsletter.content.body.markdown import render_body

        items = [item for story in plan.issue.stories for item in story.versions.values()]
        texts = [(item.path, item.body, item.is_html) for item in items]
        texts += [(plan.file_path, text, False) for text in plan.issue.introductions.values()]
        base = LinkBase(
            site_url=self.project.settings.newsletter.site_url,
            folder=self.project.settings.content.folder,
            is_file=lambda path: (self.project.root / path).is_file(),
        )
        bodies = [
            render_body(text, base=replace(base, path=path), is_html=is_html) for path, text, is_html in texts
        ]
        pictures = [block.source for body in bodies for block in body.blocks if isinstance(block, ImageBlock)]
        return [source for source in pictures if "://" not in source]


def _read(path: Path) -> bytes | None:
    """Return a file's bytes; None where there is none, which the content stage reports."""
    try:
        return path.read_bytes()
    except OSError:
        return None
