"""An item's picture: what its front matter names, and which file or address that is."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from newsletter.content.fields import FieldReader, as_text
from newsletter.content.items import Picture
from newsletter.content.rawfields import Value
from newsletter.content.reading.pageaddress import web_address
from newsletter.content.rules import ContentRules
from newsletter.content.urls import UrlError
from newsletter.errors import Level, Problem

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_SOURCES = ("image", "src", "url", "path", "file", "source")
#: Beside the content folder: where site generators keep files that they copy as they are.
STATIC_FOLDER = "static"

#: From a path relative to the project folder to the file that is really there, or None.
FindFile = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReference:
    """A picture as front matter names it, before anybody looked for the file."""

    source: str
    alt: str | None = None
    line: int | None = None


def read_picture(reader: FieldReader) -> PictureReference | None:
    """Return the picture that the file names, or None."""
    found = reader.find("image")
    if found is None:
        return None
    source, alt = _source_and_alt(found.value)
    if not source:
        reader.wrong_type(found, "the path or address of a picture")
        return None
    own_alt = reader.every("image_alt")
    if own_alt:
        alt = as_text(own_alt[0].value)
    return PictureReference(source=source, alt=alt, line=found.line)


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
    static = posixpath.join(posixpath.dirname(folder), STATIC_FOLDER)
    folders = (folder, static) if source.startswith("/") else (posixpath.dirname(path), folder, static)
    plain = source.partition("?")[0].partition("#")[0]
    for written in dict.fromkeys((source, plain, unquote(plain))):
        for start in folders:
            candidate = posixpath.normpath(f"{start}/{written}")
            if is_inside(candidate, folder) or is_inside(candidate, static):
                yield candidate


def is_inside(path: str, folder: str) -> bool:
    """Whether the normal *path* is one below *folder*; both relative to the project folder."""
    if folder in {"", "."}:
        return not path.startswith(("../", "/")) and path not in {".", ".."}
    return path.startswith(f"{folder}/")


def _source_and_alt(value: Value) -> tuple[str, str | None]:
    if isinstance(value, list):
        return _source_and_alt(value[0]) if value else ("", None)
    if not isinstance(value, dict):
        return as_text(value) or "", None
    lowered = {name.casefold(): each for name, each in value.items()}
    source = next((text for name in _SOURCES if (text := as_text(lowered.get(name)))), "")
    return source, as_text(lowered.get("alt"))
