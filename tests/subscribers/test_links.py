"""What the address of a page tells of its reader: nothing; and what a forged one reaches: nothing."""

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

import html5lib
import pytest
from sqlalchemy import Engine, event

from subscribers.tokens import EXPIRING, Purpose
from tests.subscribers.browser import AddReader, Browser
from tests.subscribers.postman import Postman

READER = "jane.doe@police.example.eu"
PAGES = {
    "unsubscribe": Purpose.UNSUBSCRIBE,
    "preferences": Purpose.PREFERENCES,
    "confirm": Purpose.CONFIRM,
    "block": Purpose.BLOCK,
    "manage": Purpose.MANAGE,
}


def links_of_everything(postman: Postman, add_reader: AddReader) -> list[str]:
    """Return every address that a reader, who likes one topic, gets by mail."""
    known = add_reader("known@example.org")
    postman.subscribe(READER, topics=["green"], lang="fr")
    postman.deliver()
    postman.wait(15 * 60)
    postman.browser.press("/manage", {**postman.form("/manage"), "email": READER})
    postman.deliver()
    return [link for mail in postman.mailboxes.mails for link in mail.links.values()] + [
        f"/{page}/{postman.browser.token(known, PAGES[page])}" for page in ("unsubscribe", "preferences")
    ]


def traces(text: str) -> set[bytes]:
    """Return *text* and what can be made of it without a key."""
    data = text.encode()
    hashed = {hashlib.new(name, data) for name in ("md5", "sha1", "sha256")}
    plain = {data} | {each.digest() for each in hashed} | {each.hexdigest().encode() for each in hashed}
    return plain | {base64.b64encode(each).rstrip(b"=") for each in plain}


def contents(link: str) -> bytes:
    """Return *link*, and what its token says once decoded."""
    token = link.rpartition("/")[2][6:]
    return link.encode() + b" " + base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Yield what the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_o_08_before_the_code_of_a_token_is_right_the_database_is_asked_nothing(
    browser: Browser, add_reader: AddReader, engine: Engine, page: str, method: str
) -> None:
    ref, purpose = add_reader(), PAGES[page]
    issued = browser.clock.now if purpose in EXPIRING else None
    token = browser.keys.make(purpose, ref, "", issued)
    flipped = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in (6, 20, -2)
    ]
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

    with statements(engine) as asked:
        answers = [browser.ask(method, f"/{page}/{forged}") for forged in [*flipped, f"{unsigned}.e30.", "x"]]
        of_forged = list(asked)
        genuine = browser.ask(method, f"/{page}/{token}")

    assert {answer.status for answer in answers} == {404}
    assert of_forged == []
    assert genuine.status != 404
    assert asked != []


@pytest.mark.parametrize("said", [READER, "jane.doe", "police.example.eu", "known@example.org", "known"])
def test_o_10_no_address_in_a_mail_tells_whose_it_is(
    postman: Postman, add_reader: AddReader, said: str
) -> None:
    links = links_of_everything(postman, add_reader)

    found = [link for link in links for trace in traces(said) if trace in contents(link)]

    assert len(links) == 7
    assert found == []


def test_p_20_no_address_in_a_mail_tells_what_its_reader_likes(
    postman: Postman, add_reader: AddReader
) -> None:
    links = links_of_everything(postman, add_reader)

    assert [link for link in links if re.search(b"green|topic|finance", contents(link).lower())] == []


def test_o_11_w_43_a_page_behind_a_token_is_kept_by_nobody_and_told_to_nobody(
    postman: Postman, add_reader: AddReader
) -> None:
    for link in links_of_everything(postman, add_reader):
        for answer in (postman.browser.get(link), postman.browser.press(link, {})):
            page = html5lib.parse(answer.text, namespaceHTMLElements=False)

            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex"
            assert [each.get("href") for each in page.iter("link")] == ["/style.css"]
            assert not [each for each in page.iter() if each.get("src") or each.get("srcset")]
