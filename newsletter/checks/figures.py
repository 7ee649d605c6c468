"""How large an issue is, in numbers."""

from dataclasses import dataclass

from newsletter.issues.values import Issue
from newsletter.rendering.values import RenderedIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of the largest variant, each; 0 when nothing was rendered."""

    items: int
    html_bytes: int = 0
    text_bytes: int = 0
    images: int = 0


def figures_of(issue: Issue, rendered: RenderedIssue | None) -> Figures:
    """Return the figures of *issue*; sizes are bytes in UTF-8, before a mail is encoded for its way."""
    variants = tuple(rendered.variants.values()) if rendered else ()
    return Figures(
        items=len(issue.stories),
        html_bytes=max((len(variant.html.encode()) for variant in variants), default=0),
        text_bytes=max((len(variant.text.encode()) for variant in variants), default=0),
        images=max((len(variant.images) for variant in variants), default=0),
    )
