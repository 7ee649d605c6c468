"""`newsletter import`: pages as people have them into content files; nothing is overwritten, nothing imported twice."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from newsletter.app.project import Project, collect
from newsletter.content.importing.fileform import MARK, Doubt, source_comment, write_page
from newsletter.content.importing.page import ImportRules, Page, read_page
from newsletter.content.importing.source import MAX_BYTES, read_source
from newsletter.content.items import Kind
from newsletter.errors import ContentError, NewsletterError
from newsletter.files import write_new
from newsletter.layout.blanks import slug_of

_FOLDERS = {Kind.NEWS: "news", Kind.EVENT: "events"}
#: Bytes: the comment stands at the top.
_HEAD = 4096
#: What stands for standard input.
STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A page that is a content file now."""

    source: Path
    path: Path
    page: Page
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotImported:
    """A page that is none."""

    source: Path
    why: str
    #: It was imported before: nothing failed.
    is_known: bool = False


@dataclass(slots=True)
class _Known:
    """What was imported before."""

    by_digest: dict[str, Path] = field(default_factory=dict)
    by_link: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> "_Known":
        known = cls()
        try:
            items = collect(project).items
        except ContentError:
            return known
        for item in items:
            path = project.root / item.path
            if item.link:
                known.by_link.setdefault(_bare(item.link), path)
            if digest := _digest_in(path):
                known.by_digest.setdefault(digest, path)
        return known


def import_pages(
    project: Project, sources: Sequence[Path], *, kind: Kind | None, now: datetime, standard_input: BinaryIO
) -> Iterator[Imported | NotImported]:
    """Write a content file for each of *sources*, and yield what became of each; one that fails stops no other.

    *kind*: what they are; None: each says it itself. A source `-` is read from *standard_input*.
    """
    settings = project.settings
    zone = settings.newsletter.timezone
    rules = ImportRules(zone=zone, today=now.astimezone(zone).date(), kind=kind)
    known = _Known.of(project)
    for source in sources:
        try:
            yield _import(project, source, rules, known, standard_input)
        except NewsletterError as error:
            yield NotImported(source=source, why=str(error))


def _import(
    project: Project, source: Path, rules: ImportRules, known: _Known, standard_input: BinaryIO
) -> Imported | NotImported:
    data = _read(source, standard_input)
    digest = sha256(data).hexdigest()[:12]
    if before := known.by_digest.get(digest):
        return _imported_before(source, before, project)
    name = "" if source == STANDARD_INPUT else source.name
    page = read_page(read_source(data, name), rules)
    link = _bare(page.facts.link)
    if link and (before := known.by_link.get(link)):
        return _imported_before(source, before, project)
    path = _free_path(project, page, rules.today)
    languages = project.content_rules
    lang = languages.language(page.facts.lang) if page.facts.lang else ""
    topics, tags = languages.topics.match(page.facts.tags)
    written = write_page(
        page,
        comment=source_comment(name, digest),
        lang=lang if lang in languages.languages[1:] else "",
        topics=topics,
        tags=tags,
    )
    write_new(path, written.text.encode())
    known.by_digest[digest] = path
    if link:
        known.by_link[link] = path
    return Imported(source=source, path=path, page=page, doubts=written.doubts)


def _imported_before(source: Path, before: Path, project: Project) -> NotImported:
    shown = before.relative_to(project.root)
    why = f"{_shown(source)} is there already: {shown}. Nothing was written; delete that file to import it anew."
    return NotImported(source=source, why=why, is_known=True)


def _read(source: Path, standard_input: BinaryIO) -> bytes:
    """Return the bytes of *source*, one more than a page may have at most."""
    if source == STANDARD_INPUT:
        return standard_input.read(MAX_BYTES + 1)
    if source.is_dir():
        raise NewsletterError(
            f"{source} is a folder. Name the pages in it: newsletter import {source}{os.sep}*.html"
        )
    try:
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise NewsletterError(f"There is no file {source}.") from None
    except OSError as error:
        raise NewsletterError(f"{source} cannot be read: {error.strerror}.") from error


def _free_path(project: Project, page: Page, today: date) -> Path:
    """Return a path that no file has: another page of that name keeps its own."""
    when = page.facts.start if page.kind is Kind.EVENT else page.facts.published
    day = when.date() if isinstance(when, datetime) else when or today
    folder = project.settings.content_root / _FOLDERS[page.kind]
    stem = f"{day}-{slug_of(page.facts.title) or page.kind}"
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.md"
        if not path.exists() and not path.with_suffix("").exists():
            return path
        number += 1


def _digest_in(path: Path) -> str:
    """Return by what the source of the content file *path* is known; "" when it was not imported."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError:
        return ""
    line = next((line for line in head.splitlines() if line.startswith(MARK)), "")
    return line.rpartition("(")[2].rstrip(")") if line else ""


def _bare(link: str) -> str:
    """Return *link* for comparing."""
    return link.partition("#")[0].rstrip("/").removeprefix("https://").removeprefix("http://").casefold()


def _shown(source: Path) -> str:
    return "standard input" if source == STANDARD_INPUT else str(source)
