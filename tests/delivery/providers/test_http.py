"""What an answer proves, and what its lack leaves open."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from newsletter.delivery.providers.http import HttpSession, retry_after
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply


def saying(status: int, body: bytes = b"{}", **headers: str) -> Callable[..., Reply]:
    """Return what answers every request with *status*."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_request: Reply(status, body, named)


def test_an_answer_of_2xx_is_handed_on() -> None:
    with serving(saying(202, b'{"id": 1}', X_Id="a")) as url:
        reply = HttpSession(url).post("/send", b"{}")

    assert (reply.status, reply.json(), reply.headers["X-Id"]) == (202, {"id": 1}, "a")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, TemporaryError),
        (401, AccountError),
        (402, AccountError),
        (403, AccountError),
        # Not there: the address of the API is wrong.
        (404, AccountError),
        (405, AccountError),
        (400, RefusedError),
        (422, RefusedError),
        # It may have been accepted before this was said.
        (408, OutcomeUnknownError),
        (425, OutcomeUnknownError),
        (500, OutcomeUnknownError),
        (503, OutcomeUnknownError),
        # Never followed: a request with a key and readers goes nowhere else.
        (307, OutcomeUnknownError),
    ],
)
def test_each_status_proves_one_thing(status: int, error: type[Exception]) -> None:
    with serving(saying(status, b'{"message": "no"}', Location="http://127.0.0.1:9/")) as url:
        session = HttpSession(url)

        with pytest.raises(error, match=str(status)):
            session.post("/send", b"{}")


def test_the_wish_to_wait_comes_along() -> None:
    with serving(saying(429, Retry_After="17")) as url, pytest.raises(TemporaryError) as caught:
        HttpSession(url).post("/send", b"{}")

    assert caught.value.retry_after_s == 17


@pytest.mark.parametrize("wish", ["", "soon", "Wed, 99 Nov 2026"])
def test_a_wish_that_cannot_be_read_is_none(wish: str) -> None:
    assert retry_after({"Retry-After": wish}) is None


def test_a_connection_that_was_never_made_leaves_no_doubt() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(TemporaryError, match="cannot be reached"):
        HttpSession(f"http://127.0.0.1:{port}").post("/send", b"{}")


def test_a_host_without_an_address_leaves_no_doubt() -> None:
    with pytest.raises(TemporaryError, match="cannot be reached"):
        HttpSession("http://nowhere.invalid").post("/send", b"{}")


@contextmanager
def listening(greet: Callable[[socket.socket], None]) -> Iterator[str]:
    """Accept one connection, let *greet* have it and close it; yield the address, of https."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            with connection:
                greet(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["cut", "no TLS"])
def test_a_tls_handshake_that_fails_leaves_no_doubt(answer: bytes) -> None:
    def greet(connection: socket.socket) -> None:
        connection.recv(4_096)
        connection.sendall(answer)

    with listening(greet) as url, pytest.raises(TemporaryError, match="cannot be reached"):
        HttpSession(url).post("/send", b"{}")


@pytest.mark.parametrize("key", ["secret\n", "sec\nret", "secret…", "secrét"])
def test_a_key_that_no_header_can_hold_leaves_no_doubt_and_is_not_shown(key: str) -> None:
    sent: list[object] = []
    with serving(sent.append) as url, pytest.raises(AccountError) as caught:
        HttpSession(url, {"Authorization": f"Bearer {key}"}).post("/send", b"{}")

    assert not sent
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize("location", ["http://[::1", "/\xff"])
def test_a_redirect_to_an_address_that_cannot_be_read_leaves_a_doubt(location: str) -> None:
    with serving(saying(302, Location=location)) as url, pytest.raises(OutcomeUnknownError):
        HttpSession(url).post("/send", b"{}")


def test_a_connection_that_broke_before_the_answer_leaves_a_doubt() -> None:
    with (
        serving(lambda *_request: None) as url,
        pytest.raises(OutcomeUnknownError, match="no answer"),
    ):
        HttpSession(url).post("/send", b"{}")


@pytest.mark.parametrize(
    "body", [b"<html>busy</html>", b'"\xff"', b"[" * 100_000], ids=["HTML", "Latin 1", "deep"]
)
def test_an_answer_that_is_no_json_leaves_a_doubt(body: bytes) -> None:
    with serving(saying(200, body)) as url:
        reply = HttpSession(url).post("/send", b"{}")

    with pytest.raises(OutcomeUnknownError, match="not JSON"):
        reply.json()


def test_words_of_a_refusal_hold_no_address() -> None:
    with serving(saying(400, b'{"message": "bad: reader@example.org"}')) as url:
        session = HttpSession(url)

        with pytest.raises(RefusedError) as caught:
            session.post("/send", b"{}")

    assert "reader@example.org" not in str(caught.value)


def test_no_key_is_shown() -> None:
    session = HttpSession("http://127.0.0.1:9", {"Authorization": "Bearer very-secret"})

    with pytest.raises(TemporaryError) as caught:
        session.post("/send", b"{}")

    assert "very-secret" not in str(caught.value)
    assert "very-secret" not in repr(session)
