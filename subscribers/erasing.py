"""Erasing a person: by which words they would be recognised, and what takes their place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from subscribers.suppression import Suppression, is_stronger

#: What stands where a name was.
GONE = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the database knows of somebody."""

    id: int
    ref: bytes
    email: str = field(repr=False)
    key: str = field(repr=False)
    as_entered: str = field(repr=False)
    suppressed: Suppression | None
    #: When they came, or came back.
    since: datetime


@dataclass(frozen=True, slots=True)
class Names:
    """The spellings of an address, and what stands before its @."""

    spellings: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, spellings: Iterable[str]) -> "Names":
        """Return the names that *spellings* of one address give."""
        return cls(frozenset(each.strip().casefold() for each in spellings if each.strip()))

    def are_in(self, text: str) -> bool:
        """Whether *text* holds the address."""
        folded = text.casefold()
        return any(each in folded for each in self.spellings)

    def taken_out_of(self, text: str, *, with_local_part: bool = False) -> str:
        """Return *text* without the address; *with_local_part*: nor what stands before its @, where that is a word."""
        words = set(self.spellings)
        if with_local_part:
            words |= {each.rpartition("@")[0] for each in self.spellings}
        longest_first = sorted(filter(None, words), key=len, reverse=True)
        pattern = "|".join(re.escape(word) for word in longest_first)
        return (
            re.sub(rf"(?<![\w])(?:{pattern})(?![\w])", GONE, text, flags=re.IGNORECASE) if pattern else text
        )


def reason_to_remember(*reasons: Suppression | None) -> Suppression:
    """Return for what an erased address is not mailed: the strongest reason there is; that they were erased is one."""
    strongest = Suppression.ERASED
    for reason in reasons:
        if reason is not None and is_stronger(reason, strongest):
            strongest = reason
    return strongest
