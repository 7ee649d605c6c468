"""Rendered variants, kept by what they were made of; while they cannot be rendered, the last good one stays."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes, policy

from newsletter.app.checking import CANNOT_BE_RENDERED, problems_of_rendering
from newsletter.app.letters import letter
from newsletter.app.project import Project
from newsletter.delivery.letter import filled
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.values import Recipient
from newsletter.errors import Problem
from newsletter.issues.assembly import Plan
from newsletter.issues.values import Choice, Issue, Variant
from newsletter.preview.values import Mail
from newsletter.rendering.issue import render_issue
from newsletter.rendering.look import Look
from newsletter.rendering.values import RenderedVariant
from subscribers.tokens import REFERENCE_BYTES

#: Kept at most; a mail has 100,000 bytes.
_MOST = 200
_READER = "reader@example.org"

#: Everything that a rendered variant depends on.
Recipe = tuple[Issue, Variant, Look, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A variant as it was rendered."""

    recipe: Recipe
    rendered: RenderedVariant
    #: The files it was made of, and those of them that had errors already.
    paths: frozenset[str]
    broken: frozenset[str]


@dataclass(slots=True)
class Prints:
    """What was rendered, the latest used last."""

    _kept: OrderedDict[tuple[str, str], Print] = field(default_factory=OrderedDict)

    def last(self, issue: str, address: str) -> Print | None:
        """Return what was rendered last, whatever it was made of."""
        return self._kept.get((issue, address))

    def current(self, plan: Plan, variant: Variant, look: Look, edition: int) -> Print | None:
        """Return the rendering of *variant* if it was made of the very same."""
        kept = self.last(plan.issue.id, address_of(variant))
        return kept if kept and kept.recipe == _recipe(plan, variant, look, edition) else None

    def make(
        self, plan: Plan, variant: Variant, look: Look, edition: int
    ) -> tuple[Print | None, tuple[Problem, ...]]:
        """Return *variant* rendered, or the last good rendering and why there is no newer one.

        *edition* counts the changes of templates and pictures, whose content is looked at by nobody here.
        """
        name = plan.issue.id, address_of(variant)
        kept = self._kept.get(name)
        recipe = _recipe(plan, variant, look, edition)
        if kept and kept.recipe == recipe:
            self._kept.move_to_end(name)
            return kept, ()
        errors = {problem.path: problem for problem in plan.errors if problem.path}
        if kept and (broken := errors.keys() & (kept.paths - kept.broken)):
            return kept, tuple(problem for problem in plan.errors if problem.path in broken)
        try:
            rendered = render_issue(plan.issue, [variant], look).variants[variant.name]
        except CANNOT_BE_RENDERED as error:
            return kept, problems_of_rendering(error)
        paths = _paths(plan, variant)
        made = Print(recipe=recipe, rendered=rendered, paths=paths, broken=paths & errors.keys())
        self._kept[name] = made
        self._kept.move_to_end(name)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return made, ()


def _recipe(plan: Plan, variant: Variant, look: Look, edition: int) -> Recipe:
    # A variant is made of its own stories; when an issue is cut off says which these are, and nothing else.
    return (replace(plan.issue, stories=(), cut_off=plan.issue.due_at), variant, look, edition)


def _paths(plan: Plan, variant: Variant) -> frozenset[str]:
    items = (item for story in variant.stories for item in story.versions.values())
    return frozenset([*plan.issue_file.paths, *(item.path for item in items)])


def address_of(variant: Variant) -> str:
    """Return what *variant* is called in an address: its name would change with each item that comes or goes."""
    return _spelled(variant.choices[0])


def variant_at(address: str, variants: Sequence[Variant]) -> Variant:
    """Return the variant that the choice *address* leads to, else the first of *variants*."""
    found = (variant for variant in variants if address in {_spelled(choice) for choice in variant.choices})
    return next(found, variants[0])


def _spelled(choice: Choice) -> str:
    return ".".join((choice.lang, *(choice.topics or ())))


def label_of(variant: Variant, titles: Mapping[str, str]) -> str:
    """Return whose *variant* is, in words; *titles*: of topics."""
    topics = [titles.get(topic, topic) for choice in variant.choices for topic in choice.topics or ()]
    is_whole = any(choice.topics is None for choice in variant.choices)
    words = "everything" if is_whole else ", ".join(topics)
    return f"{variant.lang}: {words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A rendered variant with its links filled in and its pictures beside the page."""

    mail: Mail
    html: str
    web: str


def copy_of(
    project: Project, issue: str, digest: str, variant: RenderedVariant, date: datetime, *, has_headers: bool
) -> Copy:
    """Return *variant* to look at; its personal links lead to the page that explains them."""
    page = f"{project.public_url}/help"
    made = letter(
        project, issue, digest, variant, links=FixedLinks(page, page), date=date, embeds_images=False
    )
    reader = Recipient(0, bytes(REFERENCE_BYTES), _READER)
    slots = made.slots(reader)
    html, text = filled(made, slots)
    headers = ""
    if has_headers:
        whole = message_from_bytes(
            made.compile().fill(made.own_headers(reader, slots), slots), policy=policy.SMTP
        )
        headers = "\n".join(f"{name}: {value}" for name, value in whole.items())
    shown, web = (_with_own_pictures(project, body, variant) for body in (html, variant.web))
    mail = Mail(
        stamp=hashlib.blake2b(f"{shown}\0{web}".encode(), digest_size=8).hexdigest(),
        subject=variant.subject,
        preheader=variant.preheader,
        text=text,
        headers=headers,
        html_bytes=len(html.encode()),
        text_bytes=len(text.encode()),
    )
    return Copy(mail=mail, html=shown, web=web)


def _with_own_pictures(project: Project, html: str, variant: RenderedVariant) -> str:
    for name in dict.fromkeys(image.name for image in variant.images):
        html = html.replace(f"{project.public_url}/media/{name}", f"media/{name}")
    return html
