"""Links pressed, addresses blocked and settings changed in orders that nobody plans: nobody is mailed who must not be, nothing breaks."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from subscribers.domains import AllowedDomains
from subscribers.mails import Outcome, Sent
from subscribers.requests import RequestState
from subscribers.states import State
from subscribers.storage import SubscriberStorage, subscribers
from subscribers.storage.confirming import Press
from subscribers.storage.suppressing import suppress
from subscribers.storage.tables import requests, suppressed_hashes
from subscribers.suppression import Suppression, SuppressionKeys
from subscribers.tokens import Purpose
from tests.subscribers.browser import AddReader
from tests.subscribers.house import House, new_ref
from tests.subscribers.postman import Postman
from tests.subscribers.test_managing import manage_link
from tests.web.serving import Served

READER = "reader@police.example.eu"
NEW = "new.address@police.example.eu"


def state_of_requests(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(requests.c.state).order_by(requests.c.id)).scalars())


def test_a_block_while_its_sender_is_dead_leaves_nothing_to_mail(postman: Postman, engine: Engine) -> None:
    postman.sign_up(READER)
    postman.mailboxes.answer = Sent(outcome=Outcome.UNKNOWN)
    postman.deliver()
    # As after a sender that was killed before it could write down what the provider said.
    with engine.begin() as connection:
        connection.execute(update(requests).values(state=RequestState.SENDING))

    postman.press(postman.link(READER, "block"))
    postman.wait(3600)
    postman.deliver()

    assert [mail.to for mail in postman.mailboxes.mails] == [READER]
    assert state_of_requests(engine) == [RequestState.DROPPED]
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(subscribers)).scalar_one() == 0


def test_a_block_while_the_mail_is_in_hand_leaves_nothing_to_mail(
    postman: Postman, house: House, engine: Engine
) -> None:
    postman.sign_up(READER)
    queue = house.mailroom.queue
    (due,) = queue.waiting(house.clock(), 1)
    claimed = queue.claim(due, bytes(12), house.mailroom.limits, house.clock())
    assert claimed is not None

    house.desk.confirmations.block(due.ref, house.clock())
    queue.finish(claimed, Sent(outcome=Outcome.LATER), house.clock())
    postman.wait(3600)
    postman.deliver()

    assert postman.mailboxes.mails == []
    assert state_of_requests(engine) == [RequestState.DROPPED]


@pytest.mark.parametrize("page", ["confirm", "manage"])
def test_a_link_that_is_too_old_says_so_when_the_domain_may_not_subscribe_any_more(
    postman: Postman, house: House, add_reader: AddReader, server: Served, page: str
) -> None:
    add_reader(READER)
    if page == "manage":
        link = manage_link(postman)
    else:
        postman.sign_up(READER)
        postman.deliver()
        link = postman.link(READER)
    postman.wait(100 * 3600)
    closed = replace(
        house.desk,
        reception=replace(
            house.desk.reception, allowed_domains=AllowedDomains.from_patterns(["example.org"])
        ),
    )
    server.app = replace(house, desk=closed).app()

    answer = postman.browser.press(link, {})

    assert answer.status == 200


def test_a_reader_of_a_domain_that_may_not_subscribe_any_more_gets_at_their_data(
    postman: Postman, house: House, add_reader: AddReader, server: Served
) -> None:
    add_reader(READER)
    closed = replace(
        house.desk,
        reception=replace(
            house.desk.reception, allowed_domains=AllowedDomains.from_patterns(["example.org"])
        ),
    )
    server.app = replace(house, desk=closed).app()

    assert manage_link(postman)


@pytest.mark.parametrize("reason", [Suppression.BLOCK, Suppression.COMPLAINT])
def test_a_new_address_that_must_not_be_mailed_by_now_changes_nothing(
    postman: Postman,
    add_reader: AddReader,
    storage: SubscriberStorage,
    engine: Engine,
    suppression_keys: SuppressionKeys,
    reason: Suppression,
) -> None:
    add_reader(READER)
    postman.browser.press(manage_link(postman), {"action": "address", "email": NEW})
    postman.deliver()
    hashed = {
        "hash": suppression_keys.hashes(NEW)[0],
        "key_id": suppression_keys.newest_id,
        "reason": reason,
        "at": postman.browser.clock(),
    }
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), hashed)

    answer = postman.press(postman.link(NEW))

    assert answer.status == 410
    assert storage.find_by_key(NEW) is None
    assert storage.find_by_key(READER) is not None


def test_a_new_address_that_was_erased_once_is_remembered_no_longer(
    postman: Postman,
    add_reader: AddReader,
    storage: SubscriberStorage,
    engine: Engine,
    suppression_keys: SuppressionKeys,
) -> None:
    add_reader(READER)
    hashed = {
        "hash": suppression_keys.hashes(NEW)[0],
        "key_id": suppression_keys.newest_id,
        "reason": Suppression.ERASED,
        "at": postman.browser.clock(),
    }
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), hashed)
    postman.browser.press(manage_link(postman), {"action": "address", "email": NEW})
    postman.deliver()

    postman.press(postman.link(NEW))

    assert storage.find_by_key(NEW) is not None
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(suppressed_hashes)).scalar_one() == 0


@pytest.mark.parametrize("reason", [Suppression.BLOCK, Suppression.COMPLAINT])
def test_undo_does_not_take_back_a_complaint(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage, engine: Engine, reason: Suppression
) -> None:
    ref = add_reader(READER)
    reader = storage.find(ref)
    assert reader is not None
    with engine.begin() as connection:
        suppress(connection, [reader.id], reason, at=postman.browser.clock())
    link = f"/unsubscribe/{postman.browser.token(ref)}"

    page = postman.browser.get(link)
    postman.browser.press(link, {"action": "undo"})

    after = storage.find(ref)
    assert after is not None
    assert after.state is State.UNSUBSCRIBED
    assert "undo" not in page.text.casefold()


def test_a_block_needs_its_page_read_for_a_second(postman: Postman, storage: SubscriberStorage) -> None:
    postman.sign_up(READER)
    postman.deliver()
    link = postman.link(READER, "block")

    postman.browser.press(link, {})
    postman.browser.press(link, postman.form(link, wait_s=0.2))

    assert storage.find_by_key(READER) is not None
    postman.press(link)
    assert storage.find_by_key(READER) is None


def test_a_block_of_what_is_no_longer_kept_promises_nothing(postman: Postman, engine: Engine) -> None:
    postman.sign_up(READER)
    postman.deliver()
    with engine.begin() as connection:
        connection.execute(delete(requests))

    answer = postman.press(postman.link(READER, "block"))

    assert answer.status == 410
    assert "will not write" not in answer.text


@pytest.mark.parametrize("page", ["preferences", "unsubscribe"])
def test_who_is_told_to_sign_up_is_led_there(postman: Postman, add_reader: AddReader, page: str) -> None:
    ref = add_reader(READER, state="unsubscribed", digests=())
    purpose = Purpose.PREFERENCES if page == "preferences" else Purpose.UNSUBSCRIBE

    answer = postman.browser.press(f"/{page}/{postman.browser.token(ref, purpose)}", {"action": "undo"})

    assert 'class="button" href="/"' in answer.text


@pytest.mark.parametrize("page", ["confirm", "block"])
def test_a_button_that_must_be_pressed_again_says_so(postman: Postman, page: str) -> None:
    postman.sign_up(READER)
    postman.deliver()

    opened = postman.browser.get(postman.link(READER, page))
    answer = postman.browser.press(postman.link(READER, page), {})

    assert "One more click" in answer.text
    assert "One more click" not in opened.text


def test_a_link_to_personal_data_that_is_asked_for_too_quickly_says_so(postman: Postman) -> None:
    answer = postman.browser.press("/manage", {**postman.form("/manage", wait_s=0.1), "email": READER})

    assert "One more click" in answer.text
    assert READER in answer.text


@pytest.mark.parametrize("number", range(5))
def test_links_of_two_mails_that_are_pressed_at_once_follow_each_other(
    postman: Postman, house: House, storage: SubscriberStorage, engine: Engine, number: int
) -> None:
    refs = []
    for _ in range(2):
        postman.sign_up(READER)
        postman.deliver()
        refs.append(postman.mailboxes.of(READER)[-1].ref)
        postman.wait(1000)
    if number % 2:
        # As after ten days without an answer.
        with engine.begin() as connection:
            connection.execute(delete(subscribers))
    pages, now = house.desk.confirmations, house.clock()
    press = Press(at=now, dwell_s=2.0, key_id="")

    with ThreadPoolExecutor(4) as several:
        confirming = [several.submit(pages.confirm, ref, press, new_ref) for ref in refs]
        blocking = [several.submit(pages.block, ref, now) for ref in refs]
        assert all(each.result() for each in confirming)
        assert any(each.result() for each in blocking)

    reader = storage.find_by_key(READER)
    assert reader is None or reader.suppressed is Suppression.BLOCK


def test_an_older_confirmation_does_not_bring_back_the_one_digest_that_was_left_since(
    postman: Postman, storage: SubscriberStorage
) -> None:
    links = []
    for _ in range(2):
        postman.sign_up(READER, digests=["monthly", "weekly"])
        postman.deliver()
        links.append(postman.link(READER))
        postman.wait(1000)
    postman.press(links[0])
    reader = storage.find_by_key(READER)
    assert reader is not None
    postman.browser.press(f"/unsubscribe/{postman.browser.token(reader.ref)}", {"action": "one"})

    answer = postman.press(links[1])

    after = storage.find_by_key(READER)
    assert after is not None
    assert list(after.wanted) == ["weekly"]
    assert answer.status == 410


def test_who_comes_back_after_an_erasure_is_remembered_as_erased_no_longer(
    postman: Postman, engine: Engine, suppression_keys: SuppressionKeys
) -> None:
    hashed = {
        "hash": suppression_keys.hashes(READER)[0],
        "key_id": suppression_keys.newest_id,
        "reason": Suppression.ERASED,
        "at": postman.browser.clock(),
    }
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), hashed)
    postman.wait(1)

    postman.subscribe(READER)

    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(suppressed_hashes)).scalar_one() == 0
