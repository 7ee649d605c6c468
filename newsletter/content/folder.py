"""From a folder of files to a `Collection`: every item, every problem, the issue files."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from newsletter.content.cache import StoredFiles, read_cache, write_cache
from newsletter.content.itemfile import ParsedFile, parse_item
from newsletter.content.items import Collection, EventReport, NewsItem, SourceFile
from newsletter.content.names import language_suffix, place_of
from newsletter.content.picturefiles import picture_finder
from newsletter.content.reading.picturefields import find_picture
from newsletter.content.rules import ContentRules
from newsletter.content.storeditems import StoredFile, parsed_file, stored_file
from newsletter.content.walk import FolderWalk, UnreadableFileError, read_file
from newsletter.errors import ContentError, Level, Problem


def collect(rules: ContentRules, cache: Path | None = None) -> Collection:
    """Return what the content folder holds; files that did not change come from the file *cache*.

    Raises ContentError when there is no such folder; what is wrong with a file is one of the problems.
    """
    if not (rules.root / rules.folder).is_dir():
        raise ContentError([_no_folder(rules)])
    walk = FolderWalk(rules)
    walk.walk()
    problems = list(walk.problems)
    issue_files = _read_issue_files(walk, problems)
    parsed = _read_items(walk, cache, problems)
    problems.extend(problem for file in parsed for problem in file.problems)
    items = _with_common_keys(_with_pictures(parsed, walk, problems), rules)
    problems.extend(_doubles(items))
    problems.sort(key=lambda problem: (problem.path or "", problem.line or 0))
    return Collection(items=tuple(items), problems=tuple(problems), issue_files=issue_files)


def _no_folder(rules: ContentRules) -> Problem:
    return Problem(
        level=Level.ERROR,
        rule="no-content",
        path=rules.folder,
        message="There is no such folder.",
        help="Make it, or set `folder` in [content] of newsletter.toml.",
    )


def _read(path: str, rules: ContentRules, problems: list[Problem]) -> bytes | None:
    try:
        return read_file(os.path.join(rules.root, path))  # noqa: PTH118 - thousands of files: text is quicker
    except UnreadableFileError as error:
        problems.append(
            Problem(
                level=Level.ERROR,
                rule="unreadable",
                path=path,
                message=f"The file was not read: {error}.",
                help="Mend it, or move it out of the content folder.",
            )
        )
        return None


def _read_issue_files(walk: FolderWalk, problems: list[Problem]) -> tuple[SourceFile, ...]:
    return tuple(
        SourceFile(path=path, data=data)
        for path in walk.issues
        if (data := _read(path, walk.rules, problems)) is not None
    )


def _read_items(walk: FolderWalk, cache: Path | None, problems: list[Problem]) -> list[ParsedFile]:
    """Return what each file gives, in the order of their paths."""
    rules = walk.rules
    stored: StoredFiles = read_cache(cache, rules) if cache else {}
    siblings = _stems_by_folder(walk.items)
    kept: dict[str, StoredFile] = {}
    parsed: list[ParsedFile] = []
    for path in walk.items:
        data = _read(path, rules, problems)
        if data is None:
            continue
        beside = siblings[path.rpartition("/")[0]]
        # BLAKE2 takes half of the time of SHA-256, and this is most of the work when nothing changed.
        digest = blake2b(data, digest_size=32).hexdigest() + (language_suffix(path, rules, beside) or "")
        known = stored.get(path)
        if known is None or known.digest != digest:
            fresh = parse_item(path, data, rules, beside)
            known = stored_file(fresh, data, digest)
            parsed.append(fresh)
        else:
            parsed.append(parsed_file(known, data))
        kept[path] = known
    if cache and kept != stored:
        write_cache(cache, rules, kept)
    return parsed


def _stems_by_folder(paths: Iterable[str]) -> Mapping[str, set[str]]:
    stems: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, _, name = unicodedata.normalize("NFC", path).rpartition("/")
        stems[folder].add(name.rpartition(".")[0])
    return stems


def _with_pictures(
    files: Iterable[ParsedFile], walk: FolderWalk, problems: list[Problem]
) -> list[NewsItem | EventReport]:
    """Return the items with their pictures: whether a picture is there is looked up each time, never stored."""
    find = picture_finder(walk)
    items = []
    for file in files:
        item = file.item
        if item and file.picture:
            picture = find_picture(file.picture, item.path, walk.rules, find)
            if isinstance(picture, Problem):
                problems.append(picture)
            else:
                item = replace(item, picture=picture)
        if item:
            items.append(item)
    return items


def _with_common_keys(
    items: Sequence[NewsItem | EventReport], rules: ContentRules
) -> list[NewsItem | EventReport]:
    """Return *items* with an `id` that only one translation has as the key of all of them."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if "id" in item.lines:
            ids[place_of(item.path, rules).key].add(item.key)
    common = {key: next(iter(found)) for key, found in ids.items() if len(found) == 1}
    return [
        replace(item, key=common[item.key]) if item.key in common and "id" not in item.lines else item
        for item in items
    ]


def _doubles(items: Iterable[NewsItem | EventReport]) -> Iterator[Problem]:
    """Yield a problem for each file whose key and language another one has, too."""
    same: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        same[item.key, item.lang].append(item.path)
    for (key, lang), paths in same.items():
        for path in paths if len(paths) > 1 else ():
            others = ", ".join(other for other in paths if other != path)
            yield Problem(
                level=Level.ERROR,
                rule="duplicate-key",
                path=path,
                message=f"The key `{key}` in `{lang}` is also that of {others}.",
                help="Give one of them an `id`, rename it, or write the language of a translation.",
            )
