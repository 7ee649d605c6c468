"""The picture that front matter names; whether its file is there is looked up each time."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.content.addresses.links import LinkBase, Refusal, resolve_picture
from newsletter.content.files.walk import FolderWalk
from newsletter.content.images.places import is_inside, static_folder
from newsletter.content.items import Picture
from newsletter.content.rules import ContentRules
from newsletter.errors import Level, Problem

#: Whether a path relative to the project folder is a file that may be used.
IsFile = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReference:
    """A picture as front matter names it, before anybody looked for the file."""

    source: str
    alt: str | None = None
    line: int | None = None


def file_finder(walk: FolderWalk) -> IsFile:
    """Return a function that says whether a path (relative to the project folder) is a file that may be used.

    The content folder was walked, so that nothing outside of it can be named; in `static/` a symbolic link is
    followed only to where it stays inside.
    """
    static = static_folder(walk.rules.folder)
    real_static = os.path.realpath(walk.rules.root / static)

    def is_file(path: str) -> bool:
        if path in walk.files or not is_inside(path, static):
            return path in walk.files
        real = os.path.realpath(walk.rules.root / path)
        return real.startswith(real_static + os.sep) and os.path.isfile(real)  # noqa: PTH113 - as realpath

    return is_file


def find_picture(
    reference: PictureReference, path: str, rules: ContentRules, is_file: IsFile
) -> Picture | Problem:
    """Return the picture that *reference* in the file *path* means, or why it cannot be used."""
    base = LinkBase(site_url=rules.site_url, path=path, folder=rules.folder, is_file=is_file)
    source = resolve_picture(reference.source, base)
    if isinstance(source, Refusal):
        return _problem(reference, path, source)
    if "://" in source or is_file(source):
        return Picture(source=source, alt=reference.alt)
    missing = Refusal(
        rule="missing-image",
        message=f"The image `{reference.source[:100]}` is left out: there is no such file in the content folder.",
        help="Put the picture beside the file and write its name, with / between folders.",
    )
    return _problem(reference, path, missing)


def _problem(reference: PictureReference, path: str, refusal: Refusal) -> Problem:
    return Problem(
        level=Level.WARNING,
        rule=refusal.rule,
        message=refusal.message,
        path=path,
        line=reference.line,
        help=refusal.help,
    )
