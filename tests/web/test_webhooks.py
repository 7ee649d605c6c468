"""`POST /webhooks/{provider}`: who is believed, what is stored before 200, and how everything else is answered."""

import http.client
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event as ThreadEvent
from threading import Semaphore, Thread

import pytest
from anyio.to_thread import run_sync
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.database import Engine
from newsletter.delivery import outcomes
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, Receiver
from newsletter.delivery.providers import open_receiver
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Secret, Webhook
from newsletter.storage import events as event_store
from newsletter.storage.tables import events
from newsletter.web.webhooks import MAX_AT_A_TIME, MAX_BODY_BYTES, MAX_EVENTS, Webhooks, webhook_routes
from tests.delivery.providers.webhooks import SIGNING_KEY, mailgun_body, mailgun_signature
from tests.web.posting import Sender
from tests.web.serving import serving

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Postal:
    """The receiver of a service that sends a list of kinds, ids and addresses in JSON, with a token."""

    token: str = ""

    def verify(self, posted: Posted, now: datetime) -> None:
        sent = posted.headers.get("authorization", "")
        if sent == "Bearer old":
            raise ForgedEventError("too old", is_forbidden=True)
        if not self.token or sent != f"Bearer {self.token}":
            raise ForgedEventError("the token is\nwrong")

    def read(self, posted: Posted, now: datetime) -> Iterable[Event]:
        try:
            rows = json.loads(posted.body)
        except ValueError as error:
            raise UnreadableEventError(f"not JSON: {posted.body!r}") from error
        return [
            Event(
                provider="postal",
                id=row["id"],
                kind=EventKind(row["kind"]),
                bounce=Bounce.HARD if row["kind"] == "bounced" else None,
                at=now,
                email=row["email"],
            )
            for row in rows
        ]


def told(*ids: str, kind: str = "delivered", email: str = "anna@example.org") -> list[dict[str, str]]:
    return [{"id": id_, "kind": kind, "email": email} for id_ in ids]


def stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(events)).scalar_one()


@pytest.fixture
def make_sender(engine: Engine) -> Iterator[Callable[..., Sender]]:
    """Return a function that serves receivers and returns who posts to them."""
    with serving() as served:

        def make(*pages: Route, **receivers: Receiver) -> Sender:
            sender = Sender(served.port)
            webhooks = Webhooks(
                receivers=receivers,
                store=lambda reported, now: event_store.store(engine, reported, now),
                on_stored=lambda: sender.called.append(True),
                now=lambda: NOW,
            )
            served.app = Starlette(routes=[*webhook_routes(webhooks), *pages])
            return sender

        yield make


@pytest.fixture
def sender(make_sender: Callable[..., Sender]) -> Sender:
    mailgun = open_receiver("mailgun", Webhook(signing_key=Secret(SIGNING_KEY)))
    return make_sender(postal=Postal("secret"), mailgun=mailgun, unset=Postal())


def test_w_29_events_are_stored_before_the_answer(sender: Sender, engine: Engine) -> None:
    assert sender.post(told("1", "2")) == 200

    assert stored(engine) == 2
    assert sender.called == [True]


def test_duplicates_are_answered_with_200_and_stored_once(sender: Sender, engine: Engine) -> None:
    statuses = [sender.post(told("1", "1")), sender.post(told("1")), sender.post(told("1", "2"))]

    assert statuses == [200, 200, 200]
    assert stored(engine) == 2


@pytest.mark.parametrize(
    "name", ["delivered", "failed", "stored", "list_member_uploaded", "teleported", None]
)
def test_w_25_a_signature_that_came_before_lets_no_other_body_in(
    sender: Sender, engine: Engine, name: str | None
) -> None:
    signature = mailgun_signature(at=NOW)
    caught = mailgun_body({"event": name, "recipient": "anna@example.org"}, signature)
    altered = [
        mailgun_body({"event": "complained", "recipient": "bert@example.org"}, signature),
        mailgun_body({"event": name, "recipient": "bert@example.org"}, signature),
        mailgun_body({"event": "stored"}, signature),
    ]

    statuses = [sender.post(body, to="mailgun") for body in (caught, *altered)]

    assert statuses == [200, 406, 406, 406]
    assert stored(engine) == 1
    assert sender.called == [True]


def test_w_25_a_signature_is_used_up_although_its_event_was_seen_to(sender: Sender, engine: Engine) -> None:
    signature = mailgun_signature(at=NOW)
    sender.post(mailgun_body({"event": "opened", "recipient": "anna@example.org"}, signature), to="mailgun")
    outcomes.process(engine, NOW, lambda _provider: False)

    status = sender.post(
        mailgun_body({"event": "opened", "recipient": "bert@example.org"}, signature), to="mailgun"
    )

    assert status == 406


@pytest.mark.parametrize("name", ["delivered", "stored"])
def test_w_25_a_replay_of_the_same_body_is_refused_too(sender: Sender, engine: Engine, name: str) -> None:
    body = mailgun_body({"event": name, "recipient": "anna@example.org"}, mailgun_signature(at=NOW))

    statuses = [sender.post(body, to="mailgun") for _ in range(3)]

    assert statuses == [200, 406, 406]
    assert stored(engine) == 1
    assert sender.called == [True]


def test_w_25_a_signature_is_used_up_before_the_answer_or_not_at_all(sender: Sender, engine: Engine) -> None:
    body = mailgun_body({"event": "stored"}, mailgun_signature(at=NOW))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO gone")
    lost = sender.post(body, to="mailgun")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO events")

    statuses = [lost, sender.post(body, to="mailgun")]

    assert statuses == [503, 200]
    assert stored(engine) == 1


