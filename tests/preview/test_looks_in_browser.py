"""The editor's page in a real browser, looked at: every part of a mail, by anybody, without anything leaving this machine."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.chromium import needs_chromium
from tests.command_line import Run
from tests.preview.browsing import mail, opened, press
from tests.preview.previewing import PATIENCE_S, Preview, an_item, made_small, shown_here

pytestmark = needs_chromium

#: WCAG 2.2 AA, and what its authors advise besides; and of that what depends on width and colours.
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
HOSTILE = """---
title: Hostile &lt;script&gt;alert(1)&lt;/script&gt; <i>item</i>
date: {today}
---
<script>parent.document.title = "mine"</script>
<form action="do-approve" method="post"><button>Go</button></form>
<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">
<a href="https://evil.example/" target="_top" onclick="alert(1)">One</a> <a href="javascript:alert(1)">Two</a>
<style>body { background: url(https://evil.example/) } #deeds { display: none }</style>
<div style="position: fixed; inset: 0; background: url('https://evil.example/')">Over everything</div>
<iframe src="https://evil.example/"></iframe><object data="events"></object><embed src="events">
<img src="../../newsletter.toml"><svg onload="alert(1)"></svg>
"""
PAGES = ["", "?part=text", "?part=web&width=phone", "items", "?issue=nonsense"]


@pytest.fixture(scope="module")
def preview(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """The sample project on show, for tests that change nothing."""
    with shown_here(Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("shown") / "sample"))) as shown:
        yield shown


@pytest.fixture(scope="module")
def mistaken(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A small project with a mistake, on show."""
    project = made_small(Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("mistaken") / "sample")))
    item = an_item(project)
    item.write_text(item.read_text("utf-8").replace("title:", "title: One: two\nother:", 1), "utf-8")
    with shown_here(project) as shown:
        yield shown


def test_each_part_of_each_variant_is_shown(page: Page, preview: Preview) -> None:
    opened(page, preview)
    page.locator("#variant").select_option("fr")
    page.locator(".variants button").click()
    expect(page.locator("h1")).to_contain_text("Lettre")
    assert mail(page).evaluate("document.documentElement.lang") == "fr"

    press(page, "t")
    expect(page.locator("pre[aria-label='Plain text']")).to_contain_text("=====")
    press(page, "h")
    expect(page.locator("pre[aria-label='Headers']")).to_contain_text(
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    )
    press(page, "w")
    expect(page.locator("iframe[title='The web version']")).to_be_visible()
    assert "variant=fr" in page.url


def test_the_mail_is_light_or_dark_whatever_the_system_is(chromium: Browser, preview: Preview) -> None:
    paper = "getComputedStyle(document.querySelector('.paper')).backgroundColor"
    light, dark = (chromium.new_context(color_scheme=scheme).new_page() for scheme in ("light", "dark"))

    opened(dark, preview)
    assert mail(dark).evaluate(paper) == "rgb(255, 255, 255)"
    opened(light, preview)
    press(light, "l")
    light.wait_for_url("**scheme=dark**")

    assert mail(light).evaluate(paper) == "rgb(23, 27, 33)"
    light.context.close()
    dark.context.close()


def test_images_are_shown_from_here_or_not_at_all_and_nobody_else_is_asked(
    page: Page, preview: Preview
) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    loaded = "[...document.images].filter(image => image.naturalWidth > 0).length"
    opened(page, preview)
    page.wait_for_load_state("load")
    assert mail(page).evaluate(loaded) > 3

    press(page, "i")
    page.wait_for_url("**images=off**")

    assert mail(page).evaluate(loaded) == 0
    assert asked == {preview.origin.removeprefix("http://")}


def test_a_link_of_the_mail_opens_beside_it_and_learns_nothing(page: Page, preview: Preview) -> None:
    referrers: list[str | None] = []

    def answer(route: Route) -> None:
        referrers.append(route.request.headers.get("referer"))
        route.fulfill(body="there")

    page.context.route("https://**", answer)
    opened(page, preview)

    with page.context.expect_page() as beside:
        mail(page).locator("a[href^='https://']").first.click()

    beside.value.wait_for_load_state()
    assert beside.value.evaluate("opener") is None
    assert referrers == [None]


