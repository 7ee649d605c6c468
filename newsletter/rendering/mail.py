"""A manuscript into the HTML part: template, MJML, style sheet, each step held against its promise."""

from collections.abc import Mapping

from newsletter.rendering.environment import Templates
from newsletter.rendering.inlining import inline
from newsletter.rendering.linting import lint
from newsletter.rendering.mjml import to_html
from newsletter.rendering.verifying import verify_inlined, verify_mjml_output

LETTER = "email/issue.mjml"
STYLE_SHEET = "email/inline.css"


def render_html(templates: Templates, values: Mapping[str, object]) -> str:
    """Return the letter that *templates* make of *values*, with slots open.

    Raises `TemplateError` for a mistake in a template, `RenderingError` when a step broke its promise.
    """
    source = templates.render(LETTER, values)
    outline = lint(source, templates.place)
    html = to_html(source, templates.place)
    verify_mjml_output(html)
    css = templates.render(STYLE_SHEET, values)
    finished = inline(html, css, place=templates.place(STYLE_SHEET, 1))
    verify_inlined(html, finished, outline)
    return finished
