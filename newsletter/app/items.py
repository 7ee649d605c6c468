"""`newsletter items`: what the content folder holds, each with the issue that has it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.app.project import Project, collect
from newsletter.content.items import When
from newsletter.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A line of `newsletter items`, and its JSON."""

    key: str
    path: str
    kind: str
    title: str
    date: When | None
    summary: str
    link: str | None
    image: str | None
    topics: tuple[str, ...]
    tags: tuple[str, ...]
    lang: str
    draft: bool
    start: When | None
    end: When | None
    location: str
    #: The latest issue that has it.
    issue: str | None
    problems: tuple[Problem, ...]


def list_items(project: Project) -> tuple[list[ItemRow], tuple[Problem, ...]]:
    """Return a row for each item, and the problems of files that gave none."""
    collection = collect(project)
    sent_in = _issues_of_items(project)
    problems: dict[str | None, list[Problem]] = {}
    for problem in collection.problems:
        problems.setdefault(problem.path, []).append(problem)
    rows = [
        ItemRow(
            key=item.key,
            path=item.path,
            kind=item.kind,
            title=item.title,
            date=_in_utc(item.date),
            summary=item.summary,
            link=item.link,
            image=item.picture.source if item.picture else None,
            topics=item.topics,
            tags=item.tags,
            lang=item.lang,
            draft=item.draft,
            start=_in_utc(getattr(item, "start", None)),
            end=_in_utc(getattr(item, "end", None)),
            location=getattr(item, "location", ""),
            issue=sent_in.get(item.key),
            problems=tuple(problems.pop(item.path, ())),
        )
        for item in collection.items
    ]
    return rows, tuple(problem for found in problems.values() for problem in found)


def _in_utc(when: When | None) -> When | None:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def _issues_of_items(project: Project) -> dict[str, str]:
    """Return key → issue; a SQLite file is only glanced at, so that `items` answers at once."""
    from newsletter.storage.glance import issues_of_items

    url = project.settings.database.url
    if url.startswith("sqlite:///"):
        path = project.root / url.removeprefix("sqlite:///")
        return issues_of_items(path, is_rehearsal=project.is_rehearsal)
    from newsletter.app.desk import included

    return {row.key: row.issue for row in included(project)}
