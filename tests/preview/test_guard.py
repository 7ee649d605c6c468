"""Who may ask the editor's page: asked as strangers would, over real connections."""

import http.client
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.preview.previewing import Preview, previewed


@pytest.fixture(scope="module")
def shown(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """The sample project on show, for tests that change nothing."""
    with previewed(Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("shown") / "sample"))) as running:
        yield running


def asked(shown: Preview, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Return status and content of an answer to a request with exactly these *headers*."""
    parts = urlsplit(shown.address)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.mark.parametrize("path", ["/", "/nonsense/", "/../", "/%C3%A9/", "//", "/preview.css", "/?token="])
def test_who_does_not_know_the_token_gets_403_and_nothing_else(shown: Preview, path: str) -> None:
    assert asked(shown, path) == (403, b"")


def test_half_a_token_is_none(shown: Preview) -> None:
    token = urlsplit(shown.address).path

    assert asked(shown, token[:-2] + "/") == (403, b"")
    assert asked(shown, token.rstrip("/") + "x/") == (403, b"")
    assert asked(shown, token)[0] == 200


def test_the_address_without_its_slash_leads_to_the_page(shown: Preview) -> None:
    answer = requests.get(shown.address.rstrip("/") + "?scheme=dark", timeout=30)

    assert (answer.status_code, answer.url) == (200, shown.address + "?scheme=dark")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
def test_another_name_that_leads_here_gets_nothing(shown: Preview, host: str) -> None:
    """DNS rebinding: a page of somebody else has its own name point to this machine."""
    parts = urlsplit(shown.address)

    assert asked(shown, parts.path, Host=host.format(port=parts.port)) == (403, b"")


def test_localhost_is_this_machine(shown: Preview) -> None:
    parts = urlsplit(shown.address)

    assert asked(shown, parts.path, Host=f"localhost:{parts.port}")[0] == 200


def test_nobody_else_on_the_network_can_connect(shown: Preview) -> None:
    port = urlsplit(shown.address).port
    assert port is not None

    # Another address of this machine, at which a server of all addresses would answer.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=10)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "{origin}", "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "http://127.0.0.1:1", "Sec_Fetch_Site": "same-origin"},
    ],
    ids=str,
)
def test_what_changes_something_comes_from_the_page_itself(shown: Preview, headers: dict[str, str]) -> None:
    headers = {name: value.format(origin=shown.origin) for name, value in headers.items()}

    assert asked(shown, urlsplit(shown.address).path, "POST", Content_Length="0", **headers) == (403, b"")


@pytest.mark.parametrize("path", ["", "frame", "items", "events", "preview.js", "media/x.png", "nothing"])
def test_every_answer_says_that_nothing_is_kept_told_or_framed(shown: Preview, path: str) -> None:
    answer = shown.get(path, stream=True)
    answer.close()

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors" in policy
    assert ("script-src" in policy) == (path != "frame")
    assert "server" not in answer.headers


def test_a_mail_may_run_nothing_and_send_nothing(shown: Preview) -> None:
    answer = shown.get("frame")

    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https:;" in policy
    assert "script-src" not in policy
    assert "form-action 'none'" in policy
    assert "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox" in policy
    assert "img-src 'none';" in shown.get("frame?images=off").headers["Content-Security-Policy"]


def test_only_prepared_pictures_and_the_pages_own_files_are_handed_out(shown: Preview) -> None:
    for path in (
        "media/..%2Fnewsletter.db",
        "media/%2e%2e",
        "issue.html",
        "base.html",
        "..%2Fnewsletter.toml",
        ".env",
        "items/",
    ):
        assert shown.get(path).status_code == 404, path
    assert shown.get("preview.css").headers["Content-Type"].startswith("text/css")


def test_to_look_changes_no_file(shown: Preview) -> None:
    def files() -> dict[Path, int]:
        found = (path for path in shown.project.rglob("*") if "var" not in path.parts and path.is_file())
        return {path: path.stat().st_mtime_ns for path in found}

    before = files()
    for path in ("", "?part=headers", "?part=text", "frame", "items?words=drone", "?issue=monthly-2000-01"):
        assert shown.get(path).status_code == 200

    assert files() == before
