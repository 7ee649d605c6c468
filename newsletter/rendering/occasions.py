"""Mails to one person: what they are about, and what they say, ready for the templates.

None holds anything that a stranger wrote (row O-22): only what stands in the settings, and links.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from newsletter.rendering.manuscript import Link


class MailKind(StrEnum):
    """What is mailed to one person; the names are those of what was asked for."""

    #: Confirm that you want the newsletter: somebody signed up.
    SIGN_UP = "sign-up"
    #: The same: an import says so.
    INVITATION = "invitation"
    #: You confirmed.
    WELCOME = "welcome"
    #: Your link to your data.
    MANAGE = "manage"
    #: Confirm this address in place of another.
    NEW_ADDRESS = "new-address"
    #: To that other address: it gets nothing any more.
    ADDRESS_CHANGED = "address-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """All that the wording of a mail depends on: who gets it does not."""

    kind: MailKind
    lang: str
    #: Names of the personal links that there are, e.g. `confirm`; each is in the mail.
    links: frozenset[str]
    #: Titles, as the settings have them.
    digests: tuple[str, ...] = ()
    #: How long the link works.
    works_for: timedelta = timedelta()
    #: The web version of the latest issue; "": there is none.
    latest_url: str = ""
    #: The address that readers write to.
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What stands apart, below: what else can be done."""

    title: str
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A mail to one person, with the slots of its links open."""

    kind: MailKind
    lang: str
    dir: str
    subject: str
    preheader: str
    title: str
    text: str
    #: Titles of digests, in the reader's language.
    digests: tuple[str, ...] = ()
    #: The one thing to do; None: nothing.
    button: Link | None = None
    #: About the button: how long its link works; "" when that does not end.
    remark: str = ""
    aside: Aside
    #: Never mail me again.
    block: Link | None = None
    #: A mail to one person has no date in its masthead.
    date: str = ""
