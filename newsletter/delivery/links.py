"""A reader's own links: made at sending from the reader's ref and the keys; the database holds no token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from newsletter.rendering.values import Slot
from subscribers.tokens import REFERENCE_BYTES, Purpose, TokenKeys


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the personal links of one issue; what all its readers share is computed once."""

    public_url: str
    _unsubscribe: Callable[[bytes], str] = field(repr=False)
    _preferences: Callable[[bytes], str] = field(repr=False)
    _test: Callable[[bytes], str] = field(repr=False)

    @classmethod
    def for_issue(cls, public_url: str, keys: TokenKeys, issue: str) -> "LinkMaker":
        """Return the maker of *issue*'s links; the issue stands in the tokens, so that an unsubscribe is known to come from it."""
        return cls(
            public_url.rstrip("/"),
            keys.maker(Purpose.UNSUBSCRIBE, issue),
            keys.maker(Purpose.PREFERENCES, issue),
            keys.maker(Purpose.TEST, issue),
        )

    def unsubscribe(self, ref: bytes) -> str:
        """Return the one-click target (RFC 8058) of the reader *ref*."""
        return f"{self.public_url}/unsubscribe/{self._unsubscribe(ref)}"

    def slots(self, ref: bytes) -> Mapping[Slot, str]:
        """Return what each slot of a body is filled with for the reader *ref*."""
        return {
            Slot.UNSUBSCRIBE: self.unsubscribe(ref),
            Slot.PREFERENCES: f"{self.public_url}/preferences/{self._preferences(ref)}",
        }

    def test_slots(self) -> Mapping[Slot, str]:
        """Return links for a test mail: they lead to a page which says that this was a test."""
        token = self._test(bytes(REFERENCE_BYTES))
        return {
            Slot.UNSUBSCRIBE: f"{self.public_url}/unsubscribe/{token}",
            Slot.PREFERENCES: f"{self.public_url}/preferences/{token}",
        }
