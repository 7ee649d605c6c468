"""`/`, `/embed` and `/subscribe`: the sign-up form and what answers it. The answer is the same whatever is known of the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from subscribers.addresses import Address
from subscribers.errors import AddressError, AddressReason
from subscribers.requests import Choice, Kind
from subscribers.stamps import SIGN_UP_SPAN
from subscribers.web.challenging import SOLUTION_FIELD, UNSOLVED, challenge_text, page_headers
from subscribers.web.error_pages import TOO_MANY_SIGN_UPS, too_many
from subscribers.web.forms import Form, first, read_form
from subscribers.web.languages import own_name
from subscribers.web.reception import Reception
from subscribers.web.site import Site

#: What stamps of the sign-up form are about.
SIGN_UP = "sign-up"
#: Looks like a field, which people do not see and programs fill in. By its name no browser has anything to fill in.
HONEYPOT = "kq7v2x9t"

#: What a person reads whose address is refused, as messages of the catalogues.
ADDRESS_WORDS: Mapping[AddressReason, str] = {
    AddressReason.EMPTY: "Please enter your e-mail address.",
    AddressReason.SYNTAX: "This is not an e-mail address. One looks like name@example.org.",
    AddressReason.TOO_LONG: "This address is longer than addresses can be.",
    AddressReason.RELAY: "An address with % or ! before the @-sign cannot be used.",
    AddressReason.NOT_ASCII: "Letters outside a–z before the @-sign cannot be used here.",
    AddressReason.ROLE: "This mailbox is not read by a person. Please use another address.",
    AddressReason.NOT_ALLOWED: "Only addresses of certain organisations can subscribe here.",
}
_NO_CONSENT = "Please tick the box, so that we may write to you."
#: For a form that somebody sent before they can have read it, or from another page, or long ago.
ONCE_MORE = "One more click, please: so we know that it is you."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What the form says."""

    email: str = ""
    digests: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    lang: str = ""
    consents: bool = False
    #: The form of `/embed`.
    is_embedded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpPage:
    """The page of one site."""

    site: Site
    reception: Reception
    #: As the mails' headers say it.
    sender: str
    #: Kind of a mail and language → its subject.
    subject_of: Callable[[Kind, str], str]
    controller: str = ""
    embed_sites: tuple[str, ...] = ()

    async def show(self, request: Request) -> Response:
        """Answer `GET /`."""
        return self._form(request, self._nothing(request))

    async def embed(self, request: Request) -> Response:
        """Answer `GET /embed`: the same form, which the sites of the settings may frame."""
        page = self._form(request, self._nothing(request, is_embedded=True))
        page.headers.update(page_headers(self.reception, sites=self.embed_sites))
        return page

    async def subscribe(self, request: Request) -> Response:
        """Answer `POST /subscribe`."""
        form = await read_form(request)
        entered = self._entered(request, form)
        address, problems = self._checked(entered)
        if address is None or problems:
            return self._form(request, entered, status=422, problems=problems)
        if first(form, HONEYPOT):
            self.reception.on_bait()
            return self._sent(request, entered.lang)
        now = self.site.now()
        if not SIGN_UP_SPAN.holds(self.reception.stamps.age(SIGN_UP, first(form, "stamp"), now)):
            return self._form(request, entered, said=ONCE_MORE)
        if not await self.reception.is_solved(first(form, SOLUTION_FIELD)):
            return self._form(request, entered, said=UNSOLVED)
        if not await self.reception.sign_up(request, address, entered.lang, self._choice(entered)):
            return too_many(self.site, request, TOO_MANY_SIGN_UPS)
        return self._sent(request, entered.lang)

    def _nothing(self, request: Request, *, is_embedded: bool = False) -> Entered:
        return Entered(
            lang=self.site.language(request, None),
            is_embedded=is_embedded,
        )

    def _entered(self, request: Request, form: Form) -> Entered:
        return Entered(
            email=first(form, "email"),
            digests=frozenset(form.get("digests", ())),
            topics=frozenset(form.get("topics", ())),
            lang=self.reception.language(first(form, "lang"), self.site.language(request, None)),
            consents=first(form, "consent") not in {"", "0", "false", "no", "off"},
            is_embedded=bool(first(form, "embedded")),
        )

    def _checked(self, entered: Entered) -> tuple[Address | None, dict[str, str]]:
        """Return the address, and what is wrong with which field."""
        problems = {} if entered.consents else {"consent": _NO_CONSENT}
        try:
            return self.reception.new_address(entered.email), problems
        except AddressError as error:
            return None, {"email": ADDRESS_WORDS[error.reason]} | problems

    def _choice(self, entered: Entered) -> Choice:
        return self.reception.choice(
            digests=tuple(entered.digests),
            topics=tuple(entered.topics),
            lang=entered.lang,
            entry="embed" if entered.is_embedded else "form",
        )

    def _form(
        self,
        request: Request,
        entered: Entered,
        *,
        status: int = 200,
        problems: Mapping[str, str] | None = None,
        said: str = "",
    ) -> Response:
        offer, lang = self.site.offer, self.site.language(request, None)
        page = self.site.page(
            request,
            "embed.html" if entered.is_embedded and status == 200 and not said else "sign-up.html",
            status=status,
            entered=entered,
            problems=problems or {},
            said=said,
            stamp=self.reception.stamps.make(SIGN_UP, self.site.now()),
            honeypot=HONEYPOT,
            consent_text=self.reception.consent_text(lang),
            digests=offer.digests,
            frequencies=offer.frequencies,
            controller=self.controller,
            topics={topic: offer.topic_label(topic, lang) for topic in offer.topics},
            languages={language: own_name(language) for language in offer.languages},
            sender=self.sender,
            allowed_domains=self.reception.allowed_domains.patterns,
            challenge=challenge_text(self.reception),
            contact=self.site.contact,
        )
        page.headers.update(page_headers(self.reception))
        return page

    def _sent(self, request: Request, lang: str) -> Response:
        return self.site.page(
            request,
            "sent.html",
            sender=self.sender,
            subject=self.subject_of(Kind.SIGN_UP, lang),
            again="",
            is_sign_up=True,
        )
