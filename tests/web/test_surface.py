"""What strangers meet before any page: names, methods, sizes, other sites, open lines; and what everything answers with."""

import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.app.site import make_site
from subscribers.storage import heartbeats
from subscribers.web.security import CONTENT_SECURITY_POLICY, SECURITY_HEADERS, page_policy
from tests.web.serving import serving
from tests.web.strangers import API, Stranger


@pytest.mark.parametrize(
    "host", ["news.example.org", "NEWS.example.org:443", "news.example.org.", "localhost:8000", "[::1]:80"]
)
def test_w_09_the_site_answers_to_its_names(stranger: Stranger, host: str) -> None:
    assert stranger.status("GET", "/help", ("Host", host)) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "news.example.org.evil.example",
        "evilnews.example.org",
        "",
        "203.0.113.9",
        "a@b",
        "[",
        "[::1",
    ],
)
def test_w_09_a_foreign_name_is_refused_and_led_nowhere(stranger: Stranger, host: str) -> None:
    answers = [stranger.ask(method, "/help", ("Host", host)) for method in ("GET", "POST")]

    assert [answer.status for answer in answers] == [400, 400]
    assert all(host not in answer.text for answer in answers if host)


def test_w_09_a_name_with_other_letters_is_known_as_browsers_send_it(stranger: Stranger) -> None:
    ours = stranger.project.settings
    settings = replace(ours, newsletter=replace(ours.newsletter, public_url="https://Zürich.example/news"))
    with serving() as served:
        served.app = make_site(replace(stranger.project, settings=settings))
        elsewhere = Stranger(served.port, stranger.project)

        statuses = [
            elsewhere.status("GET", "/news/help", ("Host", host))
            for host in ("xn--zrich-kva.example", "news.example.org")
        ]

    assert statuses == [200, 400]


def test_w_09_who_watches_machines_asks_under_any_name(stranger: Stranger) -> None:
    assert stranger.status("GET", "/healthz", ("Host", "10.0.0.7:8000")) == 200


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Forwarded-Server", "X-Original-URL"]
)
def test_w_43_no_other_header_changes_a_page(stranger: Stranger, name: str) -> None:
    for path in ("/help", "/issues", "/style.css", "/nothing"):
        plain = stranger.ask("GET", path)
        poisoned = stranger.ask("GET", path, (name, "evil.example"))

        assert (poisoned.status, poisoned.text) == (plain.status, plain.text)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/help", {"GET", "HEAD"}),
        ("/issues", {"GET", "HEAD"}),
        ("/issues/x", {"GET", "HEAD"}),
        ("/media/x.png", {"GET", "HEAD"}),
        ("/style.css", {"GET", "HEAD"}),
        ("/healthz", {"GET", "HEAD"}),
        ("/.well-known/security.txt", {"GET", "HEAD"}),
        ("/unsubscribe/x", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("/preferences/x", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("/webhooks/x", {"POST"}),
    ],
)
def test_w_07_a_route_has_its_methods_and_no_others(stranger: Stranger, path: str, allowed: set[str]) -> None:
    methods = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW")
    answers = {method: stranger.ask(method, path) for method in methods}

    refused = {method for method, answer in answers.items() if answer.status == 405}

    assert set(methods) - refused == allowed
    assert all(set(answers[method].headers["Allow"].split(", ")) == allowed for method in refused)


def test_w_07_we_are_no_proxy(stranger: Stranger) -> None:
    assert stranger.status("CONNECT", "evil.example:443") == 405
    assert stranger.status("GET", "http://evil.example/") == 404


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_w_07_a_method_is_not_overridden(stranger: Stranger, name: str) -> None:
    assert stranger.status("POST", "/help", (name, "GET")) == 405


@pytest.mark.parametrize("path", ["/help", "/nothing", "/style.css", "/healthz", "/unsubscribe/x"])
def test_w_07_head_is_get_without_the_body(stranger: Stranger, path: str) -> None:
    get, head = stranger.ask("GET", path), stranger.ask("HEAD", path)

    del get.headers["Date"], head.headers["Date"]
    assert (head.status, head.headers.items(), head.text) == (get.status, get.headers.items(), "")


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity",
    ],
)
def test_w_13_a_body_that_could_end_at_two_places_is_refused_and_the_line_closed(
    stranger: Stranger, framing: str
) -> None:
    smuggled = "GET /healthz HTTP/1.1\r\nHost: news.example.org\r\n\r\n"
    sent = f"POST /help HTTP/1.1\r\nHost: news.example.org\r\n{framing}\r\n\r\n0\r\n\r\n{smuggled}"

    with socket.create_connection(("127.0.0.1", stranger.port), timeout=10) as connection:
        connection.sendall(sent.encode())
        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert re.match(rb"HTTP/1.1 (400|501) ", said)
    assert said.count(b"HTTP/1.1 ") == 1


def test_w_11_an_address_has_two_kibibytes_at_most(stranger: Stranger) -> None:
    assert stranger.status("GET", "/help?" + "x" * (2048 - len("/help?"))) == 200
    assert stranger.status("GET", "/help?" + "x" * (2049 - len("/help?"))) == 414
    assert stranger.status("GET", "/" + "x" * 2048) == 414


