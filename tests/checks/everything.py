"""A letter with every part that the built-in templates and an editor's text can have."""

from dataclasses import replace
from pathlib import Path

from PIL import Image

from newsletter.rendering.issue import render_issue
from newsletter.rendering.look import Look
from newsletter.rendering.pictures import prepare_logo
from newsletter.rendering.theme import Theme
from newsletter.rendering.values import RenderedIssue
from tests.rendering.sample import LANGUAGES, draw_pictures, news, sample_issue, sample_look, variant_of

BODY = """## Heading

### Below

A text with *emphasis*, **weight**, `code`, ~~what is struck out~~, H<sub>2</sub>O, a<sup>2</sup>, and a footnote.[^1]

[^1]: Below the text.

- a list
  1. in a list

> A quotation.

    code as a block

| one | two |
|-----|----:|
| a   |   1 |

| wide | wider | widest | widest of all |
|------|-------|--------|---------------|
| a    | b     | c      | d             |

---

[Write](mailto:office@example.org?subject=News) or [call](tel:+3225550100).

![A picture](map.png "With a caption")
"""


def look_with_everything(root: Path, **fields: object) -> Look:
    """The look of a newsletter with a logo, and fonts and corners of its own; its pictures are drawn in *root*."""
    draw_pictures(root)
    for name in ("light.png", "dark.png"):
        Image.new("RGB", (360, 96), "#0b5cad").save(root / name)
    logo = prepare_logo(root / "light.png", root / "dark.png", within=root, media=root / "var" / "media")
    theme = Theme(logo=logo, headline_fonts="Georgia, serif", radius=24)
    return sample_look(root, **{"theme": theme, **fields})


def render_everything(look: Look) -> RenderedIssue:
    """Render the sample with a story of `BODY` in each language."""
    issue = sample_issue()
    story = news(
        "news/2026-11-01-everything",
        {"en": "Everything", "fr": "Tout", "de": "Alles"},
        {},
        link=None,
        body=BODY,
    )
    whole = replace(issue, stories=(*issue.stories, story))
    return render_issue(whole, [variant_of(whole, lang) for lang in LANGUAGES], look)
