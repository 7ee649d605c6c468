"""The issue file that `draft` writes for an editor to change."""

import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan
from newsletter.issues.file.editing import scalar, set_field
from newsletter.issues.values import Story

#: Keys that YAML reads as text without quotes.
_PLAIN = re.compile(r"[A-Za-z_][\w-]*/[\w./-]*[\w-]", re.ASCII)


def draft_text(plan: Plan, zone: ZoneInfo) -> bytes:
    """Return an issue file with the items of *plan* in order, and every other field as a commented example."""
    issue = plan.issue
    due = issue.due_at.astimezone(zone)
    when = f"due {due:%Y-%m-%d %H:%M} ({zone.key})" if plan.due_at else "sent by a person"
    lines = [
        "---",
        f"# {_comment(issue.digest.title)}, {issue.period}; {when}.",
        "# A line that begins with # is not read: remove the # to use it.",
        '# subject: "…"',
        '# preheader: "The line after the subject in an inbox"',
        "",
        *_items(plan),
        *_left_out(plan),
        "",
        *(["# lead: " + _key(issue.leads[0])] if issue.leads else []),
        f"# languages: [{', '.join(issue.languages)}]",
        f"# send_at: {due.isoformat(timespec='minutes')}",
        '# hold: "why it waits"',
        "# skip: true",
        "---",
        "",
    ]
    return "\n".join(lines).encode()


def with_items(plan: Plan, data: bytes | None) -> bytes:
    """Return the issue file *data* (None: there is none) with the items of *plan* listed, unless it lists them already.

    Raises IssueError when *plan* has no items, or the file cannot be edited.
    """
    if not plan.issue.stories:
        raise IssueError(f"{plan.issue.id} has no items yet: {plan.standing.reason}.")
    if data is not None and plan.issue_file.items is not None:
        return data
    return set_field(data or b"", "items", list(_items(plan)), path=plan.file_path)


def _items(plan: Plan) -> Iterator[str]:
    """Yield the lines of `items`. An empty list would mean "nothing, ever", so without items there is none."""
    if not plan.issue.stories:
        yield "# There are no items yet; without a list the issue takes what comes until it is due."
        return
    yield from item_lines("items", [(story.key, listed_title(story)) for story in plan.issue.stories])


def item_lines(name: str, items: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of the field *name* that lists *items*, each by its key, with its title (or "") as a comment."""
    yield f"{name}:"
    for key, title in items:
        yield f"  - {_key(key)}{f'  # {_comment(title)}' if title else ''}"


def listed_title(story: Story) -> str:
    """Return what stands beside *story* in a list."""
    return story.item.title if story.is_counted else f"{story.item.title} (announced)"


def _left_out(plan: Plan) -> Iterator[str]:
    """Yield what could be in the issue and is not, as comments."""
    for number, entry in enumerate(entry for entry in plan.left_out if not entry.is_settled):
        if number == 0:
            yield "# Left out:"
        yield f"#   {_comment(entry.path)}: {_comment(entry.reason)}"


def _key(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else scalar(key)


def _comment(text: str) -> str:
    """Return *text* fit for a comment: on one line, nothing YAML refuses."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())
