"""The site behind nginx and Caddy, configured as docs/proxies.md says: skipped where these are not installed."""

import http.client
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, select
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.app import open_project
from newsletter.app.letters import token_keys
from newsletter.app.project import Project
from newsletter.app.site import make_site
from newsletter.app.surface import server_options
from newsletter.delivery.links import LinkMaker
from newsletter.rendering.values import Slot
from subscribers.storage import subscribers, subscriptions
from tests.web.proxies import NAME, Proxy, caddy, nginx
from tests.web.serving import Served, serving

MULTIPART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
URL_ENCODED = "application/x-www-form-urlencoded"
SETTINGS = '\n[site]\ntrusted_proxies = ["127.0.0.1"]\n'


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Behind:
    """A site behind a proxy, and who asks it from outside."""

    proxy: Proxy
    served: Served
    project: Project
    #: The scopes of the requests that reached the site.
    seen: list[Scope] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(
        self, method: str, url: str, body: bytes | None = None, *, host: str = NAME, **headers: str
    ) -> Answer:
        """Ask as from outside: by https unless *url* says http."""
        parts = urlsplit(url)
        connection: http.client.HTTPConnection
        if parts.scheme == "http":
            connection = http.client.HTTPConnection("127.0.0.1", self.proxy.http, timeout=20)
        else:
            connection = http.client.HTTPSConnection(NAME, timeout=20)
            connection.sock = self.secure()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, parts.path, body, {"Host": host, **sent})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        return answer

    def secure(self) -> ssl.SSLSocket:
        """Return a connection by https."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.proxy.https), timeout=20)
        return context.wrap_socket(plain, server_hostname=NAME)

    def new_reader(self) -> tuple[bytes, str]:
        """Return a reader, and what stands in the List-Unsubscribe of their mail."""
        number = next(self._numbers)
        ref = number.to_bytes(12)
        email = f"reader{number}@example.org"
        now = datetime.now(UTC)
        row = {"ref": ref, "email": email, "email_key": email, "as_entered": email, "lang": "en"}
        with self.project.engine.begin() as connection:
            inserted = connection.execute(
                insert(subscribers), row | {"state": "active", "created_at": now, "confirmed_at": now}
            ).inserted_primary_key
            assert inserted is not None
            connection.execute(
                insert(subscriptions),
                {"subscriber_id": inserted[0], "digest": "monthly", "created_at": now},
            )
        links = LinkMaker.for_issue(self.project.public_url, token_keys(self.project), "monthly-2026-11")
        return ref, links.slots(ref)[Slot.UNSUBSCRIBE]

    def state(self, ref: bytes) -> str:
        """Return the state of a reader."""
        with self.project.engine.connect() as connection:
            return str(
                connection.execute(select(subscribers.c.state).where(subscribers.c.ref == ref)).scalar_one()
            )


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def behind(
    request: pytest.FixtureRequest, laid_out: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Behind]:
    """The sample project's site, behind each proxy."""
    start: Callable[[int, Path], AbstractContextManager[Proxy]] = request.param
    folder = tmp_path_factory.mktemp("proxy")
    root = Path(shutil.copytree(laid_out, folder / "project"))
    with (root / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    project = open_project(root)
    with serving(**server_options(project)) as served, start(served.port, folder) as proxy:
        behind = Behind(proxy, served, project)
        served.app = _seen(make_site(project), behind.seen)
        yield behind
    project.engine.dispose()


def _seen(app: ASGIApp, seen: list[Scope]) -> ASGIApp:
    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await app(scope, receive, send)

    return note


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URL_ENCODED, b"List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=x", MULTIPART),
        ("text/plain", b""),
    ],
)
@pytest.mark.parametrize("end", ["", "/"])
def test_h_03_h_05_one_click_works_as_the_header_has_it_and_is_never_redirected(
    behind: Behind, content_type: str, body: bytes, end: str
) -> None:
    ref, link = behind.new_reader()

    answer = behind.ask("POST", link + end, body, Content_Type=content_type)

    assert answer.status == 200
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert behind.state(ref) == "unsubscribed"


