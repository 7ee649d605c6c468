"""The editor's page in a real browser: it follows the files, keeps its place, and can be used by anybody."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, Route, expect

from tests.chromium import needs_chromium
from tests.command_line import Run
from tests.preview.previewing import PATIENCE_S, Preview, an_item, previewed, saved

pytestmark = needs_chromium

#: WCAG 2.2 AA, and what its authors advise besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["", "?part=text", "?part=headers", "?part=web&width=phone&scheme=dark", "items", "?issue=nonsense"]
expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page, as wide as a desk's screen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()


def opened(page: Page, preview: Preview, path: str = "") -> None:
    """Open *path* of the preview, and wait until the page follows the files."""
    page.goto(preview.address + path)
    expect(page.locator("#live")).to_have_text("Follows the files.")


def press(page: Page, key: str) -> None:
    """Press a key that is a shortcut, once the page listens."""
    expect(page.locator("#live")).to_have_text("Follows the files.")
    page.keyboard.press(key)


def mail(page: Page) -> Frame:
    """Return the mail that is shown."""
    handle = page.locator("#stage iframe:not(.coming)").element_handle()
    frame = handle.content_frame()
    assert frame is not None
    return frame


def wait_for(page: Page, words: str) -> None:
    """Wait until the mail says *words*."""
    page.wait_for_function(
        "words => document.querySelector('#stage iframe:not(.coming)').contentDocument?.body?.textContent.includes(words)",
        arg=words,
    )


def retitled(path: Path, title: str) -> None:
    """Save the item at *path* with another title."""
    saved(path, re.sub(r"^title: .*$", f'title: "{title}"', path.read_text("utf-8"), flags=re.MULTILINE))


def test_a_saved_item_is_shown_and_everything_else_stays_where_it_is(page: Page, preview: Preview) -> None:
    opened(page, preview, "?width=phone&scheme=dark")
    page.locator("#stories summary").click()
    page.locator("#tools a", has_text="Headers").focus()
    mail(page).evaluate("scrollTo(0, 700)")
    address = page.url

    retitled(an_item(preview.project), "Nobody has read this before")
    wait_for(page, "Nobody has read this before")

    assert mail(page).evaluate("scrollY") == 700
    assert page.url == address
    expect(page.locator("#stories[open]")).to_contain_text("Nobody has read this before")
    assert page.evaluate("document.activeElement.textContent") == "Headers"
    assert mail(page).evaluate("matchMedia('(max-width: 400px)').matches")
    assert page.locator("#stage iframe").count() == 1


def test_a_reload_keeps_the_view_and_the_place(page: Page, preview: Preview) -> None:
    opened(page, preview, "?width=phone")
    mail(page).evaluate("scrollTo(0, 700)")

    page.reload()

    page.wait_for_function("() => document.querySelector('#stage iframe').contentWindow.scrollY === 700")
    expect(page.locator("#tools a[aria-current]", has_text="Phone")).to_be_visible()


def test_a_template_a_picture_the_theme_and_the_issue_file_are_followed_too(
    page: Page, preview: Preview
) -> None:
    opened(page, preview)
    settings = preview.project / "newsletter.toml"
    issue = page.locator("#issues a[aria-current] .name").inner_text()

    (preview.project / "templates" / "email").mkdir(parents=True)
    saved(preview.project / "templates" / "email" / "masthead.mjml", "<mj-section><mj-column><mj-text>Own masthead</mj-text></mj-column></mj-section>")  # fmt: skip
    wait_for(page, "Own masthead")
    saved(settings, re.sub('accent = ".*"', 'accent = "#7a1f5c"', settings.read_text("utf-8")))
    page.wait_for_function("() => document.querySelector('#stage iframe:not(.coming)').contentDocument.documentElement.outerHTML.toLowerCase().includes('#7a1f5c')")  # fmt: skip
    saved(preview.project / "content" / "issues" / f"{issue}.md", "---\nsubject: Chosen by hand\n---\nHello from us.\n")  # fmt: skip
    wait_for(page, "Hello from us.")
    expect(page.locator("h1")).to_have_text("Chosen by hand")


def test_a_mistake_is_told_with_its_line_while_the_last_good_mail_stays(page: Page, preview: Preview) -> None:
    opened(page, preview)
    item = an_item(preview.project)
    before, words = item.read_text("utf-8"), mail(page).locator("body").inner_text()

    saved(item, before.replace("title:", "title: One: two\nother:", 1))
    expect(page.locator("#trouble")).to_contain_text(f"{item.relative_to(preview.project)}:2")
    assert mail(page).locator("body").inner_text() == words
    expect(page.locator("#trouble .remedy").first).not_to_be_empty()

    saved(item, before.replace("title: ", "title: Mended, ", 1))
    wait_for(page, "Mended, ")
    expect(page.locator("#trouble")).to_be_empty()


def test_a_mistake_in_a_template_is_told_with_its_line(page: Page, preview: Preview) -> None:
    opened(page, preview)
    template = preview.project / "templates" / "email" / "masthead.mjml"
    template.parent.mkdir(parents=True)

    saved(template, "<mj-section>\n  {{ nonsense\n</mj-section>\n")

    expect(page.locator("#trouble")).to_contain_text("templates/email/masthead.mjml:")
    assert mail(page).locator("h1").count() == 1


def test_broken_settings_end_nothing(page: Page, preview: Preview) -> None:
    opened(page, preview)
    settings = preview.project / "newsletter.toml"
    before = settings.read_text("utf-8")

    saved(settings, before.replace("[theme]", "[theem]", 1))
    expect(page.locator("#trouble")).to_contain_text("newsletter.toml:")
    retitled(an_item(preview.project), "Still followed")
    wait_for(page, "Still followed")
    saved(settings, before)

    expect(page.locator("#trouble")).to_be_empty()


def test_a_project_folder_that_goes_and_comes_back_is_followed_again(page: Page, preview: Preview) -> None:
    opened(page, preview)
    aside = preview.project.with_name("aside")
    # What is being rendered would make the folder for pictures anew.
    expect(page.locator("#findings")).not_to_contain_text("still being looked at")

    preview.project.rename(aside)
    expect(page.locator("#trouble")).to_contain_text("is gone")
    assert mail(page).locator("h1").count() == 1
    aside.rename(preview.project)
    expect(page.locator("#trouble")).to_be_empty()

    retitled(an_item(preview.project), "Back again")
    wait_for(page, "Back again")


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


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_mail_is_light_or_dark_whatever_the_system_is(
    chromium: Browser, preview: Preview, system: str
) -> None:
    context = chromium.new_context(color_scheme=system)  # type: ignore[arg-type]  # one of the two
    page = context.new_page()
    paper = "getComputedStyle(document.querySelector('.paper')).backgroundColor"

    opened(page, preview)
    assert mail(page).evaluate(paper) == "rgb(255, 255, 255)"
    press(page, "l")
    page.wait_for_url("**scheme=dark**")

    assert mail(page).evaluate(paper) == "rgb(23, 27, 33)"
    context.close()


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


def test_a_mail_runs_no_script(page: Page, preview: Preview) -> None:
    """What a template of one's own may hold is not held against what content may."""
    folder = preview.project / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "issue.html").write_text("<html><head></head><body onload=\"document.body.textContent='ran'\">quiet<script>document.title='ran'</script></body></html>")  # fmt: skip

    opened(page, preview, "?part=web")

    assert mail(page).locator("body").inner_text() == "quiet"
    assert mail(page).evaluate("document.title") == ""


