"""`/unsubscribe/{token}`: a page with a button, and the target of one-click unsubscribe (RFC 8058).

Only POST changes anything: mail gateways open, and prefetch, every address in a mail and its headers. The token is
all the authority there is: no cookie, no login, no Origin, so whatever a mail program sends is enough.
"""

from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from subscribers.addresses import masked
from subscribers.consent import Channel
from subscribers.leaving import UNDO_TIME, reopenable
from subscribers.pausing import SHORT_PAUSE
from subscribers.tokens import Token
from subscribers.values import Subscriber
from subscribers.web.forms import first, read_form
from subscribers.web.site import Site


class UnsubscribePage:
    """The page of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def answer(self, request: Request, token: Token) -> Response:
        """Answer a request with a genuine token."""
        if request.method == "POST":
            return await self._change(request, token)
        reader = await to_thread.run_sync(self._site.storage.find, token.ref)
        digest = await to_thread.run_sync(self._site.digest_of, token.scope)
        return (
            self._ask(request, reader, digest)
            if _wants(reader, digest)
            else self._left(request, reader, digest)
        )

    async def _change(self, request: Request, token: Token) -> Response:
        """Do what the button says; whoever presses none of ours is a mail program, and wants out."""
        action = first(await read_form(request), "action")
        digest = await to_thread.run_sync(self._site.digest_of, token.scope)
        if action == "undo":
            return await self._undo(request, token, digest)
        if action == "pause":
            return await self._pause(request, token, digest)
        leave = partial(
            self._site.storage.unsubscribe,
            token.ref,
            digest=None if action == "all" else digest,
            at=self._site.now(),
            channel=Channel.UNSUBSCRIBE_PAGE if action in {"one", "all"} else Channel.ONE_CLICK,
            scope=token.scope,
        )
        reader = await to_thread.run_sync(leave)
        return self._left(request, reader, digest, title=self._site.name if action == "all" else "")

    async def _pause(self, request: Request, token: Token, digest: str | None) -> Response:
        now = self._site.now()
        pause = partial(
            self._site.storage.pause, token.ref, until=now + SHORT_PAUSE, at=now, scope=token.scope
        )
        reader = await to_thread.run_sync(pause)
        if reader is None or not reader.is_paused(now):
            return self._left(request, reader, digest)
        return self._site.page(
            request,
            "message.html",
            reader=reader,
            title="You have a pause",
            texts=["For three months nothing is sent to you. Then it goes on by itself."],
        )

    async def _undo(self, request: Request, token: Token, digest: str | None) -> Response:
        now = self._site.now()
        undo = partial(self._site.storage.undo, token.ref, digest=digest, since=now - UNDO_TIME, at=now)
        reader = await to_thread.run_sync(undo)
        if not _wants(reader, digest):
            return self._site.page(
                request,
                "message.html",
                reader=reader,
                title="It is too late to undo this",
                texts=["To get the newsletter again, please sign up anew."],
                offers_sign_up=True,
            )
        return self._site.page(request, "resubscribed.html", reader=reader, digests=self._titles(reader))

    def _ask(self, request: Request, reader: Subscriber | None, digest: str | None) -> Response:
        return self._site.page(
            request,
            "unsubscribe.html",
            reader=reader,
            digest=self._title(digest),
            address=masked(reader.email) if reader else "",
            can_pause=reader is not None and not reader.is_paused(self._site.now()),
            has_others=digest is not None and reader is not None and len(reader.wanted) > 1,
        )

    def _left(
        self, request: Request, reader: Subscriber | None, digest: str | None, *, title: str = ""
    ) -> Response:
        """Say that they are out; the same for who is out already, was erased or never existed."""
        since = self._site.now() - UNDO_TIME
        return self._site.page(
            request,
            "unsubscribed.html",
            reader=reader,
            digest=title or self._title(digest),
            others=self._titles(reader),
            can_undo=reader is not None
            and reader.confirmed_at is not None
            and bool(reopenable(reader, digest=digest, since=since)),
        )

    def _title(self, digest: str | None) -> str:
        """Return the title of *digest*; the newsletter's name for one that nobody knows any more."""
        return self._site.offer.digests.get(digest or "", self._site.name)

    def _titles(self, reader: Subscriber | None) -> list[str]:
        return [self._site.offer.digests.get(digest, digest) for digest in (reader.wanted if reader else ())]


def _wants(reader: Subscriber | None, digest: str | None) -> bool:
    """Whether there is something to leave: *digest*, or anything at all when nobody knows which one it was."""
    if reader is None:
        return False
    return bool(reader.wanted) if digest is None else digest in reader.wanted
