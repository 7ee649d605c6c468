"""The inclusion ledger's rules: which items went out before, under whatever name.

The ledger holds a row for each item of each issue of a digest. An item is known by its key; a new key whose body,
or title and date, equals that of a row whose file is gone is the same item, renamed. Renamed *and* rewritten it
looks new, and nobody can know better: `resembling` says which row it may be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from newsletter.content.items import Item
from newsletter.issues.digests import Digest
from newsletter.issues.values import Included, Story

#: Titles at least this alike (0 to 1) may be one title, rewritten.
_ALIKE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Where an item went out before."""

    row: Included
    #: In words, when the item has another key now: what it was recognised by.
    renamed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The rows of one digest, ready to be asked."""

    by_key: Mapping[str, Included] = field(default_factory=dict)
    #: Rows whose file is gone.
    gone: tuple[Included, ...] = ()
    #: Of them, by the hash of the body and by title and date.
    by_body: Mapping[str, Included] = field(default_factory=dict)
    by_title: Mapping[tuple[str, str], Included] = field(default_factory=dict)

    @classmethod
    def of(
        cls, rows: Iterable[Included], items: Iterable[Item], *, digest: Digest, except_issue: str = ""
    ) -> "Ledger":
        """Return the ledger of *digest* over the files there are now.

        What stands in *except_issue*, the issue that is being made, counts as not sent.
        """
        keys = {item.key for item in items}
        own = [
            row
            for row in rows
            if row.digest in {digest.key, digest.rename_from} and row.issue != except_issue
        ]
        gone = tuple(row for row in own if row.key not in keys)
        return cls(
            by_key={row.key: row for row in reversed(own)},
            gone=gone,
            by_body={row.body_hash: row for row in reversed(gone)},
            by_title={_title_and_date(row): row for row in reversed(gone) if row.date is not None},
        )

    def earlier(self, story: Story) -> Earlier | None:
        """Return where *story* went out before, or None."""
        if row := self.by_key.get(story.key):
            return Earlier(row=row)
        for item in story.versions.values():
            # Items without text all have the same body, and are not the same item.
            if item.body.strip() and (row := self.by_body.get(item.body_hash)):
                return Earlier(row=row, renamed_by="the same text")
            if item.date is not None and (row := self.by_title.get(_title_and_date(item))):
                return Earlier(row=row, renamed_by="the same title and date")
        return None

    def unclaimed(self, stories: Iterable[Story]) -> tuple[Included, ...]:
        """Return the rows whose file is gone and which none of *stories*, all there are, is recognised as."""
        claimed = {earlier.row.key for story in stories if (earlier := self.earlier(story))}
        return tuple(row for row in self.gone if row.key not in claimed)


def resembling(item: Item, rows: Sequence[Included]) -> Included | None:
    """Return the row that *item* may be, renamed and rewritten: of the same date, or with a similar title."""
    for row in rows:
        if row.date is not None and row.date == item.date:
            return row
    close = get_close_matches(item.title, [row.title for row in rows], n=1, cutoff=_ALIKE)
    return next((row for row in rows if row.title in close), None)


def _title_and_date(entry: Item | Included) -> tuple[str, str]:
    return entry.title, entry.date.isoformat() if entry.date else ""
