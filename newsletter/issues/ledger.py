"""The inclusion ledger's rules: which items went out before, under whatever name.

The ledger holds a row for each item of each issue of a digest, in each language in which it went out. An item is known by
its key; a new key whose body, or title and date, equals that of a row whose file is gone is the same item, renamed, be it
the original or one translation. A body that several items share ("More on our website.") tells nothing: one file that is
gone must not keep all of them from readers. Renamed *and* rewritten it looks new, and nobody can know better: `resembling`
says which row it may be. While the file is still there, the other one is a copy: new, and worth a warning.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.content.items import Item
from newsletter.issues.digests import Digest
from newsletter.issues.stories import group
from newsletter.issues.values import Included, Story
from newsletter.nearest import nearest

#: Titles at least this alike (0 to 1) may be one title, rewritten.
_ALIKE = 0.7

#: What tells that two files are one item, and how that is said.
_Mark = tuple[str, str, str]
_SAME_TEXT = "the same text"
_SAME_TITLE = "the same title and date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Where an item, or what it is a copy of, went out before."""

    row: Included
    #: In words, when the item has another key: what the two have in common.
    alike: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The rows of one digest, or of all, the latest counting; ready to be asked."""

    by_key: Mapping[str, Included] = field(default_factory=dict)
    #: Rows whose file is gone.
    gone: tuple[Included, ...] = ()
    #: Of them, by what they are recognised by.
    by_mark: Mapping[_Mark, Included] = field(default_factory=dict)
    #: Rows whose file is there, by what the file says now and said then.
    originals: Mapping[_Mark, Included] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rows: Iterable[Included],
        items: Sequence[Item],
        *,
        digest: Digest | None = None,
        except_issue: str = "",
    ) -> "Ledger":
        """Return the ledger of *digest* (None: of all of them) over the files there are now.

        What stands in *except_issue*, the issue that is being made, counts as not sent.
        """
        own = [
            row
            for row in rows
            if (digest is None or row.digest in {digest.key, digest.rename_from})
            and row.issue != except_issue
        ]
        by_key = {row.key: row for row in own}
        files = {(item.key, item.lang) for item in items}
        gone = tuple(row for row in own if (row.key, row.lang) not in files)
        there: list[tuple[Item | Included, Included]] = [
            (row, row) for row in own if (row.key, row.lang) in files
        ]
        there += [(item, by_key[item.key]) for item in items if item.key in by_key]
        common = _common_texts(own) | _common_texts(items) if gone else frozenset()
        return cls(
            by_key=by_key,
            gone=gone,
            by_mark={mark: row for row in gone for mark in _marks(row) if mark not in common},
            originals={mark: row for entry, row in there for mark in _marks(entry)},
        )

    def earlier(self, story: Story) -> Earlier | None:
        """Return where *story* went out before, or None."""
        if row := self.by_key.get(story.key):
            return Earlier(row=row)
        return _recognised(story, self.by_mark)

    def original(self, story: Story) -> Earlier | None:
        """Return where that went out of which *story*, itself new, is a copy; or None."""
        return None if self.earlier(story) else _recognised(story, self.originals)

    def unclaimed(self, stories: Iterable[Story]) -> tuple[Included, ...]:
        """Return the rows whose file is gone and which none of *stories*, all there are, is recognised as."""
        if not self.gone:
            return ()
        claimed = {
            (earlier.row.key, lang)
            for story in stories
            if (earlier := self.earlier(story))
            for lang in story.versions
        }
        return tuple(row for row in self.gone if (row.key, row.lang) not in claimed)


def issues_of(items: Sequence[Item], rows: Iterable[Included], languages: Sequence[str]) -> dict[str, str]:
    """Return key → the latest issue, of any digest, in which the item went out; renamed files are recognised."""
    ledger = Ledger.of(rows, items)
    stories = (grouped.story for grouped in group(items, languages))
    return {story.key: earlier.row.issue for story in stories if (earlier := ledger.earlier(story))}


def resembling(item: Item, rows: Sequence[Included]) -> Included | None:
    """Return the row that *item* may be, renamed and rewritten: of the same date, or with a similar title."""
    own = [row for row in rows if row.lang == item.lang]
    for row in own:
        if row.date is not None and row.date == item.date:
            return row
    title = nearest(item.title, [row.title for row in own], likeness=_ALIKE)
    return next((row for row in own if row.title == title), None)


def _recognised(story: Story, by_mark: Mapping[_Mark, Included]) -> Earlier | None:
    if not by_mark:
        return None
    for item in story.versions.values():
        for mark in _marks(item):
            if row := by_mark.get(mark):
                return Earlier(row=row, alike=mark[0])
    return None


def _common_texts(entries: Iterable[Item | Included]) -> frozenset[_Mark]:
    """Return the marks of texts that stand in *entries* under more than one key."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        keys[entry.body_hash].add(entry.key)
    return frozenset((_SAME_TEXT, body_hash, "") for body_hash, found in keys.items() if len(found) > 1)


def _marks(entry: Item | Included) -> Iterator[_Mark]:
    """Yield by what *entry* is recognised, the surest first."""
    # Items without text all have the same body, and are not the same item.
    if isinstance(entry, Included) or entry.body.strip():
        yield _SAME_TEXT, entry.body_hash, ""
    if entry.date is not None:
        yield _SAME_TITLE, entry.title, entry.date.isoformat()
