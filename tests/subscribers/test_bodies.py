"""What a POST brings, as forms and as JSON, and what is too much of it."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from subscribers.web.forms import MAX_FIELDS, MAX_VALUES, read_form
from subscribers.web.json_bodies import MAX_DEPTH, read_json
from subscribers.web.multipart import read_multipart
from tests.web.serving import Served, serving

URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"

Post = Callable[..., tuple[int, object]]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    async def form(request: Request) -> Response:
        return JSONResponse(await read_form(request))

    async def json_(request: Request) -> Response:
        return JSONResponse(await read_json(request))

    with serving() as served:
        served.app = Starlette(
            routes=[Route("/form", form, methods=["POST"]), Route("/json", json_, methods=["POST"])]
        )
        yield served


@pytest.fixture
def post(served: Served) -> Post:
    """Return a function that posts a body, and returns the status and what was understood."""

    def ask(path: str, body: bytes, content_type: str) -> tuple[int, object]:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        connection.request("POST", path, body, {"Content-Type": content_type})
        response = connection.getresponse()
        said = response.read()
        connection.close()
        return response.status, json.loads(said) if response.status == 200 else None

    return ask


def field(disposition: str, value: bytes) -> bytes:
    return b"--x\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\n" + value + b"\r\n"


def test_a_form_is_the_same_in_both_encodings(post: Post) -> None:
    parts = (
        field('form-data; name="email"', "ann@exämple.org".encode())
        + field('form-data; name="digest"', b"monthly")
        + field('form-data; name="digest"', b"weekly")
        + b"--x--\r\n"
    )

    plain = post(
        "/form", b"email=ann%40ex%C3%A4mple.org&digest=monthly&digest=weekly", f"{URL_ENCODED};charset=UTF-8"
    )
    multipart = post("/form", parts, MULTIPART)

    assert plain == multipart == (200, {"email": ["ann@exämple.org"], "digest": ["monthly", "weekly"]})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        b"--x--\r\n",
        b"--x\r\n\r\nno name\r\n--x--\r\n",
        field('form-data; name="photo"; filename="a.png"', b"\x89PNG") + b"--x--\r\n",
        field("attachment; name=email", b"ann@example.org") + b"--x--\r\n",
        field(f'form-data; name="{"n" * 2000}"', b"value") + b"--x--\r\n",
        # Cut off.
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nann@exam',
    ],
)
def test_what_is_no_form_of_ours_says_nothing(post: Post, body: bytes) -> None:
    assert post("/form", body, MULTIPART) == (200, {})


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_no_multipart_body_is_answered_with_a_crash(body: bytes, boundary: bytes) -> None:
    for content_type in (b"multipart/form-data; boundary=x", b"multipart/form-data; boundary=" + boundary):
        with suppress(ValueError):
            form = read_multipart(b"--x\r\nContent-Disposition: " + body, content_type)
            assert all(isinstance(value, str) for values in form.values() for value in values)


@pytest.mark.parametrize("content_type", [URL_ENCODED, MULTIPART, "application/json"])
def test_w_11_a_body_has_twenty_fields_at_most(post: Post, content_type: str) -> None:
    def body(count: int) -> bytes:
        names = [f"field{number}" for number in range(count)]
        if content_type == URL_ENCODED:
            return "&".join(f"{name}=1" for name in names).encode()
        if content_type == MULTIPART:
            return b"".join(field(f"form-data; name={name}", b"1") for name in names) + b"--x--\r\n"
        return json.dumps(dict.fromkeys(names, 1)).encode()

    path = "/json" if content_type == "application/json" else "/form"
    statuses = [post(path, body(count), content_type)[0] for count in (MAX_FIELDS, MAX_FIELDS + 1)]

    assert MAX_FIELDS == 20
    assert statuses == [200, 413]


@pytest.mark.parametrize("content_type", [URL_ENCODED, MULTIPART])
def test_w_11_a_form_has_a_hundred_values_at_most(post: Post, content_type: str) -> None:
    def form(count: int) -> bytes:
        if content_type == URL_ENCODED:
            return b"&".join([b"topic=green"] * count)
        return field("form-data; name=topic", b"green") * count + b"--x--\r\n"

    statuses = [post("/form", form(count), content_type)[0] for count in (MAX_VALUES, MAX_VALUES + 1)]

    assert statuses == [200, 413]


@pytest.mark.parametrize(("path", "content_type"), [("/form", MULTIPART), ("/json", "application/json")])
@pytest.mark.parametrize(("size", "status"), [(16 * 1024, {200, 400}), (16 * 1024 + 1, {413})])
def test_w_11_a_body_has_sixteen_kibibytes_at_most(
    post: Post, path: str, content_type: str, size: int, status: set[int]
) -> None:
    assert post(path, b"x" * size, content_type)[0] in status


def test_w_11_a_length_that_is_too_small_does_not_let_more_in(served: Served) -> None:
    head = (
        "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(head.format(URL_ENCODED).encode() + b"a=1&b=2")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answer.endswith(b'{"a":["1"],"b":[""]}')


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"email": "ann@example.org", "topics": ["green"]}', 200),
        (b"{}", 200),
        (b'{"a": "[[[[[[[[\\"{{{{{{{{,,,,"}', 200),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, 400),
        (b'{"a": [[[[1]]]]}', 200),
        (b'{"a": [[[[[1]]]]]}', 413),
        (b"[" * 16_000, 413),
        (b'{"a": [' + b"1," * 100 + b"1]}", 413),
        (b"", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"{", 400),
        (b'{"a": NaN}', 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"a": "\\ud800"}', 400),
        (b'{"a": "\xff"}', 400),
        (b'{"a": ' + b"9" * 5000 + b"}", 400),
        (b'"' * 16_000, 400),
        (b'"' + b'\\"' * 8_000, 400),
    ],
)
def test_w_11_json_is_an_object_five_deep_at_most(post: Post, body: bytes, status: int) -> None:
    assert post("/json", body, "application/json; charset=utf-8")[0] == status


@pytest.mark.parametrize("content_type", ["text/plain", URL_ENCODED, "", "application/json+x"])
def test_w_06_json_is_taken_only_under_its_own_name(post: Post, content_type: str) -> None:
    assert post("/json", b"{}", content_type)[0] == 415
