"""The page's addresses that change something: each asks for the token once more, and says what it did."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from newsletter.errors import NewsletterError
from newsletter.preview.deeds import FileForm, Hands, Row
from newsletter.preview.routes import Room
from subscribers.web.bodies import read_body

_MAX_BODY_BYTES = 512 * 1024
_MAX_VALUES = 5_000


class Fields:
    """What a form brought."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    def one(self, name: str) -> str:
        """Return the first value, "" when there is none."""
        return next(iter(self._values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value, in the order of the form."""
        return tuple(self._values.get(name, ()))

    def texts(self, prefix: str) -> dict[str, str]:
        """Return the fields `PREFIX-KEY` that say something, by key."""
        names = [name for name in self._values if name.startswith(f"{prefix}-")]
        return {
            name.removeprefix(f"{prefix}-"): self.one(name).strip()
            for name in names
            if self.one(name).strip()
        }


def action_routes(room: Room, hands: Hands) -> tuple[Route, ...]:
    """Return the routes, all of which are posted to but the form itself."""
    counter = _Counter(room=room, hands=hands)
    return (
        Route("/do-{deed}", counter.act, methods=["POST"]),
        Route("/file", counter.form, methods=["GET"]),
        Route("/file", counter.fill_in, methods=["POST"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counter:
    """Takes forms in, has done what they say, and answers."""

    room: Room
    hands: Hands

    async def act(self, request: Request) -> Response:
        """Do one thing with an issue."""
        fields = await self._fields_of(request)
        if fields is None:
            return Response(status_code=403)
        issue, variant, hands = fields.one("issue"), fields.one("variant"), self.hands
        deeds: Mapping[str, Callable[[], str]] = {
            "approve": lambda: hands.approve(issue, variant, fields.one("seen"), fields.one("by")),
            "unapprove": lambda: hands.unapprove(issue),
            "hold": lambda: hands.hold(issue, fields.one("reason")),
            "release": lambda: hands.release(issue),
        }
        name = request.path_params["deed"]
        if name == "test":
            return await self._test(fields)
        if name not in deeds:
            return Response(status_code=404)
        return await self._done(fields, deeds[name])

    async def _test(self, fields: Fields) -> Response:
        """Send a test mail, to several people only when that was asked and answered."""
        try:
            to = self.hands.addresses(fields.one("to"))
        except NewsletterError as error:
            return self._then(fields, str(error), is_done=False)
        if len(to) > 1 and fields.one("confirmed") != "yes":
            values = {name: fields.one(name) for name in _VIEW}
            return self.room.answer("test.html", to=to, provider=self.hands.provider, values=values)
        issue, variant = fields.one("issue"), fields.one("variant")
        return await self._done(fields, lambda: self.hands.test(issue, variant, to))

    async def form(self, request: Request) -> Response:
        """Show the form of an issue's file."""
        try:
            page = await run_sync(self.hands.form, request.query_params.get("issue", ""))
        except NewsletterError as error:
            return self._then(Fields({}), str(error), is_done=False)
        return self.room.answer("form.html", page=page, refusal="", moved="")

    async def fill_in(self, request: Request) -> Response:
        """Move a row, show what would be written, or write it."""
        fields = await self._fields_of(request)
        if fields is None:
            return Response(status_code=403)
        filled, deed = form_of(fields), fields.one("deed")
        refusal = moved = ""
        try:
            if deed == "write":
                words = await run_sync(self.hands.write, filled)
                return self._then(fields, words, is_done=True)
            if deed == "look":
                draft = await run_sync(self.hands.draft, filled)
                page = await run_sync(self.hands.around, filled)
                return self.room.answer("draft.html", page=page, draft=draft)
            if deed.startswith(("up:", "down:")):
                filled, moved = _moved(filled, deed), deed
        except NewsletterError as error:
            refusal = str(error)
        try:
            page = await run_sync(self.hands.around, filled)
        except NewsletterError as error:
            return self._then(fields, str(error), is_done=False)
        return self.room.answer("form.html", page=page, refusal=refusal, moved=moved)

    async def _fields_of(self, request: Request) -> Fields | None:
        """Return what was posted; None: without the token, or it is no form."""
        body = await read_body(request, most=_MAX_BODY_BYTES)
        try:
            values = parse_qs(
                body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_VALUES
            )
        except ValueError:
            return None
        fields = Fields(values)
        is_ours = secrets.compare_digest(fields.one("token").encode(), self.room.token.encode())
        return fields if is_ours else None

    async def _done(self, fields: Fields, deed: Callable[[], str]) -> Response:
        try:
            words = await run_sync(deed)
        except NewsletterError as error:
            return self._then(fields, str(error), is_done=False)
        return self._then(fields, words, is_done=True)

    def _then(self, fields: Fields, words: str, *, is_done: bool) -> Response:
        """Lead back to the page, with what is to be said there."""
        notice = self.room.notices.add(words, is_done=is_done)
        view = {name: value for name in _VIEW if (value := fields.one(name))}
        return RedirectResponse(f"./?{urlencode({**view, 'notice': notice})}", status_code=303)


#: What of a view a form brings along, so that the way back leads to the same one.
_VIEW = ("issue", "variant", "part", "width", "scheme", "images")


def form_of(fields: Fields) -> FileForm:
    """Return the issue file's form as it was filled in."""
    leads, out = set(fields.all("lead")), set(fields.all("out"))
    rows = zip(fields.all("key"), fields.all("title"), fields.all("path"), strict=False)
    return FileForm(
        issue=fields.one("issue"),
        base=fields.one("base"),
        subjects=fields.texts("subject"),
        preheaders=fields.texts("preheader"),
        introduction=fields.one("introduction").replace("\r\n", "\n").strip(),
        corrections=tuple(filter(None, map(str.strip, fields.one("corrections").split("\n")))),
        is_fixed=fields.one("choice") == "fixed",
        rows=tuple(
            Row(key=key, title=title, path=path, is_lead=key in leads, is_out=key in out)
            for key, title, path in rows
        ),
    )


def _moved(form: FileForm, deed: str) -> FileForm:
    """Return *form* with a row one place up or down; an order that somebody chose is fixed."""
    direction, _, key = deed.partition(":")
    rows = list(form.rows)
    place = next((number for number, row in enumerate(rows) if row.key == key), None)
    other = None if place is None else place + (-1 if direction == "up" else 1)
    if place is not None and other is not None and 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return replace(form, rows=tuple(rows), is_fixed=True)