def test_everything_is_reached_by_keyboard_and_its_shortcuts_can_be_switched_off(
    page: Page, preview: Preview
) -> None:
    opened(page, preview)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the mail"
    page.wait_for_load_state("load")
    # Also who reads in the mail has the shortcuts.
    mail(page).locator("a").first.focus()
    page.keyboard.press("?")
    expect(page.locator("#keys[open]")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.locator("#keys summary").focus()

    press(page, "t")

    assert "part=text" not in page.url
    page.reload()
    expect(page.locator("#live")).to_have_text("Follows the files.")
    press(page, "t")
    assert "part=text" not in page.url


def test_without_javascript_the_page_can_be_read(chromium: Browser, preview: Preview) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(preview.address)

    expect(page.locator("#issues a[aria-current]")).to_be_visible()
    expect(page.frame_locator("#stage iframe").locator("h1")).to_be_visible()
    page.locator("#tools a", has_text="Plain text").click()
    expect(page.locator("pre")).to_contain_text("=====")
    context.close()


def test_a_reload_keeps_the_view_and_the_place(page: Page, preview: Preview) -> None:
    opened(page, preview, "?width=phone")
    mail(page).evaluate("scrollTo(0, 700)")

    page.reload()

    page.wait_for_function("() => document.querySelector('#stage iframe').contentWindow.scrollY === 700")
    expect(page.locator("#tools a[aria-current]", has_text="Phone")).to_be_visible()


def test_a_hostile_item_reaches_nothing_of_the_page(page: Page, small: Path) -> None:
    (small / "content" / "news" / "<b>hostile.md").write_text(
        HOSTILE.replace("{today}", f"{datetime.now(UTC):%Y-%m-%d}")
    )
    asked, dialogs = set[str](), []
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))

    with shown_here(small) as preview:
        opened(page, preview)
        page.wait_for_load_state("load")

        assert "Over everything" in mail(page).locator("body").inner_text()
        held = "form, iframe, object, embed, script, meta[http-equiv=refresh], [onclick], [target=_top], [href^=java]"
        assert mail(page).locator(held).count() == 0
        assert page.locator("#stories script, #stories b, script:not([src])").count() == 0
        assert page.locator("#deeds").is_visible()
        assert (dialogs, asked) == ([], {preview.origin.removeprefix("http://")})
        assert page.url.startswith(preview.address)


def test_a_mail_runs_no_script(page: Page, desk: Preview) -> None:
    """What a template of one's own may hold is not held against what content may."""
    folder = desk.project / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "issue.html").write_text("<html><head></head><body onload=\"document.body.textContent='ran'\">quiet<script>document.title='ran'</script></body></html>")  # fmt: skip

    opened(page, desk, "?part=web")

    assert mail(page).locator("body").inner_text() == "quiet"
    assert mail(page).evaluate("document.title") == ""


def every_page(page: Page, preview: Preview) -> Iterator[str]:
    """Open each page of the preview after the other, everything in it unfolded."""
    opened(page, preview)
    issue = page.locator("#issues a[aria-current] .name").inner_text()
    for path in [*PAGES, f"file?issue={issue}"]:
        opened(page, preview, path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        yield path
    page.locator("#introduction").fill("Hello.")
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("What will be written")
    expect(page.locator("#live")).to_have_text("Follows the files.")
    yield "what will be written"
    opened(page, preview)
    page.locator("#do-test summary").click()
    page.locator("#to").fill("a@example.org b@example.org")
    page.locator("#do-test button").click()
    expect(page.locator("h1")).to_contain_text("to 2 people?")
    expect(page.locator("#live")).to_have_text("Follows the files.")
    yield "a test mail to several"


@pytest.mark.parametrize(
    ("width", "scheme", "rules"), [(1280, "light", RULES), (320, "dark", LOOKS)], ids=["wide", "narrow"]
)
def test_no_page_has_a_fault_that_a_checker_finds_and_each_fits_the_screen(
    chromium: Browser,
    mistaken: Preview,
    width: int,
    scheme: Literal["light", "dark"],
    rules: dict[str, object],
) -> None:
    # The mails are looked at elsewhere, and what waits for an answer of a frame without scripts waits long.
    options = {"runOnly": rules, "resultTypes": ["violations"], "iframes": False}
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    faults, wide = {}, []
    for name in every_page(page, mistaken):
        found = Axe().run(page, options=options)
        faults[name] = [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            wide.append(name)
    context.close()

    assert {name: found for name, found in faults.items() if found} == {}
    assert wide == []
    assert len(faults) == len(PAGES) + 3


def test_an_issue_that_was_sent_is_shown_as_it_went_out(run: Run, page: Page, with_readers: Path) -> None:
    rows = run("issues", "--json", at=with_readers).out
    issue = re.findall(r'"issue": "([^"]+)"', rows)[0]
    assert run("send", issue, "--yes", at=with_readers).status == 0
    shutil.rmtree(with_readers / "content")
    (with_readers / "content").mkdir()

    with shown_here(with_readers) as preview:
        opened(page, preview, f"?issue={issue}")
        expect(page.locator("#head")).to_contain_text("This is what went out")
        assert mail(page).locator("h1").count() == 1
        assert mail(page).evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        opened(page, preview)
        expect(page.locator("#stage")).to_contain_text("There is nothing in this issue yet.")
