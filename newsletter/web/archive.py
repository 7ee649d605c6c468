"""The public archive: web versions of issues that have gone out, the same page for everybody, and their images."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

#: A name in `var/media`; nothing else is ever looked for there.
_MEDIA_NAME = re.compile(r"[A-Za-z0-9_-]{8,128}\.(png|jpg|gif)")
_YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssue:
    """A line of the archive's index."""

    id: str
    subject: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What the archive's routes need; every function may ask the database."""

    #: An issue's id → its web version by language; empty: it is not public.
    pages: Callable[[str], Mapping[str, str]]
    #: Newest first; empty where the archive is not listed.
    past_issues: Callable[[], Sequence[PastIssue]]
    #: A browser's `Accept-Language`, and the languages there are → one of them.
    choose_language: Callable[[str, tuple[str, ...]], str]
    #: A page of the site: request, template, values.
    page: Callable[..., Response]
    media: Path
    #: The website, from which web versions may show images.
    site_url: str
    #: Not to be found by search engines.
    is_unlisted: bool


def archive_routes(archive: Archive) -> list[Route]:
    """Return the routes of *archive*."""

    async def issue(request: Request) -> Response:
        pages = await run_sync(archive.pages, request.path_params["issue"].rstrip("/."))
        if not pages:
            raise HTTPException(404)
        lang = request.query_params.get("lang", "")
        if lang not in pages:
            accepted = request.headers.get("accept-language", "")
            lang = archive.choose_language(accepted, tuple(pages))
        return HTMLResponse(pages[lang], headers=_issue_headers(archive))

    async def index(request: Request) -> Response:
        return archive.page(request, "archive.html", issues=await run_sync(archive.past_issues))

    async def media(request: Request) -> Response:
        name = request.path_params["name"]
        path = archive.media / name
        if not _MEDIA_NAME.fullmatch(name) or not path.is_file():
            raise HTTPException(404)
        # The name is made of the content: what it names never changes.
        headers = {
            "Cache-Control": f"public, max-age={_YEAR_S}, immutable",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return FileResponse(path, headers=headers)

    return [
        Route("/issues", index),
        Route("/issues/{issue:path}", issue),
        Route("/media/{name}", media),
    ]


def _issue_headers(archive: Archive) -> dict[str, str]:
    # The pages bring their own style, and show images of the website besides ours.
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {archive.site_url}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Language",
    }
    # An empty value would still be sent; the wrapper adds `noindex` where there is none.
    return headers if archive.is_unlisted else {**headers, "X-Robots-Tag": "all"}
