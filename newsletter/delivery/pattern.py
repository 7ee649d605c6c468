"""A reader's part of a request, written once for a made-up reader and split where that reader's own values stand.

For each further reader only those values are put in: what the dictionaries of a thousand readers have in common is
neither built nor encoded a thousand times. The bytes are the same as if it were.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from newsletter.delivery.letter import Letter, reference_text
from newsletter.delivery.values import Recipient
from newsletter.rendering.values import Slot
from subscribers.tokens import REFERENCE_BYTES

_LINK, _LINK_HTML = (
    {slot: slot.name.lower() for slot in Slot},
    {slot: f"{slot.name.lower()}_html" for slot in Slot},
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """JSON of one reader's part of a letter's requests, open where readers differ."""

    letter: Letter
    #: For the operator `%`, by the names of `_values`.
    _text: str

    @classmethod
    def of(cls, letter: Letter, part: Callable[[Letter, Recipient], Any]) -> "Pattern":
        """Return the pattern of what *part* makes of *letter* and a reader.

        What *part* returns must hold of its reader nothing but the address, the reference in letters, and the links,
        as they are or escaped for HTML.
        """
        import msgspec

        # Random: no content can spell these values. By the `&` none of them stands within another.
        reader = Recipient(0, secrets.token_bytes(REFERENCE_BYTES), f"{secrets.token_hex(16)}@reader.invalid")
        marked = replace(letter, links=_MadeUpLinks(secrets.token_hex(16)))
        text = msgspec.json.encode(part(marked, reader)).decode().replace("%", "%%")
        for name, value in _values(marked, reader).items():
            text = text.replace(value, f"%({name})s")
        return cls(letter, text)

    def filled(self, recipients: Sequence[Recipient]) -> Iterator[str]:
        """Yield the JSON of each reader's part."""
        text, letter = self._text, self.letter
        return (text % _values(letter, recipient) for recipient in recipients)


@dataclass(frozen=True, slots=True)
class _MadeUpLinks:
    mark: str

    def slots(self, _ref: bytes) -> Mapping[Slot, str]:
        return {slot: f"https://{name}.{self.mark}.invalid/&/" for slot, name in _LINK.items()}


def _values(letter: Letter, recipient: Recipient) -> dict[str, str]:
    """Return what differs from reader to reader, as it stands within a string of JSON."""
    values = {"email": _quoted(recipient.email), "delivery": reference_text(recipient.ref)}
    for slot, link in letter.slots(recipient).items():
        in_html = escape(link)
        values[_LINK[slot]] = _quoted(link)
        values[_LINK_HTML[slot]] = _quoted(in_html)
    return values


def _quoted(value: str) -> str:
    import msgspec

    return msgspec.json.encode(value)[1:-1].decode()
