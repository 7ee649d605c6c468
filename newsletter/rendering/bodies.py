"""Markdown as blocks for the templates."""

from dataclasses import dataclass

from newsletter.content.items import Item
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Prose
from newsletter.rendering.dates import direction_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    look: Look

    def of_item(self, item: Item) -> Prose:
        return self.of_text(item.body, item.lang)

    def of_text(self, body: str, lang: str) -> Prose:
        from markdown_it import MarkdownIt
        from markupsafe import Markup

        return Prose(
            lang=lang,
            dir=direction_of(lang),
            blocks=(Markup(MarkdownIt("commonmark", {"html": False}).render(body)),),
            text=body,
        )
