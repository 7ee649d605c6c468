"""What a process that stays knows of the files it read before: unchanged ones are neither opened nor understood again."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from newsletter.content.images.files import PictureReference
from newsletter.content.items import EventReport, NewsItem, Picture
from newsletter.content.rules import ContentRules
from newsletter.errors import Problem

#: Of a file: when it was written, when anything of it changed, its size, its number.
Stamp = tuple[int, int, int, int]


@dataclass(slots=True, kw_only=True)
class Kept:
    """What a file gave when it was read last."""

    stamp: Stamp | None
    #: The language that its name says, which depends on its neighbours' names.
    suffix: str
    #: Without its picture, which is looked for anew when files come or go.
    item: NewsItem | EventReport | None
    reference: PictureReference | None
    problems: tuple[Problem, ...]
    #: With its picture, once somebody looked.
    whole: NewsItem | EventReport | None = None
    #: What is wrong with the picture.
    refusal: Problem | None = None
    has_looked: bool = False

    def look(self, found: Picture | Problem | None) -> None:
        """Take in where the picture is."""
        picture = found if isinstance(found, Picture) else None
        self.refusal = found if isinstance(found, Problem) else None
        # An item that is as it was stays the same object: whoever compares is done at once.
        if self.item is not None and not (self.whole is not None and self.whole.picture == picture):
            self.whole = replace(self.item, picture=picture) if picture else self.item
        self.has_looked = True


@dataclass(slots=True)
class Shelf:
    """Files by their paths, as one set of rules reads them.

    Whoever keeps one notes what changed, where that is known: a picture in `static/` is looked for only then.
    """

    _rules: ContentRules | None = None
    _files: frozenset[str] = frozenset()
    _kept: dict[str, Kept] = field(default_factory=dict)

    @property
    def files(self) -> frozenset[str]:
        """All files of the content folder, pictures included, as they were found last."""
        return self._files

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read yet."""
        return not self._kept

    def note(self, paths: Iterable[str]) -> None:
        """Have the files at *paths* (relative to the project folder) read again, and pictures looked for."""
        for path in paths:
            if self._kept.pop(path, None) is None:
                self._look_again()

    def begin(self, rules: ContentRules, files: Iterable[str]) -> None:
        """Forget what other *rules* or other *files* make untrue; *files* are all that may be pictures."""
        if rules != self._rules:
            self._rules = rules
            self._kept.clear()
        if self._files != files:
            self._files = frozenset(files)
            self._look_again()

    def known(self, path: str, suffix: str, stamp: Stamp | None) -> Kept | None:
        """Return what the file *path* gave, if it is the same file still."""
        kept = self._kept.get(path)
        return kept if kept and stamp and (kept.stamp, kept.suffix) == (stamp, suffix) else None

    def keep_only(self, kept: dict[str, Kept]) -> None:
        """Keep *kept*, and forget files that are gone."""
        self._kept = kept

    def _look_again(self) -> None:
        for kept in self._kept.values():
            kept.has_looked = False


def stamp_of(path: str) -> Stamp | None:
    """Return by what the file at *path* is known to be unchanged; None: it cannot be seen."""
    try:
        status = os.stat(path)  # noqa: PTH116 - thousands of files: text is quicker than Path
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
