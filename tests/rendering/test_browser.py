"""The letter and the page in a real browser, which asks nobody for anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from newsletter.rendering.occasions import MailKind
from newsletter.rendering.theme import Theme
from newsletter.rendering.values import RenderedIssue
from tests.chromium import needs_chromium, opened
from tests.rendering.mails import finished

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https://example.org"
ADDRESS = "https://news.example.org/issues/monthly-2026-11"
pytestmark = needs_chromium


@pytest.fixture(params=[(375, "light"), (1280, "dark")], ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A phone's page in the light, and a desktop's in the dark; `test_survival` has the others."""
    with opened(chromium, *request.param) as page:
        yield page


def show(page: Page, html: str, media: Path) -> tuple[list[str], list[str]]:
    """Show *html* under the archive's policy; return what it asked others for, and what the browser complained of."""
    elsewhere: list[str] = []
    complaints: list[str] = []

    def answer(route: Route) -> None:
        url = route.request.url
        if url == ADDRESS:
            headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=html, headers=headers)
        elif url.startswith("https://news.example.org/media/"):
            route.fulfill(path=media / url.rpartition("/")[2])
        else:
            elsewhere.append(url)
            route.abort()

    page.on("console", lambda message: complaints.append(message.text))
    page.route("**/*", answer)
    page.goto(ADDRESS)
    return elsewhere, complaints


@pytest.mark.parametrize("part", ["html", "web"])
def test_it_fits_the_screen_and_asks_nobody(
    page: Page, rendered: RenderedIssue, project: Path, part: str
) -> None:
    html = getattr(rendered.variants["de"], part)

    elsewhere, complaints = show(page, html, project / "var" / "media")

    assert [url for url in elsewhere if not url.endswith("favicon.ico")] == []
    assert complaints == []
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


@pytest.mark.parametrize("part", ["html", "web"])
def test_paper_and_ink_follow_the_readers_scheme(
    page: Page, rendered: RenderedIssue, project: Path, part: str
) -> None:
    show(page, getattr(rendered.variants["en"], part), project / "var" / "media")

    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    palette = Theme().dark if is_dark else Theme().light
    assert style(page, ".paper", "backgroundColor") == palette.paper
    assert style(page, "h1", "color") == palette.ink
    assert style(page, "article a, p.read a", "color") in {palette.accent, palette.on_accent}
    assert style(page, ".leaf", "backgroundColor") == palette.accent
    assert style(page, ".leaf", "color") == palette.on_accent


def test_links_can_be_tapped(page: Page, rendered: RenderedIssue, project: Path) -> None:
    show(page, rendered.variants["en"].html, project / "var" / "media")

    heights = page.evaluate(
        "[...document.querySelectorAll('p.read a, p.also a, p.footer-link a, .button a')].map(a => a.offsetHeight)"
    )

    assert len(heights) > 10
    assert min(heights) >= 44


# One of each shape: a button to confirm and a way to be left alone, links only, no button.
@pytest.mark.parametrize("kind", [MailKind.SIGN_UP, MailKind.WELCOME, MailKind.ADDRESS_CHANGED])
def test_c_11_a_mail_to_one_person_fits_the_screen_and_can_be_read_and_tapped(
    page: Page, tmp_path: Path, kind: MailKind
) -> None:
    html, _ = finished(kind, "de")

    elsewhere, complaints = show(page, html, tmp_path)

    assert [url for url in elsewhere if not url.endswith("favicon.ico")] == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    heights = page.evaluate(
        "[...document.querySelectorAll('.button a, p.read a, p.quiet a, p.footer-link a')].map(a => a.offsetHeight)"
    )
    assert min(heights) >= 44
    palette = (
        Theme().dark if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else Theme().light
    )
    assert style(page, ".paper", "backgroundColor") == palette.paper
    assert {style(page, selector, "color") for selector in ("h1", "h2", "p.opening", "p.aside")} == {
        palette.ink
    }
    if kind is MailKind.SIGN_UP:
        assert style(page, "p.address", "color") == palette.ink
        assert style(page, "p.caption", "color") == palette.soft
        assert style(page, ".button a", "backgroundColor") == palette.accent
        assert style(page, ".button a", "color") == palette.on_accent
        assert style(page, "p.quiet a", "color") == palette.soft


def style(page: Page, selector: str, name: str) -> str:
    """The computed colour *name* of the first element that *selector* finds, as #RRGGBB."""
    written: str = page.evaluate(
        "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]", [selector, name]
    )
    channels = [int(number) for number in written.removeprefix("rgb(").removesuffix(")").split(",")]
    return "#" + "".join(f"{channel:02X}" for channel in channels)