@pytest.mark.parametrize("fields", [[("X-A", "x" * 16_384)], [(f"X-{n}", "x" * 100) for n in range(160)]])
def test_w_11_a_head_has_sixteen_kibibytes_at_most(
    stranger: Stranger, fields: Sequence[tuple[str, str]]
) -> None:
    assert stranger.status("GET", "/help", *fields) == 431
    assert stranger.status("GET", "/help", *[(name, value[:90]) for name, value in fields]) == 200


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("GET", "/help", [], 200),
        ("GET", "/issues", [], 200),
        ("GET", "/unsubscribe/x", [], 404),
        ("POST", "/unsubscribe/x", [], 404),
        ("GET", "/nothing", [], 404),
        ("POST", "/help", [], 405),
        ("GET", "/help", [("Host", "evil.example")], 400),
        ("GET", "/" + "x" * 3000, [], 414),
        ("GET", "/help", [("X-A", "x" * 16_384)], 431),
        ("POST", "/help", [("X-Forwarded-Proto", "http")], 403),
    ],
)
def test_w_01_w_03_every_answer_carries_the_security_headers(
    stranger: Stranger, method: str, path: str, fields: list[tuple[str, str]], status: int
) -> None:
    answer = stranger.ask(method, path, *fields)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert not {"server", "x-powered-by", "set-cookie"} & {name.lower() for name in answer.headers}


def test_w_02_only_the_sites_of_the_settings_frame_the_page_that_may_be() -> None:
    policy = page_policy(["https://a.example", "https://b.example"])["Content-Security-Policy"]

    assert "frame-ancestors https://a.example https://b.example;" in policy
    assert policy.replace("https://a.example https://b.example", "'none'") == CONTENT_SECURITY_POLICY
    assert page_policy([])["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_w_04_who_reads_by_an_open_line_is_led_to_https(stranger: Stranger, method: str) -> None:
    answer = stranger.ask(method, "//evil.example/%2e?a=b", ("X-Forwarded-Proto", "http"))

    assert answer.status == 308
    assert answer.headers["Location"] == "https://news.example.org/evil.example/%2e?a=b"


@pytest.mark.parametrize("path", ["/unsubscribe/x", API, "/webhooks/mailgun"])
def test_w_04_who_writes_by_an_open_line_is_refused(stranger: Stranger, path: str) -> None:
    answer = stranger.ask("POST", path, ("X-Forwarded-Proto", "http"))

    assert answer.status == 403
    assert "Location" not in answer.headers


def test_w_05_a_page_of_a_site_of_the_settings_may_call_the_json_route(stranger: Stranger) -> None:
    asked = stranger.ask(
        "OPTIONS", API, ("Origin", "https://site.example"), ("Access-Control-Request-Method", "POST")
    )
    called = stranger.ask("POST", API, ("Origin", "https://site.example"))

    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Methods"] == "POST"
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    for answer in (asked, called):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://site.example"
        assert answer.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://site.example.evil.example",
        "https://evilsite.example",
        "http://site.example",
        "https://site.example:8443",
        "HTTPS://SITE.EXAMPLE",
        "https://site.example/",
        "null",
        "*",
        "",
    ],
)
def test_w_05_no_other_page_may(stranger: Stranger, origin: str) -> None:
    for method in ("OPTIONS", "POST"):
        answer = stranger.ask(method, API, ("Origin", origin), ("Access-Control-Request-Method", "POST"))

        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/help", "/unsubscribe/x", "/healthz"])
def test_w_05_no_page_may_call_anything_else(stranger: Stranger, path: str) -> None:
    answer = stranger.ask("GET", path, ("Origin", "https://site.example"))

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_w_18_health_is_yes_or_no(stranger: Stranger) -> None:
    engine, now = stranger.project.engine, datetime.now(UTC)
    said = []

    said.append(stranger.ask("GET", "/healthz"))
    heartbeats.beat(engine, heartbeats.SCHEDULER, now - timedelta(minutes=4))
    said.append(stranger.ask("GET", "/healthz"))
    # Before clocks were set back: nobody knows whether it lives.
    heartbeats.beat(engine, heartbeats.SCHEDULER, now + timedelta(minutes=4))
    said.append(stranger.ask("GET", "/healthz"))
    heartbeats.beat(engine, heartbeats.SCHEDULER, now)
    said.append(stranger.ask("GET", "/healthz"))
    heartbeats.begin_job(engine, "retention", now - timedelta(seconds=1))
    said.append(stranger.ask("GET", "/healthz"))
    heartbeats.end_job(engine, "retention")
    said.append(stranger.ask("GET", "/healthz"))

    well, unwell = (200, '{"status":"ok"}'), (503, '{"status":"unwell"}')
    assert [(answer.status, answer.text) for answer in said] == [well, unwell, unwell, well, unwell, well]


@pytest.mark.parametrize("path", ["/", "/embed", "/help", "/issues", "/nothing", "/unsubscribe/x"])
def test_c_12_privacy_and_imprint_stand_on_each_page(stranger: Stranger, path: str) -> None:
    text = stranger.ask("GET", path).text

    assert 'href="https://example.org/privacy"' in text
    assert 'href="https://example.org/imprint"' in text


def test_c_12_security_txt_says_whom_to_tell(stranger: Stranger) -> None:
    answer = stranger.ask("GET", "/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields == {
        "Contact": "mailto:editors@example.org",
        "Preferred-Languages": "en, fr",
        "Canonical": "https://news.example.org/.well-known/security.txt",
    }
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
