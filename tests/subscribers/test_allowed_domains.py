"""Only addresses of certain domains may subscribe, by a rule that everybody can read (row O-34)."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from subscribers.domains import AllowedDomains
from subscribers.storage import SubscriberStorage
from subscribers.storage.tables import requests
from tests.subscribers.browser import AddReader, Answer
from tests.subscribers.house import House
from tests.subscribers.postman import Postman

PATTERNS = ("police.example.eu", "*.police.example.eu", "*.zürich.example.ch")
INSIDE = "reader@police.example.eu"
OUTSIDE = "reader@mail.example.org"


@pytest.fixture
def house(house: House) -> House:
    """A newsletter for a few organisations."""
    allowed = AllowedDomains.from_patterns(PATTERNS)
    return replace(
        house, desk=replace(house.desk, reception=replace(house.desk.reception, allowed_domains=allowed))
    )


def asked(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(requests)).scalar() or 0


def by_json(postman: Postman, email: str) -> Answer:
    body = json.dumps({"email": email, "consent": True}).encode()
    return postman.browser.ask("POST", "/api/subscriptions", body, Content_Type="application/json")


@pytest.mark.parametrize(
    ("pattern", "domain", "is_held"),
    [
        ("police.example", "police.example", True),
        ("Police.Example", "police.example", True),
        ("police.example", "north.police.example", False),
        ("police.example", "policexexample", False),
        ("police.example", "police.example.evil.example", False),
        ("*.police.example", "north.police.example", True),
        ("*.police.example", "a.north.police.example", True),
        ("*.police.example", "police.example", False),
        ("*.police.example", "evilpolice.example", False),
        ("*.police.example", "police.example.evil.example", False),
        ("*.police.*", "north.police.example", True),
        ("*.police.*", "police.example", False),
        ("Zürich.example", "xn--zrich-kva.example", True),
        ("xn--zrich-kva.example", "xn--zrich-kva.example", True),
        ("*.straße.example", "a.xn--strae-oqa.example", True),
    ],
)
def test_o_34_a_star_is_one_label_or_more(pattern: str, domain: str, is_held: bool) -> None:
    assert AllowedDomains.from_patterns([pattern]).holds(domain) is is_held


def test_o_34_without_a_rule_every_domain_may() -> None:
    assert AllowedDomains.from_patterns([]).holds("anything.example")


@pytest.mark.parametrize(
    "email",
    [INSIDE, "Reader@POLICE.Example.EU", "a@north.police.example.eu", "a@amt.zürich.example.ch"],
)
def test_o_34_who_belongs_to_a_domain_of_the_rule_signs_up(
    postman: Postman, engine: Engine, email: str
) -> None:
    assert postman.sign_up(email).status == 200
    assert by_json(postman, email).status == 202
    assert asked(engine) == 2


@pytest.mark.parametrize("email", [OUTSIDE, "a@evilpolice.example.eu", "a@police.example.eu.evil.example"])
def test_o_34_who_does_not_is_told_the_rule_and_no_mail_leaves(
    postman: Postman, engine: Engine, email: str
) -> None:
    page, refused = postman.sign_up(email), by_json(postman, email)

    assert page.status == 422
    assert "Only addresses of certain organisations can subscribe here." in page.text
    assert (refused.status, json.loads(refused.text)["id"]) == (422, "email-not-allowed")
    assert asked(engine) == 0


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_o_34_the_form_says_which_domains_may(postman: Postman, path: str) -> None:
    page = postman.browser.get(path, Accept_Language="fr").text

    assert "aux adresses de ces domaines\xa0: " + ", ".join(PATTERNS) in page


def manage_link(postman: Postman, email: str) -> str:
    postman.browser.press("/manage", {**postman.form("/manage"), "email": email})
    postman.deliver()
    return postman.link(email, "manage")


def test_o_34_a_reader_of_another_domain_reaches_their_data(postman: Postman, add_reader: AddReader) -> None:
    """Who subscribed before there was a rule, or was imported, has the same rights as everybody."""
    add_reader(OUTSIDE)

    link = manage_link(postman, OUTSIDE)
    page = postman.browser.get(link)
    postman.wait(31 * 60)
    another = postman.browser.press(link, {})
    postman.deliver()

    assert page.status == 200
    assert another.status == 200
    assert len(postman.mailboxes.of(OUTSIDE)) == 2


def test_o_34_the_way_to_personal_data_tells_nothing_of_the_rule(postman: Postman, engine: Engine) -> None:
    answers = [
        postman.browser.press("/manage", {**postman.form("/manage"), "email": email})
        for email in (INSIDE, OUTSIDE)
    ]

    assert answers[0].text == answers[1].text
    assert asked(engine) == 2


@pytest.mark.parametrize(
    ("email", "new", "may"),
    [
        (INSIDE, "reader@north.police.example.eu", True),
        (INSIDE, OUTSIDE, False),
        (OUTSIDE, "other@mail.example.org", True),
        (OUTSIDE, INSIDE, True),
        (OUTSIDE, "reader@other.example.org", False),
    ],
)
def test_o_34_an_address_changes_within_the_rule_or_within_its_own_domain(
    postman: Postman,
    add_reader: AddReader,
    storage: SubscriberStorage,
    email: str,
    new: str,
    may: bool,
) -> None:
    ref = add_reader(email)
    answer = postman.browser.press(manage_link(postman, email), {"action": "address", "email": new})
    postman.deliver()
    if may:
        postman.press(postman.link(new))

    reader = storage.find(ref)
    assert reader is not None
    assert answer.status == (200 if may else 422)
    assert reader.email == (new if may else email)
