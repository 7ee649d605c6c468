"""The thread that sends confirmations: it outlives a mistake of the program's."""

from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Engine

from newsletter.app.mailroom import MailClerk
from subscribers.addresses import normalise
from subscribers.keys import new_key
from subscribers.mails import Mail, Outcome, Sent
from subscribers.requests import Choice, Kind
from subscribers.storage.requests import RequestStorage, Wanted
from subscribers.suppression import SuppressionKeys
from tests.subscribers.house import House, build, new_ref


class Clumsy:
    """A courier that stumbles over the first mail."""

    def __init__(self, brought: Event) -> None:
        self._has_stumbled = False
        self._brought = brought

    def send(self, _mail: Mail) -> Sent:
        """Bring every mail but the first."""
        if not self._has_stumbled:
            self._has_stumbled = True
            raise KeyError("reader@example.org")
        self._brought.set()
        return Sent(outcome=Outcome.ACCEPTED)


def wanted(house: House, email: str) -> Wanted:
    """Return the sign-up of an address."""
    address = normalise(email)
    return Wanted(
        kind=Kind.SIGN_UP,
        ref=new_ref(),
        address=address,
        mailbox=house.desk.reception.pseudonyms.of_mailbox(address.key),
        lang="en",
        payload=Choice(digests=["monthly"]).to_payload(),
    )


def test_a_mistake_about_one_mail_keeps_no_other_waiting(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("newsletter.app.mailroom.EVERY_S", 0.01)
    house = build(engine, [new_key()], SuppressionKeys.from_secrets([new_key()]))
    brought = Event()
    clerk = MailClerk(engine, replace(house.mailroom, courier=Clumsy(brought)))
    sign_ups = [wanted(house, email) for email in ("first@example.eu", "second@example.eu")]
    RequestStorage(engine).store(sign_ups, house.clock())

    with clerk.at_work(Event(), lambda _words: None):
        is_brought = brought.wait(10)

    assert is_brought
    assert "mails" in [record.message for record in caplog.records]
