"""Bodies of items and introductions as prose for the templates."""

from dataclasses import dataclass

from markupsafe import Markup

from newsletter.content.items import Item
from newsletter.content.links import LinkBase
from newsletter.rendering.dates import direction_of
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Block, Prose
from newsletter.rendering.pictures import Pictures

#: The letter's title is h1, a section h2, a headline h3.
_BELOW_TITLE = 2
_BELOW_HEADLINE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Renders Markdown and HTML as content allows it; what is wrong with it is another stage's to say."""

    look: Look
    pictures: Pictures

    def of_item(self, item: Item) -> Prose:
        """Return the whole text of *item*."""
        return self._prose(
            item.body,
            lang=item.lang,
            path=item.path,
            page_url=item.link,
            is_html=item.is_html,
            first_heading_level=_BELOW_HEADLINE,
        )

    def of_introduction(self, text: str, *, lang: str, path: str) -> Prose:
        """Return an editor's introduction; *path* is the issue file's."""
        return self._prose(
            text, lang=lang, path=path, page_url=None, is_html=False, first_heading_level=_BELOW_TITLE
        )

    def _prose(
        self,
        text: str,
        *,
        lang: str,
        path: str,
        page_url: str | None,
        is_html: bool,
        first_heading_level: int,
    ) -> Prose:
        from newsletter.content.markdown import HtmlBlock, render_body

        base = LinkBase(
            site_url=self.look.site_url,
            page_url=page_url,
            path=path,
            folder=self.look.content_folder,
            pages=self.look.pages,
        )
        body = render_body(text, base=base, is_html=is_html, first_heading_level=first_heading_level)
        blocks: list[Block] = []
        for block in body.blocks:
            if isinstance(block, HtmlBlock):
                blocks.append(Markup(block.html))  # noqa: S704  # it passed the sanitiser
            else:
                blocks.append(self.pictures.in_prose(block))
        return Prose(lang=lang, dir=direction_of(lang), blocks=tuple(blocks), text=body.text)
