"""The editors' preview: the issue as it would go out, below a report of what is wrong, what is left out, and who would get it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from newsletter.app.building import render
from newsletter.app.checking import Report
from newsletter.app.desk import Desk
from newsletter.app.failures import explained
from newsletter.app.letters import letter, token_keys
from newsletter.app.project import Project
from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers import open_provider
from newsletter.errors import Level
from newsletter.issues.assembly import Plan
from newsletter.rendering.notices import below_report
from newsletter.storage.notices import Notice


def preview_words(plan: Plan, report: Report, readers: Mapping[str, int], due: str) -> str:
    """Return the report: paragraphs with an empty line between them."""
    return "\n\n".join(_paragraphs(plan, report, readers, due))


def _paragraphs(plan: Plan, report: Report, readers: Mapping[str, int], due: str) -> Iterator[str]:
    yield f"{plan.issue.id} is due on {due}. As the files are now: {report.verdict}."
    variants = _listed(f"{count:,} {name}" for name, count in sorted(readers.items()))
    yield f"{sum(readers.values()):,} readers would get it.{variants}"
    if grave := [problem for problem in report.problems if problem.level is not Level.INFO]:
        yield "What is wrong:" + _listed(f"{problem.level}: {problem}" for problem in grave)
    if remarks := len(report.problems) - len(grave):
        yield f"Remarks besides: {remarks}. newsletter check {plan.issue.id} has them."
    if left_out := [entry for entry in report.left_out if not entry.is_settled]:
        yield "What is left out:" + _listed(f"{entry.path}: {entry.reason}" for entry in left_out)
    yield f"The editors' decisions on it stand in {plan.file_path}."


def _listed(lines: Iterable[str]) -> str:
    return "".join(f"\n- {line}" for line in lines)


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
            below_report(variant, notice.text, subject=f"[Preview] {variant.subject}"),
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
