"""What every way of asking for a mail has in common: the page, the embedded form and the JSON route alike come through here."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anyio import to_thread
from starlette.requests import Request as HttpRequest

from subscribers.addresses import Address, normalise
from subscribers.challenges import Challenge
from subscribers.domains import AllowedDomains
from subscribers.errors import AddressError, AddressReason
from subscribers.intake import Intake
from subscribers.mailboxes import Pseudonyms
from subscribers.offers import Offer, match_language
from subscribers.requests import Choice, Kind
from subscribers.stamps import Stamps
from subscribers.storage.networks import RETRY_AFTER, Passage
from subscribers.storage.requests import Wanted

_log = logging.getLogger(__name__)

#: A whole network may ask for this many times what one address may: an office, a campus, a botnet in one data centre.
SHARE_OF_NETWORK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Takes in what is asked for."""

    intake: Intake
    pseudonyms: Pseudonyms = field(repr=False)
    stamps: Stamps = field(repr=False)
    offer: Offer
    #: The networks that a request came from, the narrowest first.
    networks: Callable[[HttpRequest], Sequence[str]]
    #: From one address in an hour; 0 is no limit.
    per_ip_hour: int
    #: Language → what is agreed to.
    consent_text: Callable[[str], str]
    allowed_domains: AllowedDomains = field(default=AllowedDomains())
    #: None: nothing has to be solved.
    challenge: Challenge | None = field(default=None, repr=False)
    #: Makes 12 random bytes.
    new_ref: Callable[[], bytes] = field(repr=False)
    now: Callable[[], datetime]
    #: Called when a program filled in what people do not see.
    on_bait: Callable[[], None] = lambda: None

    def new_address(self, text: str, *, instead_of: str = "") -> Address:
        """Return the address that *text* spells, of somebody who is no reader yet, or was one by another address.

        Raises AddressError, also for a domain that may not subscribe; that of *instead_of* may all the same.
        """
        address = normalise(text)
        domain = _domain(address.email)
        if not self.allowed_domains.holds(domain) and domain != _domain(instead_of):
            raise AddressError(
                AddressReason.NOT_ALLOWED, "Only addresses of certain organisations can subscribe here."
            )
        return address

    async def is_solved(self, solution: str) -> bool:
        """Whether *solution* is what the challenge asks for. Whatever goes wrong, it is not."""
        if self.challenge is None:
            return True
        try:
            return await to_thread.run_sync(self.challenge.verify, solution, self.now())
        except Exception:
            _log.exception("A challenge could not be verified, and counts as not solved.")
            return False

    def choice(
        self, *, digests: Sequence[str], topics: Sequence[str] | None, lang: str, entry: str
    ) -> Choice:
        """Return what is asked for, of what is offered; the rest counts for nothing."""
        known = tuple(digest for digest in self.offer.digests if digest in digests)
        return Choice(
            digests=known or (self.offer.default_digest,),
            topics=(topics and tuple(topic for topic in self.offer.topics if topic in topics)) or None,
            consent_text=self.consent_text(lang),
            entry=entry,
        )

    def language(self, wanted: str, otherwise: str) -> str:
        """Return the language of the newsletter that *wanted* is."""
        return match_language(wanted, self.offer.languages) or otherwise

    async def sign_up(self, request: HttpRequest, address: Address, lang: str, choice: Choice) -> bool:
        """Take a sign-up in; False when too much came from its network."""
        return await self.ask(request, Kind.SIGN_UP, address, lang, choice.to_payload())

    async def ask(
        self,
        request: HttpRequest,
        kind: Kind,
        address: Address,
        lang: str,
        payload: Mapping[str, object],
    ) -> bool:
        """Take a request in, and wait until it is stored; False when too much came from its network."""
        wanted = Wanted(
            kind=kind,
            ref=self.new_ref(),
            address=address,
            mailbox=self.pseudonyms.of_mailbox(address.key),
            lang=lang,
            payload=payload,
            passages=self._passages(request),
        )
        return await self.intake.take_in(wanted)

    def _passages(self, request: HttpRequest) -> list[Passage]:
        if not self.per_ip_hour:
            return []
        shares = [self.per_ip_hour, self.per_ip_hour * SHARE_OF_NETWORK]
        return [
            Passage(self.pseudonyms.of_network(network), most)
            for network, most in zip(self.networks(request), shares, strict=False)
        ]


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def retry_after() -> Mapping[str, str]:
    """Return the header of an answer that refuses for the time being (RFC 9110, section 10.2.3)."""
    return {"Retry-After": str(math.ceil(RETRY_AFTER / timedelta(seconds=1)))}
