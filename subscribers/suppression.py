"""Who must never be mailed, and why; and the hashes that remember erased addresses without keeping them."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from subscribers.errors import KeysError
from subscribers.keys import check_keys, derive, key_id


class Suppression(StrEnum):
    """Why an address is not mailed."""

    #: Left by another way than our pages: told by an import or by the provider.
    UNSUBSCRIBED = "unsubscribed"
    #: Asked us to forget them; only hashes have it, for nothing else is left.
    ERASED = "erased"
    #: The mailbox does not exist or refuses for good.
    BOUNCE = "bounce"
    #: Asked us never to write again.
    BLOCK = "block"
    #: Marked a mail of ours as spam.
    COMPLAINT = "complaint"


#: Weakest first. A weaker reason never replaces a stronger one.
_BY_STRENGTH = (
    Suppression.UNSUBSCRIBED,
    Suppression.ERASED,
    Suppression.BOUNCE,
    Suppression.BLOCK,
    Suppression.COMPLAINT,
)


#: By these somebody takes back their consent; the others say something of the address.
WITHDRAWALS = frozenset({Suppression.UNSUBSCRIBED, Suppression.BLOCK, Suppression.COMPLAINT})

#: These a sign-up of their own, confirmed, lifts; the others only a person does, with evidence.
LIFTED_BY_SIGN_UP = frozenset({Suppression.UNSUBSCRIBED, Suppression.ERASED, Suppression.BOUNCE})


def is_stronger(reason: Suppression, than: Suppression | None) -> bool:
    """Whether *reason* replaces the reason that an address is already suppressed for."""
    return than is None or _BY_STRENGTH.index(reason) > _BY_STRENGTH.index(than)


@dataclass(frozen=True, slots=True)
class SuppressionKeys:
    """The keys that erased addresses are hashed with; append-only, for old hashes must be found again.

    The hashes are pseudonymous personal data, kept only to honour an objection.
    """

    #: Newest first.
    _keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_secrets(cls, secrets: Sequence[str]) -> "SuppressionKeys":
        """Return the keys for *secrets*, newest first. Raises KeysError for a weak one, or none."""
        check_keys(secrets, name="NEWSLETTER_SUPPRESSION_KEYS")
        return cls({key_id(secret): derive(secret, "suppression") for secret in secrets})

    def hashes(self, key: str) -> tuple[bytes, ...]:
        """Return what an erased address with the unique form *key* may be stored as, the newest key first."""
        return tuple(hmac.digest(secret, key.encode(), hashlib.sha256) for secret in self._keys.values())

    @property
    def newest_id(self) -> str:
        """Of the key that new hashes are made with."""
        return next(iter(self._keys))

    def check_covers(self, used_ids: Iterable[str]) -> None:
        """Raise KeysError unless every key that was used is here: without it the erased would be mailed again."""
        missing = sorted(set(used_ids) - set(self._keys))
        if missing:
            raise KeysError(
                f"NEWSLETTER_SUPPRESSION_KEYS lacks the key {', '.join(missing)}, with which erased addresses were"
                " hashed. Put it back at the end of the list; keys are never removed from it."
            )
