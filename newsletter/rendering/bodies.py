"""Bodies of items and introductions, rendered as content allows it and made prose for the templates."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from newsletter.content.addresses.links import LinkBase
from newsletter.content.body.blocks import HtmlBlock
from newsletter.content.items import Item
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Block, Prose
from newsletter.rendering.pictures import Pictures
from newsletter.rendering.words.dates import direction_of

if TYPE_CHECKING:
    from newsletter.content.body.markdown import Body

#: The letter's title is h1, a section h2, a headline h3.
_BELOW_TITLE = 2
_BELOW_HEADLINE = 4


def is_printed_whole(item: Item) -> bool:
    """Whether *item* has no page of its own to lead to, and a text to print instead."""
    return item.link is None and bool(item.body.strip())


def body_of(item: Item, look: Look) -> "Body":
    """Return the body of *item*; what is wrong with it is another stage's to say."""
    from newsletter.content.body.markdown import render_body

    return render_body(
        item.body,
        base=_base(look, item.path),
        is_html=item.is_html,
        first_heading_level=_BELOW_HEADLINE,
        first_line=item.body_line,
    )


def introduction_body(text: str, path: str, look: Look) -> "Body":
    """Return an editor's introduction, written in the issue file *path*."""
    from newsletter.content.body.markdown import render_body

    return render_body(text, base=_base(look, path), first_heading_level=_BELOW_TITLE)


def prose_of(body: "Body", lang: str, pictures: Pictures) -> Prose:
    """Return *body*, which is in *lang*, with its pictures in place."""
    blocks: list[Block] = []
    for block in body.blocks:
        if isinstance(block, HtmlBlock):
            blocks.append(Markup(block.html))  # noqa: S704  # it passed the sanitiser
        else:
            blocks.append(pictures.in_prose(block))
    return Prose(lang=lang, dir=direction_of(lang), blocks=tuple(blocks), text=body.text)


def _base(look: Look, path: str) -> LinkBase:
    return LinkBase(
        site_url=look.site_url,
        path=path,
        folder=look.content_folder,
        pages=look.pages,
        is_file=lambda relative: (look.root / relative).is_file(),
    )
