"""What strangers can cause for an address that is not theirs, and what they learn of it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, insert, select

from subscribers.requests import Kind, RequestState
from subscribers.states import State
from subscribers.storage import SubscriberStorage
from subscribers.storage.tables import requests, suppressed_hashes
from subscribers.suppression import SuppressionKeys
from subscribers.web.joining import HONEYPOT
from tests.subscribers.browser import NOW, AddReader, Answer, Browser
from tests.subscribers.postman import Postman, hidden_fields
from tests.subscribers.test_links import statements

VICTIM = "victim@example.eu"


def by_json(browser: Browser, email: str, network: str = "192.0.2.1", **more: object) -> Answer:
    body = json.dumps({"email": email, "consent": True, **more}).encode()
    return browser.ask(
        "POST", "/api/subscriptions", body, Content_Type="application/json", X_Test_Network=network
    )


def states(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        rows = connection.execute(select(requests.c.state, func.count()).group_by(requests.c.state))
        return {row.state: row[1] for row in rows}


def test_o_14_however_often_an_address_is_entered_it_gets_three_mails_a_day(postman: Postman) -> None:
    for hour in range(24):
        for number in range(4):
            by_json(postman.browser, VICTIM, f"198.51.100.{hour * 4 + number}")
            postman.deliver()
        postman.wait(3600)

    assert len(postman.mailboxes.of(VICTIM)) == 3


def test_o_14_a_quarter_of_an_hour_lies_between_two_mails(postman: Postman) -> None:
    by_json(postman.browser, VICTIM)
    postman.deliver()
    by_json(postman.browser, VICTIM)

    postman.wait(899)
    postman.deliver()
    too_soon = len(postman.mailboxes.of(VICTIM))
    postman.wait(1)
    postman.deliver()

    assert too_soon == 1
    assert len(postman.mailboxes.of(VICTIM)) == 2


def test_o_14_forms_json_and_links_to_personal_data_share_one_budget(
    postman: Postman, add_reader: AddReader
) -> None:
    add_reader(VICTIM)
    for _ in range(4):
        by_json(postman.browser, VICTIM)
        postman.deliver()
        postman.wait(1000)
        postman.sign_up(VICTIM)
        postman.deliver()
        postman.wait(1000)
        postman.browser.press("/manage", postman.form("/manage") | {"email": VICTIM})
        postman.deliver()
        postman.wait(1000)

    assert len(postman.mailboxes.of(VICTIM)) == 3


@pytest.mark.parametrize(
    "same",
    [
        ["a.b@gmail.com", "ab@gmail.com", "AB@gmail.com", "a.b+1@gmail.com", "ab@googlemail.com"],
        ["jane@example.eu", "Jane@Example.EU", "jane+1@example.eu", "jane+2@example.eu", "jane+3@example.eu"],
    ],
)
def test_o_15_one_mailbox_by_many_names_shares_one_budget(postman: Postman, same: list[str]) -> None:
    for email in same * 10:
        by_json(postman.browser, email, f"198.51.100.{len(postman.mailboxes.mails)}")
        postman.deliver()
        postman.wait(1000)

    assert len(postman.mailboxes.mails) == 3


def test_o_16_only_a_network_is_refused_and_told_when_to_come_back(browser: Browser) -> None:
    answers = [by_json(browser, f"reader{number}@example{number}.eu") for number in range(61)]

    assert [answer.status for answer in answers] == [202] * 60 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert by_json(browser, VICTIM, "192.0.2.2").status == 202


def test_o_16_who_was_refused_may_come_back_after_an_hour(browser: Browser) -> None:
    for number in range(61):
        by_json(browser, f"reader{number}@example.eu")
    browser.clock.now += timedelta(hours=1, minutes=5)

    assert by_json(browser, VICTIM).status == 202


def test_o_16_a_domain_waits_when_it_has_had_its_share_and_others_do_not(
    postman: Postman, engine: Engine
) -> None:
    limited = postman.with_limits(per_domain_hour=5)
    for number in range(20):
        by_json(postman.browser, f"reader{number}@school.example.eu")
    by_json(postman.browser, "somebody@example.org")

    limited.deliver()
    first_hour = [mail.to for mail in postman.mailboxes.mails]
    postman.wait(3601)
    limited.deliver()

    assert len(first_hour) == 6
    assert "somebody@example.org" in first_hour
    assert len(postman.mailboxes.mails) == 11


def test_o_16_over_the_global_limit_confirmations_wait_and_after_six_hours_lapse(
    postman: Postman, engine: Engine
) -> None:
    limited = postman.with_limits(global_hour=2)
    for number in range(20):
        by_json(postman.browser, f"reader@example{number}.eu")

    for _ in range(8):
        limited.deliver()
        postman.wait(3601)

    assert len(postman.mailboxes.mails) == 12
    assert states(engine) == {RequestState.MAILED: 12, RequestState.LAPSED: 8}


def test_domains_take_turns(postman: Postman) -> None:
    for number in range(10):
        by_json(postman.browser, f"reader{number}@wave.example.eu")
    by_json(postman.browser, "somebody@example.org")

    postman.deliver()

    assert [mail.to for mail in postman.mailboxes.mails].index("somebody@example.org") == 1


def test_o_18_a_filled_honeypot_gets_the_same_answer_and_no_mail(postman: Postman, engine: Engine) -> None:
    trapped = postman.sign_up(VICTIM, **{HONEYPOT: "https://buy.example"})
    honest = postman.sign_up("reader@example.org")
    postman.deliver()

    assert (trapped.status, trapped.text) == (honest.status, honest.text)
    assert [mail.to for mail in postman.mailboxes.mails] == ["reader@example.org"]


@pytest.mark.parametrize("path", ["/", "/embed", "/manage"])
def test_o_18_the_honeypot_looks_like_any_field_to_a_program_and_is_hidden_from_people(
    postman: Postman, path: str
) -> None:
    page = postman.browser.get(path).text

    (hidden,) = re.findall(r'<p class="away" aria-hidden="true">.*</p>', page)
    assert re.search(rf'<input [^>]*name="{HONEYPOT}" type="text" tabindex="-1" autocomplete="off">', hidden)
    assert re.search(r"\.away \{[^}]*position: absolute", postman.browser.get("/style.css").text)
    # Random-looking: nothing that a browser or a password manager knows how to fill in.
    assert not re.search("web|mail|name|url|site|phone|company|address", HONEYPOT)


@pytest.mark.parametrize("wait_s", [0.5, 24 * 3600 + 1])
def test_o_19_a_form_that_is_too_new_or_too_old_is_shown_again_filled_in(
    postman: Postman, engine: Engine, wait_s: float
) -> None:
    fields = postman.form(wait_s=wait_s)

    answer = postman.browser.press(
        "/subscribe", fields | {"email": VICTIM, "consent": "1", "topics": "green"}
    )

    assert answer.status == 200
    assert f'value="{VICTIM}"' in answer.text
    assert 'value="green" checked' in answer.text
    assert states(engine) == {}


def test_o_19_a_plain_form_on_another_page_needs_one_more_click(postman: Postman, engine: Engine) -> None:
    first = postman.browser.press("/subscribe", {"email": VICTIM, "consent": "1"})
    postman.wait(3)
    second = postman.browser.press(
        "/subscribe", hidden_fields(first.text) | {"email": VICTIM, "consent": "1"}
    )

    assert "One more click" in first.text
    assert "Please look into your mailbox" in second.text
    assert states(engine) == {"waiting": 1}


def test_o_21_nobody_gives_themselves_a_state_by_json(postman: Postman, storage: SubscriberStorage) -> None:
    answer = by_json(
        postman.browser,
        VICTIM,
        status="active",
        state="active",
        confirmed_at="2026-01-01",
        digests=["secret", "monthly"],
        topics=["secret"],
    )
    postman.deliver()
    reader = storage.find_by_key(VICTIM)

    assert answer.status == 202
    assert reader is not None
    assert reader.state is State.PENDING
    assert reader.confirmed_at is None


def test_o_22_nothing_that_a_stranger_writes_is_in_a_mail(postman: Postman) -> None:
    evil = "http://evil.example WIN"
    by_json(postman.browser, VICTIM, name=evil, topics=[evil], digests=[evil])
    postman.deliver()

    (mail,) = postman.mailboxes.mails
    assert mail.digests == ("monthly",)
    assert "evil" not in repr(mail)
    assert "WIN" not in repr(mail)


def test_o_33_a_stranger_who_never_confirms_is_asked_no_more(postman: Postman) -> None:
    by_json(postman.browser, VICTIM)
    postman.deliver()

    for _ in range(60):
        postman.wait(24 * 3600)
        postman.deliver()

    assert len(postman.mailboxes.of(VICTIM)) == 1


def test_who_asks_twice_gets_what_they_asked_for_last(postman: Postman) -> None:
    by_json(postman.browser, VICTIM, lang="fr", digests=["monthly"])
    by_json(postman.browser, VICTIM, lang="de", digests=["weekly"])

    postman.deliver()

    (mail,) = postman.mailboxes.mails
    assert (mail.lang, mail.digests) == ("de", ("weekly",))


#: Every state that an address can be in, but new, and erased, of which a hash is left.
KNOWN: dict[str, dict[str, object]] = {
    "pending": {"state": "pending"},
    "active": {},
    "paused": {"state": "paused"},
    "unsubscribed": {"state": "unsubscribed"},
    "bounced": {"suppressed": "bounce"},
    "complained": {"suppressed": "complaint", "state": "unsubscribed"},
    "blocked": {"suppressed": "block"},
}
Ask = Callable[[Postman, str], Answer]
ENTRANCES: dict[str, Ask] = {
    "form": lambda postman, email: postman.sign_up(email),
    "embed": lambda postman, email: postman.browser.press(
        "/subscribe", postman.form("/embed") | {"email": email, "consent": "1"}
    ),
    "json": lambda postman, email: by_json(postman.browser, email),
    "manage": lambda postman, email: postman.browser.press(
        "/manage", postman.form("/manage") | {"email": email}
    ),
}


@pytest.fixture
def nine(add_reader: AddReader, engine: Engine, suppression_keys: SuppressionKeys) -> list[str]:
    """An address in each of the nine states."""
    for name, values in KNOWN.items():
        add_reader(f"{name}@example.org", **values)
    erased = {
        "hash": suppression_keys.hashes("erased@example.org")[0],
        "key_id": suppression_keys.newest_id,
        "reason": "erased",
        "at": NOW,
    }
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), erased)
    return [f"{name}@example.org" for name in ("new", *KNOWN, "erased")]


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_o_12_every_address_gets_the_same_answer(postman: Postman, nine: list[str], entrance: str) -> None:
    addresses = nine

    answers = [ENTRANCES[entrance](postman, email) for email in addresses]
    again = [ENTRANCES[entrance](postman, email) for email in addresses]

    assert len({answer.status for answer in [*answers, *again]}) == 1
    assert len({answer.text for answer in [*answers, *again]}) == 1
    assert len({_headers(answer) for answer in [*answers, *again]}) == 1


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_o_12_every_address_makes_one_row_of_the_same_form(
    postman: Postman, nine: list[str], engine: Engine, entrance: str
) -> None:
    for address in nine:
        ENTRANCES[entrance](postman, address)

    with engine.connect() as connection:
        rows = connection.execute(
            select(requests.c.kind, requests.c.state, requests.c.payload, requests.c.lang, requests.c.reason)
        ).all()
    assert len(rows) == len(nine) == 9
    assert len(set(rows)) == 1


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_o_12_the_database_is_asked_the_same_for_every_address_and_nothing_about_it(
    postman: Postman, nine: list[str], engine: Engine, entrance: str
) -> None:
    """What could take longer for an address that is known: measured times differ by what else a machine does."""
    asked = []
    for address in nine:
        with statements(engine) as seen:
            ENTRANCES[entrance](postman, address)
        asked.append(tuple(seen))

    assert len(set(asked)) == 1
    assert any("INSERT INTO requests" in statement for statement in asked[0])
    assert not [each for each in asked[0] if re.search("subscribers|suppressed_hashes|subscriptions", each)]


def test_who_complained_or_blocked_gets_no_mail_however_it_is_asked_for(
    postman: Postman, add_reader: AddReader
) -> None:
    for name in ("complained", "blocked"):
        add_reader(f"{name}@example.org", **KNOWN[name])
        for ask in ENTRANCES.values():
            ask(postman, f"{name}@example.org")
            postman.deliver()
            postman.wait(1000)

    assert postman.mailboxes.mails == []


def test_b_10_a_mailbox_that_bounced_is_asked_once_in_thirty_days_and_comes_back_by_confirming(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    add_reader(VICTIM, suppressed="bounce")
    for _ in range(10):
        by_json(postman.browser, VICTIM)
        postman.deliver()
        postman.wait(24 * 3600)
    mails = [mail.kind for mail in postman.mailboxes.of(VICTIM)]
    by_json(postman.browser, VICTIM)
    postman.wait(30 * 24 * 3600)
    by_json(postman.browser, VICTIM)
    postman.deliver()

    postman.press(postman.link(VICTIM))

    reader = storage.find_by_key(VICTIM)
    assert mails == [Kind.SIGN_UP]
    assert reader is not None
    assert reader.suppressed is None


def _headers(answer: Answer) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in answer.headers.items() if name.lower() != "date")
