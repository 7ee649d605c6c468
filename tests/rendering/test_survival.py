"""What an issue may be made of looks right on every screen, on both papers, and to who listens: in a real browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from newsletter.content.items import Picture
from newsletter.issues.values import Story, Variant
from newsletter.rendering.issue import render_issue
from newsletter.rendering.pictures import prepare_logo
from newsletter.rendering.theme import Theme
from newsletter.rendering.values import RenderedVariant
from tests.chromium import needs_chromium, opened
from tests.rendering.sample import STORIES, draw_pictures, event, news, sample_issue, sample_look
from tests.rendering.themes import EXAMPLES

pytestmark = needs_chromium

SCREENS = (320, 375, 600, 1280)
ADDRESS = "https://news.example.org/mail"
#: Everything but what is asked of pages: a mail stands in a page of the client's.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"landmark-one-main": {"enabled": False}, "region": {"enabled": False}},
    "resultTypes": ["violations"],
}
_LONG = (
    "A headline of a hundred and forty characters, which is longer than any editor ought to write, but which some "
    "of them will write all the same"
)
_COMPOUND = "Verkehrsüberwachungsmodernisierungsmaßnahmen und Telekommunikationsüberwachungsverordnung"
_ARABIC = "الشبكة الأوروبية لخدمات تكنولوجيا إنفاذ القانون تجتمع في كوبنهاغن"
_TABLE = """The timetable:

| Rechtsschutzversicherungsgesellschaft | Zuständigkeit | Woche |
|---|---|---|
| Straßenverkehrszulassungsordnung | Arbeitsgruppe | 12–20 |
"""


@dataclass(frozen=True)
class Case:
    """An issue that is hard to set."""

    stories: tuple[Story, ...]
    lang: str = "en"
    theme: Callable[[Path], Theme] = lambda _root: Theme()
    fields: dict[str, Any] = field(default_factory=dict)


def many(title: str, *, lang: str = "en", count: int = 3, **fields: object) -> tuple[Story, ...]:
    """News of one kind, the second with a picture, and an event that lies ahead."""
    picture = Picture(source="content/events/exercise.png", alt="Bars of many heights")
    told = tuple(
        news(
            f"news/{number}",
            {lang: title},
            {lang: "They meet again in spring. " * 3},
            date=date(2026, 10, 1 + number % 28),
            picture=picture if number % 3 == 1 else None,
            **fields,
        )
        for number in range(count)
    )
    ahead = event(
        "events/ahead",
        {lang: title},
        {},
        is_counted=False,
        start=date(2026, 12, 30),
        end=date(2027, 1, 2),
        location="Utrecht",
        register="https://example.org/register",
        register_by=date(2026, 12, 1),
    )
    return (*told, ahead)


def logo(width: int, height: int) -> Callable[[Path], Theme]:
    """A theme with a logo of that shape."""

    def made(root: Path) -> Theme:
        from PIL import Image

        file = root / f"logo-{width}.png"
        Image.new("RGB", (width, height), (11, 92, 173)).save(file)
        return Theme(logo=prepare_logo(file, None, within=root, media=root / "var" / "media"))

    return made


def example(name: str, _root: Path) -> Theme:
    """A theme of the docs."""
    return EXAMPLES[name]


CASES = {
    "the sample": Case(STORIES),
    "the sample in German": Case(STORIES, "de"),
    "one item": Case(STORIES[:1]),
    "forty items": Case(many("Item of a long issue, one of forty that are told", count=40)),
    "no picture": Case(tuple(story for story in STORIES if story.item.picture is None)),
    "long headlines": Case(many(_LONG)),
    "compounds": Case(many(_COMPOUND, lang="de", link=None, body=_TABLE), "de"),
    "right to left": Case(many(_ARABIC, lang="ar"), "ar", fields={"languages": ("ar",), "introductions": {}}),
    "corrections": Case(STORIES[:2], fields={"corrections": {"en": ("In October we gave a wrong date.",)}}),
    "a wide logo": Case(STORIES[:2], theme=logo(900, 300)),
    "a wide logo beside a long date": Case(
        STORIES[:1], "fr", theme=logo(900, 300), fields={"due_at": datetime(2026, 12, 1, 8, 0, tzinfo=UTC)}
    ),
    "a square logo": Case(STORIES[:2], theme=logo(400, 400)),
    **{f"theme {name}": Case(STORIES, theme=partial(example, name)) for name in EXAMPLES},
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with every picture."""
    folder = tmp_path_factory.mktemp("survival")
    draw_pictures(folder)
    return folder


@pytest.fixture(scope="module", params=list(CASES))
def mail(request: pytest.FixtureRequest, root: Path) -> tuple[RenderedVariant, Path]:
    """The mail of a case, and where its pictures are."""
    case = CASES[request.param]
    issue = sample_issue(case.stories, **case.fields)
    look = sample_look(root, theme=case.theme(root))
    rendered = render_issue(issue, [Variant(name=case.lang, lang=case.lang, stories=issue.stories)], look)
    return rendered.variants[case.lang], look.media


def test_it_fits_every_screen_and_axe_finds_nothing_on_both_papers(
    chromium: Browser, mail: tuple[RenderedVariant, Path]
) -> None:
    with shown(chromium, *mail) as page:
        assert widths(page) == {width: width for width in SCREENS}
        assert violations(page, "light") == []
        assert violations(page, "dark") == []


@pytest.mark.parametrize("mail", ["the sample", "right to left", "a wide logo"], indirect=True)
def test_so_it_is_without_pictures(chromium: Browser, mail: tuple[RenderedVariant, Path]) -> None:
    with shown(chromium, *mail, has_pictures=False) as page:
        assert widths(page) == {width: width for width in SCREENS}
        assert violations(page, "light") == []


def test_it_is_below_the_size_at_which_mails_are_clipped(mail: tuple[RenderedVariant, Path]) -> None:
    assert len(mail[0].html.encode()) < 100_000


@contextmanager
def shown(
    browser: Browser, variant: RenderedVariant, media: Path, *, has_pictures: bool = True
) -> Iterator[Page]:
    """Show a mail on a phone; the browser answers for every picture, or for none."""

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body=variant.html, headers={"Content-Type": "text/html; charset=utf-8"})
        elif has_pictures and "/media/" in route.request.url:
            route.fulfill(path=media / route.request.url.rpartition("/")[2])
        else:
            route.abort()

    with opened(browser, 375, "light") as page:
        page.route("**/*", answer)
        page.goto(ADDRESS)
        yield page


def widths(page: Page) -> dict[int, int]:
    """How wide the mail is on each screen."""
    found = {}
    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate("document.documentElement.scrollWidth")
    return found


def violations(page: Page, scheme: Literal["light", "dark"]) -> list[tuple[str, str]]:
    """What axe finds, and where first."""
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page, options=RULES)
    return [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]
