"""premailer, kept from everything but our own rules."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from newsletter.errors import RenderingError, TemplateError
from newsletter.rendering.pipeline.inlining import inline
from newsletter.rendering.pipeline.linting import Outline
from newsletter.rendering.pipeline.verifying import verify_inlined

PAGE = """<!doctype html>
<html lang="en"><head><title>T</title><style type="text/css">
@font-face { font-family: x; src: url(https://example.org/x.woff) }
@supports (color: red) { .x { color: red !important } }
@media (prefers-color-scheme: dark) { .x { color: #eee !important } }
[data-ogsc] .x { color: #ddd !important }
</style><!--[if mso]><style>.y { color: blue }</style><![endif]--></head>
<body><p class="x" style="margin:0px">One</p><a href="https://example.org/?a=1&amp;b=2">two</a>
<img src="https://example.org/a.png" alt="A" width="200" height="auto"></body></html>"""
OUTLINE = Outline(title="T", text="Onetwo", links=("https://example.org/?a=1&b=2",), alts=("A",))


class Recorder(BaseHTTPRequestHandler):
    """Notes every request."""

    requests: list[str]

    def do_GET(self) -> None:
        self.requests.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A real server on this machine: its address, and the requests it got."""
    requests: list[str] = []
    handler = type("RecorderOfOneTest", (Recorder,), {"requests": requests})
    with HTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", requests
        listening.shutdown()
        thread.join()


def test_own_rules_become_attributes_and_nothing_else_changes() -> None:
    finished = inline(PAGE, "p.x { color: #14181F; margin: 4px }", place="x.css:1")

    assert '<p class="x" style="color:#14181F; margin:0">One</p>' in finished
    before = PAGE.replace("<!doctype", "<!DOCTYPE").replace(' style="margin:0px"', "")
    assert finished.replace(' style="color:#14181F; margin:0"', "") == before


def test_nothing_is_fetched_whatever_a_style_sheet_asks_for(
    server: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, requests = server
    secret = tmp_path / "secret.css"
    secret.write_text(".x { color: #123456 }", "utf-8")
    asking = PAGE.replace(
        "</head>",
        f"<style>@import url({address}/1.css); @import url({secret.as_uri()});</style>"
        f'<link rel="stylesheet" href="{address}/2.css"></head>',
    )

    finished = inline(asking, "p.x { background: url('" + address + "/3.png') }", place="x.css:1")

    assert requests == []
    assert "#123456" not in finished


def test_an_import_in_our_own_rules_is_refused_before_anything_is_fetched(
    server: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, requests = server
    for url in (f"{address}/x.css", (tmp_path / "x.css").as_uri()):
        with pytest.raises(TemplateError, match=r"^x\.css:1: `@import url"):
            inline(PAGE, f"@import url({url});", place="x.css:1")

    assert requests == []


@pytest.mark.parametrize(
    "css",
    [
        "@media print { p { margin: 0 } }",
        "a:hover { color: #111111 }",
        "p { color: #111111 !important }",
        "@font-face { font-family: x; src: url(file:///x) }",
    ],
)
def test_rules_that_cannot_be_inlined_are_refused(css: str) -> None:
    with pytest.raises(TemplateError, match="cannot be inlined"):
        inline(PAGE, css, place="x.css:1")


@pytest.mark.parametrize("css", ["p { color red }", "$$ {", "p { color: #111111 }}"])
def test_a_mistake_in_the_style_sheet_is_an_error_not_a_silence(css: str) -> None:
    with pytest.raises(TemplateError, match=r"^x\.css:1: "):
        inline(PAGE, css, place="x.css:1")


def test_what_was_inlined_is_verified() -> None:
    verify_inlined(PAGE, inline(PAGE, "p.x { color: #111111 }", place="x.css:1"), OUTLINE)


@pytest.mark.parametrize(
    ("before", "after", "promise"),
    [
        ("<!DOCTYPE html>", "", "the doctype is lost"),
        (" !important", "", "`!important` is there 2 times, not 3"),
        ("<!--[if mso]>", "<!-- ", "`<!--[if` is there 0 times, not 1"),
        ("?a=1&amp;b=2", "?a=1", "a link is lost or changed: https://example.org/?a=1&b=2"),
        ('width="200"', 'width="100%"', "a picture is `100%` wide"),
        ('alt="A"', "", "a picture's description is lost or changed: A"),
        ("One", "On", "the text changed near"),
        ("<title>T", "<title>TT", "the title became `TT`"),
        ("https://example.org/?a=1&amp;b=2", "javascript:alert(1)", "a link is lost"),
    ],
)
def test_a_spoilt_result_goes_no_further(before: str, after: str, promise: str) -> None:
    finished = inline(PAGE, "p.x { color: #111111 }", place="x.css:1")
    assert before in finished

    with pytest.raises(RenderingError) as caught:
        verify_inlined(PAGE, finished.replace(before, after, 1), OUTLINE)

    assert promise in str(caught.value)


def test_a_link_that_leads_nowhere_is_stopped() -> None:
    page = PAGE.replace("https://example.org/?a=1&amp;b=2", "javascript:alert(1)")
    outline = Outline(title="T", text="Onetwo", links=("javascript:alert(1)",), alts=("A",))

    with pytest.raises(RenderingError, match="a link leads nowhere"):
        verify_inlined(page, inline(page, "p.x { color: #111111 }", place="x.css:1"), outline)
