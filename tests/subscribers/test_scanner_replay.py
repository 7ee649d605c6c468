"""What mail gateways do with every link of every mail, before its reader has seen it: nothing comes of it, and the reader's click still works."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import Engine, select

from subscribers.states import State
from subscribers.storage import SubscriberStorage, metadata
from subscribers.tokens import Purpose
from tests.subscribers.browser import AddReader, Browser
from tests.subscribers.postman import Postman

READER = "reader@police.example.eu"
AGENTS = ["", "Microsoft Office Existence Discovery", "Mozilla/5.0 HeadlessChrome/140", "python-requests"]


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row that is stored about anybody."""
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table))]
            for name, table in metadata.tables.items()
        }


def links_of_everybody(postman: Postman, add_reader: AddReader) -> list[str]:
    """Return each link that is in a mail: to confirm, to block, to personal data, to leave, to choose."""
    ref = add_reader("known@example.org")
    postman.subscribe("welcomed@example.org")
    postman.sign_up(READER)
    postman.browser.press("/manage", {**postman.form("/manage"), "email": "known@example.org"})
    postman.deliver()
    issue = [
        f"/unsubscribe/{postman.browser.token(ref)}",
        f"/preferences/{postman.browser.token(ref, Purpose.PREFERENCES)}",
    ]
    return issue + [link for mail in postman.mailboxes.mails for link in mail.links.values()]


def rewritten(link: str) -> list[str]:
    """Return *link* as gateways hand it on: through their own address, with something appended, in other letters."""
    through = unquote(quote(link, safe=""))
    return [through, f"{link}/", f"{link}.", f"{link}&data=05%7C02%7C", f"{link}?utm_source=x", f"{link}%22"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_h_07_o_02_c_04_the_scanner_replay(
    postman: Postman, add_reader: AddReader, engine: Engine, storage: SubscriberStorage
) -> None:
    links = links_of_everybody(postman, add_reader)
    before = everything(engine)

    for link in links:
        for agent in AGENTS:
            for method in ("OPTIONS", "HEAD", "GET"):
                assert postman.browser.ask(method, link, User_Agent=agent).status < 500
        with ThreadPoolExecutor(5) as several:
            list(several.map(postman.browser.get, [link] * 5))
        for changed in rewritten(link):
            assert postman.browser.get(changed).status in {200, 404, 410}
    after = everything(engine)
    confirmed = postman.press(postman.link(READER))

    reader = storage.find_by_key(READER)
    assert len(links) == 9
    assert after == before
    assert confirmed.status == 200
    assert reader is not None
    assert reader.state is State.ACTIVE


def test_o_02_no_page_submits_anything_by_itself(postman: Postman, add_reader: AddReader) -> None:
    for link in links_of_everybody(postman, add_reader):
        page = postman.browser.get(link).text
        assert not re.search(r"<script|http-equiv=.?refresh|onload=|autosubmit", page, re.IGNORECASE)


def test_o_03_a_robot_that_presses_at_once_confirms_nothing(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.sign_up(READER)
    postman.deliver()

    fields = postman.form(postman.link(READER), wait_s=0.2)
    postman.browser.press(postman.link(READER), fields)

    reader = storage.find_by_key(READER)
    assert reader is not None
    assert reader.state is State.PENDING


def test_a_robot_that_takes_its_time_is_on_record_and_the_reader_can_leave_with_one_click(
    postman: Postman, storage: SubscriberStorage, browser: Browser
) -> None:
    postman.sign_up(READER)
    postman.deliver()
    postman.press(postman.link(READER))
    postman.deliver()

    left = browser.ask("POST", postman.link(READER, "unsubscribe"))

    reader = storage.find_by_key(READER)
    assert left.status == 200
    assert reader is not None
    assert reader.state is State.UNSUBSCRIBED
