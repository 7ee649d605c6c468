"""What the page shows of a desk, as values: lists of issues, items and findings in an editor's words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.app.editing import IssueRow
from newsletter.app.items import ItemRow
from newsletter.app.project import Project
from newsletter.errors import Problem
from newsletter.issues.assembly import Plan
from newsletter.issues.states import ENDED
from newsletter.issues.values import IssueState
from newsletter.preview.values import (
    FileFindings,
    IssueLine,
    ItemLine,
    ItemsPage,
    LeftOutLine,
    StoryLine,
)

#: Files on a page of their list.
_PER_PAGE = 100


def issue_lines(rows: Iterable[IssueRow], zone: ZoneInfo) -> tuple[IssueLine, ...]:
    """Return the issues to come, soonest first, then those that are over, the latest first."""
    lines = [
        IssueLine(
            id=row.issue,
            state=row.state,
            due=said(row.due_at, zone),
            items="1\u00a0item" if row.items == 1 else f"{row.items:,}\u00a0items",
            subject=row.subject,
            is_past=IssueState(row.state) in ENDED,
        )
        for row in rows
    ]
    past = [line for line in lines if line.is_past]
    return (*(line for line in lines if not line.is_past), *reversed(past))


def said(due: datetime | None, zone: ZoneInfo) -> str:
    """Return when an issue is due, by the newsletter's clock."""
    return f"{due.astimezone(zone):%a %d %b %Y, %H:%M}" if due else "sent by a person"


def provider_of(project: Project) -> str:
    """Return through what mails go, in words."""
    is_real = not project.is_rehearsal
    return project.settings.provider.name + ("" if is_real else " (no mail leaves this machine)")


def findings_by_file(problems: Iterable[Problem]) -> tuple[FileFindings, ...]:
    """Return *problems* file by file, in the order in which each file's first one comes."""
    by_path: dict[str, list[Problem]] = {}
    for problem in problems:
        by_path.setdefault(problem.path or "", []).append(problem)
    return tuple(FileFindings(path=path, findings=tuple(found)) for path, found in by_path.items())


def story_lines(plan: Plan) -> tuple[StoryLine, ...]:
    """Return what is in the issue, in the order of the mail."""
    named = {reference.key for reference in plan.issue_file.lead} or set(plan.issue.leads[:1])
    return tuple(
        StoryLine(
            key=story.key,
            title=story.item.title,
            kind="announced" if not story.is_counted else str(story.item.kind),
            paths=tuple(item.path for item in story.versions.values()),
            is_lead=story.key in named,
        )
        for story in plan.issue.stories
    )


def left_out_lines(plan: Plan) -> tuple[LeftOutLine, ...]:
    """Return what could be in the issue and is not."""
    return tuple(
        LeftOutLine(path=entry.path, reason=entry.reason, help=entry.help)
        for entry in plan.left_out
        if not entry.is_settled
    )


def items_page(
    newsletter: str, rows: Sequence[ItemRow], words: str, number: int, trouble: tuple[Problem, ...]
) -> ItemsPage:
    """Return the page *number*, or the last there is, of the files that have all *words* in their path or title."""
    wanted = words.casefold().split()
    found = [row for row in rows if _has(row, wanted)]
    last = max(1, -(-len(found) // _PER_PAGE))
    number = min(max(number, 1), last)
    return ItemsPage(
        newsletter=newsletter,
        words=words,
        lines=[_item_line(row) for row in found[(number - 1) * _PER_PAGE : number * _PER_PAGE]],
        total=len(rows),
        found=len(found),
        number=number,
        last=last,
        trouble=trouble,
    )


def _has(row: ItemRow, words: Iterable[str]) -> bool:
    text = f"{row.path} {row.title}".casefold()
    return all(word in text for word in words)


def _item_line(row: ItemRow) -> ItemLine:
    when = row.start or row.date
    return ItemLine(
        path=row.path,
        title=row.title,
        kind=row.kind,
        lang=row.lang,
        date=f"{when:%Y-%m-%d}" if when else "",
        issue=row.issue or "",
        is_draft=row.draft,
        problems=row.problems,
    )
