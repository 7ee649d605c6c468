"""Keyed hashes that stand for a mailbox or a network where only "the same again?" is asked. They change with the newest key."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from subscribers.keys import check_keys, derive

#: Domains whose dots before the @ do not count, with the one they all are.
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def mailbox(email_key: str) -> str:
    """Return the mailbox behind the unique form of an address: without a tag, and without the dots that do not count.

    Only for limits: `a+x@` and `a@` are two subscribers, and one person whom nobody is to flood.
    """
    local, _, domain = email_key.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[domain]
    return f"{local}@{domain}"


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes the hashes."""

    _mailboxes: bytes = field(repr=False)
    _networks: bytes = field(repr=False)

    @classmethod
    def from_secrets(cls, secrets: Sequence[str]) -> "Pseudonyms":
        """Return them for *secrets*, newest first. Raises KeysError for a weak one, or none."""
        check_keys(secrets, name="NEWSLETTER_SECRET_KEYS")
        return cls(derive(secrets[0], "mailbox"), derive(secrets[0], "network"))

    def of_mailbox(self, email_key: str) -> bytes:
        """Return the 16 bytes that stand for the mailbox behind an address."""
        return hashlib.blake2b(mailbox(email_key).encode(), key=self._mailboxes, digest_size=16).digest()

    def of_network(self, network: str) -> bytes:
        """Return the 8 bytes that stand for *network*."""
        return hashlib.blake2b(network.encode(), key=self._networks, digest_size=8).digest()
