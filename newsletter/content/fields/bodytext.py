"""A file's text without shortcodes, and without the heading that is its title."""

import re
from dataclasses import dataclass

from newsletter.content.fields.titles import first_heading, repeats_title, without_heading
from newsletter.content.frontmatter.splitting import FrontMatter
from newsletter.content.rules import ContentRules
from newsletter.content.shortcodes.resolving import resolve_shortcodes
from newsletter.errors import Problem

_DOCUMENT_BEGINS = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
_DOCUMENT_ENDS = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyText:
    """What the text below the front matter gives."""

    #: The first heading, when the front matter has no title; "" when there is none.
    title: str
    #: Line for line as in the file; the mark where a summary ends is still there.
    body: str
    problems: tuple[Problem, ...] = ()


def read_body(front: FrontMatter, rules: ContentRules, *, path: str, title: str, is_html: bool) -> BodyText:
    """Return the text of *front*, whose front matter gives *title* or ""."""
    resolved = resolve_shortcodes(front.body, rules, path=path, first_line=front.body_line, is_html=is_html)
    body = resolved.body
    heading = repeats_title(body, title, is_html=is_html) if title else first_heading(body, is_html=is_html)
    if heading:
        body = without_heading(body, heading)
    if is_html:
        body = _inside_document(body)
    return BodyText(
        title=title or (heading.text if heading else ""),
        body=body,
        problems=resolved.problems,
    )


def _inside_document(html: str) -> str:
    """Return what a whole HTML document shows: its <body>, on the same lines."""
    begins = _DOCUMENT_BEGINS.search(html)
    if begins is None:
        return html
    ends = _DOCUMENT_ENDS.search(html, begins.end())
    return "\n" * html.count("\n", 0, begins.end()) + html[begins.end() : ends.start() if ends else None]
