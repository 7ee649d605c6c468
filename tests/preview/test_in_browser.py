"""The editor's page in a real browser: it follows the files, keeps its place, and changes what an editor asks for."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import needs_chromium
from tests.preview.browsing import mail, opened, press, retitled, wait_for
from tests.preview.previewing import Preview, an_item, previewed, saved

pytestmark = needs_chromium


def test_a_saved_item_is_shown_and_everything_else_stays_where_it_is(page: Page, desk: Preview) -> None:
    opened(page, desk, "?width=phone&scheme=dark")
    page.locator("#stories summary").click()
    page.locator("#tools a", has_text="Headers").focus()
    mail(page).evaluate("scrollTo(0, 700)")
    address = page.url

    retitled(an_item(desk.project), "Nobody has read this before")
    wait_for(page, "Nobody has read this before")

    assert mail(page).evaluate("scrollY") == 700
    assert page.url == address
    expect(page.locator("#stories[open]")).to_contain_text("Nobody has read this before")
    assert page.evaluate("document.activeElement.textContent") == "Headers"
    assert mail(page).evaluate("matchMedia('(max-width: 400px)').matches")
    assert page.locator("#stage iframe").count() == 1


def test_a_template_a_picture_the_theme_and_the_issue_file_are_followed_too(
    page: Page, desk: Preview
) -> None:
    opened(page, desk)
    settings = desk.project / "newsletter.toml"
    issue = page.locator("#issues a[aria-current] .name").inner_text()

    (desk.project / "templates" / "email").mkdir(parents=True)
    saved(desk.project / "templates" / "email" / "masthead.mjml", "<mj-section><mj-column><mj-text>Own masthead</mj-text></mj-column></mj-section>")  # fmt: skip
    wait_for(page, "Own masthead")
    saved(settings, re.sub('accent = ".*"', 'accent = "#7a1f5c"', settings.read_text("utf-8")))
    page.wait_for_function("() => document.querySelector('#stage iframe:not(.coming)').contentDocument.documentElement.outerHTML.toLowerCase().includes('#7a1f5c')")  # fmt: skip
    pictures = "JSON.stringify([...document.querySelector('#stage iframe:not(.coming)').contentDocument.images].map(each => each.src))"
    before, (one, other) = page.evaluate(pictures), sorted((desk.project / "content" / "news").rglob("*.png"))
    shutil.copy(one, other)
    page.wait_for_function(f"before => {pictures} !== before", arg=before)
    saved(desk.project / "content" / "issues" / f"{issue}.md", "---\nsubject: Chosen by hand\n---\nHello from us.\n")  # fmt: skip
    wait_for(page, "Hello from us.")
    expect(page.locator("h1")).to_have_text("Chosen by hand")


def test_mistakes_are_told_with_their_lines_while_the_last_good_mail_stays(page: Page, desk: Preview) -> None:
    opened(page, desk)
    trouble, item = page.locator("#trouble"), an_item(desk.project)
    before, words = item.read_text("utf-8"), mail(page).locator("body").inner_text()

    saved(item, before.replace("title:", "title: One: two\nother:", 1))
    expect(trouble).to_contain_text(f"{item.relative_to(desk.project)}:2")
    expect(page.locator("#trouble .remedy").first).not_to_be_empty()
    assert mail(page).locator("body").inner_text() == words
    saved(item, before.replace("title: ", "title: Mended, ", 1))
    wait_for(page, "Mended, ")
    expect(trouble).to_be_empty()

    settings = desk.project / "newsletter.toml"
    good = settings.read_text("utf-8")
    saved(settings, good.replace("[theme]", "[theem]", 1))
    expect(trouble).to_contain_text("newsletter.toml:")
    retitled(item, "Still followed")
    wait_for(page, "Still followed")
    saved(settings, good)
    expect(trouble).to_be_empty()

    template = desk.project / "templates" / "email" / "masthead.mjml"
    template.parent.mkdir(parents=True)
    saved(template, "<mj-section>\n  {{ nonsense\n</mj-section>\n")
    expect(trouble).to_contain_text("templates/email/masthead.mjml:")
    assert "Still followed" in mail(page).locator("body").inner_text()


def test_a_project_folder_that_goes_and_comes_back_is_followed_again(page: Page, desk: Preview) -> None:
    opened(page, desk)
    aside = desk.project.with_name("aside")
    # What is being rendered would make the folder for pictures anew.
    expect(page.locator("#findings")).not_to_contain_text("still being looked at")

    desk.project.rename(aside)
    expect(page.locator("#trouble")).to_contain_text("is gone")
    assert mail(page).locator("h1").count() == 1
    aside.rename(desk.project)
    expect(page.locator("#trouble")).to_be_empty()

    retitled(an_item(desk.project), "Back again")
    wait_for(page, "Back again")


def test_an_editor_holds_reorders_and_writes_by_keyboard_alone(page: Page, desk: Preview) -> None:
    opened(page, desk)
    issue = page.locator("#issues a[aria-current] .name").inner_text()
    page.locator("#do-hold summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("The board first")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text(f"Written to content/issues/{issue}.md")
    page.reload()
    expect(page.locator("#notice")).to_be_empty()

    press(page, "e")
    expect(page.locator("h1")).to_contain_text("The issue file")
    second = page.locator("[name=key]").nth(1).get_attribute("value")
    down = page.locator("button[value^='down:']").first
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=key]").first).to_have_value(str(second))
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^Move down: "))
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
    assert "The board first" in (desk.project / "content" / "issues" / f"{issue}.md").read_text("utf-8")


def test_a_key_alone_approves_nothing_and_takes_nothing_back(page: Page, desk: Preview) -> None:
    opened(page, desk)
    press(page, "a")
    expect(page.locator("#by")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("is approved by")

    press(page, "a")

    expect(page.locator("button", has_text="Take the approval back")).to_be_focused()
    expect(page.locator(".standing .state")).to_have_text("approved")
    retitled(an_item(desk.project), "Not what was approved")
    expect(page.locator(".standing .state")).to_have_text("draft")
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator("button", has_text="Take the approval back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("is taken back")


def test_what_somebody_is_writing_is_not_taken_away_by_a_saved_file(page: Page, desk: Preview) -> None:
    opened(page, desk)
    page.locator("#do-hold summary").click()
    page.locator("#reason").fill("Half a sen")

    retitled(an_item(desk.project), "Saved meanwhile")
    wait_for(page, "Saved meanwhile")
    expect(page.locator("#stories")).to_contain_text("Saved meanwhile")

    expect(page.locator("#reason")).to_have_value("Half a sen")


def test_who_fills_in_the_form_is_told_that_the_file_was_changed(page: Page, desk: Preview) -> None:
    opened(page, desk)
    issue = page.locator("#issues a[aria-current] .name").inner_text()
    page.locator("a", has_text="Change the issue file").click()
    expect(page.locator("#live")).to_have_text("Follows the files.")
    page.locator("#introduction").fill("Mine.")

    saved(desk.project / "content" / "issues" / f"{issue}.md", "---\nsubject: Theirs\n---\n")

    expect(page.locator("#live")).to_contain_text("The file was changed on disk after this form was opened")
    expect(page.locator("#introduction")).to_have_value("Mine.")


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_who_closes_the_preview_is_told_on_the_page(page: Page, small: Path) -> None:
    with previewed(small) as preview:
        opened(page, preview)

        status, _, err = preview.stop()

    assert (status, "Traceback" in err) == (0, False)
    expect(page.locator("#live")).to_contain_text("The preview was stopped.")
