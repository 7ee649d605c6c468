"""From a folder of files to a `Collection`: every item, every problem, the issue files."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from newsletter.content.files.cache import read_cache, write_cache
from newsletter.content.files.keys import doubles, with_common_keys
from newsletter.content.files.names import is_among_drafts, language_suffix
from newsletter.content.files.shelf import Kept, Shelf, stamp_of
from newsletter.content.files.storeditems import StoredFile, restored_item, stored_file
from newsletter.content.files.walk import UnreadableFileError, read_file, walk_folder
from newsletter.content.images.files import IsFile, file_finder, find_picture
from newsletter.content.items import Collection, EventReport, NewsItem, SourceFile
from newsletter.content.rules import ContentRules
from newsletter.errors import ContentError, Level, Problem


def collect(rules: ContentRules, cache: Path | None = None, shelf: Shelf | None = None) -> Collection:
    """Return what the content folder holds; files that did not change come from the file *cache*.

    *shelf*: of a process that stays, which reads the cache only once and then only what changed. Raises ContentError when there is no such folder; what is wrong with a file is one of the problems.
    """
    if not os.path.isdir(rules.root / rules.folder):  # noqa: PTH112 - Path's raises when it may not look
        raise ContentError([_no_folder(rules)])
    walk = walk_folder(rules)
    reading = _Reading(rules=rules, is_file=file_finder(walk), problems=list(walk.problems))
    if shelf is not None:
        shelf.begin(rules, walk.files)
    items = with_common_keys(reading.read_items(walk.items, cache, shelf), rules)
    issue_files = reading.read_issue_files(walk.issues)
    found = (_in_proportion(problem, rules) for problem in reading.problems)
    problems = [*found, *doubles(items)]
    problems.sort(key=lambda problem: (problem.path or "", problem.line or 0))
    return Collection(items=tuple(items), problems=tuple(problems), issue_files=issue_files)


def _in_proportion(problem: Problem, rules: ContentRules) -> Problem:
    """Return *problem*, an error only where it matters: a file among the drafts stops no issue."""
    is_draft = problem.level is Level.ERROR and problem.path and is_among_drafts(problem.path, rules)
    return replace(problem, level=Level.WARNING) if is_draft else problem


def _no_folder(rules: ContentRules) -> Problem:
    return Problem(
        level=Level.ERROR,
        rule="no-content",
        path=rules.folder,
        message="There is no such folder.",
        help="Make it, or set `folder` in [content] of newsletter.toml.",
    )


@dataclass(slots=True)
class _Reading:
    """One pass over the files that were found; problems are collected on the way."""

    rules: ContentRules
    is_file: IsFile
    problems: list[Problem]

    def read_items(
        self, paths: Sequence[str], cache: Path | None, shelf: Shelf | None
    ) -> list[NewsItem | EventReport]:
        """Return the items of the files at *paths*, in their order."""
        is_first = shelf is None or shelf.is_empty
        stored = read_cache(cache, self.rules) if cache and is_first else {}
        fresh: dict[str, StoredFile] = {}
        kept: dict[str, Kept] = {}
        siblings = _stems_by_folder(paths)
        for path in paths:
            beside = siblings[path.rpartition("/")[0]]
            suffix = language_suffix(path, self.rules, beside) or ""
            stamp = None if shelf is None else stamp_of(self._place(path))
            known = shelf.known(path, suffix, stamp) if shelf else None
            if known is None:
                data = self._read(path)
                if data is None:
                    continue
                # BLAKE2 takes half of the time of SHA-256, and this is most of the work when nothing changed.
                digest = blake2b(data, digest_size=32).hexdigest() + suffix
                file = stored.get(path)
                if file is None or file.digest != digest:
                    file = self._read_anew(path, data, digest, beside)
                fresh[path] = file
                # What was just read takes the same way as what was stored: the two cannot differ.
                known = Kept(
                    stamp=stamp,
                    suffix=suffix,
                    item=restored_item(file, data, None),
                    reference=file.picture,
                    problems=file.problems,
                )
            kept[path] = known
        if cache and is_first and fresh != stored:
            write_cache(cache, self.rules, fresh)
        if shelf is not None:
            shelf.keep_only(kept)
        return [item for path, each in kept.items() if (item := self._whole(path, each))]

    def _whole(self, path: str, kept: Kept) -> NewsItem | EventReport | None:
        """Return the item with its picture, and note what is wrong in its file."""
        if not kept.has_looked:
            # Whether it is there is looked up each time, never stored.
            reference = kept.reference
            kept.look(find_picture(reference, path, self.rules, self.is_file) if reference else None)
        self.problems.extend(kept.problems)
        if kept.refusal:
            self.problems.append(kept.refusal)
        return kept.whole

    def _read_anew(self, path: str, data: bytes, digest: str, beside: set[str]) -> StoredFile:
        # All that understands files is imported only when there is one to be understood.
        from newsletter.content.files.itemfile import parse_item

        return stored_file(parse_item(path, data, self.rules, beside), data, digest)

    def read_issue_files(self, paths: Sequence[str]) -> tuple[SourceFile, ...]:
        """Return the files at *paths* as they are."""
        read = ((path, self._read(path)) for path in paths)
        return tuple(SourceFile(path=path, data=data) for path, data in read if data is not None)

    def _read(self, path: str) -> bytes | None:
        try:
            return read_file(self._place(path))
        except UnreadableFileError as error:
            problem = Problem(
                level=Level.ERROR,
                rule="unreadable",
                path=path,
                message=f"The file was not read: {error}.",
                help="Mend it, or move it out of the content folder.",
            )
            self.problems.append(problem)
            return None

    def _place(self, path: str) -> str:
        return os.path.join(self.rules.root, path)  # noqa: PTH118 - thousands: text is quicker


def _stems_by_folder(paths: Iterable[str]) -> Mapping[str, set[str]]:
    stems: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, _, name = unicodedata.normalize("NFC", path).rpartition("/")
        stems[folder].add(name.rpartition(".")[0])
    return stems
