"""The page's addresses that are looked at; none of them changes anything."""

import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from newsletter.preview.frames import SANDBOX, as_shown, policy
from newsletter.preview.live import Audience
from newsletter.preview.notices import Notices
from newsletter.preview.values import Studio
from newsletter.preview.view import Images, Part, Scheme, View, Width

#: A name in `var/media`; nothing else is ever looked for there.
_MEDIA_NAME = re.compile(r"[A-Za-z0-9_-]{8,128}\.(png|jpg|gif)")
_OWN_FILES = ("preview.css", "preview.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the routes need."""

    studio: Studio
    audience: Audience
    #: A template of `preview/` and its values → the page.
    render: Callable[[str, Mapping[str, object]], str]
    #: Where the page's own style and script are.
    files: Path
    token: str
    notices: Notices = field(default_factory=Notices)

    def answer(self, template: str, **values: object) -> Response:
        """Return the page that *template* makes of *values*."""
        choices = {"Part": Part, "Width": Width, "Scheme": Scheme, "Images": Images}
        shared = {"token": self.token, "sandbox": SANDBOX, "moment": self.studio.moment}
        return HTMLResponse(self.render(f"preview/{template}", {**choices, **shared, **values}))


def make_preview(room: Room, routes: tuple[BaseRoute, ...] = ()) -> Starlette:
    """Return the page, with *routes* that change something."""
    page = Starlette(routes=[*routes, *_routes(room)])
    # It would lead to addresses without the token.
    page.router.redirect_slashes = False
    return page


def _routes(room: Room) -> list[Route]:
    async def home(request: Request) -> Response:
        view = View.of(request.query_params)
        page = await run_sync(room.studio.page, view)
        notice = room.notices.find(request.query_params.get("notice", ""))
        return room.answer("issue.html", page=page, view=view, notice=notice)

    async def frame(request: Request) -> Response:
        view = View.of(request.query_params)
        html = await run_sync(room.studio.document, view)
        if html is None:
            raise HTTPException(404)
        headers = {"Content-Security-Policy": policy(view.images)}
        seen = BackgroundTask(room.audience.note_fetched)
        return HTMLResponse(as_shown(html, view.scheme), headers=headers, background=seen)

    async def items(request: Request) -> Response:
        words, number = request.query_params.get("words", ""), request.query_params.get("number", "")
        page = await run_sync(room.studio.items, words, int(number[:6]) if number.isdecimal() else 1)
        return room.answer("items.html", page=page)

    async def events(request: Request) -> Response:
        news = room.audience.news(View.of(request.query_params), room.studio.moment)
        return StreamingResponse(news, media_type="text/event-stream")

    async def media(request: Request) -> Response:
        name, folder = request.path_params["name"], room.studio.media
        if folder is None or not _MEDIA_NAME.fullmatch(name) or not (folder / name).is_file():
            raise HTTPException(404)
        # The name is made of the content: what it names never changes, and a mail that is shown anew keeps its pictures.
        return FileResponse(folder / name, headers={"Cache-Control": "private, max-age=3600, immutable"})

    async def own_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _OWN_FILES:
            raise HTTPException(404)
        return FileResponse(room.files / name, media_type=mimetypes.guess_type(name)[0])

    return [
        Route("/", home),
        Route("/frame", frame),
        Route("/items", items),
        Route("/events", events),
        Route("/media/{name}", media),
        Route("/{name}", own_file),
    ]
