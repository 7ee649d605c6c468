"""What editors and operators get by mail, in a real browser: the letter's own column, on every screen, in either scheme."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route

from newsletter.app.telling import matters
from newsletter.app.telling.incidents import report
from newsletter.app.telling.message import Message
from newsletter.rendering.theme import Theme
from tests.app.mailing import NOW, written
from tests.app.postbox import only_mail, tick
from tests.app.staff import mailed, staffed
from tests.app.test_previews import LEAD, flawed
from tests.app.timeline import Timeline
from tests.chromium import needs_chromium, opened
from tests.command_line import body

pytestmark = needs_chromium
#: Below which a screen is a phone, and the letter as wide as it.
COLUMN = 600


@pytest.fixture(params=[(320, "light"), (390, "dark"), (1100, "light"), (1100, "dark")], ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A phone's and a desktop's page, light and dark."""
    with opened(chromium, *request.param) as page:
        yield page


@pytest.fixture(scope="module")
def preview(laid_out_with_readers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The HTML of a preview with much to say, some of it in long words."""
    folder = shutil.copytree(laid_out_with_readers, tmp_path_factory.mktemp("told") / "sample")
    timeline = Timeline.of(Path(folder))
    flawed(timeline, 3)
    tick(timeline, -LEAD)
    yield body(only_mail(timeline), "html")
    timeline.close()


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The HTML of a notice with a long name in it, and with long commands."""
    made = staffed(tmp_path_factory.mktemp("staffed"), "sqlite:///var/newsletter.db")
    words = f"It stands in /srv/{'a.long.name.' * 12}/var."
    report(made, Message(matter=matters.DOUBTS, about="special-" * 7 + "issue", words=words), NOW)
    mailed(made, NOW)
    (mail,) = written(made)
    yield body(mail, "html")
    made.engine.dispose()


def show(page: Page, html: str) -> list[str]:
    """Show *html*, and return what it asked others for, but for the newsletter's own pictures."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/*", refuse)
    page.set_content(html)
    return [url for url in asked if not url.startswith("https://news.example.org/media/")]


def box(found: Locator) -> tuple[float, float]:
    """Return where an element begins, and where it ends, from left to right."""
    place = found.bounding_box()
    assert place is not None
    return place["x"], place["x"] + place["width"]


def style(found: Locator, name: str) -> str:
    """Return what the browser makes of the property *name*."""
    return str(found.evaluate("(element, name) => getComputedStyle(element)[name]", name))


def colour(found: Locator, name: str) -> str:
    """Return a computed colour as #RRGGBB."""
    channels = style(found, name).removeprefix("rgb(").removesuffix(")").split(",")
    return "#" + "".join(f"{int(channel):02X}" for channel in channels)


def commands(page: Page) -> list[Locator]:
    """Return what is to be typed, each of which is a line of its own."""
    return page.locator(".told-paper p > code").filter(has_text=re.compile("^newsletter ")).all()


def require_readable(page: Page) -> None:
    """The column is centred and no wider than the screen; paper, ink and accent are the scheme's; commands are literal."""
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    palette = Theme().dark if is_dark else Theme().light
    paper = page.locator(".told-paper")
    screen = page.evaluate("innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == screen
    assert box(paper) == ((max(0, screen - COLUMN) / 2), screen - max(0, screen - COLUMN) / 2)
    assert (colour(paper, "backgroundColor"), colour(paper, "color")) == (palette.paper, palette.ink)
    assert colour(page.locator("body"), "backgroundColor") == palette.ground
    for accent in page.locator(".told-paper .told-accent").all():
        assert colour(accent, "color") == palette.accent
    for soft in page.locator(".told-soft").all():
        assert colour(soft, "color") == palette.soft
    left, right = box(paper)
    for part in page.locator(
        ".told-paper p, .told-paper li, .told-paper h1, .told-paper h2, .told-paper code"
    ).all():
        begin, end = box(part)
        assert begin >= left + 20
        assert end <= right - 20
    for command in commands(page):
        assert "monospace" in style(command, "fontFamily")


def test_a_preview_s_report_stands_in_the_letter_s_column(page: Page, preview: str) -> None:
    asked = show(page, preview)

    assert asked == []
    require_readable(page)
    letter, report = page.locator(".paper").first, page.locator(".told-paper")
    assert box(report) == box(letter)
    assert box(report.locator("h2"))[0] == box(page.locator("h1"))[0]
    assert style(report, "fontFamily") == style(letter.locator("p").first, "fontFamily")
    assert [command.inner_text().split()[1] for command in commands(page)] == [
        "check",
        "approve",
        "hold",
        "draft",
    ]


def test_a_notice_can_be_read_on_every_screen(page: Page, notice: str) -> None:
    asked = show(page, notice)

    assert asked == []
    require_readable(page)
    assert page.locator("h1").all_inner_texts() == [f"Readers of {'special-' * 7}issue are in doubt"]
    assert [command.inner_text().rpartition(" ")[2] for command in commands(page)][1:] == ["resend", "leave"]
