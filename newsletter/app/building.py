"""Rendering an issue, and writing it to a folder for people to look at."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.app.desk import Desk
from newsletter.app.files import write_over
from newsletter.app.letters import letter
from newsletter.app.looks import look
from newsletter.app.project import Project
from newsletter.delivery.letter import Letter
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.values import Recipient
from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan
from newsletter.issues.values import Choice
from newsletter.issues.variants import default_choices, make_variants
from newsletter.rendering.issue import render_issue
from newsletter.rendering.values import RenderedIssue, RenderedVariant
from subscribers.tokens import REFERENCE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What `build` wrote."""

    folder: Path
    rendered: RenderedIssue
    #: Name, and bytes of HTML and of plain text, of each variant.
    sizes: dict[str, tuple[int, int]]


def render(desk: Desk, plan: Plan, choices: Iterable[Choice] = ()) -> RenderedIssue:
    """Render *plan* for the readers' *choices*, and each language in full.

    Without choices (nobody is known yet): each language in full and each single topic. Raises IssueError when there is
    nothing to render or too many variants are needed.
    """
    project, issue = desk.project, plan.issue
    if not issue.stories:
        raise IssueError(f"{issue.id}: {plan.standing.reason or 'there is nothing to send'}.")
    wanted = list(choices)
    if wanted:
        make_variants(issue, wanted)  # the digest's limit is on what readers chose
    else:
        wanted = list(default_choices(issue, tuple(project.settings.topics)))
    whole = [Choice(lang=lang) for lang in issue.languages]
    roomy = replace(issue.digest, max_variants=len(wanted) + len(whole))
    variants = make_variants(replace(issue, digest=roomy), [*whole, *wanted])
    return render_issue(
        issue, variants, look(project, desk.collection), content_hash=desk.fingerprint(plan).hash
    )


def build(desk: Desk, plan: Plan, target: Path) -> Built:
    """Render *plan* and write it to a folder of its own in *target*, in place of an older one."""
    project, folder = desk.project, target / plan.issue.id
    if folder.exists() and not (folder / "manifest.json").is_file():
        raise IssueError(f"{folder} is there already, and no build made it. Name another folder with -o.")
    rendered = render(desk, plan)
    unfinished = target / f".{plan.issue.id}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    sizes = {}
    for variant in rendered.variants.values():
        sizes[variant.name] = _write_variant(project, plan, variant, unfinished / variant.name)
    _write_pages(project, plan, rendered, unfinished)
    write_over(unfinished / "manifest.json", _manifest(rendered, sizes))
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.replace(folder)
    return Built(folder=folder, rendered=rendered, sizes=sizes)


def _write_variant(project: Project, plan: Plan, variant: RenderedVariant, folder: Path) -> tuple[int, int]:
    # No reader is meant and no key is needed: the personal links lead to the page that explains them.
    page = f"{project.public_url}/help"
    made = letter(
        project,
        plan.issue.id,
        plan.issue.digest.key,
        variant,
        links=FixedLinks(page, page),
        date=plan.issue.due_at,
        embeds_images=True,
        is_test=True,
    )
    html, text = (_filled(body, made) for body in (variant.html, variant.text))
    reader = Recipient(0, bytes(REFERENCE_BYTES), made.sender.address.addr_spec)
    message = made.compile().fill(made.own_headers(reader), made.slots(reader))
    write_over(folder / "message.html", html)
    write_over(folder / "message.txt", text)
    write_over(folder / "message.eml", message)
    return len(html), len(text)


def _filled(body: str, made: Letter) -> bytes:
    for slot, link in made.links.slots(bytes(REFERENCE_BYTES)).items():
        body = body.replace(slot, link)
    return body.encode()


def _write_pages(project: Project, plan: Plan, rendered: RenderedIssue, folder: Path) -> None:
    """Write the web version in each language; its images lie beside it, so that it opens anywhere."""
    media = project.settings.var / "media"
    for lang in plan.issue.languages:
        variant = rendered.variants.get(lang)
        if variant is None:
            continue
        page = variant.web
        for image in variant.images:
            (folder / "media").mkdir(exist_ok=True)
            shutil.copyfile(media / image.name, folder / "media" / image.name)
            page = page.replace(f"{project.public_url}/media/{image.name}", f"media/{image.name}")
        name = "index.html" if lang == plan.issue.languages[0] else f"index.{lang}.html"
        write_over(folder / name, page.encode())


def _manifest(rendered: RenderedIssue, sizes: dict[str, tuple[int, int]]) -> bytes:
    manifest = {
        "issue": rendered.issue,
        "subject": rendered.subject,
        "preheader": rendered.preheader,
        "items": rendered.items,
        "hash": rendered.hash,
        "variants": [
            {
                "name": variant.name,
                "lang": variant.lang,
                "items": variant.items,
                "html_bytes": sizes[variant.name][0],
                "text_bytes": sizes[variant.name][1],
            }
            for variant in rendered.variants.values()
        ],
    }
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
