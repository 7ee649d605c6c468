"""The challenge in a real browser: its script solves it while somebody fills in the form (row O-20)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from sqlalchemy import Engine, func, select
from starlette.responses import HTMLResponse

from subscribers.challenges import ProofOfWork
from subscribers.storage import SubscriberStorage
from subscribers.storage.challenges import spend
from subscribers.storage.tables import requests
from tests.chromium import needs_chromium
from tests.subscribers.browser import AddReader
from tests.subscribers.house import House
from tests.subscribers.postman import Postman
from tests.web.serving import serving

pytestmark = [*needs_chromium, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

READER = "reader@police.example.eu"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def house(house: House, engine: Engine, secret: str) -> House:
    """The newsletter, with the challenge that readers get, and a website that frames its form."""
    work = ProofOfWork.from_secrets([secret], partial(spend, engine))
    reception = replace(house.desk.reception, challenge=work)
    desk = replace(house.desk, reception=reception, embed_sites=("http://localhost:*",))
    return replace(house, desk=desk)


@pytest.fixture
def page(chromium: Chromium, postman: Postman) -> Iterator[Page]:
    """A page whose policy holds, and that complains about nothing on its console."""
    context = chromium.new_context(base_url=f"http://127.0.0.1:{postman.browser.port}", locale="en")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location['url']}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # Browsers look for a picture of the site, which there is none of.
    assert [each for each in complaints if not each.endswith("/favicon.ico")] == []


def test_o_20_somebody_signs_up_and_notices_nothing(
    page: Page, postman: Postman, storage: SubscriberStorage
) -> None:
    page.goto("/")
    postman.wait(5)
    page.fill("#email", READER)
    page.check("[name=consent]")

    page.click("button.primary")
    page.wait_for_selector("h1:has-text('Please look into your mailbox')")
    postman.deliver()
    postman.press(postman.link(READER))

    assert storage.find_by_key(READER) is not None


def test_o_20_the_embedded_form_and_the_link_to_personal_data_solve_it_too(
    page: Page, postman: Postman, add_reader: AddReader
) -> None:
    add_reader("known@example.org")
    page.goto("/embed")
    postman.wait(5)
    page.fill("#email", READER)
    page.check("[name=consent]")
    page.click("button.primary")
    page.wait_for_selector("h1:has-text('Please look into your mailbox')")
    page.goto("/manage")
    postman.wait(5)
    page.fill("#email", "known@example.org")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Please look into your mailbox')")

    postman.deliver()

    assert {mail.to for mail in postman.mailboxes.mails} == {READER, "known@example.org"}


def test_o_20_a_form_in_a_frame_of_another_site_is_sent_when_it_is_solved(
    page: Page, postman: Postman, engine: Engine
) -> None:
    """The answer takes the whole window, though the script sends the form and not the press."""
    frame = f'<iframe src="http://127.0.0.1:{postman.browser.port}/embed" width="400" height="900"></iframe>'
    website = HTMLResponse(f"<!doctype html>{frame}")
    with serving() as elsewhere:
        elsewhere.app = website
        page.goto(f"http://localhost:{elsewhere.port}/")
        form = page.frame_locator("iframe")
        form.locator("#email").fill(READER)
        form.locator("[name=consent]").check()
        postman.wait(5)
        form.locator("button.primary").click()
        page.wait_for_selector("h1:has-text('Please look into your mailbox')")

    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(requests)).scalar() == 1


def test_a_form_that_was_used_comes_back_and_the_next_press_does_it(
    page: Page, postman: Postman, engine: Engine
) -> None:
    """As somebody sees it whose page stood open for long."""
    page.goto("/")
    postman.wait(30 * 60)
    page.fill("#email", READER)
    page.check("[name=consent]")
    page.click("button.primary")
    page.wait_for_selector("[role=status]:has-text('press the button once more')")
    postman.wait(5)

    page.click("button.primary")
    page.wait_for_selector("h1:has-text('Please look into your mailbox')")

    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(requests)).scalar() == 1


def test_the_page_goes_on_answering_while_it_counts(page: Page) -> None:
    """A challenge without a solution in sight: the page's own timer rings twenty times all the same."""
    page.goto("/")
    ring = """() => new Promise((done) => {
        const field = document.querySelector("[name=challenge]");
        const endless = { ...JSON.parse(field.dataset.challenge), challenge: "0".repeat(64), maxnumber: 1e9 };
        field.dataset.challenge = JSON.stringify(endless);
        document.querySelector("#email").focus();
        let rings = 0;
        setInterval(() => { if ((rings += 1) === 20) done(field.value); }, 5);
    })"""

    assert page.evaluate(ring) == ""


def test_without_javascript_the_words_are_seen_and_nobody_is_let_in(
    chromium: Chromium, postman: Postman, engine: Engine
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{postman.browser.port}/")
    postman.wait(5)
    page.fill("#email", READER)
    page.check("[name=consent]")
    words = page.locator("noscript").inner_text()
    page.click("button.primary")
    page.wait_for_selector("[role=status]:has-text('press the button once more')")
    context.close()

    assert "Without it, please write to editors@example.org." in words
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(requests)).scalar() == 0


@pytest.mark.parametrize("path", ["/", "/embed", "/manage"])
@pytest.mark.parametrize("has_script", [True, False])
def test_c_11_a_page_with_a_challenge_has_no_fault_that_a_checker_finds(
    chromium: Chromium, postman: Postman, path: str, has_script: bool
) -> None:
    """Without its script, blocked on the way, the page stands as somebody sees it who has none."""
    context = chromium.new_context(viewport={"width": 320, "height": 800}, bypass_csp=True)
    page = context.new_page()
    if not has_script:
        page.route("**/challenge.js", lambda route: route.abort())
    page.goto(f"http://127.0.0.1:{postman.browser.port}{path}")

    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()

    assert [each["id"] for each in found.response["violations"]] == []
    assert fits
