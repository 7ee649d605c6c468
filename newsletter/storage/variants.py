"""The variants of an issue as they were frozen: the bytes that go out."""

import json
from typing import Any

from sqlalchemy import Engine, Row, select

from newsletter.content.images.preparing import Image
from newsletter.database import reading
from newsletter.rendering.values import RenderedVariant
from newsletter.storage.tables import variants


def row_of(variant: RenderedVariant) -> dict[str, object]:
    """Return the columns of *variant*."""
    images = [[image.name, image.width, image.height, image.media_type] for image in variant.images]
    return {
        "name": variant.name,
        "lang": variant.lang,
        "items": json.dumps(variant.items),
        "subject": variant.subject,
        "preheader": variant.preheader,
        "html": variant.html.encode(),
        "text": variant.text.encode(),
        "web": variant.web.encode(),
        "images": json.dumps(images),
    }


def load_variants(engine: Engine, number: int) -> dict[int, RenderedVariant]:
    """Return the frozen variants of an issue, by number."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(variants).where(variants.c.issue_number == number).order_by(variants.c.number)
        )
        return {row.number: _variant(row) for row in rows}


def _variant(row: Row[Any]) -> RenderedVariant:
    return RenderedVariant(
        name=row.name,
        lang=row.lang,
        items=tuple(json.loads(row.items)),
        subject=row.subject,
        preheader=row.preheader,
        html=row.html.decode(),
        text=row.text.decode(),
        web=row.web.decode(),
        images=tuple(
            Image(name=name, width=width, height=height, media_type=media_type)
            for name, width, height, media_type in json.loads(row.images)
        ),
    )


def item_counts(engine: Engine) -> dict[int, int]:
    """Return how many items each stored issue has, by its number: those of its first variant, which has them all."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(variants.c.issue_number, variants.c["items"]).where(variants.c.number == 1)
        )
        return {number: len(json.loads(items)) for number, items in rows}
