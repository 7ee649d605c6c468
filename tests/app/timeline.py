"""The sample project, looked at by the scheduler at chosen moments around the due time of its next issue."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from newsletter.app import open_project
from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.publishing import Decision, Published, publish
from newsletter.app.sending import go_on
from newsletter.issues.calendar.schedule import due_times
from newsletter.issues.values import IssueState
from newsletter.storage import issues

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class Timeline:
    """A project, and the due time of its next issue."""

    root: Path
    issue: str
    due: datetime
    #: When the issue after it is due.
    following: datetime
    _opened: list[Project] = field(default_factory=list)

    @classmethod
    def of(cls, root: Path) -> "Timeline":
        """Return the project in *root*, whose digest was seen a day before its next issue is due."""
        project = open_project(root)
        plan = Desk(project, datetime.now(UTC)).plan()
        assert plan.due_at is not None
        _, following = next(due_times(plan.issue.digest, project.newsroom.zone, plan.due_at))
        made = cls(root=root, issue=plan.issue.id, due=plan.due_at, following=following, _opened=[project])
        made.look(-DAY)
        return made

    @property
    def project(self) -> Project:
        """The project as it was last opened."""
        return self._opened[-1]

    @property
    def first_item(self) -> Path:
        """A news item of the sample in its first language; folders list their files in any order."""
        return min(path for path in self.root.glob("content/news/*.md") if "." not in path.stem)

    def reopened(self) -> Project:
        """Return the project with its settings read again, as a scheduler does that is started anew."""
        self._opened.append(open_project(self.root))
        return self.project

    def look(self, after: timedelta = timedelta(), *, rests: bool = True) -> Published:
        """Let the scheduler look, so long after the issue is due."""
        return publish(self.project, self.due + after, stop=Event(), rests=rests)

    def decision(self, after: timedelta = timedelta(), *, rests: bool = True) -> Decision:
        """Return what the scheduler decides, so long after the issue is due, of the one issue that is."""
        (decision,) = self.look(after, rests=rests).decisions
        return decision

    def states(self) -> dict[str, IssueState]:
        """Return the states of what is stored."""
        return {stored.id: stored.state for stored in issues.list_all(self.project.engine, is_rehearsal=True)}

    def send(self, name: str = "") -> int:
        """Send what was started, and return how many mails that made."""
        stored = issues.find(self.project.engine, name or self.issue, is_rehearsal=True)
        assert stored is not None
        go_on(self.project, stored, stop=Event())
        return len(list((self.root / "var" / "outbox" / stored.id).glob("*.eml")))

    def settings(self, before: str, after: str) -> None:
        """Change newsletter.toml, and start the scheduler anew."""
        file = self.root / "newsletter.toml"
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
        self.reopened()

    def write_issue(self, front: str, name: str = "") -> Path:
        """Write an issue file, long before it is looked at."""
        file = self.root / "content" / "issues" / f"{name or self.issue}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"---\n{front}\n---\n", encoding="utf-8")
        self.touch(file, -DAY)
        return file

    def touch(self, file: Path, after: timedelta) -> None:
        """Let *file* have been written so long after the issue is due."""
        stamp = (self.due + after).timestamp()
        os.utime(file, (stamp, stamp))

    def close(self) -> None:
        """Let go of the databases."""
        for project in self._opened:
            project.engine.dispose()
