"""What is wrong with an issue: the content, the choice of items and the finished mail, in one report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.app.building import render
from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.wishes import Wish, choice_of
from newsletter.checks.checking import check_issue, in_order
from newsletter.checks.circumstances import Circumstances
from newsletter.checks.figures import Figures, figures_of
from newsletter.checks.origin import SETTINGS
from newsletter.errors import (
    ContentError,
    IssueError,
    Level,
    NewsletterError,
    Problem,
    RenderingError,
    SettingsError,
    TemplateError,
)
from newsletter.issues.assembly import Plan
from newsletter.issues.values import IssueState, LeftOut
from newsletter.issues.variants import make_variants
from newsletter.nearest import nearest
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.rendering.pipeline.overrides import idle_overrides, overriding_texts, template_names
from newsletter.rendering.values import RenderedIssue
from newsletter.rendering.words.texts import SOURCE_LANGUAGE, load_texts
from newsletter.storage import freezing

#: What an editor or a designer can mend.
CANNOT_BE_RENDERED = (ContentError, SettingsError, TemplateError, RenderingError, IssueError)


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

    #: None: the settings cannot be used, so nobody knows which is the next.
    issue: str | None
    #: No errors; that it goes out is for `state` to say.
    ok: bool
    #: None: the issue could not be looked at.
    state: IssueState | None
    reason: str
    problems: tuple[Problem, ...]
    left_out: tuple[Reason, ...]
    figures: Figures

    @property
    def verdict(self) -> str:
        """What becomes of the issue, in words."""
        if not self.ok:
            return "not ready"
        if self.state in {IssueState.DRAFT, IssueState.APPROVED} and not self.reason:
            return "ready"
        return ": ".join(filter(None, (self.state, self.reason)))


def check(project: Project, name: str | None, now: datetime, *, strict: bool = False) -> Report:
    """Return what is wrong with the issue *name*, and what is left out; *strict*: warnings count as errors."""
    desk = Desk(project, now)
    plan = desk.plan(name)
    rendered, problems = _problems_of(desk, plan)
    grave = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    standing = desk.stored.get(plan.issue.id) or plan.standing
    return Report(
        issue=plan.issue.id,
        ok=not any(problem.level in grave for problem in problems),
        state=standing.state,
        reason=standing.reason,
        problems=problems,
        left_out=tuple(_reason(entry) for entry in plan.left_out),
        figures=figures_of(plan.issue, rendered),
    )


def report_of(error: NewsletterError, name: str | None) -> Report:
    """Return what is to be said of the issue *name* when *error* kept it from being looked at."""
    if isinstance(error, SettingsError | ContentError):
        problems = error.problems
    else:
        problems = (Problem(level=Level.ERROR, rule="unchecked", message=str(error)),)
    return Report(
        issue=name,
        ok=False,
        state=None,
        reason="",
        problems=problems,
        left_out=(),
        figures=Figures(items=0),
    )


def _reason(entry: LeftOut) -> Reason:
    return Reason(
        key=entry.key, path=entry.path, reason=entry.reason, help=entry.help, is_settled=entry.is_settled
    )


def _problems_of(desk: Desk, plan: Plan) -> tuple[RenderedIssue | None, tuple[Problem, ...]]:
    """Render *plan* as far as it goes, and return what is wrong with it."""
    rendered: RenderedIssue | None = None
    unusable: tuple[Problem, ...] = ()
    if plan.issue.stories:
        try:
            rendered = render(desk, plan)
        except CANNOT_BE_RENDERED as error:
            unusable = problems_of_rendering(error)
    return rendered, problems_of(desk, plan, rendered, unusable)


def problems_of(
    desk: Desk,
    plan: Plan,
    rendered: RenderedIssue | None,
    unusable: Iterable[Problem] = (),
    wishes: Iterable[Wish] | None = None,
) -> tuple[Problem, ...]:
    """Return what is wrong with *plan*; *rendered*: as far as it could be, *unusable*: why no further.

    *wishes*: of the readers, for who has asked the database a moment ago.
    """
    found = check_issue(plan, desk.collection, rendered, circumstances(desk))
    wishes = wishes_of(desk, plan.issue.digest.key) if wishes is None else wishes
    return in_order((*found, *unusable, *_problems_of_variants(desk.project, plan, wishes)))


def wishes_of(desk: Desk, digest: str) -> tuple[Wish, ...]:
    """Return what the readers of *digest* wish, each once."""
    if not desk.project.has_database:
        return ()
    return tuple(freezing.audience_choices(desk.project.engine, digest, desk.now)[0])


def problems_of_rendering(error: NewsletterError) -> tuple[Problem, ...]:
    """Return what *error*, one of `CANNOT_BE_RENDERED`, says is wrong."""
    if isinstance(error, ContentError | SettingsError):
        return tuple(replace(problem, level=Level.ERROR) for problem in error.problems)
    if isinstance(error, TemplateError):
        return error.problems
    return (Problem(level=Level.ERROR, rule="rendering", message=str(error)),)


def _problems_of_variants(project: Project, plan: Plan, wishes: Iterable[Wish]) -> Iterator[Problem]:
    """Yield why readers of these *wishes* would need more variants than the digest allows."""
    try:
        make_variants(plan.issue, [choice_of(project, wish) for wish in wishes])
    except IssueError as error:
        yield Problem(level=Level.ERROR, rule="too-many-variants", path=SETTINGS, message=str(error))


def circumstances(desk: Desk) -> Circumstances:
    """Return what checking needs to know of the settings and of files."""
    project = desk.project
    settings = project.settings

    def bytes_of(path: str) -> int | None:
        try:
            return (project.root / path).stat().st_size
        except OSError:
            return None

    templates = project.root / "templates"

    def has_texts(lang: str) -> bool:
        folders = (templates, built_in_templates())
        try:
            texts, english = (load_texts(folders, each).catalogues for each in (lang, SOURCE_LANGUAGE))
        except TemplateError:
            return True  # damaged, which the rendering reports
        return lang.partition("-")[0] == SOURCE_LANGUAGE or texts != english

    idle = idle_overrides(templates)
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
        has_texts=has_texts,
        templates_are_a_file=templates.is_file(),
        idle_templates={name: nearest(name, template_names()) for name in idle},
        overriding=overriding_texts(templates, idle=idle),
    )
