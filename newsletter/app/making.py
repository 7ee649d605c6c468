"""An issue is made for the readers there are, and looked at, before anything of it is stored: one way, whoever begins it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.building import render
from newsletter.app.checking import circumstances
from newsletter.app.desk import Desk
from newsletter.app.wishes import Wish, choice_of, variant_names, whole_variants
from newsletter.checks.checking import check_issue
from newsletter.errors import Level, Problem
from newsletter.issues.assembly import Plan
from newsletter.rendering.values import RenderedIssue
from newsletter.storage import freezing, issues
from newsletter.storage.issues import StoredIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who would get an issue."""

    #: The variant of each wish; None: nothing in it for them.
    variants: Mapping[Wish, str | None]
    #: Readers by variant.
    readers: Mapping[str, int]
    #: Readers whose choice leaves nothing to read.
    without: int
    #: The last subscriber id that can be in it.
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An issue as it would go out."""

    desk: Desk
    plan: Plan
    rendered: RenderedIssue
    #: What the rules of `check` found in it.
    findings: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from going out."""
        return [finding for finding in self.findings if finding.level is Level.ERROR]


def audience_of(desk: Desk, plan: Plan, now: datetime) -> Audience:
    """Return who would get the issue of *plan*. To look changes nothing: no database is made for it.

    Raises IssueError when their choices need more variants than the digest allows.
    """
    project = desk.project
    counts: Mapping[Wish, int] = {}
    last = 0
    if project.has_database:
        counts, last = freezing.audience_choices(project.engine, plan.issue.digest.key, now)
    variants = variant_names(project, plan, counts)
    readers = Counter[str]()
    for wish, count in counts.items():
        if variant := variants[wish]:
            readers[variant] += count
    without = sum(counts.values()) - readers.total()
    return Audience(variants=variants, readers=dict(readers), without=without, last=last)


def make(desk: Desk, plan: Plan, audience: Audience) -> Made:
    """Render the issue of *plan* for *audience*, and check it.

    Raises what rendering raises: IssueError, RenderingError, TemplateError, ContentError, SettingsError.
    """
    rendered = _rendered(desk, plan, audience)
    findings = check_issue(plan, desk.collection, rendered, circumstances(desk))
    return Made(desk=desk, plan=plan, rendered=rendered, findings=findings)


def start(made: Made, now: datetime) -> StoredIssue:
    """Store what goes out: from here on the files no longer matter for this issue.

    Raises IssueError when another issue took one of its items since it was made.
    """
    desk, plan, project = made.desk, made.plan, made.desk.project
    audience = audience_of(desk, plan, now)
    # Somebody may have chosen since it was made what nobody had chosen before.
    is_enough = audience.readers.keys() <= made.rendered.variants.keys()
    return issues.start(
        project.engine,
        plan.issue,
        made.rendered if is_enough else _rendered(desk, plan, audience),
        {**whole_variants(project, plan, audience.variants), **audience.variants},
        is_rehearsal=project.is_rehearsal,
        freeze_to=audience.last,
        now=now,
        known=desk.included,
    )


def _rendered(desk: Desk, plan: Plan, audience: Audience) -> RenderedIssue:
    return render(desk, plan, [choice_of(desk.project, wish) for wish in audience.variants])
