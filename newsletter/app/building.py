"""Rendering an issue, and writing it to a folder for people to look at."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from newsletter.app.desk import Desk
from newsletter.app.letters import letter
from newsletter.app.looks import look
from newsletter.app.project import Project
from newsletter.delivery.letter import LetterKind, filled
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.values import Recipient
from newsletter.errors import IssueError, Problem
from newsletter.files import write_over
from newsletter.issues.assembly import Plan
from newsletter.issues.values import Choice, Variant
from newsletter.issues.variants import default_choices, make_variants
from newsletter.rendering.issue import render_issue
from newsletter.rendering.values import RenderedIssue, RenderedVariant
from newsletter.storage.variants import load_variants
from subscribers.tokens import REFERENCE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is to be written of an issue."""

    rendered: RenderedIssue
    digest: str
    #: Of its mails.
    date: datetime
    #: It has begun: these are the bytes that went out.
    is_frozen: bool = False
    #: What keeps it from being sent.
    errors: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What `build` wrote."""

    folder: Path
    edition: Edition
    #: Name, and bytes of HTML and of plain text, of each variant.
    sizes: dict[str, tuple[int, int]]


def render(desk: Desk, plan: Plan, choices: Iterable[Choice] = ()) -> RenderedIssue:
    """Render the variants of *plan* that `variants_of` returns, and raise what it raises."""
    variants = variants_of(desk.project, plan, choices)
    issue_look = look(desk.project, desk.collection)
    return render_issue(plan.issue, variants, issue_look, content_hash=desk.fingerprint(plan).hash)


def variants_of(project: Project, plan: Plan, choices: Iterable[Choice] = ()) -> tuple[Variant, ...]:
    """Return the variants of *plan* for the readers' *choices*, and each language in full.

    Without choices (nobody is known yet): each language in full and each single topic. Raises IssueError when there is
    nothing to render or too many variants are needed.
    """
    issue = plan.issue
    if not issue.stories:
        raise IssueError(f"{issue.id}: {plan.standing.reason or 'there is nothing to send'}.")
    wanted = list(choices)
    if wanted:
        make_variants(issue, wanted)  # the digest's limit is on what readers chose
    else:
        wanted = list(default_choices(issue, tuple(project.settings.topics)))
    whole = [Choice(lang=lang) for lang in issue.languages]
    roomy = replace(issue.digest, max_variants=len(wanted) + len(whole))
    return make_variants(replace(issue, digest=roomy), [*whole, *wanted])


def build(desk: Desk, name: str | None, target: Path) -> Built:
    """Write the issue *name* (None: the next one) to a folder of its own in *target*, in place of an older one.

    One that has begun is written as it was frozen, any other as the files make it now.
    """
    name = name or desk.next_issue()
    edition = frozen(desk, name) or _made_now(desk, name)
    rendered = edition.rendered
    folder = target / rendered.issue
    if folder.exists() and not (folder / "manifest.json").is_file():
        raise IssueError(f"{folder} is there already, and no build made it. Name another folder with -o.")
    unfinished = target / f".{rendered.issue}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    sizes = {}
    for variant in rendered.variants.values():
        sizes[variant.name] = _write_variant(desk.project, edition, variant, unfinished / variant.name)
    _write_pages(desk.project, rendered, unfinished)
    write_over(unfinished / "manifest.json", _manifest(rendered, sizes))
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.replace(folder)
    return Built(folder=folder, edition=edition, sizes=sizes)


def _made_now(desk: Desk, name: str) -> Edition:
    plan = desk.plan(name)
    return Edition(
        rendered=render(desk, plan),
        digest=plan.issue.digest.key,
        date=plan.issue.due_at,
        errors=plan.errors,
    )


def frozen(desk: Desk, name: str) -> Edition | None:
    """Return what went out of an issue that has begun; None: it has not, or was ended before anything was made of it."""
    if name not in desk.begun:
        return None
    stored = desk.stored[name]
    variants = load_variants(desk.project.engine, stored.number)
    if not variants:
        return None
    first = next(iter(variants.values()))
    return Edition(
        rendered=RenderedIssue(
            issue=stored.id,
            subject=stored.subject,
            preheader=first.preheader,
            hash=stored.hash,
            items=first.items,
            variants={variant.name: variant for variant in variants.values()},
        ),
        digest=stored.digest,
        date=stored.started_at or stored.created_at,
        is_frozen=True,
    )


def _write_variant(
    project: Project, edition: Edition, variant: RenderedVariant, folder: Path
) -> tuple[int, int]:
    # No reader is meant and no key is needed: the personal links lead to the page that explains them.
    page = f"{project.public_url}/help"
    made = letter(
        project,
        edition.rendered.issue,
        edition.digest,
        variant,
        links=FixedLinks(page, page),
        date=edition.date,
        embeds_images=True,
        kind=LetterKind.TEST,
    )
    reader = Recipient(0, bytes(REFERENCE_BYTES), made.sender.address.addr_spec)
    slots = made.slots(reader)
    html, text = (body.encode() for body in filled(made, slots))
    message = made.compile().fill(made.own_headers(reader, slots), slots)
    write_over(folder / "message.html", html)
    write_over(folder / "message.txt", text)
    write_over(folder / "message.eml", message)
    return len(html), len(text)


def _write_pages(project: Project, rendered: RenderedIssue, folder: Path) -> None:
    """Write the web version in each language; its images lie beside it, so that it opens anywhere."""
    media = project.settings.var / "media"
    whole = [variant for variant in rendered.variants.values() if variant.name == variant.lang]
    for number, variant in enumerate(whole):
        page = variant.web
        for image in variant.images:
            (folder / "media").mkdir(exist_ok=True)
            shutil.copyfile(media / image.name, folder / "media" / image.name)
            page = page.replace(f"{project.public_url}/media/{image.name}", f"media/{image.name}")
        name = f"index.{variant.lang}.html" if number else "index.html"
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
