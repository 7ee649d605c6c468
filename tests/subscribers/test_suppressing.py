"""Operators suppress addresses, and lift that."""

import pytest
from sqlalchemy import Engine

from subscribers.erasedfile import Remembered
from subscribers.errors import AdministrationError, UnknownReaderError
from subscribers.states import State
from subscribers.storage import AdministrationStorage
from subscribers.suppression import Suppression
from tests.subscribers.browser import NOW, AddReader
from tests.subscribers.operators import ERRAND, SECRETS, add, consents, erase, suppress


def test_an_address_that_is_no_reader_s_is_suppressed_too(
    administration: AdministrationStorage, engine: Engine
) -> None:
    suppress(administration, "stranger@example.org", Suppression.BLOCK)

    with pytest.raises(AdministrationError, match="must not be mailed"):
        add(administration, "stranger@example.org", evidence="form 7")


def test_a_weaker_reason_does_not_replace_a_stronger_one(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    suppress(administration, "r@example.org", Suppression.COMPLAINT)

    reader = suppress(administration, "r@example.org", Suppression.BOUNCE).after.reader

    assert (reader.suppressed, reader.state) == (Suppression.COMPLAINT, State.UNSUBSCRIBED)


def test_p_11_an_erased_address_that_is_suppressed_keeps_the_stronger_reason_and_no_more(
    administration: AdministrationStorage, engine: Engine
) -> None:
    erase(engine, "gone@example.org")
    journal: list[Remembered] = []

    blocked = suppress(administration, "gone@example.org", Suppression.BLOCK, journal.extend).after
    again = suppress(administration, "gone@example.org", Suppression.UNSUBSCRIBED, journal.extend).after

    assert (blocked.subscriber, again.subscriber) == (None, None)
    assert blocked.hashed is not None
    assert again.hashed is not None
    assert (blocked.hashed.reason, again.hashed.reason) == ("block", "block")
    assert [entry.reason for entry in journal] == [Suppression.BLOCK]


def test_p_11_an_operator_with_evidence_lifts_a_complaint_and_it_is_on_record(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org", suppressed="complaint", suppressed_at=NOW, state="unsubscribed")

    reader = administration.unsuppress("r@example.org", ERRAND).after.reader

    assert (reader.suppressed, reader.suppressed_at, reader.state) == (None, None, State.UNSUBSCRIBED)
    assert consents(engine) == [
        (
            "release",
            "operator",
            {"before": "complaint", "note": "asked for it on Friday", "reason": None, "via": "phone"},
        )
    ]


def test_an_erased_address_can_be_let_in_again(administration: AdministrationStorage, engine: Engine) -> None:
    erase(engine, "gone@example.org", SECRETS[0])
    erase(engine, "gone@example.org", SECRETS[1])

    administration.unsuppress("gone@example.org", ERRAND)

    assert add(administration, "gone@example.org").after.reader.state == State.PENDING


def test_who_is_not_suppressed_cannot_be_unsuppressed(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("r@example.org")

    with pytest.raises(AdministrationError, match="is not suppressed"):
        administration.unsuppress("r@example.org", ERRAND)
    with pytest.raises(UnknownReaderError, match="Nobody with this address"):
        administration.unsuppress("nobody@example.org", ERRAND)
