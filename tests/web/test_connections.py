"""Slow, greedy and senseless clients, on real sockets with small bounds."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.client import HTTPResponse

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.web.connections import BoundedConnection, Bounds
from subscribers.web.bodies import read_body
from subscribers.web.clients import read_networks
from tests.web.serving import serving

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"
#: How long a test waits for what must happen.
PATIENCE_S = 10

Connect = Callable[..., socket.socket]
Serve = Callable[[Bounds], Connect]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves under bounds, and returns one that connects to that server."""

    async def page(_request: Request) -> Response:
        return PlainTextResponse("a page")

    async def body(request: Request) -> Response:
        return PlainTextResponse(str(len(await read_body(request, most=1000))))

    async def impatient(request: Request) -> Response:
        return PlainTextResponse(str(len(await read_body(request, most=1000, timeout_s=0.3))))

    async def large(_request: Request) -> Response:
        return Response(b"x" * 50_000_000)

    with ExitStack() as stack:

        def start(bounds: Bounds) -> Connect:
            served = stack.enter_context(
                serving(
                    http=partial(BoundedConnection, bounds), h11_max_incomplete_event_size=bounds.head_bytes
                )
            )
            served.app = Starlette(
                routes=[
                    Route("/", page),
                    Route("/body", body, methods=["POST"]),
                    Route("/impatient", impatient, methods=["POST"]),
                    Route("/large", large),
                ]
            )

            def connect(sent: bytes = b"", host: str = "127.0.0.1") -> socket.socket:
                connection = socket.create_connection(
                    ("127.0.0.1", served.port), timeout=PATIENCE_S, source_address=(host, 0)
                )
                stack.enter_context(connection)
                connection.sendall(sent)
                return connection

            return connect

        yield start


def said_until_closed(connection: socket.socket) -> bytes:
    """Return what comes before the server closes the connection."""
    said = b""
    try:
        while chunk := connection.recv(65536):
            said += chunk
    except ConnectionError:
        pass
    return said


def status_of(connection: socket.socket) -> int:
    """Return the status of the answer that comes, which is read to its end."""
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


def is_served(connection: socket.socket) -> bool:
    """Whether the server answers a request on *connection*."""
    try:
        connection.sendall(GET)
        return status_of(connection) == 200
    except ConnectionError:
        return False


def _trickle(connection: socket.socket, drop: bytes) -> None:
    """Send drops until the server has had enough."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        connection.sendall(drop)
        time.sleep(0.02)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_w_12_who_ends_no_head_in_time_is_cut_off(serve: Serve, sent: bytes) -> None:
    connection = serve(Bounds(head_s=0.2))(sent)

    assert said_until_closed(connection) == b""


def test_w_12_a_head_that_comes_in_drops_is_cut_off_all_the_same(serve: Serve) -> None:
    connection = serve(Bounds(head_s=0.5))()

    with pytest.raises(ConnectionError):
        _trickle(connection, b"G")


@pytest.mark.parametrize("length", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_w_12_a_body_that_does_not_end_in_time_is_refused_and_then_cut_off(
    serve: Serve, length: bytes
) -> None:
    connection = serve(Bounds(head_s=0.5))(b"POST /impatient HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n\r\n")

    assert status_of(connection) == 408
    assert said_until_closed(connection) == b""


def test_w_12_an_idle_connection_is_closed(serve: Serve) -> None:
    connection = serve(Bounds(head_s=0.2))(GET)

    assert said_until_closed(connection).endswith(b"a page")


def test_a_connection_serves_one_request_after_the_other(serve: Serve) -> None:
    connection = serve(Bounds(head_s=5))()

    assert [is_served(connection) for _ in range(3)] == [True, True, True]


def test_w_12_one_address_holds_so_many_connections_and_no_more(serve: Serve) -> None:
    connect = serve(Bounds(per_client=3))
    held = [connect() for _ in range(3)]
    assert all(is_served(connection) for connection in held)

    one_too_many = connect()
    of_another = connect(host="127.0.0.2")

    assert said_until_closed(one_too_many) == b""
    assert is_served(of_another)
    held[0].close()
    assert any(is_served(connect()) for _ in range(100))


def test_w_12_a_proxy_of_ours_holds_more(serve: Serve) -> None:
    connect = serve(Bounds(per_client=1, trusted=read_networks(["127.0.0.1"])))

    held = [connect() for _ in range(5)]

    assert all(is_served(connection) for connection in held)


def test_w_12_all_together_hold_so_many_connections_and_no_more(serve: Serve) -> None:
    connect = serve(Bounds(in_all=3, trusted=read_networks(["127.0.0.0/8"])))
    held = [connect(host=f"127.0.0.{number}") for number in range(2, 5)]
    assert all(is_served(connection) for connection in held)

    assert said_until_closed(connect(host="127.0.0.9")) == b""


def test_w_12_who_does_not_read_what_he_asked_for_is_cut_off(serve: Serve) -> None:
    connection = serve(Bounds(stall_s=0.2))(GET.replace(b"/ ", b"/large "))
    assert connection.recv(1) == b"H"

    # Nothing more is read until the server has given up; what it had handed to the system comes still.
    time.sleep(1)

    assert len(said_until_closed(connection)) < 50_000_000


def test_w_11_a_body_that_goes_on_after_its_refusal_is_cut_off(serve: Serve) -> None:
    connection = serve(Bounds(rest_bytes=100_000))(CHUNKED + CHUNK)
    assert status_of(connection) == 413

    with pytest.raises(ConnectionError):
        connection.sendall(CHUNK * 1000)


def test_w_11_a_body_that_trickles_on_after_its_refusal_is_cut_off(serve: Serve) -> None:
    connection = serve(Bounds(head_s=0.5))(CHUNKED + CHUNK)
    assert status_of(connection) == 413

    with pytest.raises(ConnectionError):
        _trickle(connection, b"1\r\nx\r\n")


def test_a_body_that_ends_after_its_refusal_leaves_the_connection_in_use(serve: Serve) -> None:
    connection = serve(Bounds())(CHUNKED + b"800\r\n" + b"x" * 2048 + b"\r\n")
    assert status_of(connection) == 413

    connection.sendall(b"1\r\nx\r\n0\r\n\r\n")

    assert is_served(connection)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: " + b"x" * 20_000, b"431"),
        (b"GET /" + b"x" * 20_000, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (GET.replace(b"Host: x", b"Host: x\r\nHost: y"), b"400"),
        (b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", b"400"),
        (CHUNKED + b"zz\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00", b""),
    ],
)
def test_w_11_what_is_no_request_of_a_fair_size_is_refused_in_a_word(
    serve: Serve, sent: bytes, status: bytes
) -> None:
    said = said_until_closed(serve(Bounds(head_s=1))(sent))

    assert said.startswith(b"HTTP/1.1 " + status if status else b"")
    assert b"uvicorn" not in said.lower()
