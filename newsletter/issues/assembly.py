"""An issue from the files: which items, in which order, due when, and whether it may go."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.content.items import Collection
from newsletter.errors import IssueError, Level, Problem
from newsletter.issues.calendar.agenda import next_issue, specials
from newsletter.issues.calendar.periods import RegularId, parse_issue_id
from newsletter.issues.calendar.schedule import due_in
from newsletter.issues.digests import Digest
from newsletter.issues.file.reading import read_issue_file
from newsletter.issues.file.values import IssueFile
from newsletter.issues.ledger import Ledger
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.ordering import arrange, leads
from newsletter.issues.rules import Rules
from newsletter.issues.selection import select
from newsletter.issues.standing import Standing, standing
from newsletter.issues.values import Included, Issue, LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An issue as it would be made now, what is not in it, and whether it may go."""

    issue: Issue
    issue_file: IssueFile
    #: Every file that is not in the issue.
    left_out: tuple[LeftOut, ...]
    #: Of the issue file and the choice of items; what is wrong inside the items is the content's to say.
    problems: tuple[Problem, ...]
    standing: Standing
    #: Where the issue file is, or would be written; relative to the project folder.
    file_path: str

    @property
    def goes_by_itself(self) -> bool:
        """Whether the clock sends it: a special without `send_at` is sent by a person."""
        return not self.issue.is_special or self.issue_file.send_at is not None


def plan(
    name: str,
    newsroom: Newsroom,
    collection: Collection,
    included: Iterable[Included] = (),
    *,
    now: datetime,
    is_early: bool = False,
) -> Plan:
    """Return the issue *name* as the files and the ledger's rows *included* make it.

    The approval is not looked at yet: `approval.settle` does that, which needs the files' bytes. *is_early*: a person
    sends it *now*, so what is dated later waits. Raises IssueError when there is no such issue.
    """
    issue_file = read_issue_file(name, collection, newsroom)
    regular = parse_issue_id(name, newsroom.digests)
    digest = _digest(issue_file, regular, newsroom)
    due_at = (_due_at(issue_file, regular, newsroom) or now).astimezone(UTC)
    cut_off = min(due_at, now.astimezone(UTC)) if is_early else due_at
    rules = Rules(
        newsroom=newsroom,
        digest=digest,
        topics=issue_file.topics or digest.topics,
        ledger=Ledger.of(included, collection.items, digest=digest, except_issue=name),
        cut_off=cut_off,
    )
    languages = issue_file.languages or newsroom.languages
    selection = select(collection.items, rules, issue_file, languages)
    stories = arrange(selection.stories, issue_file, newsroom.zone)
    issue = Issue(
        id=name,
        digest=digest,
        period=regular.period if regular else name,
        due_at=due_at,
        cut_off=cut_off,
        stories=stories,
        leads=leads(stories, issue_file),
        subjects=issue_file.subjects,
        preheaders=issue_file.preheaders,
        introductions=issue_file.introductions,
        languages=languages,
        is_special=regular is None,
        counts=issue_file.counts,
        path=issue_file.path,
    )
    problems = (
        *issue_file.problems,
        *selection.problems,
        *_missing_leads(issue_file, issue, selection.left_out),
    )
    return Plan(
        issue=issue,
        issue_file=issue_file,
        left_out=selection.left_out,
        problems=problems,
        standing=standing(issue, issue_file, problems),
        file_path=issue_file.path or newsroom.issue_path(name),
    )


def open_plans(
    newsroom: Newsroom,
    collection: Collection,
    included: Sequence[Included] = (),
    *,
    now: datetime,
    ended: Container[str] = (),
) -> tuple[Plan, ...]:
    """Return what lies ahead: of each digest the next issue, then the specials, without those that have *ended*."""
    ahead = [next_issue(digest, newsroom, collection, now, ended) for digest in newsroom.digests.values()]
    ahead += [name for name in specials(newsroom, collection) if name not in ended]
    return tuple(plan(name, newsroom, collection, included, now=now) for name in ahead)


def _digest(issue_file: IssueFile, regular: RegularId | None, newsroom: Newsroom) -> Digest:
    if regular:
        return newsroom.digests[regular.digest]
    if issue_file.digest:
        return newsroom.digests[issue_file.digest]
    if issue_file.paths:
        # Its file does not name one, or cannot be read: an error that holds it, and never hides other issues.
        return next(iter(newsroom.digests.values()))
    digests = " or ".join(newsroom.digests)
    raise IssueError(
        f"There is no issue `{issue_file.name}`. An issue of a digest is called {digests}, a hyphen and its period; "
        f"a special has a file {newsroom.issue_path(issue_file.name)}."
    )


def _due_at(issue_file: IssueFile, regular: RegularId | None, newsroom: Newsroom) -> datetime | None:
    """Return when the issue is due; None: a special that a person sends."""
    if issue_file.send_at or regular is None:
        return issue_file.send_at
    return due_in(newsroom.digests[regular.digest], newsroom.zone, regular.period)


def _missing_leads(issue_file: IssueFile, issue: Issue, left_out: Iterable[LeftOut]) -> Iterator[Problem]:
    keys = {story.key for story in issue.stories}
    reasons = {entry.key: entry for entry in reversed(tuple(left_out))}
    for reference in issue_file.lead:
        if reference.key not in keys:
            reason = reasons[reference.key]
            yield Problem(
                level=Level.WARNING,
                rule="issue-items",
                message=f"the lead `{reference.key}` is not in this issue: {reason.reason}.",
                path=issue_file.path,
                line=reference.line,
                help=reason.help or None,
            )
