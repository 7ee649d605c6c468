"""`newsletter items`: what the content folder holds, each with the issue that has it, and files that gave nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from newsletter.app.project import Project, collect
from newsletter.content.files.names import place_of
from newsletter.content.items import Collection, Item, When
from newsletter.content.rules import ContentRules
from newsletter.errors import IssueError, Problem


class ItemRow(Struct, frozen=True, kw_only=True, gc=False):
    """A line of `newsletter items`, and its JSON."""

    key: str
    path: str
    kind: str
    #: "": the file gave no item, and its problems say why; the rest is what its name says.
    title: str
    date: When | None = None
    summary: str = ""
    link: str | None = None
    image: str | None = None
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str
    draft: bool
    start: When | None = None
    end: When | None = None
    location: str = ""
    #: The latest issue that has it.
    issue: str | None = None
    problems: tuple[Problem, ...]


def list_items(project: Project) -> list[ItemRow]:
    """Return a row for each item and for each file that gave none, in the order of their paths."""
    return rows_of(project, collect(project))


def rows_of(project: Project, collection: Collection) -> list[ItemRow]:
    """Return the rows of *collection*."""
    sent_in = _issues_of_items(project, collection)
    problems = _by_path(collection)
    rows = [
        _row(item, tuple(problems.pop(item.path, ())), sent_in.get(item.key)) for item in collection.items
    ]
    rows += [_row_without_item(path, found, project.content_rules) for path, found in problems.items()]
    return sorted(rows, key=lambda row: row.path)


def refuse_fruitless_file(reference: str, collection: Collection, rules: ContentRules) -> None:
    """Raise IssueError when *reference*, a path or the key it would have, is a file that gave no item: it says why."""
    items = {item.path for item in collection.items}
    for path, problems in _by_path(collection).items():
        if path not in items and reference in {path, rules.inside(path), place_of(path, rules).key}:
            raise IssueError("\n".join((f"{path} gave no item.", *map(str, problems))))


def _by_path(collection: Collection) -> dict[str, list[Problem]]:
    found: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in collection.problems:
        if problem.path:
            found[problem.path].append(problem)
    return found


def _row(item: Item, problems: tuple[Problem, ...], issue: str | None) -> ItemRow:
    return ItemRow(
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
        issue=issue,
        problems=problems,
    )


def _row_without_item(path: str, problems: Sequence[Problem], rules: ContentRules) -> ItemRow:
    place = place_of(path, rules)
    return ItemRow(
        key=place.key,
        path=path,
        kind=place.kind,
        title="",
        lang=place.lang or rules.languages[0],
        draft=place.is_draft,
        problems=tuple(problems),
    )


def _in_utc(when: When | None) -> When | None:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def _issues_of_items(project: Project, collection: Collection) -> dict[str, str]:
    """Return key → issue; a SQLite file is only glanced at, so that `items` answers at once."""
    from newsletter.storage.glance import glance

    url = project.settings.database.url
    if url.startswith("sqlite:///"):
        path = project.root / url.removeprefix("sqlite:///")
        rows = glance(path, is_rehearsal=project.is_rehearsal)
    else:
        from newsletter.app.desk import included

        rows = included(project)
    if not rows:
        return {}
    from newsletter.issues.ledger import issues_of

    return issues_of(collection.items, rows, project.settings.newsletter.languages)
