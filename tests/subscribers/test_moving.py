"""Operators give a reader another address: what goes along, and what does not."""

import json

import pytest
from sqlalchemy import Engine

from subscribers.addresses import normalise
from subscribers.errors import AdministrationError
from subscribers.states import State
from subscribers.storage import AdministrationStorage
from subscribers.suppression import Suppression
from tests.subscribers.browser import NOW, AddReader
from tests.subscribers.operators import (
    ERRAND,
    consents,
    erase,
    mailed,
)


def test_a_reader_who_moves_takes_along_what_they_agreed_to(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    ref = add_reader("old@example.org")

    reader = administration.move("old@example.org", normalise("New@example.eu"), ERRAND).after.reader

    assert (reader.ref, reader.state, mailed(engine)) == (ref, State.ACTIVE, {"New@example.eu"})
    assert [payload["note"] for _, _, payload in consents(engine)] == ["asked for it on Friday"]
    assert "example" not in json.dumps(consents(engine))


def test_a_bounce_of_the_old_address_does_not_move(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("old@example.org", suppressed="bounce", suppressed_at=NOW)

    administration.move("old@example.org", normalise("new@example.org"), ERRAND)

    assert mailed(engine) == {"new@example.org"}


@pytest.mark.parametrize("reason", [Suppression.BLOCK, Suppression.COMPLAINT])
def test_p_11_a_move_lifts_nothing_that_a_person_said(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader, reason: Suppression
) -> None:
    add_reader("old@example.org", suppressed=reason, suppressed_at=NOW)

    for new in ("new@example.org", "OLD@example.org"):
        with pytest.raises(AdministrationError, match="The old address must not be mailed"):
            administration.move("old@example.org", normalise(new), ERRAND)

    assert mailed(engine) == set()


def test_another_spelling_of_the_same_address_lifts_no_bounce(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("old@example.org", suppressed="bounce", suppressed_at=NOW)

    with pytest.raises(AdministrationError, match="must not be mailed"):
        administration.move("old@example.org", normalise("Old@example.org"), ERRAND)


def test_suppression_of_the_new_address_wins(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("old@example.org")
    add_reader("no@example.org", suppressed="block", suppressed_at=NOW)
    erase(engine, "gone@example.org")

    for new in ("no@example.org", "gone@example.org"):
        with pytest.raises(AdministrationError, match="The new address"):
            administration.move("old@example.org", normalise(new), ERRAND)

    assert mailed(engine) == {"old@example.org"}


def test_nobody_moves_to_the_address_of_somebody_else(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("old@example.org")
    add_reader("other@example.org")

    with pytest.raises(AdministrationError, match="is known already, and active"):
        administration.move("old@example.org", normalise("other@example.org"), ERRAND)

    assert mailed(engine) == {"old@example.org", "other@example.org"}
