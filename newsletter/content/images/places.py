"""Where in the project a picture may be that a body or front matter names: one answer for both."""

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from newsletter.content.addresses.urls import SCHEME

_CONTROL = re.compile("[\x00-\x1f\x7f]")


def picture_places(source: str, *, path: str, folder: str) -> Iterator[str]:
    """Yield where the picture *source* of the file *path* may be, the likeliest place first.

    Beside the file, in the content folder *folder*, and in `static/`, where Hugo and Zola keep theirs; all relative to
    the project folder, and never outside of the two. An address has none.
    """
    folders = _normal(folder), static_folder(folder)
    beside = path.rpartition("/")[0]
    seen: set[str] = set()
    for written in _readings(source):
        if written in seen:
            continue
        seen.add(written)
        is_anywhere = False
        for place in _places(written, beside, folders):
            is_anywhere = True
            yield place
        if not is_anywhere:
            # What a browser would look for outside is no file here, however it is spelled (`..%2f`).
            break


@lru_cache(maxsize=8)
def static_folder(folder: str) -> str:
    """Return the folder beside the content folder *folder* that site generators copy as it is."""
    return posixpath.join(posixpath.dirname(_normal(folder)), "static")


@lru_cache(maxsize=8)
def _normal(folder: str) -> str:
    return posixpath.normpath(folder)


def is_inside(path: str, folder: str) -> bool:
    """Whether the normal *path* is one below *folder*; both relative to the project folder."""
    if folder in {"", "."}:
        return not path.startswith(("../", "/")) and path not in {".", ".."}
    return path.startswith(f"{folder}/")


def _places(written: str, beside: str, folders: tuple[str, str]) -> Iterator[str]:
    if not written or written.startswith("//") or SCHEME.match(written) or _CONTROL.search(written):
        return
    starts = folders if written.startswith("/") else (beside, *folders)
    for start in starts:
        place = posixpath.normpath(f"{start}/{written}" if start else written.lstrip("/"))
        if any(is_inside(place, folder) for folder in folders):
            yield place


def _readings(source: str) -> Iterator[str]:
    """Yield what *source* may mean: what a browser makes of it, then the name as it stands (`100%25.png`)."""
    plain = source.partition("#")[0].partition("?")[0]
    for written in (unquote(plain), plain, source):
        path = written.replace("\\", "/")
        yield path
        # macOS decomposes accents in the names of files, editors compose them.
        yield unicodedata.normalize("NFC", path)
        yield unicodedata.normalize("NFD", path)
