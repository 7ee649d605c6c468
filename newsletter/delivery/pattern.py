"""A reader's part of a request, written once for a made-up reader and split where that reader's own values stand.

For the readers only those values are put in: what the parts of a thousand readers have in common is neither built nor
encoded a thousand times. The text is the same as if it were.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import chain
from operator import itemgetter

import msgspec

from newsletter.delivery.letter import Letter, reference_text
from newsletter.delivery.values import Recipient
from newsletter.rendering.values import Slot
from subscribers.tokens import REFERENCE_BYTES

#: Of a reader's values those that are no links: address and reference.
_BESIDES = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """JSON of one reader's part of a letter's requests, open where readers differ."""

    letter: Letter
    #: What stands before, between and behind a reader's values, with room for them.
    _pieces: Sequence[str] = field(repr=False)
    #: Which of a reader's values stand there, in their order.
    _pick: Callable[[Sequence[str]], tuple[str, ...]] = field(repr=False)

    @classmethod
    def of(cls, letter: Letter, part: Callable[[Letter, Recipient], str]) -> "Pattern":
        """Return the pattern of what *part* writes in JSON of *letter* for a reader.

        Of its reader, *part* may use nothing but the address, the reference in letters, and the links, as they are or
        escaped for HTML.
        """
        # Random: no content can spell these values. By the `&` none of them stands within another.
        reader = Recipient(0, secrets.token_bytes(REFERENCE_BYTES), f"{secrets.token_hex(16)}@reader.invalid")
        made_up = replace(letter, links=_MadeUpLinks(secrets.token_hex(16), tuple(letter.slots(reader))))
        values = _written(_values(made_up, reader))
        parts = re.split("(" + "|".join(map(re.escape, values)) + ")", part(made_up, reader))
        return cls(letter, parts, itemgetter(*map(values.index, parts[1::2])))

    def filled(self, recipients: Sequence[Recipient]) -> str:
        """Return the readers' parts, with commas between them."""
        readers = [_values(self.letter, recipient) for recipient in recipients]
        if not _is_plain("".join(chain.from_iterable(readers))):
            readers = [_written(values) for values in readers]
        pieces, pick = list(self._pieces), self._pick
        pieces[0] = "," + pieces[0]
        found: list[str] = []
        for values in readers:
            pieces[1::2] = pick(values)
            found += pieces
        return "".join(found)[1:]


@dataclass(frozen=True, slots=True)
class _MadeUpLinks:
    mark: str
    open: Sequence[Slot]

    def slots(self, _ref: bytes) -> Mapping[Slot, str]:
        return {slot: f"https://{slot.name}.{self.mark}.invalid/&/" for slot in self.open}


def _values(letter: Letter, recipient: Recipient) -> list[str]:
    """Return what differs from reader to reader: address, reference, links, and the links again for HTML."""
    links = letter.slots(recipient).values()
    return [recipient.email, reference_text(recipient.ref), *links, *links]


def _is_plain(text: str) -> bool:
    """Whether neither JSON nor HTML writes *text* otherwise."""
    is_as_long = len(msgspec.json.encode(text)) == len(text) + 2
    return is_as_long and not any(character in text for character in "&<>'")


def _written(values: Sequence[str]) -> list[str]:
    """Return the values of `_values` as they stand within strings of JSON, the last ones escaped for HTML before."""
    count = (len(values) + _BESIDES) // 2
    return [
        msgspec.json.encode(value)[1:-1].decode() for value in (*values[:count], *map(escape, values[count:]))
    ]
