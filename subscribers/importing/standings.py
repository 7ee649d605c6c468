"""How the person of a row stands: wants it, is to be asked, has left, must not be mailed."""

from collections.abc import Mapping
from enum import StrEnum

from subscribers.suppression import Suppression


class Standing(StrEnum):
    """How a person stands, by what a file or a command says. Weakest first: of two, the later one counts."""

    #: Agreed.
    ACTIVE = "active"
    #: Did not, as far as we know: is asked by mail.
    PENDING = "pending"
    #: Was never asked, and did not ask: a customer, a contact.
    OUTSIDER = "outsider"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    #: Asked never to be written to, or is on the other system's blocklist.
    BLOCKED = "blocked"
    COMPLAINED = "complained"


#: Of those who may be mailed, now or after they were asked. A tuple, for it is asked of every row, and to look up a member
#: of an enumeration by its hash takes ten times as long.
WELCOME = (Standing.ACTIVE, Standing.PENDING)

#: Of the others but outsiders, who must not be mailed.
SUPPRESSIONS: Mapping[Standing, Suppression] = {
    Standing.UNSUBSCRIBED: Suppression.UNSUBSCRIBED,
    Standing.BOUNCED: Suppression.BOUNCE,
    Standing.BLOCKED: Suppression.BLOCK,
    Standing.COMPLAINED: Suppression.COMPLAINT,
}

#: What a column that was named as `status` may say, in lower case. Whatever else it says, its row is refused.
WORDS: Mapping[str, Standing] = {
    "active": Standing.ACTIVE,
    "confirmed": Standing.ACTIVE,
    "enabled": Standing.ACTIVE,
    "subscribed": Standing.ACTIVE,
    "pending": Standing.PENDING,
    "unactivated": Standing.PENDING,
    "unconfirmed": Standing.PENDING,
    "nonsubscribed": Standing.OUTSIDER,
    "non-subscribed": Standing.OUTSIDER,
    "disabled": Standing.UNSUBSCRIBED,
    "inactive": Standing.UNSUBSCRIBED,
    "removed": Standing.UNSUBSCRIBED,
    "unsubscribed": Standing.UNSUBSCRIBED,
    "bounce": Standing.BOUNCED,
    "bounced": Standing.BOUNCED,
    "cleaned": Standing.BOUNCED,
    "undeliverable": Standing.BOUNCED,
    "blacklisted": Standing.BLOCKED,
    "blocked": Standing.BLOCKED,
    "blocklisted": Standing.BLOCKED,
    "suppressed": Standing.BLOCKED,
    "complained": Standing.COMPLAINED,
    "complaint": Standing.COMPLAINED,
    "junk": Standing.COMPLAINED,
    "spam": Standing.COMPLAINED,
}

_BY_STRENGTH = tuple(Standing)


def stronger(one: Standing, other: Standing) -> Standing:
    """Return the one of the two that counts."""
    return max(one, other, key=_BY_STRENGTH.index)
