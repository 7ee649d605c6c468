"""A manuscript into the two parts of a mail and the public page, each step held against its promise."""

from collections.abc import Collection, Mapping

from newsletter.rendering.pipeline.environment import Templates
from newsletter.rendering.pipeline.inlining import inline
from newsletter.rendering.pipeline.linting import Outline, lint
from newsletter.rendering.pipeline.mjml import to_html
from newsletter.rendering.pipeline.slots import (
    SLOT_HOST,
    require_links,
    require_way_out,
    verify_no_slots,
    verify_text_slots,
)
from newsletter.rendering.pipeline.verifying import verify_inlined, verify_mjml_output
from newsletter.rendering.plaintext import tidy

ISSUE_TEMPLATE = "email/issue.mjml"
PLAIN_TEXT = "email/issue.txt"
TRANSACTIONAL_TEMPLATE = "email/transactional.mjml"
TRANSACTIONAL_TEXT = "email/transactional.txt"
WEB_PAGE = "web/issue.html"
STYLE_SHEET = "email/inline.css"


def render_source(templates: Templates, values: Mapping[str, object]) -> str:
    """Return the MJML of the letter, with the marks of its templates' lines. Raises `TemplateError`."""
    return templates.render(ISSUE_TEMPLATE, values)


def render_html(templates: Templates, values: Mapping[str, object], source: str) -> str:
    """Return the letter that the MJML *source* and the style sheets of *templates* make, with slots open.

    Raises `TemplateError` for a mistake in a template, `RenderingError` when a step broke its promise.
    """
    outline = lint(source, templates.place)
    require_way_out(outline.links, templates.place(ISSUE_TEMPLATE, 1))
    return _finished(templates, values, source, outline)


def render_text(templates: Templates, values: Mapping[str, object]) -> str:
    """Return the plain-text part, with slots open."""
    text = tidy(templates.render(PLAIN_TEXT, values))
    require_way_out([text], templates.place(PLAIN_TEXT, 1))
    verify_text_slots(text)
    return text


def render_transactional_html(
    templates: Templates, values: Mapping[str, object], slots: Collection[str]
) -> str:
    """Return the mail to one person, with its *slots* open, each of which it must have. Raises as `render_html`."""
    source = templates.render(TRANSACTIONAL_TEMPLATE, values)
    outline = lint(source, templates.place)
    require_links(slots, outline.links, templates.place(TRANSACTIONAL_TEMPLATE, 1))
    return _finished(templates, values, source, outline, shown_slots=outline.text.count(SLOT_HOST))


def render_transactional_text(
    templates: Templates, values: Mapping[str, object], slots: Collection[str]
) -> str:
    """Return the plain-text part of the mail to one person, with its *slots* open."""
    text = tidy(templates.render(TRANSACTIONAL_TEXT, values))
    require_links(slots, [text], templates.place(TRANSACTIONAL_TEXT, 1))
    verify_text_slots(text, slots)
    return text


def render_web(templates: Templates, values: Mapping[str, object]) -> str:
    """Return the page for the archive, the same for everybody."""
    page = templates.render(WEB_PAGE, values)
    verify_no_slots(page)
    return page


def _finished(
    templates: Templates,
    values: Mapping[str, object],
    source: str,
    outline: Outline,
    *,
    shown_slots: int = 0,
) -> str:
    html = to_html(source, templates.place)
    verify_mjml_output(html)
    css = templates.render(STYLE_SHEET, values)
    finished = inline(html, css, place=templates.place(STYLE_SHEET, 1))
    verify_inlined(html, finished, outline, shown_slots=shown_slots)
    return finished
