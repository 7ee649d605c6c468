"""SMTP against a real server: what proves acceptance, what proves absence, what leaves a doubt."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.providers.smtp import Smtp
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Verdict
from newsletter.errors import AccountError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.settings.model import Secret
from newsletter.storage import issues, refusals
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import add_readers, addresses, freeze, stopped_after
from tests.delivery.mail_server import Ledger, free_port, mail_server, scripted_server, silent_server
from tests.delivery.sample_letter import letter, readers, send_by

#: The server of the tests warns that it takes logins in the open.
WITHOUT_TLS = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture(params=[False, True], ids=["command by command", "in a row"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return Ledger(is_pipelining=request.param)


@pytest.fixture
def smtp(ledger: Ledger) -> Iterator[Smtp]:
    with mail_server(ledger) as port:
        yield Smtp(host="127.0.0.1", port=port, security="none")


def test_every_reader_gets_one_message_of_their_own(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 25)

    after = send_issue(post(freeze(engine), smtp))

    assert after.state is IssueState.SENT
    assert ledger.accepted == dict.fromkeys(addresses(engine), 1)
    for address, raw in ledger.messages.items():
        message = message_from_bytes(raw, policy=policy.SMTP)
        assert message["To"] == address
        assert message["List-Unsubscribe"] is not None
    links = {message_from_bytes(raw)["List-Unsubscribe"] for raw in ledger.messages.values()}
    assert len(links) == 25


def test_two_issues_in_one_session_share_no_mail(smtp: Smtp, ledger: Ledger) -> None:
    first, second = letter("The first"), replace(letter("The second"), issue="monthly-2026-12")
    session = smtp.open()

    for made, reader in zip((first, second, first), readers(3), strict=True):
        session.send(made, [reader])
    session.close()

    subjects = [str(message_from_bytes(raw)["Subject"]) for raw in ledger.messages.values()]
    assert subjects == ["The first", "The second", "The first"]


@pytest.mark.parametrize("address", ["jürgen@example.org", "a b@example.org", "a\r\nDATA@example.org"])
def test_an_address_that_stands_in_no_command_ends_alone(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger, address: str
) -> None:
    add_readers(engine, 10)
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscribers SET email = :email WHERE id = 4"), {"email": address})
    stored = freeze(engine)

    after = send_issue(post(stored, smtp))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.SENT
    assert (counts["accepted"], counts["rejected"], counts["unknown"]) == (9, 1, 0)
    assert refusals.by_reason(engine, stored.number) == {
        "the address holds what SMTP does not take, such as a letter outside ASCII": 1
    }
    assert sum(ledger.accepted.values()) == 9


def test_a_line_that_begins_with_a_dot_arrives_whole(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 1)
    stored = freeze(engine, text=".\n..two\nplain")

    send_issue(post(stored, smtp))

    (raw,) = ledger.messages.values()
    body = message_from_bytes(raw, policy=policy.SMTP).get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").startswith(".\n..two\nplain")


def test_a_refused_recipient_ends_alone(engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger) -> None:
    add_readers(engine, 10)
    refused = addresses(engine)[3]
    ledger.at_recipient[refused] = "550 5.1.1 no such user"
    stored = freeze(engine)

    after = send_issue(post(stored, smtp))

    assert after.state is IssueState.SENT
    assert refused not in ledger.accepted
    assert sum(ledger.accepted.values()) == 9
    assert issues.counts(engine, stored.number)["rejected"] == 1


def test_a_refused_message_ends_that_reader(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 5)
    ledger.at_message[addresses(engine)[0]] = "554 5.7.1 content refused"
    stored = freeze(engine)

    send_issue(post(stored, smtp))

    assert issues.counts(engine, stored.number)["rejected"] == 1
    assert sum(ledger.accepted.values()) == 4


def test_a_greylisted_reader_is_tried_again(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 10)
    for address in addresses(engine)[:3]:
        ledger.at_message[address] = "451 4.7.1 greylisted, come back"
    stored = freeze(engine)

    after = send_issue(post(stored, smtp))

    assert after.state is IssueState.SENT
    assert ledger.accepted == dict.fromkeys(addresses(engine), 1)


def test_a_connection_cut_after_the_message_leaves_that_reader_in_doubt(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 10)
    ledger.cut_before_answer.add(addresses(engine)[4])
    stored = freeze(engine)

    after = send_issue(post(stored, smtp))

    assert after.state is IssueState.SENT
    assert ledger.accepted == dict.fromkeys(addresses(engine), 1)
    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"]) == (9, 1)


def test_a_server_that_is_not_there_loses_nobody(engine: Engine, post: MakePost, ledger: Ledger) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    absent = stopped_after(post(stored, Smtp(host="127.0.0.1", port=free_port(), security="none")), 3)

    send_issue(absent)
    with mail_server(ledger) as port:
        after = send_issue(post(stored, Smtp(host="127.0.0.1", port=port, security="none")))

    assert after.state is IssueState.SENT
    assert ledger.accepted == dict.fromkeys(addresses(engine), 1)


@WITHOUT_TLS
def test_a_login_that_is_refused_says_what_to_check_and_not_the_password() -> None:
    with mail_server(Ledger(wants_login=True)) as port:
        password = Secret("hunter2hunter2")
        wrong = Smtp(host="127.0.0.1", port=port, security="none", username="me", password=password)

        with pytest.raises(AccountError) as caught:
            wrong.connect()

    assert "NEWSLETTER_PROVIDER__PASSWORD" in str(caught.value)
    assert "hunter2" not in str(caught.value) + repr(wrong)


@WITHOUT_TLS
def test_a_server_that_wants_a_login_pauses_the_issue(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 5)
    stored = freeze(engine)

    with mail_server(Ledger(wants_login=True)) as port:
        after = send_issue(post(stored, Smtp(host="127.0.0.1", port=port, security="none")))

    assert after.state is IssueState.PAUSED
    assert "530" in after.reason
    assert issues.counts(engine, stored.number)["queued"] == 5


def test_a_server_that_relays_for_nobody_loses_no_reader(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 20)
    for address in addresses(engine):
        ledger.at_recipient[address] = f"554 5.7.1 <{address}>: Relay access denied"
    stored = freeze(engine)

    after = send_issue(post(stored, smtp))

    assert after.state is IssueState.PAUSED
    assert "Relay access denied" in after.reason
    assert "reader-" not in after.reason
    assert issues.counts(engine, stored.number)["queued"] == 20


def test_a_server_that_never_says_a_word_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.providers.smtp.CONNECT_S", 0.1)

    with (
        silent_server() as port,
        pytest.raises(TemporaryError, match="cannot be reached: no answer came in time"),
    ):
        Smtp(host="127.0.0.1", port=port, security="none").connect()


def test_the_words_of_a_server_name_no_reader(
    engine: Engine, post: MakePost, smtp: Smtp, ledger: Ledger
) -> None:
    add_readers(engine, 1)
    (address,) = addresses(engine)
    ledger.at_recipient[address] = f"550 5.1.1 <{address}>: no such user"
    stored = freeze(engine)

    send_issue(post(stored, smtp))

    with engine.connect() as connection:
        reason = connection.exec_driver_sql("SELECT reason FROM deliveries").scalar_one()
    assert reason == "550 5.1.1 <…>: no such user"


def test_a_server_that_refuses_us_and_hangs_up_is_quoted() -> None:
    with (
        scripted_server("550 5.7.1 not from you") as port,
        pytest.raises(AccountError, match=r"refuses the sender .*: 550 5\.7\.1 not from you"),
    ):
        Smtp(host="127.0.0.1", port=port, security="none").open().send(letter(), readers(1))


def test_a_server_that_takes_a_message_to_nobody_gets_an_empty_one() -> None:
    refused = ("250 ok", "550 no such user", "354 go on", "554 nobody to send to", "250 reset")
    accepted = ("250 ok", "250 ok", "354 go on", "250 queued", "221 bye")

    with scripted_server(*refused, *accepted) as port:
        receipts = send_by(Smtp(host="127.0.0.1", port=port, security="none"), letter(), readers(2))

    assert [receipt.verdict for receipt in receipts] == [Verdict.REFUSED, Verdict.ACCEPTED]
    assert receipts[0].detail == "550 no such user"


@pytest.mark.parametrize(
    "answers",
    [
        ("250 ok", "550 no such user"),
        ("250 ok", "550 no such user", "503 nobody to send to"),
        ("250 ok", "550 no such user", "354 go on"),
    ],
)
def test_a_reader_who_was_refused_stays_refused_when_the_server_hangs_up(answers: tuple[str, ...]) -> None:
    with scripted_server(*answers) as port:
        receipts = send_by(Smtp(host="127.0.0.1", port=port, security="none"), letter(), readers(1))

    assert [(receipt.verdict, receipt.detail) for receipt in receipts] == [
        (Verdict.REFUSED, "550 no such user")
    ]


def test_any_success_lets_the_body_follow() -> None:
    with scripted_server("250 ok", "252 will try", "354 go on", "250 queued", "221 bye") as port:
        receipts = send_by(Smtp(host="127.0.0.1", port=port, security="none"), letter(), readers(1))

    assert receipts[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        # It would take a message to a reader although it refused the sender: nothing is sent at all.
        (("451 later", "250 ok", "354 go on"), TemporaryError),
        (("550 not from you", "250 ok", "354 go on"), AccountError),
        # No answer to the wish to send that anybody knows.
        (("250 ok", "250 ok", "250 ok", "221 bye"), TemporaryError),
    ],
)
def test_a_server_out_of_order_gets_no_body(answers: tuple[str, ...], error: type[Exception]) -> None:
    with scripted_server(*answers) as port, pytest.raises(error):
        send_by(Smtp(host="127.0.0.1", port=port, security="none"), letter(), readers(1))


def test_a_server_without_starttls_is_refused_rather_than_used_in_the_open(smtp: Smtp) -> None:
    with pytest.raises(AccountError, match="STARTTLS"):
        Smtp(host=smtp.host, port=smtp.port, security="starttls").connect()