def test_w_25_of_mail_that_comes_in_no_address_is_kept(sender: Sender, engine: Engine) -> None:
    event = {
        "event": "stored",
        "recipient": "anna@example.org",
        "message": {"headers": {"to": "b@example.org"}},
    }

    sender.post(mailgun_body(event, mailgun_signature(at=NOW)), to="mailgun")

    with engine.connect() as connection:
        row = connection.execute(select(events)).one()
    assert (row.kind, row.email, row.domain, row.message) == ("unknown", "", "", "")


@pytest.mark.parametrize("token", ["", "wrong", "secret2"])
def test_w_24_a_stranger_is_refused(sender: Sender, engine: Engine, token: str) -> None:
    assert sender.post(told("1"), token=token) == 401

    assert stored(engine) == 0


@pytest.mark.parametrize("token", ["", "secret"])
def test_w_24_without_a_secret_nobody_is_believed(sender: Sender, token: str) -> None:
    assert sender.post(told("1"), token=token, to="unset") == 401


def test_w_24_who_is_not_believed_is_not_read(sender: Sender) -> None:
    assert sender.post(b"no JSON", token="wrong") == 401
    assert sender.post(b"no JSON") == 400


def test_w_28_what_is_forbidden_is_refused(sender: Sender, engine: Engine) -> None:
    assert sender.post(told("1"), token="old") == 403

    assert stored(engine) == 0


def test_an_unknown_provider_has_no_route(sender: Sender) -> None:
    assert sender.post(told("1"), to="elsewhere") == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_taken(sender: Sender, method: str) -> None:
    assert sender.ask(method, "/webhooks/postal")[0] == 405


def test_w_29_a_body_over_a_mebibyte_is_refused_while_it_arrives(sender: Sender, engine: Engine) -> None:
    just_right = json.dumps(told("1")).encode().ljust(MAX_BODY_BYTES)

    statuses = [sender.post(just_right), sender.post(just_right + b" ")]

    assert statuses == [200, 413]
    assert stored(engine) == 1


def test_w_29_a_chunked_body_is_counted_too(sender: Sender) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sender.port, timeout=10)
    chunks = (b" " * 65_536 for _ in range(MAX_BODY_BYTES // 65_536 + 1))

    connection.request("POST", "/webhooks/postal", chunks, encode_chunked=True)

    assert connection.getresponse().status == 413
    connection.close()


def test_w_29_too_many_events_are_refused(sender: Sender, engine: Engine) -> None:
    many = [{"id": str(number), "kind": "opened", "email": "a@b.eu"} for number in range(MAX_EVENTS + 1)]

    statuses = [sender.post(many), sender.post(many[1:])]

    assert statuses == [413, 200]
    assert stored(engine) == MAX_EVENTS


def test_w_29_of_events_without_end_no_more_are_read_than_are_taken(
    make_sender: Callable[..., Sender], engine: Engine
) -> None:
    @dataclass(frozen=True)
    class Endless(Postal):
        def read(self, posted: Posted, now: datetime) -> Iterator[Event]:
            for number in range(MAX_EVENTS + 1):
                yield Event(provider="postal", id=str(number), kind=EventKind.OPENED, at=now, email="")
            raise AssertionError("more than enough to refuse them")

    assert make_sender(postal=Endless("secret")).post([]) == 413

    assert stored(engine) == 0


def test_w_29_while_many_requests_wait_readers_pages_are_answered(
    make_sender: Callable[..., Sender],
) -> None:
    begun, is_over = Semaphore(0), ThreadEvent()

    @dataclass(frozen=True)
    class Slow(Postal):
        def verify(self, posted: Posted, now: datetime) -> None:
            begun.release()
            is_over.wait(10)

    async def page(request: Request) -> Response:
        return PlainTextResponse(await run_sync(lambda: "a page"))

    sender = make_sender(Route("/page", page), postal=Slow())
    posting = [Thread(target=sender.post, args=([],)) for _ in range(60)]
    for thread in posting:
        thread.start()
    assert all(begun.acquire(timeout=10) for _ in range(MAX_AT_A_TIME))

    answer = sender.ask("GET", "/page")

    # The others waited.
    assert not begun.acquire(blocking=False)
    is_over.set()
    for thread in posting:
        thread.join(10)
    assert answer == (200, "a page")


def test_a_database_that_cannot_be_used_lets_the_provider_try_again(sender: Sender, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO gone")

    status, said = sender.ask(
        "POST", "/webhooks/postal", json.dumps(told("1")).encode(), Authorization="Bearer secret"
    )

    assert (status, said) == (503, "refused\n")
    assert sender.called == []


@pytest.mark.parametrize("body", [b"[1]", b'[{"id": "1", "kind": "new", "email": ""}]', b"[[]]"])
def test_a_mistake_of_ours_shows_nobody_a_traceback(
    sender: Sender, body: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    status, said = sender.ask("POST", "/webhooks/postal", body, Authorization="Bearer secret")

    assert status == 500
    assert "Traceback" not in said + caplog.text + capfd.readouterr().err


def test_w_20_neither_address_nor_body_nor_secret_is_logged(
    sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    sender.post(b"<anna@example.org>")
    sender.post(told("1"), token="wrong")
    sender.post(told("1"))

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("newsletter")]
    assert lines == [
        "A request to /webhooks/postal was answered with 400: it is in no form that the provider documents",
        "A request to /webhooks/postal was answered with 401: the token is wrong",
    ]


def test_what_no_database_takes_is_stored_without_it(sender: Sender, engine: Engine) -> None:
    body = b'[{"id": "1\\u0000\\ud800", "kind": "opened", "email": "\\u0000@\\ud800"}]'

    assert sender.post(body) == 200

    assert stored(engine) == 1
