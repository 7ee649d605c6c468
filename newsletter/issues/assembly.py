"""An issue from the files: which items, in which order, due when, and whether it may go."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.content.items import Collection, EventReport
from newsletter.errors import IssueError, Level, Problem
from newsletter.issues.calendar.agenda import due_at, next_issue, overdue, specials
from newsletter.issues.calendar.periods import RegularId, misnamed, parse_issue_id
from newsletter.issues.digests import Digest
from newsletter.issues.file.reading import read_issue_file
from newsletter.issues.file.values import IssueFile
from newsletter.issues.ledger import Ledger
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.ordering import arrange, leads
from newsletter.issues.phases import moment, publication, starts_at
from newsletter.issues.rules import Rules
from newsletter.issues.selection import select
from newsletter.issues.standing import Standing, standing
from newsletter.issues.values import Included, Issue, LeftOut, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An issue as it would be made now, what is not in it, and whether it may go."""

    issue: Issue
    issue_file: IssueFile
    #: Every file that is not in the issue.
    left_out: tuple[LeftOut, ...]
    #: Of the issue file and the choice of items; what is wrong inside the items is the content's to say.
    problems: tuple[Problem, ...]
    #: What keeps it from being sent: mistakes in any content file, in the issue file, in the choice of items.
    errors: tuple[Problem, ...]
    #: In words, when it is so late that only a person may still send it.
    lateness: str
    standing: Standing
    #: Where the issue file is, or would be written; relative to the project folder.
    file_path: str

    @property
    def due_at(self) -> datetime | None:
        """When the clock sends it; None: a special without `send_at`, which a person sends."""
        return self.issue.due_at if self.issue_file.send_at or not self.issue.is_special else None


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
    now = now.astimezone(UTC)
    due = due_at(regular, newsroom, issue_file.send_at)
    cut_off = min(due or now, now) if is_early else due or now
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
        due_at=due or (now if is_early else _newest(stories, newsroom) or now),
        cut_off=cut_off,
        stories=stories,
        leads=leads(stories, issue_file),
        subjects=issue_file.subjects,
        preheaders=issue_file.preheaders,
        introductions=issue_file.introductions,
        corrections=issue_file.corrections,
        languages=languages,
        is_special=regular is None,
        counts=issue_file.counts,
        path=issue_file.path,
    )
    problems = (
        *issue_file.problems,
        *selection.problems,
        *_missing_leads(issue_file, issue, selection.left_out),
        *(() if is_early else _past_send_at(issue_file, now)),
    )
    errors = tuple(problem for problem in (*collection.problems, *problems) if problem.level is Level.ERROR)
    lateness = "" if is_early or due is None else _lateness(issue, newsroom, now)
    return Plan(
        issue=issue,
        issue_file=issue_file,
        left_out=selection.left_out,
        problems=problems,
        errors=errors,
        lateness=lateness,
        standing=standing(issue, issue_file, errors, lateness=lateness),
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
    """Return the plan of each of `open_names`."""
    names = open_names(newsroom, collection, now=now, ended=ended)
    return tuple(plan(name, newsroom, collection, included, now=now) for name in names)


def open_names(
    newsroom: Newsroom, collection: Collection, *, now: datetime, ended: Container[str] = ()
) -> tuple[str, ...]:
    """Return the ids of what is to come, without the issues that have *ended*.

    Of each digest the next issue, then those that an editor has a file for and that did not go when they were due,
    then the specials.
    """
    digests = newsroom.digests.values()
    names = [next_issue(digest, newsroom, collection, now, ended) for digest in digests]
    names += [name for digest in digests for name in overdue(digest, newsroom, collection, now)]
    names += specials(newsroom, collection)
    return tuple(name for name in names if name not in ended)


def _digest(issue_file: IssueFile, regular: RegularId | None, newsroom: Newsroom) -> Digest:
    if regular:
        return newsroom.digests[regular.digest]
    if issue_file.digest:
        return newsroom.digests[issue_file.digest]
    if issue_file.paths:
        # Its file does not name one, or cannot be read: an error that holds it, and never hides other issues.
        return next(iter(newsroom.digests.values()))
    if slip := misnamed(issue_file.name, newsroom.digests):
        raise IssueError(f"There is no issue `{issue_file.name}`: {slip}")
    digests = " or ".join(newsroom.digests)
    raise IssueError(
        f"There is no issue `{issue_file.name}`. An issue of a digest is called {digests}, a hyphen and its period; "
        f"a special has a file {newsroom.issue_path(issue_file.name)}. If `newsletter issues` lists it, its digest was removed, "
        f"renamed or given another `period`: bring that back (`rename_from`), or: newsletter cancel {issue_file.name}"
    )


def _newest(stories: Iterable[Story], newsroom: Newsroom) -> datetime | None:
    """Return the day of the newest of *stories*, or the first event where all are announced.

    It dates a special as long as nobody sends it.
    """
    items = [story.item for story in stories]
    told = [publication(item, newsroom.zone) or item.date for item in items]
    starts = [
        starts_at(item, newsroom.zone) for item in items if isinstance(item, EventReport) and item.start
    ]
    return max((moment(when, newsroom.zone) for when in told if when), default=min(starts, default=None))


def _lateness(issue: Issue, newsroom: Newsroom, now: datetime) -> str:
    if now - issue.due_at <= timedelta(hours=issue.digest.max_lateness_hours):
        return ""
    return (
        f"was due on {issue.due_at.astimezone(newsroom.zone):%Y-%m-%d %H:%M} and has not gone out. "
        f"newsletter send {issue.id} sends it all the same, newsletter cancel {issue.id} ends it, "
        f"another `send_at` in {issue.path or newsroom.issue_path(issue.id)} puts it off"
    )


def _past_send_at(issue_file: IssueFile, now: datetime) -> Iterator[Problem]:
    if issue_file.send_at and issue_file.send_at <= now:
        yield Problem(
            level=Level.WARNING,
            rule="past-send-at",
            message=f"send_at {issue_file.send_at.isoformat(timespec='minutes')} is over.",
            path=issue_file.path,
            line=issue_file.send_at_line,
            help=f"Write a time to come, or send it yourself: newsletter send {issue_file.name}",
        )


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
