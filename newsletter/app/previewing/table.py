"""A desk at one moment, on which nothing is made twice."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.app import items
from newsletter.app.desk import Desk
from newsletter.app.looks import look
from newsletter.app.project import Project
from newsletter.content.files.shelf import Shelf
from newsletter.errors import Problem
from newsletter.issues.assembly import Plan
from newsletter.preview.values import IssueLine
from newsletter.rendering.look import Look


class Table(Desk):
    """A desk on which each issue is planned once, and what is made of the plans lies until the files change."""

    def __init__(self, project: Project, now: datetime, shelf: Shelf) -> None:
        super().__init__(project, now, shelf)
        self.plans: dict[tuple[str, bool], Plan] = {}
        self.rows: tuple[IssueLine, ...] | None = None
        self.files: Sequence[items.ItemRow] | None = None
        self.looks: Look | None = None
        #: By issue: what is wrong, after what it was found in.
        self.findings: dict[str, tuple[object, tuple[Problem, ...]]] = {}
        self._seen: dict[str, str] = {}

    def plan(self, name: str | None = None, *, is_early: bool = False) -> Plan:
        """Return what `Desk.plan` returns."""
        name = name or self.next_issue()
        if (name, is_early) not in self.plans:
            self.plans[name, is_early] = super().plan(name, is_early=is_early)
        return self.plans[name, is_early]

    def seen(self, plan: Plan) -> str:
        """Return the hash of everything editorial in *plan*."""
        name = plan.issue.id
        if name not in self._seen:
            self._seen[name] = self.fingerprint(plan).hash
        return self._seen[name]

    @property
    def look(self) -> Look:
        """The look of its issues."""
        if self.looks is None:
            self.looks = look(self.project, self.collection)
        return self.looks
