"""Keys across files: translations share one, two files in one language must not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from newsletter.content.files.names import place_of
from newsletter.content.items import EventReport, NewsItem
from newsletter.content.rules import ContentRules
from newsletter.errors import Level, Problem


def with_common_keys(
    items: Sequence[NewsItem | EventReport], rules: ContentRules
) -> list[NewsItem | EventReport]:
    """Return *items* with an `id` that only one translation has as the key of all of them."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if "id" in item.lines:
            ids[place_of(item.path, rules).key].add(item.key)
    common = {key: next(iter(found)) for key, found in ids.items() if len(found) == 1}
    return [
        replace(item, key=common[item.key]) if item.key in common and "id" not in item.lines else item
        for item in items
    ]


def doubles(items: Iterable[NewsItem | EventReport]) -> Iterator[Problem]:
    """Yield a problem for each file whose key and language another one has, too."""
    same: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        same[item.key, item.lang].append(item.path)
    for (key, lang), paths in same.items():
        for path in paths if len(paths) > 1 else ():
            others = ", ".join(other for other in paths if other != path)
            yield Problem(
                level=Level.ERROR,
                rule="duplicate-key",
                path=path,
                message=f"The key `{key}` in `{lang}` is also that of {others}.",
                help="Give one of them an `id`, rename it, or write the language of a translation.",
            )
