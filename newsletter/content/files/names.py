"""What a file's name and folders say: its key, language, kind, date and slug."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from newsletter.content.frontmatter.rawfields import YEARS
from newsletter.content.items import Kind
from newsletter.content.rules import ContentRules

_HTML_SUFFIXES = frozenset({".html", ".htm"})
_ITEM_SUFFIXES = _HTML_SUFFIXES | {".md", ".markdown", ".mdown", ".mkd"}
_NOT_ITEMS = (".", "_index.", "readme.")
#: Formats of site generators that are not read; each is worth a word.
FOREIGN_SUFFIXES = frozenset({".adoc", ".asciidoc", ".ipynb", ".mdx", ".org", ".rst", ".textile"})
#: Directly under the content folder: editors' decisions on issues, not items.
ISSUES_FOLDER = "issues"
#: The second is how Jekyll spells a collection.
_EVENT_FOLDERS = frozenset({"events", "_events"})
#: What is not finished stops no issue.
_DRAFTS_FOLDER = "_drafts"

_DATED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ ]+|$)")
_DATED_PATH = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?=[/-]|$)")
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|\d{3}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of an item before its file is opened."""

    #: Relative to the project folder.
    path: str
    #: Under the content folder, without extension, language suffix and `/index`; normal form C.
    key: str
    kind: Kind
    #: The language suffix, as the newsletter spells it.
    lang: str | None
    #: The file's or bundle's name without its date.
    slug: str
    #: From the name, else from folders YYYY/MM/DD.
    date: date | None
    is_draft: bool
    is_html: bool


def is_item_name(name: str) -> bool:
    """Whether a file called *name* is an item: a text in a known format, not hidden, no section page, no README."""
    folded = name.casefold()
    _, dot, suffix = folded.rpartition(".")
    return dot + suffix in _ITEM_SUFFIXES and not folded.startswith(_NOT_ITEMS)


def place_of(path: str, rules: ContentRules, siblings: Collection[str] = ()) -> Place:
    """Return what *path* (relative to the project folder) says.

    *siblings* are the names, without extension, of the items beside it: `x.de.md` is a translation into a language
    that the newsletter does not have only when there is an `x.md`, so that `node.js.md` keeps its name.
    """
    *folders, file_name = rules.inside(unicodedata.normalize("NFC", path)).split("/")
    stem, _, suffix = file_name.rpartition(".")
    lang = language_suffix(file_name, rules, siblings)
    if lang:
        stem = stem.rpartition(".")[0]
    is_bundle = stem == "index" and bool(folders)
    name = folders[-1] if is_bundle else stem
    key = "/".join(folders if is_bundle else (*folders, stem))
    folded = {folder.casefold() for folder in folders}
    dated = _DATED.match(name)
    day = _day(dated)
    return Place(
        path=path,
        key=key,
        kind=Kind.NEWS if folded.isdisjoint(_EVENT_FOLDERS) else Kind.EVENT,
        lang=lang,
        slug=(name[dated.end() :] if dated and day else name) or name,
        date=day or date_in_path(key),
        is_draft=_DRAFTS_FOLDER in folded,
        is_html=f".{suffix.casefold()}" in _HTML_SUFFIXES,
    )


def is_among_drafts(path: str, rules: ContentRules) -> bool:
    """Whether *path* (relative to the project folder) is a folder `_drafts`, or in one."""
    return _DRAFTS_FOLDER in rules.inside(path).casefold().split("/")


def date_in_path(path: str) -> date | None:
    """Return the date of a path or address that contains YYYY/MM/DD, or None."""
    found = _DATED_PATH.search(path)
    return _day(found) if found else None


def _day(found: re.Match[str] | None) -> date | None:
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def language_suffix(path: str, rules: ContentRules, siblings: Collection[str] = ()) -> str | None:
    """Return the language that the name of the file *path* ends with, as the newsletter spells it, or None."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    base, _, tag = stem.rpartition(".")
    if not base or not _TAG.fullmatch(tag):
        return None
    language = rules.language(tag)
    base = unicodedata.normalize("NFC", base)
    originals = {base, *(f"{base}.{each}" for each in rules.languages)}
    return language if language in rules.languages or not originals.isdisjoint(siblings) else None
