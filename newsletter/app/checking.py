"""What is wrong with an issue: the content, the choice of items and the finished mail, in one report."""

from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.app.building import render
from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.checks.checking import check_issue, in_order
from newsletter.checks.circumstances import Circumstances
from newsletter.checks.figures import Figures, figures_of
from newsletter.errors import ContentError, IssueError, Level, Problem, RenderingError, TemplateError
from newsletter.issues.assembly import Plan
from newsletter.issues.values import LeftOut
from newsletter.rendering.values import RenderedIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a file is left out, as `check --json` says it."""

    key: str
    path: str
    reason: str
    help: str
    #: Went out before, or lies before `since`: nothing that an editor needs to look at.
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `newsletter check` says, and its JSON."""

    issue: str
    ok: bool
    problems: tuple[Problem, ...]
    left_out: tuple[Reason, ...]
    figures: Figures


def check(project: Project, name: str | None, now: datetime, *, strict: bool = False) -> Report:
    """Return what is wrong with the issue *name*, and what is left out; *strict*: warnings count as errors."""
    desk = Desk(project, now)
    plan = desk.plan(name)
    rendered, problems = problems_of(desk, plan)
    grave = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    return Report(
        issue=plan.issue.id,
        ok=not any(problem.level in grave for problem in problems),
        problems=problems,
        left_out=tuple(_reason(entry) for entry in plan.left_out),
        figures=figures_of(plan.issue, rendered),
    )


def _reason(entry: LeftOut) -> Reason:
    return Reason(
        key=entry.key, path=entry.path, reason=entry.reason, help=entry.help, is_settled=entry.is_settled
    )


def problems_of(desk: Desk, plan: Plan) -> tuple[RenderedIssue | None, tuple[Problem, ...]]:
    """Render *plan* as far as it goes, and return what is wrong with it."""
    rendered: RenderedIssue | None = None
    unusable: tuple[Problem, ...] = ()
    if plan.issue.stories:
        try:
            rendered = render(desk, plan)
        except ContentError as error:
            unusable = tuple(replace(problem, level=Level.ERROR) for problem in error.problems)
        except (TemplateError, RenderingError, IssueError) as error:
            unusable = (Problem(level=Level.ERROR, rule="rendering", message=str(error)),)
    found = check_issue(plan, desk.collection, rendered, circumstances(desk))
    return rendered, in_order((*found, *unusable))


def circumstances(desk: Desk) -> Circumstances:
    """Return what checking needs to know of the settings and of files."""
    project = desk.project
    settings = project.settings

    def bytes_of(path: str) -> int | None:
        try:
            return (project.root / path).stat().st_size
        except OSError:
            return None

    return Circumstances(
        now=desk.now,
        zone=settings.newsletter.timezone,
        site_url=settings.newsletter.site_url,
        public_url=project.public_url,
        postal_address=settings.newsletter.postal_address,
        topics=tuple(settings.topics.values()),
        links=settings.content.links,
        content_folder=settings.content.folder,
        bytes_of=bytes_of,
    )
