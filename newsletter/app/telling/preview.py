"""The editors' preview: the issue as it would go out, below a report of what is wrong, what is left out, and who would get it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from newsletter.app.building import render
from newsletter.app.checking import Report
from newsletter.app.desk import Desk
from newsletter.app.failures import explained
from newsletter.app.letters import letter, token_keys
from newsletter.app.looks import theme
from newsletter.app.making import Audience
from newsletter.app.project import Project
from newsletter.app.telling.decisions import sentence
from newsletter.app.telling.matters import APPROVE, CHECK, DRAFT, HOLD, RELEASE, Step
from newsletter.app.telling.moments import counted
from newsletter.checks.rules.mail import CLIPPED_HTML, LARGE_HTML
from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers import open_provider
from newsletter.errors import Level
from newsletter.issues.assembly import Plan
from newsletter.issues.standing import Cause
from newsletter.issues.values import IssueState
from newsletter.rendering.blocks import heading, listed
from newsletter.rendering.notices import below_report
from newsletter.rendering.words.typography import cut
from newsletter.storage.notices import Notice

#: Of each list, and of a line of it: a mail that is too large is clipped, and `check` has it all.
_MOST_LINES, _LONGEST_LINE = 10, 400
#: Bytes of HTML around what is listed: of the whole report, and of a line.
_FRAME, _LINE_FRAME = 7_000, 50


def preview_words(plan: Plan, report: Report, audience: Audience | None, due: str) -> str:
    """Return the report: what stands above the issue, in the form of `blocks`."""
    return "\n\n".join(_paragraphs(plan, report, audience, due))


def preview_steps(plan: Plan, report: Report) -> tuple[Step, ...]:
    """Return what an editor can do about the issue as it stands."""
    cause = plan.standing.cause
    steps = [replace(CHECK, label="See all that `check` says of it")] if report.problems else []
    if report.ok and cause in {Cause.APPROVAL, Cause.TOO_FEW} and plan.issue.stories:
        steps.append(APPROVE)
    elif report.ok and cause is None and plan.standing.state is not IssueState.APPROVED:
        steps.append(
            replace(APPROVE, label="Approve it as it is; what comes later then waits for the next issue")
        )
    if report.state is not IssueState.SKIPPED:
        steps.append(RELEASE if cause is Cause.EDITOR else HOLD)
    return tuple(steps if plan.issue_file.paths else [*steps, DRAFT])


def _paragraphs(plan: Plan, report: Report, audience: Audience | None, due: str) -> Iterator[str]:
    limit = LARGE_HTML if report.figures.html_bytes < LARGE_HTML else CLIPPED_HTML
    room = (limit - report.figures.html_bytes - _FRAME) // 2
    yield f"{plan.issue.id} is due on {due}. {_outlook(plan, report)}"
    if audience:
        yield heading("Who would get it")
        yield from _readers(audience)
    grave = [problem for problem in report.problems if problem.level is not Level.INFO]
    remarks = len(report.problems) - len(grave)
    if report.problems:
        yield heading("What is wrong" if grave else "What could be better")
        yield listed(_shortened([f"{problem.level}: {problem}" for problem in grave], room))
        if remarks:
            yield f"{counted(remarks, 'remark', 'remarks')}{' besides' if grave else ''}: the command below has them."
    if left_out := [entry for entry in report.left_out if not entry.is_settled]:
        yield heading("What is left out")
        yield listed(_shortened([f"{entry.path}: {entry.reason}" for entry in left_out], room))
    yield heading("What you can do")
    yield f"Its subject, order and introduction can be set in {plan.file_path}."


def _outlook(plan: Plan, report: Report) -> str:
    if not report.ok:
        return "It is not ready: unless what is wrong is mended, it is held then."
    if report.state is IssueState.HELD:
        return f"As it stands, it is held then: {sentence(report.reason)}"
    if report.state is IssueState.SKIPPED:
        return f"As it stands, it is skipped then: {sentence(report.reason)}"
    if plan.standing.cause is Cause.APPROVAL:
        return f"It is ready. {sentence(report.reason)} Unless somebody approves it, it is held then."
    return "It is ready, and goes out by itself."


def _readers(audience: Audience) -> Iterator[str]:
    total = sum(audience.readers.values())
    yield f"{counted(total, 'reader', 'readers')} would get it."
    variants = [
        f"{name}: {counted(count, 'reader', 'readers')}" for name, count in sorted(audience.readers.items())
    ]
    yield listed(_shortened(variants, 0 if len(variants) > _MOST_LINES else 10_000))
    if audience.without:
        yield f"{counted(audience.without, 'other finds', 'others find')} nothing in it that they chose, and get nothing."


def _shortened(lines: Sequence[str], room: int) -> Iterable[str]:
    """Yield of *lines* what takes *room* bytes of HTML, one at least, and how many there are besides."""
    shown = 0
    for line in lines[:_MOST_LINES]:
        short = cut(line, _LONGEST_LINE)
        room -= len(escape(short).encode()) + _LINE_FRAME
        if shown and room < 0:
            break
        yield short
        shown += 1
    if more := len(lines) - shown:
        yield f"and {more:,} more"


def preview_letter(project: Project, notice: Notice, now: datetime) -> Letter | None:
    """Return the issue of *notice* below its words, in the first language; None when it cannot be made, or has begun.

    Its personal links lead to a page which says that this was a test.
    """
    try:
        desk = Desk(project, now)
        plan = desk.plan(notice.issue)
        variant = next(iter(render(desk, plan).variants.values()))
        return letter(
            project,
            plan.issue.id,
            plan.issue.digest.key,
            below_report(
                variant,
                f"Preview of {plan.issue.id}",
                notice.text,
                subject=f"[Preview] {variant.subject}",
                theme=theme(project),
            ),
            links=FixedLinks.for_test(project.public_url, token_keys(project), plan.issue.id),
            date=notice.created_at,
            embeds_images=_can_embed_images(project),
            kind=LetterKind.TEST,
        )
    except Exception as error:
        if explained(error) is None:
            raise
        return None


def _can_embed_images(project: Project) -> bool:
    provider = open_provider(project.settings.provider, project.settings.var)
    return provider.capabilities.can_embed_images
