"""Challenges: what whoever asks for a mail has to do besides, so that a flood of requests costs the one who sends it.

Another kind is another class with the two methods of `Challenge`. `ProofOfWork` speaks the first version of ALTCHA's format, so that
programs may solve it with a library of theirs: find the number that, put behind `salt`, has the SHA-256 hash `challenge`.

challenge = SHA-256(salt + number), signature = HMAC-SHA256(key of challenges, challenge), both in hex digits
salt      = 24 random hex digits + "?expires=" + seconds since 1970 + "&"
solution  = base64(JSON of algorithm, challenge, number, salt, signature)
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from subscribers.keys import check_keys, derive

#: Long enough for a form to be filled in; afterwards a fresh one costs a second.
LIFETIME = timedelta(minutes=20)
#: The secret number is at most this. Half of it has to be tried on average: about a second on a telephone.
MOST = 300_000

ALGORITHM = "SHA-256"
_MAX_CHARACTERS = 1024
_HASH = re.compile(r"[0-9a-f]{64}")
#: Its end is fixed, so that no digit can wander from the time to the number.
_SALT = re.compile(r"[0-9a-f]{24}\?expires=([0-9]{10})&")


class Challenge(Protocol):
    """A kind of challenge."""

    def make(self, now: datetime) -> Mapping[str, object]:
        """Return a new one, as the script of the pages and programs get it: JSON values."""

    def verify(self, solution: str, now: datetime) -> bool:
        """Whether *solution* solves one of ours, in time, for the first time; it is spent then.

        Whatever a stranger writes is no more than False. May ask the database, and raise what that raises.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfWork:
    """Something to count for: the newest key signs, all are believed."""

    keys: Sequence[bytes] = field(repr=False)
    #: Remembers a challenge until it expires; False: it was spent before.
    spend: Callable[[bytes, datetime], bool]
    most: int = MOST

    @classmethod
    def from_secrets(cls, secrets: Sequence[str], spend: Callable[[bytes, datetime], bool]) -> "ProofOfWork":
        """Return it for *secrets*, newest first. Raises KeysError for a weak one, or none."""
        check_keys(secrets, name="NEWSLETTER_SECRET_KEYS")
        return cls(keys=[derive(secret, "challenge") for secret in secrets], spend=spend)

    def make(self, now: datetime) -> Mapping[str, object]:
        """Return a new challenge."""
        expires = int((now + LIFETIME).timestamp())
        salt = f"{secrets.token_hex(12)}?expires={expires}&"
        challenge = _hash(salt, secrets.randbelow(self.most + 1))
        return {
            "algorithm": ALGORITHM,
            "challenge": challenge,
            "maxnumber": self.most,
            "salt": salt,
            "signature": _sign(self.keys[0], challenge),
        }

    def verify(self, solution: str, now: datetime) -> bool:
        """Whether *solution* solves one of ours: what costs the least is looked at first."""
        claim = _read(solution)
        if claim is None or now >= claim.expires_at:
            return False
        signatures = [_sign(key, claim.challenge) for key in self.keys]
        if not any(hmac.compare_digest(each, claim.signature) for each in signatures):
            return False
        if not hmac.compare_digest(_hash(claim.salt, claim.number), claim.challenge):
            return False
        return self.spend(bytes.fromhex(claim.challenge), claim.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a solution says."""

    challenge: str
    number: int
    salt: str
    expires_at: datetime
    signature: str


def _read(solution: str) -> _Claim | None:
    """Return what *solution* says; None when it is not of the form. Further fields count for nothing."""
    if len(solution) > _MAX_CHARACTERS:
        return None
    try:
        said = json.loads(base64.b64decode(solution, validate=True))
        number, expires = said["number"], _SALT.fullmatch(said["salt"])
        hashes = _HASH.fullmatch(said["challenge"]), _HASH.fullmatch(said["signature"])
        is_counted = type(number) is int and number >= 0 and said["algorithm"] == ALGORITHM
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if expires is None or None in hashes or not is_counted:
        return None
    return _Claim(
        challenge=said["challenge"],
        number=number,
        salt=said["salt"],
        expires_at=datetime.fromtimestamp(int(expires[1]), UTC),
        signature=said["signature"],
    )


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _sign(key: bytes, challenge: str) -> str:
    return hmac.digest(key, challenge.encode(), hashlib.sha256).hex()
