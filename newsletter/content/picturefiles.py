"""Which file or address a picture is that front matter names; whether a file is there is looked up each time."""

import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from newsletter.content.items import Picture
from newsletter.content.reading.pageaddress import web_address
from newsletter.content.rules import ContentRules
from newsletter.content.urls import UrlError
from newsletter.content.walk import FolderWalk
from newsletter.errors import Level, Problem

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
#: Beside the content folder: where site generators keep files that they copy as they are.
_STATIC_FOLDER = "static"

#: From a path relative to the project folder to the file that is really there, or None.
FindFile = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReference:
    """A picture as front matter names it, before anybody looked for the file."""

    source: str
    alt: str | None = None
    line: int | None = None


def picture_finder(walk: FolderWalk) -> FindFile:
    """Return a function from a path (relative to the project folder) to the file that it names, or None.

    The content folder was walked, so that nothing outside of it can be named; in `static/` a symbolic link is
    followed only to where it stays inside. Names are compared in normal form C: macOS decomposes accents.
    """
    known = {unicodedata.normalize("NFC", path): path for path in walk.files}
    static = posixpath.join(posixpath.dirname(walk.rules.folder), _STATIC_FOLDER)
    real_static = os.path.realpath(walk.rules.root / static)

    def find(path: str) -> str | None:
        found = known.get(unicodedata.normalize("NFC", path))
        if found or not _is_inside(path, static):
            return found
        real = os.path.realpath(walk.rules.root / path)
        is_there = real.startswith(real_static + os.sep) and os.path.isfile(real)  # noqa: PTH113 - as realpath
        return path if is_there else None

    return find


def find_picture(
    reference: PictureReference, path: str, rules: ContentRules, find: FindFile
) -> Picture | Problem:
    """Return the picture that *reference* in the file *path* means, or why it cannot be used.

    A path is looked for beside the file, in the content folder and in `static/`; one that begins with / and is
    in none of them is an address of the website.
    """
    source = reference.source
    try:
        if _ADDRESS.match(source):
            return Picture(source=web_address(source, rules.site_url), alt=reference.alt)
        for candidate in _candidates(source, path, rules.folder):
            if found := find(candidate):
                return Picture(source=found, alt=reference.alt)
        if source.startswith("/"):
            return Picture(source=web_address(source, rules.site_url), alt=reference.alt)
    except UrlError as error:
        return _problem(reference, path, "refused-image", str(error), "Write a path or an https:// address.")
    return _problem(
        reference,
        path,
        "missing-image",
        "there is no such file in the content folder",
        "Put the picture beside the file and write its name, with / between folders.",
    )


def _problem(reference: PictureReference, path: str, rule: str, reason: str, help: str) -> Problem:
    return Problem(
        level=Level.WARNING,
        rule=rule,
        message=f"The image `{reference.source[:100]}` is left out: {reason}.",
        path=path,
        line=reference.line,
        help=help,
    )


def _candidates(source: str, path: str, folder: str) -> Iterator[str]:
    """Yield where the file may be, relative to the project folder; nothing outside of the two folders."""
    static = posixpath.join(posixpath.dirname(folder), _STATIC_FOLDER)
    folders = (folder, static) if source.startswith("/") else (posixpath.dirname(path), folder, static)
    plain = source.partition("?")[0].partition("#")[0]
    for written in dict.fromkeys((source, plain, unquote(plain))):
        for start in folders if "\0" not in written else ():
            candidate = posixpath.normpath(posixpath.join(start, written.lstrip("/")))
            if _is_inside(candidate, folder) or _is_inside(candidate, static):
                yield candidate


def _is_inside(path: str, folder: str) -> bool:
    """Whether the normal *path* is one below *folder*; both relative to the project folder."""
    if folder in {"", "."}:
        return not path.startswith(("../", "/")) and path not in {".", ".."}
    return path.startswith(f"{folder}/")
