"""`/manage`: asking for a link by mail that opens personal data, and what it opens: a copy, another address, erasure.

The links at the end of an issue open none of this: mails are passed on.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from subscribers.addresses import masked, normalise
from subscribers.errors import AddressError
from subscribers.requests import Kind
from subscribers.stamps import SIGN_UP_SPAN
from subscribers.states import State
from subscribers.tokens import Purpose, Token
from subscribers.values import Subscriber
from subscribers.web.challenging import SOLUTION_FIELD, UNSOLVED, challenge_text, page_headers
from subscribers.web.error_pages import TOO_MANY_REQUESTS, too_many
from subscribers.web.forms import Form, first, read_form
from subscribers.web.joining import ADDRESS_WORDS, HONEYPOT, ONCE_MORE
from subscribers.web.reception import Reception
from subscribers.web.site import Site

_ASKING = "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagePage:
    """The page of one site."""

    site: Site
    reception: Reception
    #: As the mails' headers say it.
    sender: str
    #: Kind of a mail and language → its subject.
    subject_of: Callable[[Kind, str], str]
    #: Everything that is stored of a reader, as JSON values.
    copy_of: Callable[[Subscriber], Mapping[str, object]] = field(repr=False)
    #: Erases the reader *ref*.
    erase: Callable[[bytes], None] = field(repr=False)

    async def ask(self, request: Request) -> Response:
        """Answer `GET /manage`, and `POST /manage` with an address."""
        if request.method != "POST":
            return self._asking(request)
        form = await read_form(request)
        try:
            address = normalise(first(form, "email"))
        except AddressError as error:
            words = ADDRESS_WORDS[error.reason]
            return self._asking(request, email=first(form, "email"), problem=words, status=422)
        if first(form, HONEYPOT):
            self.reception.on_bait()
            return self._sent(request)
        age = self.reception.stamps.age(_ASKING, first(form, "stamp"), self.site.now())
        is_in_time = SIGN_UP_SPAN.holds(age)
        if not (is_in_time and await self.reception.is_solved(first(form, SOLUTION_FIELD))):
            return self._asking(
                request, email=first(form, "email"), said=UNSOLVED if is_in_time else ONCE_MORE
            )
        lang = self.site.language(request, None)
        if not await self.reception.ask(request, Kind.MANAGE, address, lang, {}):
            return self._too_many(request)
        return self._sent(request)

    async def answer(self, request: Request, token: Token) -> Response:
        """Answer a request with a genuine token that is not too old."""
        reader = await to_thread.run_sync(self.site.storage.find, token.ref)
        if reader is None:
            return self._nothing(request)
        if request.method != "POST":
            return self._page(request, reader)
        return await self._do(request, reader, await read_form(request))

    async def _do(self, request: Request, reader: Subscriber, form: Form) -> Response:
        """Do what a button of the page says."""
        match first(form, "action"):
            case "export":
                return await self._export(reader)
            case "address":
                return await self._new_address(request, reader, first(form, "email"))
            case "erase":
                return self.site.page(request, "erase.html", reader=reader, address=masked(reader.email))
            case "erase-now":
                await to_thread.run_sync(self.erase, reader.ref)
                return self._erased(request, reader)
        return self._page(request, reader)

    async def too_old(self, request: Request, token: Token) -> Response:
        """Answer a request with a token that was good once: a new one can be had by mail."""
        reader = await to_thread.run_sync(self.site.storage.find, token.ref)
        if request.method == "POST" and reader is not None:
            address = normalise(reader.email, allow_international=True)
            if not await self.reception.ask(request, Kind.MANAGE, address, reader.lang, {}):
                return self._too_many(request)
            return self._sent(request, reader)
        return self.site.page(request, "too-old.html", status=410, reader=reader, can_ask=reader is not None)

    async def _export(self, reader: Subscriber) -> Response:
        found = await to_thread.run_sync(partial(self.copy_of, reader))
        return Response(
            json.dumps(found, ensure_ascii=False, indent=2),
            media_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="newsletter-data.json"'},
        )

    async def _new_address(self, request: Request, reader: Subscriber, email: str) -> Response:
        try:
            address = self.reception.new_address(email, instead_of=reader.email)
        except AddressError as error:
            words = ADDRESS_WORDS[error.reason]
            return self._page(request, reader, email=email, problem=words, status=422)
        payload = {"subscriber": reader.ref.hex()}
        if not await self.reception.ask(request, Kind.NEW_ADDRESS, address, reader.lang, payload):
            return self._too_many(request)
        return self._sent(request, reader, Kind.NEW_ADDRESS)

    def _asking(
        self, request: Request, *, email: str = "", problem: str = "", said: str = "", status: int = 200
    ) -> Response:
        page = self.site.page(
            request,
            "manage-ask.html",
            status=status,
            email=email,
            problem=problem,
            said=said,
            honeypot=HONEYPOT,
            stamp=self.reception.stamps.make(_ASKING, self.site.now()),
            challenge=challenge_text(self.reception),
            contact=self.site.contact,
        )
        page.headers.update(page_headers(self.reception))
        return page

    def _page(
        self, request: Request, reader: Subscriber, *, email: str = "", problem: str = "", status: int = 200
    ) -> Response:
        return self.site.page(
            request,
            "manage.html",
            reader=reader,
            status=status,
            address=masked(reader.email),
            preferences=self._preferences(reader),
            email=email,
            problem=problem,
        )

    def _preferences(self, reader: Subscriber) -> str:
        """Return where *reader* changes what they get, or leaves, when no mail with that link is left; "" with nothing to choose."""
        if reader.state not in {State.ACTIVE, State.PAUSED}:
            return ""
        return f"{self.site.base_path}/preferences/{self.site.keys.make(Purpose.PREFERENCES, reader.ref, '')}"

    def _sent(self, request: Request, reader: Subscriber | None = None, kind: Kind = Kind.MANAGE) -> Response:
        return self.site.page(
            request,
            "sent.html",
            reader=reader,
            sender=self.sender,
            subject=self.subject_of(kind, self.site.language(request, reader)),
            again="manage",
            is_sign_up=False,
        )

    def _erased(self, request: Request, reader: Subscriber) -> Response:
        return self.site.page(
            request,
            "message.html",
            reader=reader,
            title="Your data is erased",
            texts=["All that we keep is what we need in order not to write to you again by mistake."],
        )

    def _nothing(self, request: Request) -> Response:
        return self.site.page(
            request,
            "message.html",
            title="There is nothing stored about you",
            texts=["So there is nothing to copy, to change or to erase."],
        )

    def _too_many(self, request: Request) -> Response:
        return too_many(self.site, request, TOO_MANY_REQUESTS)
