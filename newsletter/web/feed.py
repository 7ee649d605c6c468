"""`/feed.xml`: the archive's issues as an Atom feed (RFC 4287)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.web.archive import Archive, PastIssue

_ATOM = "http://www.w3.org/2005/Atom"
#: The newest; a reader of feeds keeps the older ones.
MOST = 20


def feed_route(archive: Archive, *, title: str, public_url: str) -> Route:
    """Return the route."""

    async def answer(_request: Request) -> Response:
        issues = await run_sync(archive.past_issues)
        return Response(
            feed_of(issues[:MOST], title=title, public_url=public_url),
            media_type="application/atom+xml; charset=utf-8",
            headers={"Cache-Control": "public, max-age=300"},
        )

    return Route("/feed.xml", answer)


def feed_of(issues: Sequence[PastIssue], *, title: str, public_url: str) -> bytes:
    """Return the feed of *issues*, newest first."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    # 1970: a feed without entries was never updated.
    updated = max((issue.sent_at for issue in issues), default=datetime(1970, 1, 1, tzinfo=UTC))
    _add(feed, "id", f"{public_url}/feed.xml")
    _add(feed, "title", title)
    _add(feed, "updated", _moment(updated))
    _add(feed, "link", href=f"{public_url}/feed.xml", rel="self")
    _add(feed, "link", href=f"{public_url}/issues", rel="alternate")
    author = ElementTree.SubElement(feed, f"{{{_ATOM}}}author")
    _add(author, "name", title)
    for issue in issues:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        address = f"{public_url}/issues/{issue.id}"
        _add(entry, "id", address)
        _add(entry, "title", issue.subject)
        _add(entry, "updated", _moment(issue.sent_at))
        _add(entry, "link", href=address, rel="alternate")
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes).text = text or None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
