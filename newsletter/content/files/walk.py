"""Finds and reads the files of a content folder; whatever else stands there is a problem, never a surprise.

Nothing outside of the folder is opened, nothing that could block (a pipe, a device), nothing without end.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from newsletter.content.files.names import FOREIGN_SUFFIXES, ISSUES_FOLDER, is_item_name
from newsletter.content.rules import ContentRules
from newsletter.errors import Level, Problem

#: Bytes of one file. A long article has 50,000.
MAX_FILE_BYTES = 2 * 1024 * 1024

#: Control characters, line ends, and bytes that are not UTF-8: such a name breaks lists, logs and JSON.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class UnreadableFileError(Exception):
    """A file that cannot be read; the text says why."""


@dataclass(slots=True)
class FolderWalk:
    """What stands in a content folder, by paths relative to the project folder."""

    rules: ContentRules
    #: The content folder, whatever links lead to it.
    real_root: str
    #: Texts that are items.
    items: list[str] = field(default_factory=list)
    #: Texts in `issues/`.
    issues: list[str] = field(default_factory=list)
    #: Every file that may be read, pictures included.
    files: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def walk(self) -> None:
        """Find everything."""
        folders = [self.rules.folder]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(self.rules.root / folder) as entries:
                    for entry in entries:
                        path = entry.name if folder == "." else f"{folder}/{entry.name}"
                        if not entry.name.startswith(".") and self._is_folder(entry, path):
                            folders.append(path)
            except OSError as error:
                reason = f"The folder cannot be read: {error.strerror}."
                self._report(Level.ERROR, "unreadable", folder, reason, "Give it back its permissions.")
        self.items.sort()
        self.issues.sort()

    def _is_folder(self, entry: os.DirEntry[str], path: str) -> bool:
        """Keep *entry* as what it is; True: it is a folder to walk through."""
        if _UNFIT.search(entry.name):
            if not is_item_name(entry.name) and not entry.is_dir():
                return False  # macOS calls the icon of a folder "Icon\r"
            self._report(
                Level.ERROR,
                "file-name",
                _UNFIT.sub("\ufffd", path),
                "The name holds a control character, or is not UTF-8.",
                "Rename it.",
            )
            return False
        if entry.is_symlink():
            self._add_link(entry, path)
            return False
        if entry.is_dir(follow_symlinks=False):
            return True
        if entry.is_file(follow_symlinks=False):
            self._add_file(entry.name, path)
        elif is_item_name(entry.name):
            self._report(
                Level.ERROR, "not-a-file", path, "This is not a file but a pipe or a device.", "Remove it."
            )
        return False

    def _add_link(self, entry: os.DirEntry[str], path: str) -> None:
        """Keep a symbolic link to a file of the content folder; any other could show what is not to be published."""
        target = os.path.realpath(entry.path)
        is_inside = f"{target}{os.sep}".startswith(f"{self.real_root}{os.sep}")
        if is_inside and os.path.isfile(target):  # noqa: PTH113 - thousands of files: text is quicker than Path
            self._add_file(entry.name, path)
        elif is_inside and os.path.isdir(target):  # noqa: PTH112 - as above
            self._report(
                Level.INFO,
                "linked-folder",
                path,
                "This is a link to a folder of the content folder; its files are read there.",
                None,
            )
        elif is_item_name(entry.name) or os.path.isdir(target):  # noqa: PTH112 - as above
            reason = "leads nowhere" if is_inside else "leads out of the content folder"
            self._report(
                Level.ERROR,
                "outside-content",
                path,
                f"This is a symbolic link that {reason}.",
                "Put the file itself here.",
            )

    def _add_file(self, name: str, path: str) -> None:
        self.files.add(path)
        is_issue = self.rules.inside(path).startswith(f"{ISSUES_FOLDER}/")
        if is_item_name(name):
            (self.issues if is_issue else self.items).append(path)
        elif PurePosixPath(name).suffix.casefold() in FOREIGN_SUFFIXES and not is_issue:
            self._report(
                Level.INFO,
                "foreign-format",
                path,
                f"{PurePosixPath(name).suffix} files are not read.",
                "Convert it to Markdown if it is an item.",
            )

    def _report(self, level: Level, rule: str, path: str, message: str, help: str | None) -> None:
        self.problems.append(Problem(level=level, rule=rule, path=path, message=message, help=help))


def walk_folder(rules: ContentRules) -> FolderWalk:
    """Return what stands in the content folder of *rules*, in the order of the paths."""
    walk = FolderWalk(rules=rules, real_root=os.path.realpath(rules.root / rules.folder))
    walk.walk()
    return walk


def read_file(path: str) -> bytes:
    """Return the bytes of the file at *path*; raises `UnreadableFileError`."""
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        raise UnreadableFileError(f"it cannot be opened: {error.strerror}") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFileError("it is not a file")
        if status.st_size > MAX_FILE_BYTES:
            raise UnreadableFileError(f"it has {status.st_size:,} bytes, more than {MAX_FILE_BYTES:,}")
        return _read_to_end(handle, status.st_size)
    except OSError as error:
        raise UnreadableFileError(f"it cannot be read: {error.strerror}") from error
    finally:
        os.close(handle)


def _read_to_end(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    while len(data) < size and (more := os.read(handle, size - len(data))):
        data += more
    return data