@pytest.mark.parametrize("kind", [(1280, "light"), (320, "dark")], ids=str)
def test_no_page_has_a_fault_that_a_checker_finds_and_each_fits_the_screen(
    chromium: Browser, sample: Path, kind: tuple[int, str]
) -> None:
    width, scheme = kind
    item = an_item(sample)
    item.write_text(item.read_text("utf-8").replace("title:", "title: One: two\nother:", 1), "utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    faults, wide = {}, []
    with previewed(sample) as preview:
        page.goto(preview.address)
        issue = page.locator("#issues a[aria-current] .name").inner_text()
        for path in [*PAGES, f"file?issue={issue}"]:
            opened(page, preview, path)
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            faults[path] = [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]
            if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
                wide.append(path)
    context.close()

    assert {path: found for path, found in faults.items() if found} == {}
    assert wide == []


def test_everything_is_reached_by_keyboard_and_its_shortcuts_can_be_switched_off(
    page: Page, preview: Preview
) -> None:
    opened(page, preview)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the mail"
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


def test_the_shortcuts_work_inside_the_mail(page: Page, preview: Preview) -> None:
    opened(page, preview)
    page.wait_for_load_state("load")
    mail(page).locator("a").first.focus()

    press(page, "t")

    page.wait_for_url("**part=text**")


def test_an_editor_holds_reorders_and_writes_by_keyboard_alone(page: Page, preview: Preview) -> None:
    opened(page, preview)
    issue = page.locator("#issues a[aria-current] .name").inner_text()
    page.locator("#do-hold summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("The board first")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text(f"Written to content/issues/{issue}.md")

    press(page, "e")
    expect(page.locator("h1")).to_contain_text("The issue file")
    second = page.locator("[name=key]").nth(1).get_attribute("value")
    down = page.locator("button[value^='down:']").first
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=key]").first).to_have_value(str(second))
    assert str(page.evaluate("document.activeElement.ariaLabel")).startswith("Move down: ")
    page.locator("#introduction").focus()
    page.keyboard.type("Hello from us.")
    page.locator("button.primary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("pre")).to_contain_text("+Hello from us.")
    expect(page.locator("pre")).to_contain_text(f"+  - {second}")
    page.keyboard.press("Tab")
    page.locator("button.primary").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#notice")).to_contain_text(f"{issue} is changed.")
    wait_for(page, "Hello from us.")
    assert "The board first" in (preview.project / "content" / "issues" / f"{issue}.md").read_text("utf-8")


def test_what_somebody_is_writing_is_not_taken_away_by_a_saved_file(page: Page, preview: Preview) -> None:
    opened(page, preview)
    page.locator("#do-hold summary").click()
    page.locator("#reason").fill("Half a sen")

    retitled(an_item(preview.project), "Saved meanwhile")
    wait_for(page, "Saved meanwhile")
    expect(page.locator("#stories")).to_contain_text("Saved meanwhile")

    expect(page.locator("#reason")).to_have_value("Half a sen")


def test_who_fills_in_the_form_is_told_that_the_file_was_changed(page: Page, preview: Preview) -> None:
    opened(page, preview)
    issue = page.locator("#issues a[aria-current] .name").inner_text()
    page.locator("a", has_text="Change the issue file").click()
    expect(page.locator("#live")).to_have_text("Follows the files.")
    page.locator("#introduction").fill("Mine.")

    saved(preview.project / "content" / "issues" / f"{issue}.md", "---\nsubject: Theirs\n---\n")

    expect(page.locator("#live")).to_contain_text("The file was changed on disk after this form was opened")
    expect(page.locator("#introduction")).to_have_value("Mine.")


def test_without_javascript_the_page_can_be_read(chromium: Browser, preview: Preview) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(preview.address)

    expect(page.locator("#issues a[aria-current]")).to_be_visible()
    expect(page.frame_locator("#stage iframe").locator("h1")).to_be_visible()
    page.locator("#tools a", has_text="Plain text").click()
    expect(page.locator("pre")).to_contain_text("=====")
    context.close()


def test_an_issue_that_was_sent_is_shown_as_it_went_out(run: Run, page: Page, with_readers: Path) -> None:
    rows = run("issues", "--json", at=with_readers).out
    issue = re.findall(r'"issue": "([^"]+)"', rows)[0]
    assert run("send", issue, "--yes", at=with_readers).status == 0
    shutil.rmtree(with_readers / "content")
    (with_readers / "content").mkdir()

    with previewed(with_readers) as preview:
        opened(page, preview, f"?issue={issue}")
        expect(page.locator("#head")).to_contain_text("This is what went out")
        assert mail(page).locator("h1").count() == 1
        assert mail(page).evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        opened(page, preview)
        expect(page.locator("#stage")).to_contain_text("There is nothing in this issue yet.")


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_who_closes_the_preview_is_told_on_the_page(page: Page, sample: Path) -> None:
    with previewed(sample) as preview:
        opened(page, preview)

        status, _, err = preview.stop()

    assert (status, "Traceback" in err) == (0, False)
    expect(page.locator("#live")).to_contain_text("The preview was stopped.")
