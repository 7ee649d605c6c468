"""Whatever is sent, nothing is reflected, logged, told of the inside or answered with a failure."""

import http.client
import json
import logging
import re

import pytest

from newsletter.app.log import log_lines
from tests.web.strangers import Stranger


@pytest.mark.parametrize(
    ("method", "path", "status", "id_"),
    [
        ("GET", "/api/nothing", 404, "not-found"),
        ("CONNECT", "/api/nothing", 405, "method-not-allowed"),
        ("GET", "/api/" + "x" * 3000, 414, "too-large"),
    ],
)
def test_w_14_w_16_programs_get_a_problem_in_json(
    stranger: Stranger, method: str, path: str, status: int, id_: str
) -> None:
    answer = stranger.ask(method, path)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    assert json.loads(answer.text) == {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "id": id_,
    }


#: Of what scanners try.
WEIRD = (
    "/<script>alert(1)</script>",
    "/%3Cscript%3E",
    "/%00",
    "/%ff%fe",
    "/..%2f..%2fetc%2fpasswd",
    "/issues/../../newsletter.toml",
    "/issues/%27%20OR%201=1--",
    "/media/..%2f..%2fnewsletter.toml",
    "/unsubscribe/%0d%0aINFO%20fake@example.org",
    "/unsubscribe/" + "A" * 60,
    "/preferences/ann%40example.org?email=ann@example.org",
    "/help?lang=%22%3E%3Cscript%3E&callback=alert",
    "/webhooks/ann@example.org",
    "/%E2%80%AE",
)


@pytest.mark.parametrize("path", WEIRD)
def test_w_14_w_16_w_20_w_21_nothing_odd_is_reflected_logged_or_answered_with_the_inside(
    stranger: Stranger, path: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fields = (("Accept-Language", "<script>"), ("User-Agent", "a\x1b[31m"), ("Referer", "ann@example.org"))

    with log_lines():
        answers = [
            stranger.ask(method, path, *fields, body=b"email=ann@example.org" if method == "POST" else b"")
            for method in ("GET", "POST")
        ]

    out, err = capfd.readouterr()
    logged = out + err + "\n".join(record.getMessage() for record in caplog.records)
    assert not re.search(r"@example|A{40}|fake|\x1b|script|passwd", logged)
    for answer in answers:
        assert answer.status < 500
        assert "<script" not in answer.text
        assert "ann@" not in answer.text
        assert not re.search(r"Traceback|/usr/|/home/|\.venv|sqlalchemy|starlette|SELECT", answer.text)


def test_w_20_a_failure_is_logged_without_what_was_sent(
    stranger: Stranger, capfd: pytest.CaptureFixture[str]
) -> None:
    with log_lines():
        error = RuntimeError(f"ann@example.org\nINFO {'A' * 60}")
        logging.getLogger("newsletter.web").error("Exception in ASGI application", exc_info=error)

    logged = capfd.readouterr().err
    first, *trace = logged.splitlines()
    assert first.startswith("time=")
    assert "RuntimeError" in logged
    assert all(line.startswith("  ") for line in trace)
    assert not re.search(r"@example|A{40}", logged)


@pytest.mark.parametrize(
    "path",
    ["/admin", "/api", "/docs", "/openapi.json", "/metrics", "/.env", "/.git/config", "/newsletter.toml"],
)
def test_w_17_nothing_private_is_here(stranger: Stranger, path: str) -> None:
    assert stranger.status("GET", path) == 404


@pytest.mark.parametrize(
    "text", ["'%20OR%20'1'='1", "monthly-2026-11'--", "1)%20UNION%20SELECT%201--", "%00"]
)
def test_w_40_what_looks_like_sql_is_only_text(stranger: Stranger, text: str) -> None:
    assert stranger.status("GET", f"/issues/{text}") == 404
    assert stranger.status("GET", f"/issues?lang={text}&order={text}&filter={text}") == 200
    assert stranger.status("GET", f"/media/{text}") == 404
