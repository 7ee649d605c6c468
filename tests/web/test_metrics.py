"""Figures for Prometheus: on a port of their own, and never on the site."""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from newsletter.web.metrics import Metric, event_of, exposition, metrics_at
from subscribers.web.joining import HONEYPOT
from tests.command_line import Run
from tests.web.processes import free_ports, started


@contextmanager
def serving(project: Path) -> Iterator[tuple[str, str]]:
    """Serve *project*; yield the address of the site and that of its metrics."""
    port, metrics_port = free_ports(2)
    with started(project, port, "--metrics-port", str(metrics_port)) as server:
        assert server.stderr is not None
        assert server.stderr.readline() == f"Serving at http://127.0.0.1:{port}; Ctrl-C stops.\n"
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{metrics_port}"


def figures(text: str) -> dict[str, float]:
    return {name: float(figure) for name, figure in re.findall(r"^(\w+\{[^}]*\}) (\S+)$", text, re.M)}


def test_w_22_what_happens_at_the_door_is_counted(sample: Path) -> None:
    with serving(sample) as (site, private):
        requests.get(f"{site}/unsubscribe/forged", timeout=30)
        requests.post(f"{site}/confirm/forged", timeout=30)
        requests.post(f"{site}/webhooks/mailgun", json={}, timeout=30)
        bait = {"email": "bot@example.org", "consent": "1", HONEYPOT: "x"}
        requests.post(f"{site}/subscribe", data=bait, timeout=30)
        for number in range(61):
            asked = {"email": f"reader{number}@example.org", "consent": True}
            requests.post(f"{site}/api/subscriptions", json=asked, timeout=30)
        answer = requests.get(f"{private}/metrics", timeout=30)
        elsewhere = [requests.get(f"{site}/metrics", timeout=30), requests.get(f"{private}/", timeout=30)]

    found = figures(answer.text)
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert found['newsletter_events_total{event="dead_link"}'] == 2
    assert found['newsletter_events_total{event="webhook_refused"}'] == 1
    assert found['newsletter_events_total{event="bait"}'] == 1
    assert found['newsletter_events_total{event="limited"}'] == 1
    assert found['newsletter_answers_total{status="202"}'] == 60
    assert found['newsletter_requests{state="waiting"}'] == 60
    assert found['newsletter_subscribers{state="active"}'] == 0
    assert [each.status_code for each in elsewhere] == [404, 404]
    assert "example.org" not in answer.text


def test_w_22_exports_are_counted(sample: Path, run: Run) -> None:
    run("subscribers", "export", "--json", at=sample)

    with serving(sample) as (_, private):
        answer = requests.get(f"{private}/metrics", timeout=30)

    assert figures(answer.text)['newsletter_audit_records{action="export"}'] == 1


def test_a_port_for_metrics_that_is_taken_is_said_so(run: Run, sample: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        metrics_port = str(taken.getsockname()[1])
        port = str(free_ports(1)[0])

        result = run("serve", "--port", port, "--metrics-port", metrics_port, at=sample)

    assert (result.status, result.out) == (1, "")
    assert f"127.0.0.1:{metrics_port}: nothing can listen there: Address already in use." in result.err
    assert "Name another one with --metrics-port." in result.err


def test_who_connects_and_says_nothing_keeps_nobody_from_the_figures() -> None:
    (port,) = free_ports(1)

    with metrics_at(port, lambda: "up 1\n"), socket.create_connection(("127.0.0.1", port)):
        answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10)

    assert answer.text == "up 1\n"


def test_who_asks_for_the_figures_and_goes_away_leaves_no_trace(capfd: pytest.CaptureFixture[str]) -> None:
    (port,) = free_ports(1)
    is_asked, is_gone = threading.Event(), threading.Event()

    def text() -> str:
        is_asked.set()
        is_gone.wait(10)
        return "up 1\n"

    with metrics_at(port, text):
        with socket.create_connection(("127.0.0.1", port)) as asking:
            asking.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            assert is_asked.wait(10)
            # What is sent to it from now on is refused.
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        is_gone.set()
    for answering in threading.enumerate():
        if "process_request" in answering.name:
            answering.join(10)

    assert capfd.readouterr().err == ""


def test_figures_are_written_as_prometheus_reads_them() -> None:
    metric = Metric(name="n_total", help="Why.", kind="counter", label="of", figures={"b": 2, "a": 0.5})

    assert exposition([metric]) == (
        '# HELP n_total Why.\n# TYPE n_total counter\nn_total{of="a"} 0.5\nn_total{of="b"} 2\n'
    )


@pytest.mark.parametrize(
    ("page", "status", "event"),
    [
        ("unsubscribe", 404, "dead_link"),
        ("issues", 404, ""),
        ("webhooks", 406, "webhook_refused"),
        ("webhooks", 200, ""),
        ("api", 429, "limited"),
        ("", 200, ""),
    ],
)
def test_an_answer_tells_of_what_happened(page: str, status: int, event: str) -> None:
    assert event_of(page, status) == event
