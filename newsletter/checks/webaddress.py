"""Addresses compared and judged without asking the network."""

import ipaddress
from urllib.parse import unquote, urlsplit

#: Reserved for examples and tests (RFC 2606): nobody is there. `.invalid` is what slots are made of.
_RESERVED = ("example.com", "example.net", "example.org", "example", "test")
_LOCAL = ("localhost", "local", "internal")


def host_of(address: str) -> str:
    """Return the host of a web address, or the domain of a `mailto:`, in lower case; "" when there is none."""
    if address.lower().startswith("mailto:"):
        return unquote(urlsplit(address).path).rpartition("@")[2].lower()
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def page_name(address: str) -> tuple[str, str, str]:
    """Return host, path, and query with fragment of *address*, the same for every way of writing one page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", address, ""
    path = unquote(parts.path).removesuffix("index.html").rstrip("/")
    return host_of(address).removeprefix("www."), path, f"{parts.query}#{parts.fragment}"


def is_reserved(host: str) -> bool:
    """Whether *host* exists in documentation only."""
    return _is_within(host, _RESERVED)


def is_local(host: str) -> bool:
    """Whether *host* is reached from this machine or its own network only."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return _is_within(host, _LOCAL)


def _is_within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
