"""`newsletter preview` and `newsletter demo --serve`, as they are typed."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.command_line import Run
from tests.preview.previewing import PATIENCE_S, previewed, until

pytestmark = pytest.mark.usefixtures("ctrl_c_is_heard")


def test_a_port_that_is_taken_is_named_with_what_to_do(run: Run, sample: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run("preview", "--no-open", "--port", str(port), at=sample)

    assert (result.status, result.out) == (1, "")
    assert f"127.0.0.1:{port}: nothing can listen there: Address already in use." in result.err
    assert "Name another port with --port, or none" in result.err


def test_two_previews_at_once_have_ports_and_tokens_of_their_own(sample: Path) -> None:
    with previewed(sample) as one, previewed(sample) as other:
        assert one.origin != other.origin
        assert (one.get().status_code, other.get().status_code) == (200, 200)
        token = one.address.removeprefix(one.origin)
        assert requests.get(other.origin + token, timeout=PATIENCE_S).status_code == 403


def test_ctrl_c_ends_it_at_once_also_while_somebody_follows(sample: Path) -> None:
    with previewed(sample) as preview:
        events = preview.get("events", stream=True)
        assert next(events.iter_lines()) == b"event: page"

        status, _, err = preview.stop()

    assert status == 0
    assert "Traceback" not in err
    assert "Ctrl-C stops." in err


def test_outside_of_a_project_it_says_so(run: Run, tmp_path: Path) -> None:
    result = run("preview", "--no-open", at=tmp_path)

    assert (result.status, result.out) == (2, "")
    assert "there is no newsletter.toml here or above" in result.err


def test_mistakes_in_the_settings_are_named_at_the_start(run: Run, sample: Path) -> None:
    (sample / "newsletter.toml").write_text("[newsletter\n", "utf-8")

    result = run("preview", "--no-open", at=sample)

    assert (result.status, result.out) == (1, "")
    assert "newsletter.toml:1" in result.err


def test_a_database_that_cannot_be_read_is_told_on_the_page_and_ends_nothing(sample: Path) -> None:
    (sample / "var").mkdir(exist_ok=True)
    database = sample / "var" / "newsletter.db"
    database.write_text("These are words, not tables.\n" * 100)

    with previewed(sample) as preview:
        assert "not a database" in preview.get().text
        assert preview.get("items").status_code == 200
        assert preview.get("frame").status_code == 404
        database.unlink()
        (sample / "content" / "news" / "new.md").write_text("---\ntitle: New\ndraft: true\n---\nText.\n")
        until(lambda: preview.get("frame").status_code == 200, "the issue is shown")


def test_the_address_is_opened_in_the_browser_of_the_system(sample: Path) -> None:
    opened = sample.parent / "opened"
    browser = sample.parent / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)

    with previewed(sample, "--port", str(_free_port()), BROWSER=f"{browser} %s") as preview:
        until(opened.exists, "a browser is started")

    assert opened.read_text().strip() == preview.address


def test_without_a_browser_the_address_is_enough(sample: Path) -> None:
    with previewed(
        sample, "--port", str(_free_port()), BROWSER="/nowhere/browser", PATH="/nowhere"
    ) as preview:
        assert preview.get().status_code == 200
        _, _, err = preview.stop()

    assert "No browser could be opened: open the address yourself." in err


def test_the_demo_can_show_what_it_made(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "newsletter", "demo", "--serve"]
    environ = {"TMPDIR": str(tmp_path), "BROWSER": "/nowhere/browser", "PATH": "/nowhere"}
    environ |= {"NEWSLETTER_PROVIDER__NAME": "smtp", "PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            address = next(line.strip() for line in lines if line.startswith("http://127.0.0.1:"))
            page = requests.get(address, timeout=PATIENCE_S).text
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()

    assert re.search(r'class="state sent">sent', page)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
