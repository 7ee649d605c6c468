"""A reader's own links: made at sending from the reader's ref and the keys; the database holds no token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from newsletter.rendering.values import Slot
from subscribers.tokens import REFERENCE_BYTES, Purpose, TokenKeys


class Links(Protocol):
    """What a letter needs of a reader's links."""

    def slots(self, ref: bytes, /) -> Mapping[Slot, str]:
        """Return what each slot is filled with for the reader *ref*; that to unsubscribe is the one-click target (RFC 8058)."""


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the personal links of one issue; what all its readers share is computed once."""

    #: What the links begin with.
    _unsubscribe_url: str
    _preferences_url: str
    _unsubscribe: Callable[[bytes], str] = field(repr=False)
    _preferences: Callable[[bytes], str] = field(repr=False)

    @classmethod
    def for_issue(cls, public_url: str, keys: TokenKeys, issue: str) -> "LinkMaker":
        """Return the maker of *issue*'s links; the issue stands in the tokens, so that an unsubscribe is known to come from it."""
        public_url = public_url.rstrip("/")
        return cls(
            f"{public_url}/unsubscribe/",
            f"{public_url}/preferences/",
            keys.maker(Purpose.UNSUBSCRIBE, issue),
            keys.maker(Purpose.PREFERENCES, issue),
        )

    def slots(self, ref: bytes) -> Mapping[Slot, str]:
        """Return what each slot of a body is filled with for the reader *ref*."""
        return {
            Slot.UNSUBSCRIBE: self._unsubscribe_url + self._unsubscribe(ref),
            Slot.PREFERENCES: self._preferences_url + self._preferences(ref),
        }


@dataclass(frozen=True, slots=True)
class NoLinks:
    """Of a letter to one person, whose links stand in it already."""

    def slots(self, _ref: bytes) -> Mapping[Slot, str]:
        """Return that nothing is to be filled."""
        return {}


@dataclass(frozen=True, slots=True)
class FixedLinks:
    """The same links whoever reads: in test mails they lead to a page which says that this was a test."""

    unsubscribe_url: str
    preferences_url: str

    @classmethod
    def for_test(cls, public_url: str, keys: TokenKeys, issue: str) -> "FixedLinks":
        """Return the links of test mails of *issue*."""
        token = keys.make(Purpose.TEST, bytes(REFERENCE_BYTES), issue)
        return cls(f"{public_url}/unsubscribe/{token}", f"{public_url}/preferences/{token}")

    def slots(self, _ref: bytes) -> Mapping[Slot, str]:
        """Return what each slot of a body is filled with."""
        return {Slot.UNSUBSCRIBE: self.unsubscribe_url, Slot.PREFERENCES: self.preferences_url}
