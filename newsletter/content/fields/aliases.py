"""The fields of front matter, and the other names under which site generators know them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from newsletter.nearest import nearest

#: How like a known name an unknown one must be: many fields of site generators look alike.
_ALIKE = 0.8

#: Our name → the names that are read, the first one with a value wins. Names are compared without case, hyphens
#: and underscores (`pubDate` is `pub_date`); a dot leads into a table (`cover.image`).
ALIASES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "subject"),
    "date": ("date", "pub_date", "publish_date", "published"),
    "time": ("time",),
    "updated": ("updated", "lastmod", "modified", "updated_date"),
    "kind": ("kind",),
    "summary": ("summary", "description", "excerpt", "teaser", "tease"),
    "link": ("link", "canonical_url", "external_url", "permalink", "url", "path"),
    "slug": ("slug",),
    "image": ("image", "hero_image", "images", "featured_image", "cover"),
    "image_alt": ("image_alt", "hero_image_alt", "featured_image_alt", "cover_alt", "image_alt_text"),
    "topics": ("topics", "taxonomies.topics"),
    "tags": ("tags", "taxonomies.tags"),
    "categories": ("categories", "category", "taxonomies.categories"),
    "lang": ("lang", "language"),
    "draft": ("draft",),
    "published": ("published",),
    "status": ("status",),
    "expires": ("expires", "expiry_date", "unpublish_date"),
    "featured": ("featured", "pinned"),
    "weight": ("weight",),
    "id": ("id",),
    "start": ("start", "start_date", "event_start", "date_start"),
    "end": ("end", "end_date", "event_end", "date_end"),
    "location": ("location", "venue", "place"),
    "timezone": ("timezone",),
    "register": ("register",),
    "register_by": ("register_by",),
}

#: Kept in `extra` for the stages that read them there: where a picture may be cut, and that a file is sample content.
EXTRAS = frozenset({"focus", "sample"})


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return *name* for comparing."""
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an outermost name of front matter may stand for."""

    #: Our name.
    name: str
    #: Lower comes first.
    rank: int
    #: Folded names of the tables inside it.
    inside: tuple[str, ...]


@cache
def meanings() -> Mapping[str, tuple[Meaning, ...]]:
    """Return what each outermost name, folded, may stand for."""
    found: defaultdict[str, tuple[Meaning, ...]] = defaultdict(tuple)
    for name, aliases in ALIASES.items():
        for rank, alias in enumerate(aliases):
            outer, *inside = (folded(part) for part in alias.split("."))
            found[outer] += (Meaning(name, rank, tuple(inside)),)
    return dict(found)


@lru_cache(maxsize=4096)
def nearest_name(name: str) -> str | None:
    """Return the known name that *name* is probably a slip of the finger for, or None."""
    known = {
        folded(outer): outer
        for aliases in ALIASES.values()
        for outer in (alias.split(".")[0] for alias in aliases)
    }
    near = nearest(folded(name)[:40], known, likeness=_ALIKE)
    return known[near] if near else None
