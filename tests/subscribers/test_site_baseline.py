"""What every answer of the site has in common: headers, limits, error pages, style."""

import socket
import time

import html5lib
import pytest
from sqlalchemy import Engine

from subscribers.web.security import CONTENT_SECURITY_POLICY
from tests.subscribers.browser import AddReader, Browser


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/style.css", 200),
        ("GET", "/unsubscribe/x", 404),
        ("GET", "/nothing", 404),
        ("POST", "/style.css", 405),
        ("GET", "/broken", 500),
    ],
)
def test_w_01_w_03_every_answer_carries_the_security_headers(
    browser: Browser, method: str, path: str, status: int
) -> None:
    answer = browser.ask(method, path)

    assert answer.status == status
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert answer.headers["Cache-Control"] == (
        "public, max-age=3600" if path == "/style.css" and status == 200 else "no-store"
    )
    assert "Server" not in answer.headers


def test_w_14_a_failure_tells_nothing_of_the_inside(browser: Browser) -> None:
    answer = browser.get("/broken", Accept_Language="fr")

    assert "Un problème est survenu" in answer.text
    for secret in ("Traceback", "SELECT", "/usr/", "sqlalchemy", "RuntimeError"):
        assert secret not in answer.text


@pytest.mark.parametrize("path", ["/api/subscriptions", "/unsubscribe/{token}"])
def test_a_database_that_cannot_be_used_asks_to_come_back_and_is_one_line_in_the_log(
    browser: Browser, engine: Engine, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    path = path.format(token=browser.token(bytes(12)))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE requests")
        connection.exec_driver_sql("ALTER TABLE subscribers RENAME TO elsewhere")

    answer = browser.ask(
        "POST", path, b'{"email": "reader@example.eu", "consent": true}', Content_Type="application/json"
    )

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "60"
    said = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.exc_info for record in said] == [None]
    assert "reader@example.eu" not in caplog.text


def test_a_refused_method_names_those_that_are_allowed(browser: Browser, add_reader: AddReader) -> None:
    answer = browser.ask("PUT", f"/unsubscribe/{browser.token(add_reader())}")

    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_a_large_body_is_refused_although_its_length_is_not_told(
    browser: Browser, add_reader: AddReader
) -> None:
    head = f"POST /unsubscribe/{browser.token(add_reader())} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    before = browser.state()
    started = time.monotonic()

    with socket.create_connection(("127.0.0.1", browser.port), timeout=10) as connection:
        connection.sendall(head.encode())
        for _ in range(5):
            connection.sendall(chunk)
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert browser.state() == before
    assert time.monotonic() - started < 5


def test_too_many_fields_are_refused(browser: Browser, add_reader: AddReader) -> None:
    body = b"&".join(b"a=1" for _ in range(200))

    answer = browser.ask(
        "POST",
        f"/unsubscribe/{browser.token(add_reader())}",
        body,
        Content_Type="application/x-www-form-urlencoded",
    )

    assert answer.status == 413


def test_pages_load_nothing_from_elsewhere(browser: Browser, add_reader: AddReader) -> None:
    answer = browser.get(f"/unsubscribe/{browser.token(add_reader())}")

    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    loaded = [element.get("href") for element in page.iter("link")]
    assert loaded == ["/style.css"]
    assert not list(page.iter("script")) + list(page.iter("img")) + list(page.iter("style"))
    assert page.get("lang") == "en"
    assert page.get("dir") == "ltr"


def test_the_style_has_the_colours_of_the_theme_for_light_and_dark(browser: Browser) -> None:
    answer = browser.get("/style.css")

    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent: #0B5CAD" in answer.text
    assert "prefers-color-scheme: dark" in answer.text
    assert "'Segoe UI'" in answer.text
