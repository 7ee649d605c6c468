"""Whose request it is, behind proxies and without."""

import http.client
import json
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from subscribers.web.clients import (
    Clients,
    client_address,
    client_networks,
    networks_of,
    read_address,
    read_networks,
)
from tests.web.serving import Served

#: A proxy on this machine, and a row of them elsewhere.
TRUSTED = read_networks(["127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # Nobody is believed who is no proxy of ours.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        # What stands further left is what the client wrote.
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1 , 10.1.2.3", "10.3.2.1"], "198.51.100.1"),
        # All are ours: whoever is the furthest.
        ("127.0.0.1", ["10.1.2.3, 10.3.2.1"], "10.1.2.3"),
        # With ports, in brackets, in the disguise of the other version.
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("127.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("127.0.0.1", ["[2001:db8::7]"], "2001:db8::7"),
        ("127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("127.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("2001:db8:ffff::1", ["2001:DB8::7, 2001:db8:ffff::2"], "2001:db8::7"),
        # Rubbish, as the right-most: the proxy itself counts.
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, 10.9.9.9, _hidden"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, "], "127.0.0.1"),
        ("127.0.0.1", ["999.1.1.1"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1\x00"], "127.0.0.1"),
    ],
)
def test_w_10_the_client_is_the_right_most_whom_no_proxy_of_ours_is(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == ip_address(client)


def test_w_10_without_a_trusted_proxy_the_peer_is_the_client() -> None:
    assert client_address("127.0.0.1", ["198.51.100.1"], ()) == ip_address("127.0.0.1")


@given(st.lists(st.text(st.characters(codec="latin-1")), max_size=4))
def test_w_10_a_thousand_invented_headers_are_one_client(invented: list[str]) -> None:
    direct = client_address("203.0.113.9", invented, TRUSTED)
    by_proxy = client_address("127.0.0.1", [*invented, "203.0.113.9"], TRUSTED)

    assert direct == by_proxy == ip_address("203.0.113.9")


@pytest.mark.parametrize("peer", ["", "testclient", "/run/site.sock"])
def test_a_peer_without_an_address_is_nobody(peer: str) -> None:
    assert client_address(peer, ["198.51.100.1"], TRUSTED) is None


@given(st.ip_addresses())
def test_an_address_is_read_back_from_every_form(address: object) -> None:
    forms = [str(address), f" {address} ", f"[{address}]", f"[{address}]:80"]
    read = {str(read_address(form)) for form in forms}

    mapped = getattr(address, "ipv4_mapped", None)
    assert read == {str(mapped or address)}


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("203.0.113.9", ("203.0.113.9/32", "203.0.113.0/24")),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
    ],
)
def test_limits_go_by_the_customer_and_by_the_block_around_it(
    address: str, networks: tuple[str, ...]
) -> None:
    assert networks_of(ip_address(address)) == networks


def test_those_without_an_address_share_their_limits() -> None:
    assert networks_of(None) == ("unknown",)


@pytest.fixture
def seen_by(server: Served) -> Callable[..., dict[str, object]]:
    """Return a function that asks by way of a proxy on this machine, and returns what the application gets to see."""

    async def echo(request: Request) -> Response:
        return JSONResponse({"networks": client_networks(request), "scheme": request.url.scheme})

    def ask(trusted: Sequence[str], **headers: str) -> dict[str, object]:
        app = Starlette(routes=[Route("/", echo)])
        server.app = Clients(app=app, trusted=read_networks(trusted), scheme="https")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/", headers=headers)
        seen = json.loads(connection.getresponse().read())
        connection.close()
        return dict(seen)

    return ask


@pytest.mark.parametrize(
    "name",
    ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X_Forwarded_For"],
)
def test_w_10_no_other_header_tells_the_client(seen_by: Callable[..., dict[str, object]], name: str) -> None:
    seen = seen_by(["127.0.0.1"], **{name: "6.6.6.6", "X-Forwarded-For": "203.0.113.9"})

    assert seen["networks"] == ["203.0.113.9/32", "203.0.113.0/24"]


def test_w_10_who_is_no_proxy_of_ours_tells_neither_client_nor_scheme(
    seen_by: Callable[..., dict[str, object]],
) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}

    assert seen_by([], **headers) == {"networks": ["127.0.0.1/32", "127.0.0.0/24"], "scheme": "https"}


@pytest.mark.parametrize(
    ("told", "scheme"), [("http", "http"), ("https", "https"), ("https, http", "http"), ("nonsense", "https")]
)
def test_w_04_a_proxy_of_ours_tells_the_scheme(
    seen_by: Callable[..., dict[str, object]], told: str, scheme: str
) -> None:
    assert seen_by(["127.0.0.1"], **{"X-Forwarded-Proto": told})["scheme"] == scheme