def test_h_05_w_04_one_click_by_an_open_line_is_refused_not_redirected(behind: Behind) -> None:
    ref, link = behind.new_reader()

    answer = behind.ask("POST", link.replace("https:", "http:"), b"List-Unsubscribe=One-Click")

    assert answer.status == 403
    assert "Location" not in answer.headers
    assert behind.state(ref) == "active"


def test_w_04_who_reads_by_an_open_line_is_led_to_https(behind: Behind) -> None:
    answer = behind.ask("GET", f"http://{NAME}/help")

    assert (answer.status, answer.headers["Location"]) == (308, f"https://{NAME}/help")


def test_w_10_the_site_gets_to_see_the_client_and_not_what_the_client_writes(behind: Behind) -> None:
    behind.seen.clear()

    behind.ask(
        "GET",
        "/help",
        X_Forwarded_For="6.6.6.6",
        X_Forwarded_Proto="http",
        X_Real_IP="6.6.6.6",
        Forwarded="for=6.6.6.6",
    )

    (scope,) = behind.seen
    headers = [(name, value) for name, value in scope["headers"] if name.startswith(b"x-forwarded-")]
    assert (b"x-forwarded-for", b"127.0.0.1") in headers
    assert (b"x-forwarded-proto", b"https") in headers
    assert len([name for name, _ in headers if name in {b"x-forwarded-for", b"x-forwarded-proto"}]) == 2


def test_w_09_a_foreign_name_gets_nothing_of_the_site(behind: Behind) -> None:
    behind.seen.clear()
    answers = []
    for url in ("/help", f"http://{NAME}/help"):
        try:
            answers.append(behind.ask("GET", url, host="evil.example"))
        except http.client.RemoteDisconnected:
            continue

    assert behind.seen == []
    assert all(answer.body == b"" and "Location" not in answer.headers for answer in answers)


def test_w_03_every_answer_has_one_strict_transport_security_and_names_no_server(behind: Behind) -> None:
    for path in ("/help", "/nothing"):
        answer = behind.ask("GET", path)

        assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
        assert answer.headers.get_all("Cache-Control") == ["no-store"]
        assert not any(character.isdigit() for character in answer.headers.get("Server", ""))


def test_w_11_a_body_that_is_too_large_is_refused(behind: Behind) -> None:
    _, link = behind.new_reader()

    sizes = [behind.ask("POST", link, b"x" * size).status for size in (16 * 1024, 16 * 1024 + 1)]
    webhooks = behind.ask("POST", "/webhooks/postmark", b"x" * 100_000)

    assert sizes == [200, 413]
    assert webhooks.status == 401


def test_w_12_a_head_without_an_end_is_cut_off_by_the_proxy(behind: Behind) -> None:
    behind.seen.clear()
    with behind.secure() as connection:
        connection.sendall(b"GET /help HTTP/1.1\r\nHost: news.example.org\r\nX-Slow: ")
        started = time.monotonic()

        said = connection.recv(65536)

    # A test has ten times less patience than the document.
    assert time.monotonic() - started < 10
    assert b" 200 " not in said
    assert behind.seen == []


def test_w_20_neither_token_nor_address_is_logged(behind: Behind) -> None:
    _, link = behind.new_reader()
    token = link.rpartition("/")[2]

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ConnectionError

    behind.ask("POST", link, Referer=link)
    behind.ask("GET", f"/preferences/{token}?email=ann@example.org")
    before, behind.served.app = behind.served.app, broken
    failed = behind.ask("POST", f"{link}/?ann@example.org")
    behind.served.app = before

    logged = behind.proxy.logged()
    assert failed.status >= 500
    assert token not in logged
    assert "@example" not in logged


def test_media_can_be_kept(behind: Behind) -> None:
    name = next((behind.project.settings.var / "media").iterdir()).name
    behind.seen.clear()

    answers = [behind.ask("GET", f"/media/{name}") for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert answers[0].headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(behind.seen) == (1 if behind.proxy.keeps_media else 2)
