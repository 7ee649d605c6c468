"""How editors name an item: by key, by path or by link; and the nearest one to a name that is wrong."""

import difflib
from collections.abc import Iterable, Sequence

from newsletter.content.items import Item


def find_keys(text: str, items: Iterable[Item], content_folder: str) -> tuple[str, ...]:
    """Return the keys that *text* may mean: none when it is unknown, several when it is ambiguous.

    A path may begin at the project folder or at the content folder, and may be that of a translation.
    """
    wanted = text.strip()
    path = wanted.removeprefix("./").strip("/")
    link = wanted.rstrip("/")
    found: dict[str, None] = {}
    for item in items:
        if wanted == item.key:
            return (item.key,)
        if path in (item.path, item.path.removeprefix(f"{content_folder}/"), _bundle(item.path)) or (
            item.link is not None and link == item.link.rstrip("/")
        ):
            found[item.key] = None
    return tuple(found)


def nearest(text: str, known: Sequence[str]) -> str:
    """Return a sentence that names the nearest of *known*, or says what to look at."""
    close = difflib.get_close_matches(text, known, n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`?" if close else "newsletter items lists the keys."


def _bundle(path: str) -> str:
    """Return the folder of a bundle's `index.md`."""
    folder, _, name = path.rpartition("/")
    return folder if name.startswith("index.") else path
