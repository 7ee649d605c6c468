"""`newsletter serve`, as it is started."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.command_line import Run


def test_a_port_that_is_taken_is_said_so(run: Run, sample: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        result = run("serve", "--port", port, at=sample)

    assert (result.status, result.out) == (1, "")
    assert f"127.0.0.1:{port}: nothing can listen there: Address already in use." in result.err


def test_a_webhooks_key_that_proves_nothing_is_said_at_the_start(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__RESEND__SECRET", "re_an_api_key")
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__POSTMARK__SECRET", "weak")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        result = run("serve", "--port", port, at=sample)

    first, *rest = result.err.splitlines()
    assert first == (
        "NEWSLETTER_WEBHOOKS__RESEND__SECRET is not `whsec_` with the base64 of 24 bytes or more after it."
        " Copy the signing secret, whole, from the webhook's page at Resend."
    )
    assert "WEBHOOKS" not in "".join(rest)


def test_it_says_where_it_serves_and_stops_when_it_is_told_to(sample: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "newsletter", "serve", "--port", str(port)]

    with subprocess.Popen(command, cwd=sample, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        answer = requests.get(f"http://127.0.0.1:{port}/unsubscribe/no-token", timeout=30)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as stranger:
            stranger.sendall(b"GET /ann@example.org\r\n\x1b[31m\r\n\r\n")
            refused = stranger.recv(100)
        server.send_signal(signal.SIGINT)
        rest = server.stderr.read()

    assert said == f"Serving at http://127.0.0.1:{port}; Ctrl-C stops.\n"
    assert answer.status_code == 404
    assert refused.startswith(b"HTTP/1.1 400 ")
    # Tokens stand in paths: nothing about a request is ever written.
    assert rest == ""
    assert server.returncode == 0
