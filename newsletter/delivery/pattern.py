"""A reader's part of a request, written once for a made-up reader and split where that reader's own values stand.

For each further reader only those values are put in: what the dictionaries of a thousand readers have in common is
neither built nor encoded a thousand times. The bytes are the same as if it were.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from operator import itemgetter
from typing import Any

import msgspec

from newsletter.delivery.letter import Letter, reference_text
from newsletter.delivery.values import Recipient
from newsletter.rendering.values import Slot
from subscribers.tokens import REFERENCE_BYTES

_SLOTS = tuple(Slot)
#: What JSON or HTML writes otherwise.
_NOT_PLAIN = re.compile(r"[^ !#$%(-;=?-\[\]-~]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """JSON of one reader's part of a letter's requests, open where readers differ."""

    letter: Letter
    #: For the operator `%`.
    _text: str = field(repr=False)
    #: Which of a reader's values stand in the places, in their order.
    _pick: Callable[[Sequence[str]], tuple[str, ...]]

    @classmethod
    def of(cls, letter: Letter, part: Callable[[Letter, Recipient], Any]) -> "Pattern":
        """Return the pattern of what *part* makes of *letter* and a reader.

        Of its reader, *part* may use nothing but the address, the reference in letters, and the links, as they are or
        escaped for HTML.
        """
        # Random: no content can spell these values. By the `&` none of them stands within another.
        reader = Recipient(0, secrets.token_bytes(REFERENCE_BYTES), f"{secrets.token_hex(16)}@reader.invalid")
        made_up = replace(letter, links=_MadeUpLinks(secrets.token_hex(16)))
        values = _values(made_up, reader)
        places = re.compile("|".join(map(re.escape, values)))
        text = msgspec.json.encode(part(made_up, reader)).decode()
        found = [values.index(value) for value in places.findall(text)]
        return cls(letter, places.sub("%s", text.replace("%", "%%")), itemgetter(*found))

    def filled(self, recipients: Sequence[Recipient]) -> Iterator[str]:
        """Yield the JSON of each reader's part."""
        text, letter, pick = self._text, self.letter, self._pick
        return (text % pick(_values(letter, recipient)) for recipient in recipients)


@dataclass(frozen=True, slots=True)
class _MadeUpLinks:
    mark: str

    def slots(self, _ref: bytes) -> Mapping[Slot, str]:
        return {slot: f"https://{slot.name}.{self.mark}.invalid/&/" for slot in Slot}


def _values(letter: Letter, recipient: Recipient) -> list[str]:
    """Return what differs from reader to reader, as it stands within a string of JSON."""
    slots = letter.slots(recipient)
    links = [slots[slot] for slot in _SLOTS]
    values = [recipient.email, reference_text(recipient.ref), *links, *links]
    if _NOT_PLAIN.search("".join(values)) is None:
        return values
    values[-len(links) :] = map(escape, links)
    return [_quoted(value) for value in values]


def _quoted(value: str) -> str:
    return msgspec.json.encode(value)[1:-1].decode()
