"""`/confirm/{token}` and `/block/{token}`: the links of a confirmation mail. A page with a real button; only the button does anything.

The button is good when its page was read for a second: gateways open links and submit what submits itself. Pressing again
within the link's time is harmless.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from subscribers.addresses import Address
from subscribers.requests import Choice, Kind
from subscribers.requests import Request as Asked
from subscribers.stamps import CONFIRM_SPAN, Stamps
from subscribers.storage.confirming import ConfirmationStorage, Confirmed, Press
from subscribers.tokens import Token
from subscribers.web.error_pages import TOO_MANY_REQUESTS, too_many
from subscribers.web.forms import first, read_form
from subscribers.web.languages import own_name
from subscribers.web.reception import Reception
from subscribers.web.site import Site

_NOTHING_TO_BLOCK = (
    "If you have pressed its button before, that holds. Else nothing is stored any more of what it was about:"
    " should another mail come, use the link in that one."
)


class ConfirmPage:
    """The page of one site."""

    def __init__(
        self,
        site: Site,
        reception: Reception,
        confirmations: ConfirmationStorage,
        *,
        controller: str,
        latest_issue: Callable[[], str],
    ) -> None:
        self._site = site
        self._reception = reception
        self._confirmations = confirmations
        self._controller = controller
        #: The address of the latest issue's page; "" for none.
        self._latest_issue = latest_issue

    async def answer(self, request: Request, token: Token) -> Response:
        """Answer a request with a genuine token that is not too old."""
        asked = await to_thread.run_sync(self._confirmations.find, token.ref)
        if asked is None:
            return self._gone(request, "")
        if request.method == "POST":
            stamp = first(await read_form(request), "stamp")
            age = self._stamps.age(_about(token), stamp, self._site.now())
            if CONFIRM_SPAN.holds(age) and age is not None:
                return await self._confirm(request, token, asked, age)
        return self._ask(request, token, asked)

    async def too_old(self, request: Request, token: Token) -> Response:
        """Answer a request with a token that was good once: a new mail can be had, to the same address."""
        asked = await to_thread.run_sync(self._confirmations.find, token.ref)
        if request.method == "POST" and asked is not None and asked.done_at is None:
            address = Address(asked.email, asked.email_key, asked.as_entered)
            if not await self._reception.ask(request, asked.kind, address, asked.lang, asked.payload):
                return too_many(self._site, request, TOO_MANY_REQUESTS, lang=asked.lang)
            return self._site.page(
                request,
                "message.html",
                lang=asked.lang,
                title="A new mail is on its way",
                texts=["Please use the link in the newest mail."],
            )
        can_ask = asked is not None and asked.done_at is None
        return self._site.page(
            request, "too-old.html", status=410, lang=asked.lang if asked else "", can_ask=can_ask
        )

    @property
    def _stamps(self) -> Stamps:
        return self._reception.stamps

    async def _confirm(self, request: Request, token: Token, asked: Asked, age: timedelta) -> Response:
        press = Press(
            at=self._site.now(),
            dwell_s=age.total_seconds(),
            key_id=token.key_id,
            controller=self._controller,
            privacy_url=self._site.privacy_url,
            privacy_version=self._site.privacy_version,
        )
        confirm = partial(self._confirmations.confirm, token.ref, press, self._reception.new_ref)
        confirmed = await to_thread.run_sync(confirm)
        if confirmed is Confirmed.GONE:
            return self._gone(request, asked.lang)
        is_taken = confirmed is Confirmed.TAKEN
        return self._site.page(
            request,
            "confirmed.html",
            lang=asked.lang,
            is_taken=is_taken,
            is_new_address=asked.kind is Kind.NEW_ADDRESS,
            digests=self._titles(asked),
            latest_issue=self._latest_issue(),
        )

    def _ask(self, request: Request, token: Token, asked: Asked) -> Response:
        offer = self._site.offer
        is_choice = asked.kind is Kind.SIGN_UP and bool(offer.topics)
        chosen = Choice.from_payload(asked.payload).topics if is_choice else ()
        return self._site.page(
            request,
            "confirm.html",
            lang=asked.lang,
            is_new_address=asked.kind is Kind.NEW_ADDRESS,
            digests=self._titles(asked),
            topics=[offer.topic_label(topic, asked.lang) for topic in chosen or ()],
            is_all_topics=chosen is None,
            language=own_name(asked.lang) if len(offer.languages) > 1 else "",
            consent_text=asked.payload.get("consent_text") or self._reception.consent_text(asked.lang),
            stamp=self._stamps.make(_about(token), self._site.now()),
            is_once_more=request.method == "POST",
        )

    def _titles(self, asked: Asked) -> list[str]:
        digests = asked.payload.get("digests") or ()
        return [self._site.offer.digests.get(digest, digest) for digest in digests]

    def _gone(self, request: Request, lang: str) -> Response:
        return self._site.page(
            request,
            "message.html",
            lang=lang,
            status=410,
            title="This link has been used up",
            texts=["To get the newsletter, please sign up anew."],
            offers_sign_up=True,
        )


class BlockPage:
    """The page behind "never mail me again": what presses every button of a mail's pages is not to lock a reader out."""

    def __init__(self, site: Site, stamps: Stamps, confirmations: ConfirmationStorage) -> None:
        self._site = site
        self._stamps = stamps
        self._confirmations = confirmations

    async def answer(self, request: Request, token: Token) -> Response:
        """Answer a request with a genuine token."""
        asked = await to_thread.run_sync(self._confirmations.find, token.ref)
        if asked is None:
            return self._gone(request)
        if request.method == "POST":
            stamp = first(await read_form(request), "stamp")
            if CONFIRM_SPAN.holds(self._stamps.age(_about(token), stamp, self._site.now())):
                return await self._block(request, token, asked.lang)
        return self._site.page(
            request,
            "block.html",
            lang=asked.lang,
            stamp=self._stamps.make(_about(token), self._site.now()),
            is_once_more=request.method == "POST",
        )

    async def _block(self, request: Request, token: Token, lang: str) -> Response:
        block = partial(self._confirmations.block, token.ref, self._site.now())
        if not await to_thread.run_sync(block):
            return self._gone(request)
        return self._site.page(
            request,
            "message.html",
            lang=lang,
            title="We will not write to you again",
            texts=[
                "All that we keep is what we need in order to know that.",
                "If you want the newsletter some day, a person has to lift this.",
            ],
            contact=self._site.contact,
            contact_words="Write to us:",
        )

    def _gone(self, request: Request) -> Response:
        """Promise nothing: whose address it was is no longer known."""
        return self._site.page(
            request,
            "message.html",
            status=410,
            title="This link has been used up",
            texts=[_NOTHING_TO_BLOCK],
            contact=self._site.contact,
        )


def _about(token: Token) -> str:
    """Return what the stamp of the page of *token* is about: of one page, a stamp is no use on another."""
    return f"{token.purpose}:" + hashlib.sha256(token.ref).hexdigest()
