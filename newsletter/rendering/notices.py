"""Mails to editors and operators: plain words, in the templates that come with the program."""

import re

from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.plaintext import tidy
from newsletter.rendering.values import RenderedMail

#: They are written in the language of the commands that they name.
_LANG = "en"
_HTML, _TEXT = "email/notice.html", "email/notice.txt"


def render_notice(subject: str, title: str, text: str, *, why: str) -> RenderedMail:
    """Return the mail that says *text*, whose paragraphs have empty lines between them; *why* somebody gets it stands below."""
    templates = load_templates()
    paragraphs = [paragraph.strip("\n") for paragraph in re.split(r"\n\s*\n", text.strip())]
    values = {"title": title, "paragraphs": paragraphs, "why": why}
    return RenderedMail(
        lang=_LANG,
        subject=subject,
        preheader="",
        html=templates.render(_HTML, values).lstrip(),
        text=tidy(templates.render(_TEXT, values)),
        links=frozenset(),
    )
