"""The pages for readers in a real browser: by keyboard alone, without JavaScript, small, dark, and read by a checker of accessibility."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from subscribers.states import State
from subscribers.storage import SubscriberStorage
from tests.chromium import needs_chromium
from tests.subscribers.browser import AddReader
from tests.subscribers.postman import Postman

pytestmark = [*needs_chromium, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

READER = "reader@police.example.eu"
#: WCAG 2.2 AA, and what its authors advise besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = [(375, "light", "en"), (1280, "dark", "fr"), (320, "light", "de"), (375, "dark", "en")]


@dataclass
class Screen:
    """A page, and where it sent requests to."""

    page: Page
    base: str
    hosts: set[str]

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)


@pytest.fixture(params=KINDS, ids=str)
def screen(request: pytest.FixtureRequest, chromium: Chromium, postman: Postman) -> Iterator[Screen]:
    """A phone's, a small or a large screen, light or dark, in a language; without JavaScript."""
    width, scheme, lang = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        locale=lang,
        java_script_enabled=True,
        bypass_csp=True,
    )
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda sent: hosts.add(sent.url.split("/")[2]))
    yield Screen(page, f"http://127.0.0.1:{postman.browser.port}", hosts)
    context.close()


def pages(postman: Postman, add_reader: AddReader) -> dict[str, str]:
    """Return an address of each page that can be opened."""
    add_reader("known@example.org")
    postman.sign_up(READER, topics=["green"])
    postman.browser.press("/manage", {**postman.form("/manage"), "email": "known@example.org"})
    postman.deliver()
    found = {
        "sign-up": "/",
        "embed": "/embed",
        "ask for a link": "/manage",
        "confirm": postman.link(READER),
        "block": postman.link(READER, "block"),
        "manage": postman.link("known@example.org", "manage"),
    }
    postman.press(postman.link(READER))
    postman.deliver()
    found["unsubscribe"] = postman.link(READER, "unsubscribe")
    found["preferences"] = postman.link(READER, "preferences")
    found["dead link"] = "/confirm/nonsense"
    return found


def test_c_11_no_page_has_a_fault_that_a_checker_finds(
    screen: Screen, postman: Postman, add_reader: AddReader
) -> None:
    faults = {}
    for name, path in pages(postman, add_reader).items():
        screen.open(path)
        found = Axe().run(screen.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        faults[name] = [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]

    assert {name: found for name, found in faults.items() if found} == {}


def test_c_11_every_page_fits_the_screen_and_asks_nobody_else(
    screen: Screen, postman: Postman, add_reader: AddReader
) -> None:
    """P-19 too."""
    wide = []
    for name, path in pages(postman, add_reader).items():
        screen.open(path)
        if not screen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            wide.append(name)

    assert wide == []
    assert screen.hosts == {screen.base.removeprefix("http://")}


def test_somebody_signs_up_and_confirms_by_keyboard_alone(
    chromium: Chromium, postman: Postman, storage: SubscriberStorage
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    base = f"http://127.0.0.1:{postman.browser.port}"
    page.goto(base + "/")
    postman.wait(5)
    _tab_to(page, "email")
    page.keyboard.type(READER)
    _tab_to(page, "consent")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("dl")
    postman.deliver()

    page.goto(base + postman.link(READER))
    postman.wait(2)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('You are subscribed')")
    context.close()

    reader = storage.find_by_key(READER)
    assert reader is not None
    assert reader.state is State.ACTIVE


def test_what_is_wrong_is_said_beside_the_field_and_the_field_has_the_focus(
    chromium: Chromium, postman: Postman
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{postman.browser.port}/")
    page.fill("#email", "nonsense")
    page.click("button.primary")
    page.wait_for_selector("#email-problem")

    assert page.input_value("#email") == "nonsense"
    assert page.evaluate("document.activeElement.id") == "email"
    assert page.get_attribute("#email", "aria-describedby") == "email-problem"
    context.close()


def test_o_02_a_page_that_is_only_opened_and_read_confirms_nothing(
    chromium: Chromium, postman: Postman, storage: SubscriberStorage
) -> None:
    postman.sign_up(READER)
    postman.deliver()
    context = chromium.new_context()
    page = context.new_page()

    page.goto(f"http://127.0.0.1:{postman.browser.port}{postman.link(READER)}")
    page.mouse.wheel(0, 2000)
    page.wait_for_load_state("networkidle")
    context.close()

    reader = storage.find_by_key(READER)
    assert reader is not None
    assert reader.state is State.PENDING


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the field *name* has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("*:focus").get_attribute("name") == name:
            return
    raise AssertionError(f"the field {name} cannot be reached by keyboard")
