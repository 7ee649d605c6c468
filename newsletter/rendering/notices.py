"""Mails to editors and operators: plain words, in the templates that come with the program."""

import re
from dataclasses import replace

from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.plaintext import tidy
from newsletter.rendering.values import RenderedMail, RenderedVariant

#: They are written in the language of the commands that they name.
_LANG = "en"
_HTML, _TEXT = "email/notice.html", "email/notice.txt"
_REPORT_HTML, _REPORT_TEXT = "email/notice.report.html", "email/notice.report.txt"
_BODY = re.compile(r"<body[^>]*>")


def render_notice(subject: str, title: str, text: str, *, why: str) -> RenderedMail:
    """Return the mail that says *text*, whose paragraphs have empty lines between them; *why* somebody gets it stands below."""
    templates = load_templates()
    values = {"title": title, "paragraphs": _paragraphs(text), "why": why}
    return RenderedMail(
        lang=_LANG,
        subject=subject,
        preheader="",
        html=templates.render(_HTML, values).lstrip(),
        text=tidy(templates.render(_TEXT, values)),
        links=frozenset(),
    )


def below_report(variant: RenderedVariant, text: str, *, subject: str) -> RenderedVariant:
    """Return *variant* with *text* above it, for editors alone."""
    templates = load_templates()
    values = {"paragraphs": _paragraphs(text)}
    report = templates.render(_REPORT_HTML, values)
    return replace(
        variant,
        subject=subject,
        html=_BODY.sub(lambda body: f"{body[0]}\n{report}", variant.html, count=1),
        text=f"{tidy(templates.render(_REPORT_TEXT, values))}\n{variant.text}",
    )


def _paragraphs(text: str) -> list[str]:
    return [paragraph.strip("\n") for paragraph in re.split(r"\n\s*\n", text.strip())]
