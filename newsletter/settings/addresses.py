"""Addresses in the settings: of websites, services, items' pages, the database. No message repeats a password."""

import ipaddress
import re
from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

from newsletter.nearest import nearest
from newsletter.settings.forms import Form, shown
from newsletter.settings.mistakes import Advice

LINK_PLACEHOLDERS = ("year", "month", "day", "slug", "kind")

_UNFIT_FOR_WEB = re.compile(r"[\s\x00-\x1f\x7f<>\"\\]")
_USERINFO = re.compile(r"[a-z0-9+.-]+://[^/?#]*@", re.IGNORECASE)
_PASSWORD = re.compile(r"[a-z0-9+.-]+://[^:/@]*:[^@]+@", re.IGNORECASE)
#: A placeholder, or a brace that belongs to none.
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
#: What follows postgresql+psycopg:// as SQLAlchemy reads it: user and password, host, port, name, options.
_SERVER = re.compile(r"([^@]*@)?(\[[0-9a-fA-F:.]+\]|[^:/?@\[\]]*)(:[0-9]{1,5})?(/[^?]*)?(\?.*)?")
#: With a port, or without.
_HOST = re.compile(r"(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]+)?")
_USUAL_PORTS = {"http": "80", "https": "443"}
_DATABASE_HELP = "Write sqlite:///var/newsletter.db or postgresql+psycopg://user@host/name."


def has_password(url: str) -> bool:
    """Whether *url* spells a password."""
    return _PASSWORD.match(url) is not None or "password=" in url.casefold().partition("?")[2]


def _web_address(text: str) -> Advice | None:
    if _USERINFO.match(text):
        return Advice("holds a user name or password.", "Write the address without what stands before the @.")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if is_address and not _UNFIT_FOR_WEB.search(text):
        return None
    return Advice(
        f"{shown(text)} is not a web address." if "@" not in text else "is not a web address.",
        "Write https://host, with a path if it has one.",
    )


def _site(text: str) -> Advice | None:
    if (advice := _web_address(text)) is None and ("?" in text or "#" in text):
        return Advice(f"{shown(text)} has a query or fragment.", "Write the address up to there.")
    return advice


def _safe_site(text: str, *, why: str) -> Advice | None:
    advice = _site(text)
    if advice is None and urlsplit(text).scheme == "http" and not is_loopback(text):
        return Advice(f"http is only for this machine; {why}.", f"Write https://{urlsplit(text).netloc}.")
    return advice


def is_loopback(url: str) -> bool:
    """Whether *url* leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(text: str) -> Advice | None:
    """Check what browsers call an origin; it is compared as it stands."""
    advice = _safe_site(text, why="anybody on the way could change the page that embeds or calls us")
    if advice is not None:
        return advice
    parts = urlsplit(text.casefold())
    port = parts.netloc.rpartition(":")[2]
    host = parts.netloc.removesuffix(f":{port}") if port == _USUAL_PORTS[parts.scheme] else parts.netloc
    if text == f"{parts.scheme}://{host}" and _HOST.fullmatch(host):
        return None
    example = f"{parts.scheme}://{host}" if _HOST.fullmatch(host) else "https://example.org"
    return Advice(f"{shown(text)} is no origin as browsers write it.", f"Write one such as {example}.")


def _network(text: str) -> Advice | None:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return Advice(
                f"{shown(text)} is no IP address or network.", "Write one such as 127.0.0.1 or 10.0.0.0/8."
            )
        return Advice(f"{shown(text)} is no network: it has digits after the prefix.", f"Write {meant}.")
    if network.prefixlen == 0:
        return Advice(
            f"{shown(text)} is everybody: anybody could claim any address.", "Name your proxies alone."
        )
    return None


def _hook(text: str) -> Advice | None:
    """Check the address of a service, which may hold a user, a password or a token."""
    if _web_address(re.sub(r"(?<=://)[^/?#]*@", "", text, count=1)) is None:
        return None
    return Advice("is not a web address.", "Write https://host, with a path if it has one.")


def _link_pattern(text: str) -> Advice | None:
    for found in _BRACES.findall(text):
        name = found.strip("{}")
        if found == f"{{{name}}}" and name in LINK_PLACEHOLDERS:
            continue
        plain = re.split(r"[:!.\[]", name)[0]
        if plain != name and plain in LINK_PLACEHOLDERS:
            return Advice(f"{shown(found)} is more than a placeholder.", f"Write {{{plain}}}.")
        if not name or len(found) == 1:
            return Advice(f"{shown(text)} has braces round nothing.", f"Write {_placeholders()}.")
        guess = nearest(name, LINK_PLACEHOLDERS)
        help_ = f"Did you mean {{{guess}}}?" if guess else f"Known: {_placeholders()}."
        return Advice(f"there is no placeholder {{{shown(name)[1:-1]}}}.", help_)
    address = _BRACES.sub("1", text)
    has_scheme = re.match(r"[^/?#]*:", address)
    if _UNFIT_FOR_WEB.search(address) or (has_scheme and _web_address(address)):
        return Advice(
            f"{shown(text)} leads to no web page." if "@" not in text else "leads to no web page.",
            "Write a path of the website such as /news/{year}/{slug}/, or an address with https://.",
        )
    return None


def _placeholders() -> str:
    return " ".join(f"{{{name}}}" for name in LINK_PLACEHOLDERS)


def _database(text: str) -> Advice | None:
    scheme, _, rest = text.partition("://")
    if scheme in {"sqlite", "sqlite+pysqlite"}:
        file, _, query = rest.removeprefix("/").partition("?")
        if file in {"", ":memory:"} or file.startswith("file:") or "mode=memory" in query:
            return Advice("keeps nothing: it names no file.", "Write sqlite:///var/newsletter.db.")
        return None if rest.startswith("/") else Advice("needs three slashes.", _DATABASE_HELP)
    if scheme != "postgresql+psycopg":
        return Advice("is not the address of an SQLite or PostgreSQL database.", _DATABASE_HELP)
    if _SERVER.fullmatch(rest):
        return None
    return Advice(
        "has a user, password, host or port that cannot be told apart.",
        "Write postgresql+psycopg://user@host:port/name; in a password, @ is %40.",
    )


WebAddress = Annotated[str, Form("https://example.org/privacy/", _web_address)]
Website = Annotated[str, Form("https://example.org", _site)]
PublicSite = Annotated[
    str, Form("https://news.example.org", partial(_safe_site, why="readers' links must be https"))
]
Service = Annotated[
    str, Form("https://api.example.org", partial(_safe_site, why="it would send the API key in the open"))
]
#: Of pages that may frame the form or call the JSON route.
Origin = Annotated[str, Form("https://example.org", _origin)]
ProxyNetwork = Annotated[str, Form("127.0.0.1", _network)]
Hook = Annotated[str, Form("https://example.org/heartbeat", _hook)]
LinkPattern = Annotated[str, Form("/news/{year}/{slug}/", _link_pattern)]
DatabaseUrl = Annotated[str, Form("sqlite:///var/newsletter.db", _database)]
