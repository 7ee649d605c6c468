"""A letter with every part that the built-in templates and an editor's text can have."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from newsletter.checks.checking import check_issue
from newsletter.errors import Problem
from newsletter.issues.assembly import plan
from newsletter.rendering.issue import render_issue
from newsletter.rendering.look import Look
from newsletter.rendering.pictures import prepare_logo
from newsletter.rendering.pipeline.overrides import overriding_texts
from newsletter.rendering.theme import Theme
from newsletter.rendering.values import RenderedIssue
from tests.checks.making import NOW, circumstances
from tests.issues.making import collection, newsroom
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
    whole = replace(issue, stories=(*issue.stories, story), corrections={"en": ("The fair was in Ghent.",)})
    return render_issue(whole, [variant_of(whole, lang) for lang in LANGUAGES], look)


def problems_with(root: Path, files: Mapping[str, str], **look: object) -> tuple[Problem, ...]:
    """Return what is wrong with the letter with everything, made with *files* in the place of built-in templates."""
    templates = root / "templates"
    for name, text in files.items():
        file = templates / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    rendered = render_everything(look_with_everything(root, templates=templates, **look))
    content = collection()
    around = circumstances(overriding=overriding_texts(templates, idle=()))
    return check_issue(plan("monthly-2026-11", newsroom(), content, now=NOW), content, rendered, around)
