"""Whole addresses (RFC 3986), encoded exactly once: encoding an encoded one changes nothing."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

#: With what an address begins that is not relative (RFC 3986, section 3.1); the letter of a drive looks like one.
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: What may stand in a path, a query or a fragment as it is; the rest is percent-encoded as UTF-8.
_SAFE = "%!$&'()*+,;=:@/?~-._[]"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\.?$){_LABEL}(?:\.{_LABEL})*\.?")
_PHONE = re.compile(r"tel:\+?[0-9(*#][0-9+*#().,;=a-z-]*", re.IGNORECASE)


class UrlError(ValueError):
    """An address cannot be used; the text is the end of a sentence that says why."""


def encoded_url(url: str) -> str:
    """Return an http or https *url* with its host in ASCII (IDNA) and the rest percent-encoded. Raises `UrlError`."""
    try:
        parts = urlsplit(url.replace("\\", "/"))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UrlError("it is not a web address") from error
    if parts.username is not None or parts.password is not None:
        raise UrlError("it holds a user name or password, which every reader would get")
    netloc = _ascii_host(host) + (f":{port}" if port is not None else "")
    return urlunsplit(
        (parts.scheme, netloc, _encoded(parts.path), _encoded(parts.query), _encoded(parts.fragment))
    )


def mail_url(url: str) -> str:
    """Return a `mailto:` *url* (RFC 6068) percent-encoded."""
    return f"mailto:{_encoded(url.partition(':')[2].strip())}"


def phone_url(url: str) -> str:
    """Return a `tel:` *url* (RFC 3966) without the spaces that people write between digits. Raises `UrlError`."""
    number = "".join(url.split())
    if not _PHONE.fullmatch(number):
        raise UrlError("it is not a telephone number")
    return number


def _encoded(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_SAFE, errors="replace")


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    ascii_host = (host if host.isascii() else _idna(host)).lower()
    if not _HOST.fullmatch(ascii_host):
        raise UrlError(f"“{host}” is not the name of a host")
    if ascii_host.rstrip(".").endswith(".invalid"):
        # RFC 2606 reserves it, and this program marks the places that differ from reader to reader with it.
        raise UrlError("a host that ends in .invalid cannot exist")
    return ascii_host


def _idna(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise UrlError(f"“{host}” is not the name of a host") from error
