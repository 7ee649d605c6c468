"""How editors name an item: by key, by path or by link; and the nearest one to a name that is wrong."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newsletter.content.items import Item
from newsletter.nearest import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFinder:
    """Every name of every item."""

    keys: tuple[str, ...]
    #: Path or link → the keys it may mean.
    by_name: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, items: Iterable[Item], content_folder: str) -> "ItemFinder":
        """Return the finder of *items*.

        A path may begin at the project folder or at the content folder, be that of a translation, or of a bundle.
        """
        names: dict[str, dict[str, None]] = {}
        keys: dict[str, None] = {}
        for item in items:
            keys[item.key] = None
            below = item.path.removeprefix(f"{content_folder}/")
            for name in (item.path, below, _bundle(item.path), _bundle(below), item.link):
                if name:
                    names.setdefault(_plain(name), {})[item.key] = None
        return cls(keys=tuple(keys), by_name={name: tuple(found) for name, found in names.items()})

    def find(self, text: str) -> tuple[str, ...]:
        """Return the keys that *text* may mean: none when it is unknown, several when it is ambiguous."""
        plain = _plain(text)
        key = next((name for name in (text, plain) if name in self.keys), None)
        return (key,) if key else self.by_name.get(plain, ())

    def nearest(self, text: str) -> str:
        """Return a sentence that names the nearest item, or says where to look."""
        meant = nearest(text, self.keys, likeness=0.5)
        return f"Did you mean `{meant}`?" if meant else "`newsletter items` lists the keys."


def _plain(name: str) -> str:
    # A terminal may decompose what was typed, and a disk what was saved; keys are composed.
    return unicodedata.normalize("NFC", name.strip().removeprefix("./").strip("/"))


def _bundle(path: str) -> str:
    """Return the folder of a bundle's `index.md`, else *path*."""
    folder, _, name = path.rpartition("/")
    return folder if name.startswith("index.") else path
