"""A short piece of Markdown as one line of plain text: summaries, captions, subjects."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

from newsletter.content.body.limits import MAX_BRACKETS
from newsletter.content.characters import clean_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: Text without any of these is the same in Markdown and in plain text: most first paragraphs, at 1 % of the cost.
_MARKED = re.compile(r"[\\`*_\[\]<>&~#|=]|^ *(?:[-+]|\d+[.)])|^(?: {4}|\t)", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]+\]")
_COMMENT_OR_CODE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def plain_paragraph(markdown: str) -> str:
    """Return *markdown* as one line of plain text.

    Marks, images, tags and footnote marks are gone; the texts of links stay; entities are decoded.
    """
    text = clean_text(markdown)
    if _MARKED.search(text) and text.count("[") <= MAX_BRACKETS:
        text = "".join(_texts(_parser().parse(text)))
    return " ".join(text.split())


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    class Parser(MarkdownIt):
        """Takes every link for one, also those that are refused later: what is left of a link is its words."""

        def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is markdown-it's
            return True

    return Parser("commonmark", {"html": True}).enable("strikethrough")


def _texts(tokens: Sequence["Token"]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _inline_texts(token.children or ())
            yield " "
        elif token.type == "html_block":
            yield _without_tags(token.content)


def _inline_texts(tokens: Sequence["Token"]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield _FOOTNOTE_MARK.sub("", token.content)
        elif token.type == "code_inline":
            yield token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield " "


def _without_tags(html: str) -> str:
    return unescape(_TAG.sub(" ", _COMMENT_OR_CODE.sub(" ", html)))
