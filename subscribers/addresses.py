"""An address: what is mailed, what makes it unique, and what was typed.

`normalise` knows two ways. Plain ASCII addresses, nearly all there are, take one regular expression; the rest go
through email-validator, a tenth as fast. The first way accepts only what the second accepts, with the same
result: a property test holds them equal. Neither asks the DNS.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from subscribers.errors import AddressError, AddressReason

#: Octets; RFC 5321, 4.5.3.1.1 and 4.5.3.1.3 with RFC 3696's erratum 1690.
MAX_LOCAL_OCTETS = 64
MAX_OCTETS = 254

#: Mailboxes of RFC 2142 and of machines, whatever tag follows. Functional ones (info@, office@) are welcome: teams share
#: them.
REFUSED_ROLES = frozenset({"abuse", "spam"}) | {
    sign.join(words)
    for words in (("no", "reply"), ("do", "not", "reply"), ("mailer", "daemon"))
    for sign in ("", "-", "_", ".")
}

#: RFC 6761, 6762 and 7686, as email-validator refuses them; RFC 9476, and ICANN's for private networks.
_RESERVED_DOMAINS = frozenset({"alt", "arpa", "internal", "invalid", "local", "localhost", "onion", "test"})

#: Scripts that one language writes together, Japanese or Korean.
_WRITTEN_TOGETHER = frozenset({"BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})

#: Cyrillic and Greek letters that most typefaces draw like Latin ones, in lower and upper case.
_LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуАВСЕНІЈКМОРЅТХУονΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")

# Without `%` and `!`. No two parts can share a character, so that no input makes it slow; possessive quantifiers, which
# would say so, take wrong turns in Python before 3.11.5.
_ATOM = r"[A-Za-z0-9_#$&'*+\-/=?^`{|}~]+"
_LABEL = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}"
_TOP_LEVEL = r"[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z]"
_PLAIN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_PLAIN_DOMAIN = re.compile(rf"(?:{_LABEL}(?<!-)\.)+({_TOP_LEVEL})")


class Address(NamedTuple):
    """An address that can be mailed: a tuple, for an import makes a million of them."""

    #: Deliverable: the local part as typed, the domain in ASCII (A-labels) and lower case.
    email: str
    #: Two addresses with one key are one subscriber: `email` without case.
    key: str
    #: Without the blanks around it.
    as_entered: str

    @property
    def is_mixed_script(self) -> bool:
        """Whether a part mixes alphabets, or uses none of another one but letters that look like Latin ones.

        So do look-alikes, such as a Cyrillic а among Latin letters. A sign for a person to look closer, never a reason
        to refuse.
        """
        if self.as_entered.isascii() and "xn--" not in self.email:
            return False
        return any(_is_suspect(_readable(part)) for part in re.split(r"[@.]", self.as_entered))


def normalise(text: str, *, allow_international: bool = False) -> Address:
    """Return the address that *text* spells.

    *allow_international*: also one with letters outside ASCII before the @ (RFC 6531), to which nothing is sent: to look for it.
    Domains may always have them. Raises AddressError.
    """
    # Not line ends: an address with one is an attempt to write further headers.
    entered = text.strip(" \t")
    address = _plain(entered) or _checked(entered, allow_international=allow_international)
    if address.key.partition("@")[0].partition("+")[0] in REFUSED_ROLES:
        raise AddressError(AddressReason.ROLE, "This mailbox is not read by a person. Use another address.")
    return address


def masked(email: str) -> str:
    """Return *email* as its owner recognises it and others do not: `j•••@p•••.eu`."""
    local, _, domain = email.rpartition("@")
    name, _, top_level = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{top_level}"


def _plain(entered: str) -> Address | None:
    """Return the address when *entered* is plainly one; None says nothing about it."""
    if len(entered) > MAX_OCTETS:
        return None
    local, _, domain = entered.rpartition("@")
    if len(local) > MAX_LOCAL_OCTETS or not _PLAIN_LOCAL.fullmatch(local) or not _is_plain_domain(domain):
        return None
    key = entered.lower()
    if key == entered:
        # Most are: one text for all three, of a million of them.
        return Address(entered, entered, entered)
    return Address(f"{local}@{domain.lower()}", key, entered)


# Many addresses share one.
@lru_cache(4096)
def _is_plain_domain(domain: str) -> bool:
    match = _PLAIN_DOMAIN.fullmatch(domain)
    # `--` stands in A-labels, which are checked as what they encode, and in labels that are reserved.
    return match is not None and "--" not in domain and match[1].lower() not in _RESERVED_DOMAINS


def _checked(entered: str, *, allow_international: bool) -> Address:
    """Return the address that email-validator makes of *entered*, within our own stricter rules."""
    from email_validator import EmailNotValidError, validate_email

    if not entered:
        raise AddressError(AddressReason.EMPTY, "An address is missing.")
    if len(entered) > MAX_OCTETS:
        raise _too_long()
    try:
        validated = validate_email(entered, strict=True, check_deliverability=False)
    except EmailNotValidError as error:
        raise AddressError(_reason(entered), str(error)) from error
    # Not `validated.local_part`: it loses the case of mailboxes such as Info@.
    local = unicodedata.normalize("NFC", validated.original.rpartition("@")[0])
    email = f"{local}@{validated.ascii_domain}"
    if email[-2:-1] == ".":
        raise AddressError(AddressReason.SYNTAX, "No domain ends in a single letter.")
    if email.rpartition(".")[2] in _RESERVED_DOMAINS:
        raise AddressError(AddressReason.SYNTAX, "The domain is reserved for other things than mail.")
    if "%" in local or "!" in local:
        raise AddressError(AddressReason.RELAY, "An address with % or ! before the @-sign cannot be used.")
    if not local.isascii() and not allow_international:
        raise AddressError(
            AddressReason.NOT_ASCII, "Letters outside ASCII before the @-sign cannot be used here."
        )
    if len(local.encode()) > MAX_LOCAL_OCTETS or len(email.encode()) > MAX_OCTETS:
        raise _too_long()
    return Address(email, unicodedata.normalize("NFC", email.casefold()), entered)


def _reason(entered: str) -> AddressReason:
    local = entered.rpartition("@")[0]
    return AddressReason.TOO_LONG if len(local) > MAX_LOCAL_OCTETS else AddressReason.SYNTAX


def _too_long() -> AddressError:
    return AddressError(
        AddressReason.TOO_LONG,
        f"An address has at most {MAX_OCTETS} octets, and {MAX_LOCAL_OCTETS} before the @-sign.",
    )


def _readable(part: str) -> str:
    """Return *part* as it is shown to readers: an A-label as what it encodes."""
    if not part.lower().startswith("xn--"):
        return part
    try:
        return part[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return part


def _is_suspect(part: str) -> bool:
    letters = [letter for letter in unicodedata.normalize("NFKC", part) if letter.isalpha()]
    scripts = {_script(letter) for letter in letters}
    return len(scripts) > 1 or (bool(letters) and _LIKE_LATIN.issuperset(letters))


def _script(letter: str) -> str:
    """Return the alphabet of *letter*, by the first word of its Unicode name."""
    first = unicodedata.name(letter, "?").split()[0]
    return "CJK" if first in _WRITTEN_TOGETHER else first
