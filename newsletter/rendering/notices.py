"""Mails to editors and operators: plain words, in the templates that come with the program."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from newsletter.rendering.blocks import Block, BlockKind, blocks_of
from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.plaintext import tidy, underlined, wrapped
from newsletter.rendering.theme import Theme
from newsletter.rendering.values import RenderedMail, RenderedVariant
from newsletter.rendering.words.headlines import LONGEST_PREHEADER
from newsletter.rendering.words.typography import cut

#: They are written in the language of the commands that they name.
_LANG = "en"
_HTML, _TEXT, _STYLES = "email/notice.html", "email/notice.txt", "email/notice.styles.html"
_REPORT_HTML, _REPORT_TEXT = "email/notice.report.html", "email/notice.report.txt"
#: Where a letter begins: its outermost box, below what inboxes show of it; else the body.
_LETTER = re.compile(r'<div(?:"[^"]*"|[^">])*\brole="article"(?:"[^"]*"|[^">])*>')
_BODY = re.compile(r"<body[^>]*>")
_WIDTH = re.compile(r"max-width:\s*(\d+)px")
#: Of the column, in CSS pixels.
_USUAL_WIDTH = 600


def render_notice(
    subject: str, title: str, text: str, *, newsletter: str, footer: Sequence[str]
) -> RenderedMail:
    """Return the mail that says *text*, in the form of `blocks`, under *title*; paragraphs of *footer* stand below."""
    templates = load_templates()
    blocks = blocks_of(text)
    preheader = _preheader(blocks)
    values = {
        **_values(blocks, Theme(), _USUAL_WIDTH),
        "title": title,
        "preheader": preheader,
        "newsletter": newsletter,
        "footer": footer,
    }
    return RenderedMail(
        lang=_LANG,
        subject=subject,
        preheader=preheader,
        html=templates.render(_HTML, values).lstrip(),
        text=tidy(templates.render(_TEXT, values)),
        links=frozenset(),
    )


def below_report(
    variant: RenderedVariant, title: str, text: str, *, subject: str, theme: Theme
) -> RenderedVariant:
    """Return *variant* with *text*, in the form of `blocks`, above it, for editors alone: in the letter's own column."""
    templates = load_templates()
    begin = _LETTER.search(variant.html) or _BODY.search(variant.html)
    assert begin is not None, "every letter has a body"
    head, letter = variant.html[: begin.end()], variant.html[begin.end() :]
    width = _WIDTH.search(letter)
    values = {
        **_values(blocks_of(text), theme, int(width[1]) if width else _USUAL_WIDTH),
        "title": title,
    }
    styles = templates.render(_STYLES, values)
    return replace(
        variant,
        subject=subject,
        html=f"{head.replace('</head>', f'{styles}</head>', 1)}{templates.render(_REPORT_HTML, values)}{letter}",
        text=f"{tidy(templates.render(_REPORT_TEXT, values))}\n{variant.text}",
    )


def _values(blocks: Sequence[Block], theme: Theme, width: int) -> Mapping[str, object]:
    return {
        "blocks": blocks,
        "theme": theme,
        "light": theme.light,
        "dark": theme.dark,
        "width": width,
        "underlined": underlined,
        "wrapped": wrapped,
    }


def _preheader(blocks: Sequence[Block]) -> str:
    """Return what an inbox shows after the subject: the first words of the text."""
    words = next((" ".join(block.lines) for block in blocks if block.kind is BlockKind.TEXT), "")
    return cut(words, LONGEST_PREHEADER)
