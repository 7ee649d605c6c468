"""Whose request it is: the address behind our own proxies, and the networks that limits go by.

Whoever asks can write any `X-Forwarded-For`. So it is read from its right end, where the proxy nearest to us wrote, and
only as far as proxies of ours can vouch for it. No other header is looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: One customer, and one larger than which no customer gets: prefix lengths by version. A /64 is one customer's wherever IPv6 is sold.
_PREFIXES = {4: (32, 24), 6: (64, 48)}
#: Of whose address nothing is known: they share their limits.
UNKNOWN_NETWORK = "unknown"


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and networks as the settings spell them. Raises ValueError for what is none."""
    return tuple(ip_network(text) for text in texts)


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address | None:
    """Return the right-most address that is none of our proxies; None when not even *peer* is one.

    *peer*: who is connected to us. *forwarded*: the `X-Forwarded-For` fields, in their order. Where a proxy of ours hands
    on what is no address, or names nobody, the proxy itself counts.
    """
    found = read_address(peer)
    hops = [hop for field in forwarded for hop in field.split(",")]
    while hops and found is not None and is_among(found, trusted):
        before = read_address(hops.pop())
        if before is None:
            break
        found = before
    return found


def read_address(text: str) -> Address | None:
    """Return the address that *text* spells, without port, zone or the disguise of IPv4 as IPv6; None: it spells none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_among(address: Address, networks: Iterable[Network]) -> bool:
    """Whether *address* lies in one of *networks*."""
    return any(address in network for network in networks)


def networks_of(address: Address | None) -> tuple[str, ...]:
    """Return the networks of *address* that limits go by, the smallest first."""
    if address is None:
        return (UNKNOWN_NETWORK,)
    lengths = _PREFIXES[address.version]
    return tuple(str(ip_network(f"{address}/{length}", strict=False)) for length in lengths)


def client_networks(request: HTTPConnection) -> tuple[str, ...]:
    """Return the networks that limits of *request* go by, the smallest first.

    Inside of `Clients`; without it the proxy's address would be everybody's.
    """
    return networks_of(read_address(request.client.host) if request.client else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Wraps an application: its requests have the client's own address, and the scheme that the client used."""

    app: ASGIApp
    trusted: Sequence[Network]
    #: That of `public_url`, for a request of which no proxy of ours tells another.
    scheme: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the client's name."""
        if scope["type"] == "http":
            scope = {**scope, **self._seen(scope)}
        await self.app(scope, receive, send)

    def _seen(self, scope: Scope) -> dict[str, object]:
        peer = scope["client"][0] if scope.get("client") else ""
        headers = Headers(scope=scope)
        address = client_address(peer, headers.getlist("x-forwarded-for"), self.trusted)
        nearest = read_address(peer)
        scheme = self.scheme
        if nearest is not None and is_among(nearest, self.trusted):
            told = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().casefold()
            scheme = told if told in {"http", "https"} else scheme
        return {"client": (str(address), 0) if address else None, "scheme": scheme}
