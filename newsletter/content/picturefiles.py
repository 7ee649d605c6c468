"""Which files a picture may be: those of the content folder, and of `static/` beside it."""

import os
import posixpath
import unicodedata

from newsletter.content.reading.picturefields import STATIC_FOLDER, FindFile, is_inside
from newsletter.content.walk import FolderWalk


def picture_finder(walk: FolderWalk) -> FindFile:
    """Return a function from a path (relative to the project folder) to the file that it names, or None.

    The content folder was walked, so that nothing outside of it can be named; in `static/` a symbolic link is
    followed only to where it stays inside. Names are compared in normal form C: macOS decomposes accents.
    """
    known = {unicodedata.normalize("NFC", path): path for path in walk.files}
    static = posixpath.join(posixpath.dirname(walk.rules.folder), STATIC_FOLDER)
    real_static = os.path.realpath(walk.rules.root / static)

    def find(path: str) -> str | None:
        found = known.get(unicodedata.normalize("NFC", path))
        if found or not is_inside(path, static):
            return found
        real = os.path.realpath(walk.rules.root / path)
        is_there = real.startswith(real_static + os.sep) and os.path.isfile(real)  # noqa: PTH113 - as realpath
        return path if is_there else None

    return find
