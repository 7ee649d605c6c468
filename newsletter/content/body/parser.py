"""Markdown as its writers know it, to HTML as written: links are left for `links`, safety for `sanitising`.

Imported only where Markdown is rendered: markdown-it and its plugins take a tenth of a second to load.
"""

from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from newsletter.content.body.limits import check_brackets

#: Lists and quotations inside each other; markdown-it drops what is deeper.
_MAX_NESTING = 40


def html_of(markdown: str) -> str:
    """Return *markdown* as HTML that must still be sanitised. Raises `TooLargeError`."""
    check_brackets(markdown)
    html: str = _parser().render(markdown)
    return html


class _Parser(MarkdownIt):
    """Leaves addresses as written, so that a problem can quote them and find their line."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the name is markdown-it's
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is markdown-it's
        return True


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Leave `alt` out where nobody wrote one: an empty one would mean that the picture is decorative."""
    token = tokens[index]
    if token.children:
        return renderer.image(tokens, index, options, env)
    token.attrs.pop("alt", None)
    return renderer.renderToken(tokens, index, options, env)


def _footnote_mark(_: RendererHTML, tokens: Sequence[Token], index: int, *__: object) -> str:
    return f"<sup>{tokens[index].meta['id'] + 1}</sup>"


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": True, "linkify": True, "maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough", "linkify"]).use(footnote_plugin).use(deflist_plugin)
    # Only what spells out its scheme, and mail addresses: `README.md` and `Node.js` are no hosts.
    assert parser.linkify is not None, "linkify-it-py is one of our dependencies"
    parser.linkify.set({"fuzzy_link": False}).add("ftp:", None).add("//", None)
    parser.add_render_rule("image", _image)
    _write_plain_footnotes(parser)
    return parser


def _write_plain_footnotes(parser: MarkdownIt) -> None:
    """Write footnotes without anchors, which few mail programs follow and which would repeat from item to item."""
    parser.add_render_rule("footnote_ref", _footnote_mark)
    written = {
        "block_open": "<hr><ol>",
        "block_close": "</ol>",
        "open": "<li>",
        "close": "</li>",
        "anchor": "",
    }
    for name, html in written.items():
        parser.add_render_rule(f"footnote_{name}", lambda *_, html=html: html)
